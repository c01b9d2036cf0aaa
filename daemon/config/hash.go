package config

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Hash identifies the safety configuration: the first 12 hex digits of the SHA-256
// over the values of [safety] with its tables, of arm.driver and its table, and of
// arm.horizon_ms, defaults included. A station may pin it.
func (c *Config) Hash() string {
	driver := "arm." + c.Arm.Driver + "."
	return c.hash(func(key string) bool { return isLimit(key) || strings.HasPrefix(key, driver) })
}

// LimitsHash is Hash without the driver's table, which has what is measured on every single
// arm: arms of one kind can have it in common.
func (c *Config) LimitsHash() string { return c.hash(isLimit) }

func isLimit(key string) bool {
	return strings.HasPrefix(key, "safety.") || key == "arm.driver" || key == "arm.horizon_ms"
}

func (c *Config) hash(among func(key string) bool) string {
	var lines []string
	for _, leaf := range leavesOf(c) {
		if among(leaf.key) {
			lines = append(lines, leaf.key+" = "+leaf.String()+"\n")
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])[:12]
}

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
	var lines []string
	driver := "arm." + c.Arm.Driver + "."
	for _, leaf := range leavesOf(c) {
		if strings.HasPrefix(leaf.key, "safety.") || strings.HasPrefix(leaf.key, driver) ||
			leaf.key == "arm.driver" || leaf.key == "arm.horizon_ms" {
			lines = append(lines, leaf.key+" = "+leaf.String()+"\n")
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])[:12]
}

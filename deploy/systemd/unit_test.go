// Package systemd_test holds the unit of aetherd, its user and its modules against the programs
// that will read them, and against the daemon and the package that they are for.
package systemd_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/unit"
)

const unitFile = "aetherd.service"

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// values returns what the unit says for a key of [Service], a word each.
func values(t testing.TB, key string) (words []string) {
	t.Helper()
	options, err := unit.DeserializeOptions(strings.NewReader(read(t, unitFile)))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options {
		if o.Section == "Service" && o.Name == key {
			words = append(words, strings.Fields(o.Value)...)
		}
	}
	if words == nil {
		t.Fatalf("the unit has no %s=", key)
	}
	return words
}

func duration(t testing.TB, key string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(values(t, key)[0])
	if err != nil {
		t.Fatalf("%s=: %v", key, err)
	}
	return d
}

// constant returns what a Go file gives a constant, as it is written there.
func constant(t testing.TB, path, name string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)\b` + name + `\s+=\s+(.*?)\s*(?://.*)?$`).FindStringSubmatch(read(t, path))
	if m == nil {
		t.Fatalf("%s: no constant %s", path, name)
	}
	return m[1]
}

// timeConstant returns one such as 700 * time.Millisecond.
func timeConstant(t testing.TB, path, name string) time.Duration {
	t.Helper()
	text := constant(t, path, name)
	count, of, _ := strings.Cut(text, " * ")
	if of == "" {
		count, of = "1", text
	}
	n, err := strconv.Atoi(count)
	units := map[string]time.Duration{"time.Second": time.Second, "time.Millisecond": time.Millisecond}
	if err != nil || units[of] == 0 {
		t.Fatalf("%s: %s = %s is no time that this test can read", path, name, text)
	}
	return time.Duration(n) * units[of]
}

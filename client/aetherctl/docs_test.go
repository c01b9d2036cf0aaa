//go:build linux

package main

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// document returns the text of one of docs/.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDocumentedCommands holds the table of commands against the program.
func TestDocumentedCommands(t *testing.T) {
	text := document(t, "aetherctl.md")
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `[a-z].*$").FindAllString(text, -1) {
		first, _, _ := strings.Cut(row[2:], " | ")
		for _, name := range regexp.MustCompile("`([a-z]+)").FindAllStringSubmatch(first, -1) {
			documented[name[1]] = true
		}
	}
	for _, c := range command(&station{}).Commands() {
		if !documented[c.Name()] {
			t.Errorf("docs/aetherctl.md does not name the command %s", c.Name())
		}
	}
}

// TestDocumentedExitStatuses holds the table of exit statuses against exit.go.
func TestDocumentedExitStatuses(t *testing.T) {
	source, err := os.ReadFile("exit.go")
	if err != nil {
		t.Fatal(err)
	}
	read := func(text []byte, row string, status, meaning int) map[int]string {
		found := map[int]string{}
		for _, m := range regexp.MustCompile(row).FindAllStringSubmatch(string(text), -1) {
			n, err := strconv.Atoi(m[status])
			if err != nil {
				t.Fatal(err)
			}
			found[n] = m[meaning]
		}
		return found
	}
	want := read(source, `(?m)^\texit[A-Z]\w+ += (\d+) *(?:// (.*))?$`, 1, 2)
	want[exitDone] = "done"
	got := read([]byte(document(t, "aetherctl.md")), `(?m)^\| (\d+) \| (.*) \|$`, 1, 2)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exit statuses (-code +docs)\n%s", diff)
	}
}

// TestReadme types what the README says, but for what goes on until a person ends it.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	a := daemontest.Start(t)
	t.Setenv("AETHERD_ADDRESS", a.Command)
	t.Setenv("AETHERD_STOP_ADDRESS", a.Stop)
	milliseconds := regexp.MustCompile(`[0-9.]+ ms`)
	typed := regexp.MustCompile(`(?m)^\$ bin/aetherctl (.*)\n([^$#].*)\n`).FindAllStringSubmatch(string(text), -1)
	if len(typed) < 2 {
		t.Fatalf("the README types %q", typed)
	}
	for _, m := range typed {
		if strings.HasPrefix(m[2], "`") { // nothing is shown
			continue
		}
		var out, errs strings.Builder
		run(t.Context(), strings.Fields(m[1]), strings.NewReader(""), &out, &errs)
		got := milliseconds.ReplaceAllString(strings.TrimSpace(out.String()), "… ms")
		if want := milliseconds.ReplaceAllString(m[2], "… ms"); got != want {
			t.Errorf("%s\n got %s %s\nwant %s", m[1], got, &errs, want)
		}
	}
}

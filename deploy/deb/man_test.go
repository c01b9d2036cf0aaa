package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/deploy/tool"
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("man", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parts cuts a page at its headings of the third level; what follows until the next heading of
// any level belongs to one.
func parts(text string) map[string]string {
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatchIndex(text, -1) {
		body := text[m[1]:]
		if end := regexp.MustCompile(`(?m)^#`).FindStringIndex(body); end != nil {
			body = body[:end[0]]
		}
		found[text[m[2]:m[3]]] = body
	}
	return found
}

// helpOf returns the flags of a program's commands, as its help shows them, by command line.
func helpOf(t *testing.T, program string, words ...string) map[string][]string {
	t.Helper()
	help := must(t, program, append(slices.Clone(words), "--help")...)
	help, _, _ = strings.Cut(help, "\nGlobal Flags:")
	found := map[string][]string{}
	line := strings.Join(append([]string{filepath.Base(program)}, words...), " ")
	found[line] = nil
	_, flags, _ := strings.Cut(help, "\nFlags:\n")
	for _, m := range regexp.MustCompile(`(?m)^ +(?:-(\w), )? *--([\w-]+)`).FindAllStringSubmatch(flags, -1) {
		if m[2] == "help" && len(words) > 0 { // told once
			continue
		}
		flag := "**--" + m[2] + "**"
		if m[1] != "" {
			flag = "**-" + m[1] + "**, " + flag
		}
		found[line] = append(found[line], flag)
	}
	slices.Sort(found[line])
	_, commands, _ := strings.Cut(help, "\nAvailable Commands:\n")
	commands, _, _ = strings.Cut(commands, "\n\n")
	for _, m := range regexp.MustCompile(`(?m)^  ([\w-]+) `).FindAllStringSubmatch(commands, -1) {
		if m[1] == "help" {
			continue
		}
		maps.Copy(found, helpOf(t, program, append(slices.Clone(words), m[1])...))
	}
	return found
}

var flagEntry = regexp.MustCompile(`(?m)^((?:\*\*-\w\*\*, )?\*\*--[\w-]+\*\*)(?: .*)?\n: `)

func flagsIn(text string) []string {
	var flags []string
	for _, m := range flagEntry.FindAllStringSubmatch(text, -1) {
		flags = append(flags, m[1])
	}
	slices.Sort(flags)
	return flags
}

// TestManPagesHaveEveryCommand holds the commands and flags of both pages against the programs'
// help, in both directions.
func TestManPagesHaveEveryCommand(t *testing.T) {
	p := thePackage(t)
	for program, name := range map[string]string{"aetherd": "aetherd.8", "aetherctl": "aetherctl.1"} {
		text := page(t, name)
		want := helpOf(t, filepath.Join(p.files, "usr/bin", program))
		if len(want) < 10 {
			t.Fatalf("the help of %s has %v", program, want)
		}
		got := map[string][]string{}
		_, options, _ := strings.Cut(text, "\n# OPTIONS\n")
		options, _, _ = strings.Cut(options, "\n# ")
		got[program] = flagsIn(options)
		for heading, body := range parts(text) {
			line := regexp.MustCompile(` \[?\*.*`).ReplaceAllString(heading, "")
			if line != program+" help" {
				got[line] = flagsIn(body)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-help +page)\n%s", name, diff)
		}
	}
}

var (
	tomlTable = regexp.MustCompile(`^(?:# )?(\[\[?[\w.]+\]\]?)$`)
	tomlKey   = regexp.MustCompile(`^(?:# )?(\w+) = (.*)$`)
)

// configuration returns the keys of deploy/aetherd.toml, those in comments too, with their values,
// by table.
func configuration(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/aetherd.toml"))
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]map[string]string{}
	table := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if m := tomlTable.FindStringSubmatch(line); m != nil {
			table = m[1]
			tables[table] = map[string]string{}
		} else if m := tomlKey.FindStringSubmatch(line); m != nil {
			tables[table][m[1]] = m[2]
		}
	}
	return tables
}

var keyName = regexp.MustCompile(`\*\*(\w+)\*\*(?: = (.*))?`)

// TestManPageHasEveryKey holds aetherd.toml(5) against the configuration, in both directions: the
// keys, and their values where the page has one.
func TestManPageHasEveryKey(t *testing.T) {
	want := configuration(t)
	if len(want) < 15 {
		t.Fatalf("the configuration has %v", want)
	}
	got := map[string]map[string]string{}
	for heading, body := range parts(page(t, "aetherd.toml.5")) {
		for _, table := range strings.Split(heading, ", ") {
			got[table] = map[string]string{}
			for _, entry := range regexp.MustCompile(`(?m)^(\*\*.*)\n: `).FindAllStringSubmatch(body, -1) {
				for _, m := range keyName.FindAllStringSubmatch(entry[1], -1) {
					value := m[2]
					if value == "" { // the text tells it
						value = want[table][m[1]]
					}
					got[table][m[1]] = value
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("aetherd.toml(5) (-aetherd.toml +page)\n%s", diff)
	}
}

// TestManPagesAreClean has both formatters read the pages of the package.
func TestManPagesAreClean(t *testing.T) {
	p := thePackage(t)
	mandoc, man := tool.Need(t, "mandoc", "mandoc"), tool.Need(t, "man", "man-db")
	t.Setenv("LC_ALL", "C.UTF-8")
	t.Setenv("MANROFFSEQ", "")
	t.Setenv("MANWIDTH", "80")
	for _, name := range manPages {
		path := filepath.Join(p.files, "usr/share/man/man"+name[strings.LastIndex(name, ".")+1:], name+".gz")
		if out, err := combined(t, mandoc, "-T", "lint", "-W", "warning", path); out != "" || err != nil {
			t.Errorf("mandoc: %v\n%s", err, out)
		}
		out, err := combined(t, "sh", "-c", `exec "$0" --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null`, man, path)
		if out != "" || err != nil {
			t.Errorf("man: %v\n%s", err, out)
		}
		if text := must(t, man, "-l", path); !strings.Contains(text, "\nNAME\n") || strings.Contains(text, "@") {
			t.Errorf("%s reads\n%.500s", name, text)
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/deploy/tool"
)

const exampleChangelog = `# Changelog

The form is that of Keep a Changelog.

## [Unreleased]

### Added

- A gripper's opening in percent, where the arm can, which is told by a driver that has it and
  refused by one that has not.

### Fixed

- A stop.

## [0.1.0] - 2026-10-31

### Added

- Everything.
`

func TestDebianChangelog(t *testing.T) {
	sections, err := parseChangelog(exampleChangelog)
	if err != nil {
		t.Fatal(err)
	}
	const released = `aetherd (0.1.0) unstable; urgency=medium

  * Added: Everything.

 -- The aetherd authors <aetherd@users.noreply.github.com>  Sat, 31 Oct 2026 00:00:00 +0000
`
	want := `aetherd (0.1.0+git1) unstable; urgency=medium

  * Added: A gripper's opening in percent, where the arm can, which is told by
    a driver that has it and refused by one that has not.
  * Fixed: A stop.

 -- The aetherd authors <aetherd@users.noreply.github.com>  Mon, 23 Nov 2026 08:43:28 +0000

` + released
	if diff := cmp.Diff(want, debianChangelog(sections, release{"0.1.0+git1", at(8)})); diff != "" {
		t.Errorf("0.1.0+git1 (-want +got)\n%s", diff)
	}
	// A release's own section is the newest entry, with the time of the commit.
	want = strings.Replace(released, "Sat, 31 Oct 2026 00:00:00", "Mon, 23 Nov 2026 08:43:28", 1)
	if diff := cmp.Diff(want, debianChangelog(sections[1:], release{"0.1.0", at(8)})); diff != "" {
		t.Errorf("0.1.0 (-want +got)\n%s", diff)
	}
}

func TestParseChangelogRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"## Unreleased":            `CHANGELOG.md:1: "## Unreleased" is not of the form`,
		"\n## [0.1.0]":             `CHANGELOG.md:2: "## [0.1.0]": parsing time`,
		"## [0.1.0] - 2026-13-01":  `month out of range`,
		"## [Unreleased]\n\nText.": `CHANGELOG.md:3: "Text." is neither a heading nor an entry`,
	} {
		if _, err := parseChangelog(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestChangelogIsDebians has Debian's own parser read the changelog of this repository.
func TestChangelogIsDebians(t *testing.T) {
	parser := tool.Need(t, "dpkg-parsechangelog", "dpkg-dev")
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections, err := parseChangelog(string(text))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "changelog")
	if err := os.WriteFile(path, []byte(debianChangelog(sections, release{"0.1.0~git1", at(8)})), 0o666); err != nil {
		t.Fatal(err)
	}
	out := must(t, parser, "--file", path, "--all")
	if !strings.Contains(out, "Version: 0.1.0~git1\n") || strings.Contains(out, "warning") {
		t.Error(out)
	}
	changes := 0
	for _, s := range sections {
		changes += len(s.changes)
	}
	if got := strings.Count(out, "\n   * "); got != changes {
		t.Errorf("dpkg-parsechangelog reads %d changes of %d", got, changes)
	}
}

package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const maintainer = "The aetherd authors <aetherd@users.noreply.github.com>"

// section is what CHANGELOG.md has of one version.
type section struct {
	version string // "" for what is not released
	date    time.Time
	changes []change
}

// change is one entry of the list.
type change struct {
	kind string // Added, Changed, Fixed …
	text string
}

func (s section) released() bool { return s.version != "" }

var heading = regexp.MustCompile(`^## \[(Unreleased|[0-9]+\.[0-9]+\.[0-9]+)\](?: - ([0-9-]+))?$`)

// parseChangelog reads the form of Keep a Changelog, the newest section first.
func parseChangelog(text string) ([]section, error) {
	var sections []section
	kind := ""
	for n, line := range strings.Split(text, "\n") {
		var last *section
		if len(sections) > 0 {
			last = &sections[len(sections)-1]
		}
		switch {
		case strings.HasPrefix(line, "## "):
			s, err := parseHeading(line)
			if err != nil {
				return nil, fmt.Errorf("CHANGELOG.md:%d: %w", n+1, err)
			}
			sections = append(sections, s)
		case last == nil:
		case strings.HasPrefix(line, "### "):
			kind = strings.TrimPrefix(line, "### ")
		case strings.HasPrefix(line, "- "):
			last.changes = append(last.changes, change{kind, strings.TrimPrefix(line, "- ")})
		case strings.HasPrefix(line, "  ") && len(last.changes) > 0:
			last.changes[len(last.changes)-1].text += " " + strings.TrimSpace(line)
		case strings.TrimSpace(line) != "":
			return nil, fmt.Errorf("CHANGELOG.md:%d: %q is neither a heading nor an entry", n+1, line)
		}
	}
	return sections, nil
}

func parseHeading(line string) (section, error) {
	m := heading.FindStringSubmatch(line)
	if m == nil {
		return section{}, fmt.Errorf("%q is not of the form ## [1.2.3] - 2026-01-31", line)
	}
	if m[1] == "Unreleased" {
		return section{}, nil
	}
	date, err := time.Parse(time.DateOnly, m[2])
	if err != nil {
		return section{}, fmt.Errorf("%q: %w", line, err)
	}
	return section{version: m[1], date: date}, nil
}

// debianChangelog is the changelog in Debian's form. The newest entry is the package's own, with
// everything that is in it and in no release before it.
func debianChangelog(sections []section, rel release) string {
	var b strings.Builder
	own := section{version: rel.version, date: rel.date}
	for len(sections) > 0 && (!sections[0].released() || sections[0].version == rel.version) {
		own.changes = append(own.changes, sections[0].changes...)
		sections = sections[1:]
	}
	if len(own.changes) == 0 {
		own.changes = []change{{"Changed", "Nothing that a user sees."}}
	}
	for i, s := range append([]section{own}, sections...) {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "aetherd (%s) unstable; urgency=medium\n\n", s.version)
		for _, c := range s.changes {
			b.WriteString(wrap("  *", "   ", c.kind+": "+c.text))
		}
		fmt.Fprintf(&b, "\n -- %s  %s\n", maintainer, s.date.Format(time.RFC1123Z))
	}
	return b.String()
}

// wrap breaks text into lines of at most 78 columns behind their beginnings.
func wrap(first, next, text string) string {
	var b strings.Builder
	line := first
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > 78 {
			b.WriteString(line + "\n")
			line = next
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
	return b.String()
}

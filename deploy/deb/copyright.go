package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// component is a Go module that is linked into the programs, or Go's own library.
type component struct {
	path, version  string
	texts, notices []string
}

// components returns what the programs of an architecture consist of, aetherd left out.
func components(ctx context.Context, root string, arch architecture) ([]component, error) {
	// Licences of single packages inside a module count too.
	args := append([]string{"list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}"}, programs...)
	out, err := outputWith(ctx, root, arch.environment(), "go", args...)
	if err != nil {
		return nil, err
	}
	folders := map[string][]string{}
	for line := range strings.FieldsFuncSeq(out, func(r rune) bool { return r == '\n' }) {
		f := strings.Split(line, "\t")
		for dir := f[2]; len(dir) >= len(f[1]); dir = filepath.Dir(dir) {
			folders[f[0]] = append(folders[f[0]], dir)
		}
	}
	std, err := output(ctx, root, "go", "env", "GOROOT", "GOVERSION")
	if err != nil {
		return nil, err
	}
	goroot, version, _ := strings.Cut(std, "\n")
	folders["std "+version] = []string{goroot}

	var found []component
	for name, dirs := range folders {
		c := component{}
		c.path, c.version, _ = strings.Cut(name, " ")
		slices.Sort(dirs)
		if err := c.readLicences(slices.Compact(dirs)); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b component) int { return cmp.Compare(a.path, b.path) })
	return found, nil
}

var (
	licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.txt|\.md)?$`)
	noticeFile  = regexp.MustCompile(`(?i)^notice(\.txt|\.md)?$`)
)

func (c *component) readLicences(dirs []string) error {
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			isText, isNotice := licenceFile.MatchString(e.Name()), noticeFile.MatchString(e.Name())
			if e.IsDir() || !isText && !isNotice {
				continue
			}
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return err
			}
			if isText {
				c.texts = append(c.texts, string(b))
			} else {
				c.notices = append(c.notices, string(b))
			}
		}
	}
	if len(c.texts) == 0 {
		return fmt.Errorf("%s has no licence file", c.path)
	}
	return nil
}

// copyright is /usr/share/doc/aetherd/copyright, in the machine-readable form of DEP-5.
func copyright(own string, components []component) (string, error) {
	var b strings.Builder
	b.WriteString(`Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: aetherd
Source: https://github.com/aether-arm/aetherd
Comment:
 The programs are linked statically. What they consist of besides aetherd is
 listed by the paths and versions of the Go modules.
`)
	licences := newCatalogue()
	for _, c := range append([]component{{texts: []string{own}}}, components...) {
		if err := c.write(&b, licences); err != nil {
			return "", fmt.Errorf("%s: %w", c.path, err)
		}
	}
	for _, p := range licences.list {
		fmt.Fprintf(&b, "\nLicense: %s\n%s", p.name, field(p.text))
	}
	return b.String(), nil
}

// write writes a component's paragraph, and adds its licences.
func (c component) write(b *strings.Builder, licences *catalogue) error {
	var names, holders []string
	for _, text := range c.texts {
		name, err := licences.add(text)
		if err != nil {
			return err
		}
		names = append(names, name)
		holders = append(holders, holdersOf(text)...)
	}
	for _, text := range c.notices {
		holders = append(holders, holdersOf(text)...)
	}
	if len(holders) == 0 {
		holders = []string{"the authors of " + c.path}
	}
	slices.Sort(names)
	slices.Sort(holders)
	fmt.Fprintf(b, "\nFiles: %s\nCopyright: %s\nLicense: %s\n", path.Join(c.path, "*"),
		strings.Join(slices.Compact(holders), "\n "), strings.Join(slices.Compact(names), " and "))
	if c.version != "" {
		b.WriteString("Comment:\n" + field(strings.Join(append([]string{c.path + " " + c.version}, c.notices...), "\n\n")))
	}
	return nil
}

// field makes the lines a field's continuation, in which a dot stands for an empty line.
func field(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" {
			line = "."
		}
		b.WriteString(" " + line + "\n")
	}
	return b.String()
}

package main

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryLinkedModuleIsNamed reads out of the programs what is linked into them.
func TestEveryLinkedModuleIsNamed(t *testing.T) {
	p := thePackage(t)
	text, err := os.ReadFile(filepath.Join(p.files, "usr/share/doc/aetherd/copyright"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	licences := map[string]bool{}
	for _, paragraph := range strings.Split(string(text), "\n\n") {
		first, rest, _ := strings.Cut(strings.TrimSpace(paragraph), "\n")
		if path, ok := strings.CutPrefix(first, "Files: "); ok {
			named[strings.TrimSuffix(path, "/*")] = rest
		}
		if name, ok := strings.CutPrefix(first, "License: "); ok && rest != "" {
			licences[name] = true
		}
	}
	linked := map[string]string{}
	for _, name := range []string{"aetherd", "aetherctl"} {
		info, err := buildinfo.ReadFile(filepath.Join(p.files, "usr/bin", name))
		if err != nil {
			t.Fatal(err)
		}
		linked["std"] = info.GoVersion
		for _, m := range info.Deps {
			linked[m.Path] = m.Version
		}
	}
	if len(linked) < 20 {
		t.Errorf("only %d modules: %v", len(linked), linked)
	}
	for path, version := range linked {
		paragraph, ok := named[path]
		if !ok || !strings.Contains(paragraph, "\n "+path+" "+version) {
			t.Errorf("%s %s is linked, and not in the copyright file: %q", path, version, paragraph)
		}
		delete(named, path)
		if strings.Contains(paragraph, "Copyright: \n") {
			t.Errorf("%s: whose is it? %q", path, paragraph)
		}
		for _, field := range strings.Split(paragraph, "\n") {
			if names, ok := strings.CutPrefix(field, "License: "); ok {
				for _, name := range strings.Split(names, " and ") {
					if !licences[name] {
						t.Errorf("%s: the text of %q is missing", path, name)
					}
				}
			}
		}
	}
	delete(named, "*")
	if len(named) > 0 {
		t.Errorf("named, and not linked: %v", named)
	}
}

func TestCopyright(t *testing.T) {
	const mit = "Permission is hereby granted, free of charge,\n\nto\tany person.\n"
	got, err := copyright("MIT License\n\nCopyright (c) 2026 Us\n\n"+mit, []component{
		{path: "example.org/a", version: "v1.0.0", texts: []string{"The MIT License (MIT)\nCopyright (c) 2020 A\n" + mit}},
		{path: "example.org/b", version: "v2.0.0", texts: []string{"Apache License\nVersion 2.0\nCopyright [yyyy] [name]"}, notices: []string{"B\n\nCopyright 2021 B, Inc\n"}},
		{path: "example.org/c", version: "v3.0.0", texts: []string{"Permission is hereby granted, free of charge, to C.", "Apache License, Version 2.0 Apache License Version 2.0"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ = strings.Cut(got, "\n\n")
	want := `Files: *
Copyright: (c) 2026 Us
License: Expat

Files: example.org/a/*
Copyright: (c) 2020 A
License: Expat
Comment:
 example.org/a v1.0.0

Files: example.org/b/*
Copyright: 2021 B, Inc
License: Apache-2.0
Comment:
 example.org/b v2.0.0
 .
 B
 .
 Copyright 2021 B, Inc

Files: example.org/c/*
Copyright: the authors of example.org/c
License: Apache-2.0 and Expat-2
Comment:
 example.org/c v3.0.0

License: Expat
 Permission is hereby granted, free of charge,
 .
 to	any person.

License: Apache-2.0
 Licensed under the Apache License, Version 2.0. On Debian systems its text is in
 /usr/share/common-licenses/Apache-2.0.

License: Expat-2
 Permission is hereby granted, free of charge, to C.
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := copyright("All mine.", nil); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Errorf("a licence of one's own: %v", err)
	}
}

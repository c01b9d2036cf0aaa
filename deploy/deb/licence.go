package main

import (
	"fmt"
	"regexp"
	"strings"
)

// kinds tell a licence by its words, in this order.
var kinds = []struct{ name, words string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-2-Clause", "Redistributions in binary form"},
	{"Expat", "Permission is hereby granted, free of charge"},
}

func kindOf(text string) (string, error) {
	flat := strings.Join(strings.Fields(text), " ")
	for _, k := range kinds {
		if strings.Contains(flat, k.words) {
			return k.name, nil
		}
	}
	return "", fmt.Errorf("a licence that is not known: %.80q", flat)
}

var (
	holder = regexp.MustCompile(`(?im)^[ \t]*copyright ((?:\(c\) |[0-9]{4}).*)$`)
	title  = regexp.MustCompile(`(?im)^[ \t]*(?:The )?MIT License.*$|^[ \t]*All rights reserved\.$`)
)

// holdersOf returns who has the copyright, and since when, as a licence or notice says it.
func holdersOf(text string) []string {
	var holders []string
	for _, m := range holder.FindAllStringSubmatch(text, -1) {
		holders = append(holders, strings.TrimSpace(m[1]))
	}
	return holders
}

// apache is what Debian has of the licence in place of its text.
const apache = `Licensed under the Apache License, Version 2.0. On Debian systems its text is in
/usr/share/common-licenses/Apache-2.0.`

// catalogue keeps each wording of a licence once, under a name of its own.
type catalogue struct {
	names map[string]string // by the wording without its spaces
	list  []paragraph
	count map[string]int
}

type paragraph struct{ name, text string }

func newCatalogue() *catalogue {
	return &catalogue{names: map[string]string{}, count: map[string]int{}}
}

// add returns the name of a licence's wording.
func (c *catalogue) add(text string) (string, error) {
	kind, err := kindOf(text)
	if err != nil {
		return "", err
	}
	if kind == "Apache-2.0" {
		text = apache
	}
	text = strings.TrimSpace(title.ReplaceAllString(holder.ReplaceAllString(text, ""), ""))
	key := strings.Join(strings.Fields(text), " ")
	if name, ok := c.names[key]; ok {
		return name, nil
	}
	name := kind
	if c.count[kind]++; c.count[kind] > 1 {
		name = fmt.Sprintf("%s-%d", kind, c.count[kind])
	}
	c.names[key] = name
	c.list = append(c.list, paragraph{name, text})
	return name, nil
}

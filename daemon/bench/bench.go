package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// bench measures everything.
type bench struct {
	rounds  int
	each    time.Duration // of one run of one contestant
	stops   int           // in each round
	crowd   int           // idle stations
	dir     string        // of what it builds
	aetherd string        // the program
	armemu  string        // the controller of an arm behind a pseudo-terminal
}

// section is a part of the table that can be measured alone.
type section struct {
	name    string
	measure func(*bench, context.Context) ([]row, error)
}

var sections = []section{
	{"throughput", (*bench).throughput},
	{"stop", (*bench).stop},
	{"crowd", (*bench).crowded},
	{"ticks", (*bench).ticks},
	{"rest", (*bench).rest},
	{"fleet", (*bench).fleet},
	{"code", (*bench).code},
}

// run measures the sections in turn.
func (b *bench) run(ctx context.Context, parts []section) (rows []row, err error) {
	if b.dir, err = os.MkdirTemp("", "aetherd-bench"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(b.dir)
	for path, program := range map[*string]string{&b.aetherd: "daemon/aetherd", &b.armemu: "arm/armtest/armemu"} {
		*path = filepath.Join(b.dir, filepath.Base(program))
		if err := build(ctx, *path, program); err != nil {
			return nil, err
		}
	}
	for _, s := range parts {
		fmt.Fprintln(os.Stderr, "bench:", s.name)
		more, err := s.measure(b, ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// report gathers everything that is wrong with one file.
type report struct {
	file   string
	lines  map[string]int  // of keys and table headers
	faulty map[string]bool // keys that have a fault
	faults []fault
}

type fault struct {
	line int
	err  error
}

// add reports a fault of key.
func (r *report) add(key, format string, args ...any) {
	r.faulty[key] = true
	at, line := r.file, r.line(key)
	if line > 0 {
		at = fmt.Sprintf("%s:%d", r.file, line)
	}
	r.faults = append(r.faults, fault{line, fmt.Errorf("%s: %s%w", at, key, fmt.Errorf(format, args...))})
}

// line returns where key stands, or else the innermost table around it that the
// file has, or 0.
func (r *report) line(key string) int {
	for key != "" {
		if line, ok := r.lines[key]; ok {
			return line
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return 0
}

// err joins all faults in the order of their lines, or is nil when there are none.
func (r *report) err() error {
	slices.SortStableFunc(r.faults, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	errs := make([]error, len(r.faults))
	for i, f := range r.faults {
		errs[i] = f.err
	}
	return errors.Join(errs...)
}

// lineNumbers finds the line on which each key and each table of a well-formed
// document begins. Keys are written as decoder writes them. What stands in an
// inline table has no entry of its own.
func lineNumbers(doc []byte) map[string]int {
	lines := map[string]int{}
	elements := map[string]int{} // of each array of tables, so far
	table := ""
	var p unstable.Parser
	p.Reset(doc)
	for p.NextExpression() {
		e := p.Expression()
		path, line := "", 0
		if e.Kind == unstable.KeyValue {
			path = table
		}
		for k := e.Key(); k.Next(); {
			path = joinKey(path, string(k.Node().Data))
			line = p.Shape(k.Node().Raw).Start.Line
			if _, seen := lines[path]; !seen {
				lines[path] = line
			}
		}
		switch e.Kind {
		case unstable.Table:
			table = path
		case unstable.ArrayTable:
			table = elementKey(path, elements[path])
			elements[path]++
			lines[table] = line
		}
	}
	return lines
}

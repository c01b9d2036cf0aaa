package commission

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// replace puts tables into a TOML document in the place of those with the same paths. What is
// missing comes behind the others, or behind the table parent, or at the end. All else stays as
// it is, byte for byte, and so do comments in front of a table. A document in which one of
// them has another form than a table with a header is refused.
func replace(doc []byte, tables []table) ([]byte, error) {
	heads, err := headsOf(doc, tables)
	if err != nil {
		return nil, err
	}
	lines := bytes.SplitAfter(doc, []byte("\n"))
	newline := "\n"
	if bytes.Contains(doc, []byte("\r\n")) {
		newline = "\r\n"
	}
	var edits []edit
	var missing []table
	behind := -1 // line behind which the missing go
	for _, t := range tables {
		if from, to, ok := extent(t.path, heads, lines); ok {
			edits = append(edits, edit{from, to, joined([]table{t}, newline)})
			behind = max(behind, to)
		} else {
			missing = append(missing, t)
		}
	}
	if _, to, ok := extent(parent, heads, lines); ok && behind < 0 {
		behind = to
	}
	if behind < 0 {
		behind = len(lines)
	}
	if len(missing) > 0 {
		edits = append(edits, edit{behind, behind, newline + joined(missing, newline)})
	}
	next := apply(lines, edits, newline)
	return next, check(doc, next, tables)
}

// edit replaces the lines from one to before another, counted from 0.
type edit struct {
	from, to int
	text     string
}

func apply(lines [][]byte, edits []edit, newline string) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	var next []byte
	line := 0
	for _, e := range edits {
		next = append(next, bytes.Join(lines[line:e.from], nil)...)
		if len(next) > 0 && next[len(next)-1] != '\n' {
			next = append(next, newline...)
		}
		next = append(next, e.text...)
		line = e.to
	}
	return append(next, bytes.Join(lines[line:], nil)...)
}

// head is a table's header.
type head struct {
	path string
	line int // from 0
}

// headsOf returns the headers of the document's tables.
func headsOf(doc []byte, tables []table) (heads []head, err error) {
	var p unstable.Parser
	p.Reset(doc)
	current := ""
	line, counted := 0, 0 // lines before that byte
	for p.NextExpression() {
		e := p.Expression()
		path, at := keyOf(e)
		line += bytes.Count(doc[counted:at], []byte("\n"))
		counted = at
		in := current
		if e.Kind == unstable.KeyValue {
			path = join(current, path)
		} else {
			heads = append(heads, head{path, line})
			current, in = path, path
		}
		for _, t := range tables {
			plain := in == t.path && (e.Kind == unstable.Table || e.Kind == unstable.KeyValue)
			if !plain && (within(path, t.path) || e.Kind != unstable.Table && within(t.path, path)) {
				return nil, fmt.Errorf("line %d: %s is written in another form than as a table [%s]: put the block above in by hand", line+1, t.path, t.path)
			}
		}
	}
	return heads, p.Error()
}

// keyOf returns the key of an expression, and at which byte it stands.
func keyOf(e *unstable.Node) (path string, at int) {
	for k := e.Key(); k.Next(); {
		path = join(path, string(k.Node().Data))
		at = int(k.Node().Raw.Offset)
	}
	return path, at
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// within reports whether path is outer or below it.
func within(path, outer string) bool {
	return path == outer || strings.HasPrefix(path, outer+".")
}

// extent returns the lines of a table, without the empty lines and comments at its end:
// those belong to what follows.
func extent(path string, heads []head, lines [][]byte) (from, to int, ok bool) {
	i := slices.IndexFunc(heads, func(h head) bool { return h.path == path })
	if i < 0 {
		return 0, 0, false
	}
	from, to = heads[i].line, len(lines)
	if i+1 < len(heads) {
		to = heads[i+1].line
	}
	for to > from+1 {
		if line := bytes.TrimSpace(lines[to-1]); len(line) > 0 && line[0] != '#' {
			break
		}
		to--
	}
	return from, to, true
}

// check compares what the documents mean: nothing but the tables may differ.
func check(before, after []byte, tables []table) error {
	var trees [2]map[string]any
	for i, doc := range [][]byte{before, after} {
		if err := toml.Unmarshal(doc, &trees[i]); err != nil {
			return fmt.Errorf("put the block above in by hand: %w", err)
		}
		for _, t := range tables {
			remove(trees[i], strings.Split(t.path, "."))
		}
	}
	if !reflect.DeepEqual(trees[0], trees[1]) {
		return fmt.Errorf("the tables cannot be replaced without a change to others: put the block above in by hand")
	}
	return nil
}

// remove takes a table out of a tree, and those around it that are empty then.
func remove(tree map[string]any, path []string) {
	if len(path) > 1 {
		inner, ok := tree[path[0]].(map[string]any)
		if !ok {
			return
		}
		if remove(inner, path[1:]); len(inner) > 0 {
			return
		}
	}
	delete(tree, path[0])
}

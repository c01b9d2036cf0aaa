package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOperationsNamesTheLog: every line of the log that is a warning or an error stands in the table,
// with its level, and no other.
func TestOperationsNamesTheLog(t *testing.T) {
	files, err := filepath.Glob("../daemon/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	logged := map[string]string{`the log was too slow: N lines dropped`: "warn"} // written past the logger, by logqueue.go
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if level, message, ok := logLine(n); ok && level != "info" && level != "debug" && level != "trace" {
				logged[message] = level
			}
			return true
		})
	}
	if diff := cmp.Diff(logged, tableOfLines(t)); diff != "" {
		t.Errorf("the log's table in operations.md (-daemon +operations.md):\n%s", diff)
	}
}

// logLine reads a chain such as log.Warn().Err(err).Msg("closing the arm").
func logLine(n ast.Node) (level, message string, ok bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall || len(call.Args) != 1 {
		return
	}
	if sel, is := call.Fun.(*ast.SelectorExpr); !is || sel.Sel.Name != "Msg" {
		return
	}
	literal, is := call.Args[0].(*ast.BasicLit)
	if !is {
		return
	}
	message, err := strconv.Unquote(literal.Value)
	ast.Inspect(call.Fun, func(n ast.Node) bool {
		if sel, is := n.(*ast.SelectorExpr); is && slices.Contains([]string{"Error", "Warn", "Info", "Debug", "Trace"}, sel.Sel.Name) {
			level = strings.ToLower(sel.Sel.Name)
		}
		return true
	})
	return level, message, err == nil
}

// tableOfLines reads the messages and levels of the table in operations.md.
func tableOfLines(t *testing.T) map[string]string {
	t.Helper()
	_, section, found := strings.Cut(read(t, "operations.md"), "\n## The log\n")
	if !found {
		t.Fatal("operations.md has no section The log")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	lines := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\| (warn|error) \\| .+ \\|$").FindAllStringSubmatch(section, -1) {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			lines[m[1]] = row[2]
		}
	}
	return lines
}

// Package docs_test holds what the documents claim against the code.
package docs_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/aether-arm/aetherd/"

// layers is the table of architecture.md: what each top folder may import of the others.
var layers = map[string][]string{
	"safety":  {},
	"codec":   {"safety"},
	"metrics": {"safety"},
	"arm":     {"safety"},
	"client":  {"codec", "safety"},
	"daemon":  {"codec", "arm", "metrics", "safety"},
	"docs":    {},
	"deploy":  {"metrics"},

	"daemon/bench": {"client", "safety"},
}

// TestImportsGoOneWay holds the arrows between the packages, those of tests left out.
func TestImportsGoOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		from := layer(p.ImportPath)
		allowed, known := layers[from]
		if !known {
			t.Errorf("%s: the layer %q is not in the table", p.ImportPath, from)
		}
		seen++
		for _, i := range p.Imports {
			if !strings.HasPrefix(i, module) {
				continue
			}
			if to := layer(i); to != from && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
			for _, forTests := range []string{"/armtest", "/daemontest"} {
				if strings.Contains(i, forTests) && !strings.Contains(p.ImportPath, forTests) {
					t.Errorf("%s imports %s, which is for tests", p.ImportPath, i)
				}
			}
		}
	}
	if seen < len(layers) {
		t.Errorf("only %d packages", seen)
	}
}

func layer(path string) string {
	path = strings.TrimPrefix(path, module)
	if path == "daemon/bench" { // measures the daemon from outside
		return path
	}
	name, _, _ := strings.Cut(path, "/")
	return name
}

// declarations returns the names of every function, method (as Type.Method) and type below
// the root, those of tests in a set of their own.
func declarations(t *testing.T) (code, tests map[string]bool) {
	t.Helper()
	code, tests = map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		set := code
		if strings.HasSuffix(path, "_test.go") {
			set = tests
		}
		for _, decl := range file.Decls {
			declare(set, decl)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return code, tests
}

func declare(set map[string]bool, decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		set[name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok {
				set[s.Name.Name] = true
				if i, ok := s.Type.(*ast.InterfaceType); ok {
					for _, m := range i.Methods.List {
						for _, n := range m.Names {
							set[s.Name.Name+"."+n.Name] = true
						}
					}
				}
			}
		}
	}
}

func receiver(e ast.Expr) string {
	if s, ok := e.(*ast.StarExpr); ok {
		e = s.X
	}
	return e.(*ast.Ident).Name
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestWalkNamesRealFunctions checks every function that the walks of one command name.
func TestWalkNamesRealFunctions(t *testing.T) {
	code, _ := declarations(t)
	name := regexp.MustCompile(`\b[A-Za-z]+(?:\.[A-Za-z]+)+\b`)
	qualifier := regexp.MustCompile(`^(?:safety|codec|arm)\.`)
	for _, path := range []string{"../daemon/doc.go", "architecture.md"} {
		text := read(t, path)
		text = regexp.MustCompile("(?s)```.*?```").ReplaceAllString(text, "")
		found := 0
		for _, m := range name.FindAllString(text, -1) {
			if notCode.MatchString(m) {
				continue
			}
			found++
			if !code[qualifier.ReplaceAllString(m, "")] {
				t.Errorf("%s names %s, which does not exist", path, m)
			}
		}
		if found < 5 {
			t.Errorf("%s: only %d names found", path, found)
		}
	}
}

// notCode matches what looks like a name and is not: file names, hosts, addresses.
var notCode = regexp.MustCompile(`\.(go|md|toml|com|st)$`)

// TestClientsNamesRealTests checks that every test that the documents of the clients name
// exists, in Go or in Python.
func TestClientsNamesRealTests(t *testing.T) {
	_, tests := declarations(t)
	inPython := pythonTests(t)
	for _, path := range []string{"clients.md", "aetherctl.md"} {
		text := read(t, path)
		for _, n := range regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)").FindAllStringSubmatch(text, -1) {
			if !tests[n[1]] {
				t.Errorf("%s names %s, which does not exist", path, n[1])
			}
		}
		for _, n := range regexp.MustCompile("`(test_[a-z0-9_]+)").FindAllStringSubmatch(text, -1) {
			if !inPython[n[1]] {
				t.Errorf("%s names %s, which does not exist", path, n[1])
			}
		}
	}
}

func pythonTests(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../client/python/tests/test_*.py")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in Python: %v", err)
	}
	found := map[string]bool{}
	for _, path := range files {
		for _, n := range regexp.MustCompile(`def (test_\w+)`).FindAllStringSubmatch(read(t, path), -1) {
			found[n[1]] = true
		}
	}
	return found
}

// TestSafetyNamesRealTests checks the table of promises: every test that it names exists,
// and every promise has at least two.
func TestSafetyNamesRealTests(t *testing.T) {
	_, tests := declarations(t)
	promises := 0
	for _, line := range strings.Split(read(t, "safety.md"), "\n") {
		if !regexp.MustCompile(`^\| [1-5]\. `).MatchString(line) {
			continue
		}
		promises++
		names := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)").FindAllStringSubmatch(line, -1)
		if len(names) < 2 {
			t.Errorf("too few tests in %q", line)
		}
		for _, n := range names {
			if !tests[n[1]] {
				t.Errorf("safety.md names %s, which does not exist", n[1])
			}
		}
	}
	if promises != 5 {
		t.Errorf("%d promises instead of 5", promises)
	}
}

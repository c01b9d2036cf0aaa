package kinematics

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestKinematicsIsPure parses the package: no goroutine, channel, clock or I/O.
func TestKinematicsIsPure(t *testing.T) {
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	allowed := []string{`"errors"`, `"fmt"`, `"math"`, `"time"`, `"github.com/aether-arm/aetherd/safety"`}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			if !slices.Contains(allowed, i.Path.Value) {
				t.Errorf("%s: import of %s", fset.Position(i.Pos()), i.Path.Value)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt, *ast.SendStmt:
				t.Errorf("%s: %T", fset.Position(n.Pos()), n)
			case *ast.SelectorExpr:
				p, ok := n.X.(*ast.Ident)
				if ok && p.Name == "time" && n.Sel.Name != "Duration" {
					t.Errorf("%s: time.%s", fset.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}

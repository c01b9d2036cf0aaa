package main

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the binary as a person at a shell does. $BUSY is an address that is in use.
func TestScripts(t *testing.T) {
	path := filepath.Dir(aetherd(t))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			e.Defer(func() { _ = l.Close() })
			e.Setenv("BUSY", l.Addr().String())
			e.Setenv("PATH", path+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
	})
}

//go:build linux

package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// TestMain lets the test binary stand in for aetherctl, so that scripts and terminals run the
// whole program.
func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){"aetherctl": main})
}

type leakless struct{ *testing.M }

func (m leakless) Run() int {
	flag.Parse()
	if at := flag.Lookup("test.parallel"); at.Value.String() == at.DefValue {
		_ = at.Value.Set("4") // these tests wait for an arm more than they compute
	}
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return code
}

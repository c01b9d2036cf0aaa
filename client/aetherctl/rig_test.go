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
	// gnet makes one pool of workers for the whole process when it is imported, and nothing
	// ends the two goroutines that look after it.
	err := goleak.Find(
		goleak.IgnoreTopFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreTopFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
	if err != nil && code == 0 {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return code
}

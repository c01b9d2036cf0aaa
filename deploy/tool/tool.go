// Package tool finds the programs that the tests of deploy/ hold its files against: those that
// will read them.
package tool

import (
	"os"
	"os/exec"
	"testing"
)

// Need returns the path of a program. Where it is missing the test is skipped, and says which
// Debian package has it; in CI that is a failure, since nothing would have been tested.
func Need(t testing.TB, program, debianPackage string) (path string) {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is missing: apt-get install %s", program, debianPackage)
	default:
		t.Skipf("%s is missing: apt-get install %s", program, debianPackage)
	}
	return path
}

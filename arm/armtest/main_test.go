package armtest

import (
	"runtime"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// Linked in, for go test takes a result from its cache as long as the test binary is the
	// same: Run works in a process of its own.
	runtime.KeepAlive(Run)
	goleak.VerifyTestMain(m)
}

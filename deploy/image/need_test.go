//go:build image

package image

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/aether-arm/aetherd/deploy/tool"
)

// interrupted ends at Ctrl-C: every program that a test waits for ends with it, the test fails,
// and its clean-ups run.
var interrupted, _ = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

// needContainer skips the test where no container can be booted.
func needContainer(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		lack(t, "booting a container takes root: run make image-test as root")
	}
	tool.Need(t, "systemd-nspawn", "systemd-container")
	tool.Need(t, "mmdebstrap", "mmdebstrap")
	tool.Need(t, "nsenter", "util-linux")
	tool.Need(t, "unshare", "util-linux")
	tool.Need(t, "dpkg-deb", "dpkg")
}

// lack skips a test that this machine does not allow. In CI nothing would have been tested, so
// there it fails.
func lack(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

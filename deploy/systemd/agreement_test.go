package systemd_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/daemon/config"
)

// What the unit runs and reads is what the package brings, and where the package has it.
func TestPaths(t *testing.T) {
	dst := map[string]bool{}
	for line := range strings.Lines(read(t, "../deb/nfpm.yaml")) {
		if _, rest, ok := strings.Cut(line, "dst: "); ok {
			path, _, _ := strings.Cut(rest, ",")
			dst[strings.Trim(path, `"' }`+"\n")] = true
		}
	}
	const program, file = "/usr/bin/aetherd", "/etc/aetherd/aetherd.toml"
	start := strings.Join(values(t, "ExecStart"), " ")
	if want := program + " run --config " + file; start != want {
		t.Errorf("ExecStart=%s, want %s", start, want)
	}
	reload := strings.Join(values(t, "ExecReload"), " ")
	if want := program + " check --offline --config " + file + " /bin/kill -HUP $MAINPID"; reload != want {
		t.Errorf("ExecReload=%s, want %s", reload, want)
	}
	for _, path := range []string{
		program, file,
		"/usr/lib/systemd/system/aetherd.service", "/usr/lib/sysusers.d/aetherd.conf",
		"/usr/lib/modules-load.d/aetherd.conf", "/usr/lib/udev/rules.d/60-aetherd.rules",
	} {
		if !dst[path] && !dst[strings.TrimPrefix(path, "/usr")] {
			t.Errorf("the package has no %s", path)
		}
	}
	if allowed := values(t, "ExecPaths"); !slices.Contains(allowed, program) {
		t.Errorf("ExecPaths=%s lacks %s", allowed, program)
	}
}

// The daemon may open what the default of max_stations needs.
func TestDescriptors(t *testing.T) {
	limit, err := strconv.Atoi(values(t, "LimitNOFILE")[0])
	if err != nil {
		t.Fatal(err)
	}
	spare, err := strconv.Atoi(constant(t, "../../daemon/daemon.go", "spareDescriptors"))
	if err != nil {
		t.Fatal(err)
	}
	if need := 2*config.Default().Server.MaxStations + spare; limit < need {
		t.Errorf("LimitNOFILE=%d, the default configuration needs %d", limit, need)
	}
}

// No time that systemd waits is over before the daemon's own is.
func TestTimes(t *testing.T) {
	drivers, err := filepath.Glob("../../arm/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var open time.Duration
	for _, path := range drivers {
		if text := read(t, path); strings.Contains(text, "\topenWait ") {
			open = max(open, timeConstant(t, path, "openWait"))
		}
	}
	if open == 0 {
		t.Fatal("no driver says how long it takes to open")
	}
	const closingWait = 30 * time.Second // of the kernel, for a controller that takes nothing
	if start := duration(t, "TimeoutStartSec"); start < open+closingWait+10*time.Second {
		t.Errorf("TimeoutStartSec=%v; an arm may take %v to open and %v to close, and the computer some more", start, open, closingWait)
	}
	var shutdown time.Duration
	for _, part := range []string{"standstillTime", "drainTime", "closeTime"} {
		shutdown += timeConstant(t, "../../daemon/daemon.go", part)
	}
	if stop := duration(t, "TimeoutStopSec"); stop < 2*shutdown {
		t.Errorf("TimeoutStopSec=%v; the daemon takes up to %v", stop, shutdown)
	}
	// The slowest write that a configuration may allow is not a hang.
	const slowest = time.Second
	if hang := duration(t, "WatchdogSec"); hang < 2*slowest {
		t.Errorf("WatchdogSec=%v; write_deadline_ms may be up to %v", hang, slowest)
	}
}

//go:build image

package image

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/deploy/tool"
	"github.com/aether-arm/aetherd/safety"
)

const configFile = "/etc/aetherd/aetherd.toml"

// TestPackage is the life of the package on a machine, from its installation to its purge. Each
// step goes on where the one before ended.
func TestPackage(t *testing.T) {
	m := boot(t)
	empty := m.files()
	file := deb(t, native(t))
	var a *arm

	step := func(name string, run func(t *testing.T, m *machine)) {
		t.Helper()
		if !t.Run(name, func(t *testing.T) { run(t, m.in(t)) }) {
			t.Fatalf("the end of the journal:\n%s", m.journal("--lines=100"))
		}
	}
	step("install", func(t *testing.T, m *machine) { install(m, file) })
	step("reboot", func(t *testing.T, m *machine) { reboots(m) })
	step("arm", func(t *testing.T, in *machine) {
		a = m.plug() // for the steps to come too
		configure(t, in)
	})
	step("metrics", metrics)
	step("move", func(t *testing.T, m *machine) { moves(t, m, a) })
	step("reload", reloads)
	step("kill", func(t *testing.T, m *machine) { killed(t, m, a) })
	step("hang", func(t *testing.T, m *machine) { hangs(t, m, a) })
	step("unplug", func(t *testing.T, in *machine) { unplugged(t, in, a, m.plug) })
	step("start limit", func(t *testing.T, m *machine) { startLimit(t, m) })
	step("upgrade", func(t *testing.T, m *machine) { upgrade(t, m, file) })
	step("purge", func(t *testing.T, m *machine) { purge(t, m, empty) })
}

// install: the service is enabled and has said that it is ready, and the arm, which is the
// simulator, is stopped.
func install(m *machine, file string) {
	m.put(file, "/run/aetherd.deb", 0o644)
	m.t.Log(m.must("apt-get", "install", "--yes", "/run/aetherd.deb"))
	m.wantUnit("after the installation", running)
	m.wantStopped("after the installation")
	if s := m.status(); s.Driver != "sim" {
		m.t.Errorf("the packaged configuration drives %q, want the simulator", s.Driver)
	}
	if out := m.must("dpkg", "--verify", "aetherd"); out != "" {
		m.t.Errorf("dpkg --verify:\n%s", out)
	}
	m.must("aetherd", "check", "--offline", "--config", configFile)
	m.t.Log(m.must("systemctl", "status", "--no-pager", "aetherd"))
	m.t.Logf("device policies are enforced here: %v", m.enforcesDevicePolicy())
}

// enforcesDevicePolicy reports whether the container's systemd can keep a unit from a device. Where it
// cannot, the arm that comes later says nothing of the unit's DevicePolicy.
func (m *machine) enforcesDevicePolicy() bool {
	m.t.Helper()
	const usb = "188" // the number of ttyUSB, with or without a driver
	m.must("mknod", "/dev/forbidden", "c", usb, "0")
	open := m.run("systemd-run", "--wait", "--pipe", "--quiet", "--property=DevicePolicy=closed", "cat", "/dev/forbidden")
	return strings.Contains(open.stderr, "Operation not permitted")
}

// reboots: the service comes by itself, and the arm is stopped.
func reboots(m *machine) {
	m.reboot()
	m.until("the service to start", func() bool { return m.unit()["ActiveState"] != "activating" })
	m.wantUnit("after a reboot", running)
	m.wantStopped("after a reboot")
}

// configure has the daemon drive the arm.
func configure(t *testing.T, m *machine) {
	m.write(configFile, armConfig("250"), 0o644)
	m.must("aetherd", "check", "--offline", "--config", configFile)
	m.must("systemctl", "restart", "aetherd")
	m.wantUnit("with the arm", running)
	m.wantStopped("with the arm")
	s := m.status()
	if s.Link != "up" || s.Driver != "grbl" || s.At == nil || s.At.Sub(home).Norm() > 0.1 {
		t.Fatalf("%+v: want the arm at %v with its link up", s, home)
	}
}

// metrics: what is scraped keeps the rules, and says what is.
func metrics(t *testing.T, m *machine) {
	text, values := m.metrics()
	for series, want := range map[string]string{
		"aetherd_stopped":                             "1",
		"aetherd_serial_up":                           "1",
		"aetherd_insecure_lan":                        "0",
		`aetherd_arm_info{arm="bench",driver="grbl"}`: "1",
	} {
		if got := values[series]; got != want {
			t.Errorf("%s is %q, want %q", series, got, want)
		}
	}
	// Which the unit's view of /proc must leave.
	for _, series := range []string{"process_start_time_seconds", "process_open_fds", "process_resident_memory_bytes"} {
		if values[series] == "" {
			t.Errorf("%s is missing", series)
		}
	}
	path := filepath.Join(t.TempDir(), "metrics")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	promtool := tool.Need(t, "promtool", "prometheus")
	if out := onHost(t, "sh", "-ec", `"$1" check metrics < "$2"`, "sh", promtool, path); out != "" {
		t.Errorf("promtool check metrics:\n%s", out)
	}
}

// moves: a reset moves nothing, a command moves the arm, and a stop is a stop.
func moves(t *testing.T, m *machine, a *arm) {
	m.reset()
	if at := a.at(); at != home {
		t.Errorf("the reset has moved the arm to %v", at)
	}
	to := safety.Point{X: 60, Y: -20, Z: 130}
	m.must("aetherctl", "move", "60", "-20", "130")
	if far := a.at().Sub(to).Norm(); far > 1 {
		t.Errorf("the arm is %.2f mm from where it was sent", far)
	}
	if s := m.status(); s.At == nil || s.At.Sub(to).Norm() > 1 {
		t.Errorf("the daemon says that the arm is at %v, sent to %v", s.At, to)
	}
	m.must("aetherctl", "stop")
	m.wantStopped("after a stop")
	m.reset()
	m.move(home)
}

// reloads: a configuration that is right applies while the daemon runs; one that is wrong fails
// the reload, with its reason, and changes nothing.
func reloads(t *testing.T, m *machine) {
	before := m.unit()["MainPID"]
	hash := m.status().Hash
	m.write(configFile, armConfig("100"), 0o644)
	m.must("systemctl", "reload", "aetherd")
	m.until("the limit to apply", func() bool { return m.speedLimit() == 100 })
	if s := m.status(); s.Hash == hash || s.State == "stopped" {
		t.Errorf("after the reload: %+v, the hash was %s", s, hash)
	}

	m.write(configFile, armConfig("0"), 0o644)
	said := m.fails("systemctl", "reload", "aetherd")
	if speed := m.speedLimit(); speed != 100 {
		t.Errorf("after a reload that failed, the speed limit is %v", speed)
	}
	if log := m.journal(); !strings.Contains(log, "safety.motion.speed") {
		t.Errorf("a reload that fails does not say why:\n%s\n%s", said, log)
	}
	m.wantUnit("after a reload that failed", unit{"ActiveState": "active", "MainPID": before})

	m.write(configFile, armConfig("250"), 0o644)
	m.must("systemctl", "reload", "aetherd")
	m.until("the limit to apply", func() bool { return m.speedLimit() == 250 })
	m.wantUnit("after three reloads", unit{"ActiveState": "active", "MainPID": before, "NRestarts": "0"})
}

// killed: the arm stops within the horizon, systemd starts the daemon again, and nothing moves
// before a person has reset it.
func killed(t *testing.T, m *machine, a *arm) {
	pid := m.unit()["MainPID"]
	still := m.strike(a, "killed", func() { m.must("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "aetherd") })
	a.release(m)
	m.wantRestarted("killed", pid)
	m.wantAtRestUntilReset("killed", a, still)
	m.wantUnit("killed", unit{"ActiveState": "active", "NRestarts": "1"})
}

// hangs: a daemon that does nothing at all is started again by the watchdog, and is stopped then.
func hangs(t *testing.T, m *machine, a *arm) {
	pid := m.unit()["MainPID"]
	still := m.strike(a, "hung", func() { m.must("systemctl", "kill", "--kill-whom=main", "--signal=STOP", "aetherd") })
	m.until("the watchdog", func() bool { return m.unit()["MainPID"] != pid })
	a.release(m)
	m.wantRestarted("hung", pid)
	if log := m.journal(); !strings.Contains(log, "Watchdog timeout") {
		t.Errorf("the journal says nothing of the watchdog:\n%s", log)
	}
	m.wantAtRestUntilReset("hung", a, still)
}

// wantAtRestUntilReset checks that a daemon that came back drives the arm, and has not moved it
// since then, and does with a reset and a move.
func (m *machine) wantAtRestUntilReset(what string, a *arm, still time.Duration) {
	m.t.Helper()
	m.until(what+": the link", func() bool { return m.status().Link == "up" })
	m.wantStopped(what)
	a.wantStill(m.t, what, still)
	m.reset()
	a.wantStill(m.t, what+", at the reset", still)
	m.move(home)
	if far := a.at().Sub(home).Norm(); far > 1 {
		m.t.Errorf("%s: afterwards the arm is %.2f mm from where it was sent", what, far)
	}
}

// unplugged: a pulled cable is a lost link and a stop; the next arm that is plugged in is found by
// itself, and still stopped.
func unplugged(t *testing.T, m *machine, a *arm, plug func() *arm) {
	pid := m.unit()["MainPID"]
	a.unplug()
	m.until("the link to be lost", func() bool { return m.status().Link != "up" })
	m.wantStopped("unplugged")
	if _, values := m.metrics(); values["aetherd_serial_up"] != "0" || values["aetherd_stopped"] != "1" {
		t.Errorf("unplugged: serial_up %s, stopped %s", values["aetherd_serial_up"], values["aetherd_stopped"])
	}
	b := plug()
	from := armtest.Monotonic()
	m.wantAtRestUntilReset("plugged in again", b, from)
	m.wantUnit("plugged in again", unit{"MainPID": pid})
}

// startLimit: a configuration that is broken fails the service for good, and it is said why.
func startLimit(t *testing.T, m *machine) {
	const reason = "aetherd.toml:11: safety.motion.speed = 0"
	m.write(configFile, armConfig("0"), 0o644)
	m.fails("systemctl", "restart", "aetherd")
	m.within(3*time.Minute, "the service to have failed", func() bool { return m.unit()["ActiveState"] == "failed" })
	if last := m.journal("--lines=20"); !strings.Contains(last, reason) {
		t.Errorf("the journal does not end with what is wrong:\n%s", last)
	}
	if status := m.run("systemctl", "status", "--no-pager", "aetherd").stdout; !strings.Contains(status, reason) {
		t.Errorf("systemctl status does not say what is wrong:\n%s", status)
	}
	m.write(configFile, armConfig("250"), 0o644)
	m.must("systemctl", "reset-failed", "aetherd")
	m.must("systemctl", "start", "aetherd")
	m.wantUnit("repaired", running)
	m.wantStopped("repaired")
}

// upgrade: the administrator's configuration is kept, the daemon is the new one, and stopped.
func upgrade(t *testing.T, m *machine, file string) {
	changed := armConfig("123")
	m.write(configFile, changed, 0o644)
	version := m.must("dpkg-query", "--show", "--showformat=${Version}", "aetherd")
	wantKept := func(what string) {
		t.Helper()
		if got := m.must("cat", configFile); got != strings.TrimSpace(changed) {
			t.Errorf("%s: the configuration is now\n%s", what, got)
		}
		m.wantUnit(what, running)
		m.wantStopped(what)
		if speed := m.speedLimit(); speed != 123 {
			t.Errorf("%s: the speed limit is %v", what, speed)
		}
	}

	pid := m.unit()["MainPID"]
	m.put(repack(t, file, version+"+1", nil), "/run/aetherd.deb", 0o644)
	m.must("apt-get", "install", "--yes", "/run/aetherd.deb")
	wantKept("upgraded")
	next := m.unit()["MainPID"]
	if next == pid {
		t.Error("the upgrade has not restarted the daemon")
	}

	newDefault := func(tree string) {
		conf := filepath.Join(tree, configFile)
		text, err := os.ReadFile(conf)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(conf, append(text, "# new\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m.put(repack(t, file, version+"+2", newDefault), "/run/aetherd.deb", 0o644)
	m.must("apt-get", "install", "--yes", "-o", "Dpkg::Options::=--force-confold", "/run/aetherd.deb")
	wantKept("upgraded to another default")
	if got := m.must("tail", "-n1", configFile+".dpkg-dist"); got != "# new" {
		t.Errorf("the new default ends with %q", got)
	}

	m.must("systemctl", "stop", "aetherd")
	m.put(repack(t, file, version+"+3", newDefault), "/run/aetherd.deb", 0o644)
	m.must("apt-get", "install", "--yes", "/run/aetherd.deb")
	m.wantUnit("stopped, and upgraded", unit{"ActiveState": "inactive"})
	m.must("systemctl", "start", "aetherd")
}

// purge: removing the package leaves its configuration, purging it nothing.
func purge(t *testing.T, m *machine, empty map[string]string) {
	m.must("apt-get", "remove", "--yes", "aetherd")
	m.must("test", "-e", configFile)
	m.until("the daemon to be gone", func() bool { return m.run("pidof", "aetherd").code != 0 })
	m.must("apt-get", "purge", "--yes", "aetherd")
	if left := leftOvers(empty, m.files()); len(left) > 0 {
		t.Errorf("the purge leaves:\n%s", strings.Join(left, "\n"))
	}
	if u := m.unit(); u["LoadState"] != "not-found" {
		t.Errorf("the unit is still %s", u["LoadState"])
	}
	if failed := m.must("systemctl", "--failed", "--plain", "--no-legend"); failed != "" {
		t.Errorf("units have failed:\n%s", failed)
	}
	if users := m.must("getent", "passwd"); slices.ContainsFunc(strings.Split(users, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "aetherd:")
	}) {
		t.Error("the user aetherd is still there")
	}
}

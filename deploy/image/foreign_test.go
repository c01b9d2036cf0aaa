//go:build image

package image

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/deploy/tool"
)

// foreign are the packages for other processors than this one, and what runs their programs here.
var foreign = []struct{ architecture, qemu string }{
	{"arm64", "qemu-aarch64-static"},
	{"armhf", "qemu-arm-static"},
}

// TestForeign runs the programs of the packages for a Raspberry Pi: they say their version, check the
// packaged configuration, and drive the simulator.
func TestForeign(t *testing.T) {
	for _, f := range foreign {
		t.Run(f.architecture, func(t *testing.T) {
			qemu := tool.Need(t, f.qemu, "qemu-user-static")
			tool.Need(t, "dpkg-deb", "dpkg")
			file, tree := deb(t, f.architecture), t.TempDir()
			onHost(t, "dpkg-deb", "--extract", file, tree)
			aetherd, aetherctl := filepath.Join(tree, "usr/bin/aetherd"), filepath.Join(tree, "usr/bin/aetherctl")

			version := strings.TrimSpace(onHost(t, "dpkg-deb", "--field", file, "Version"))
			if out := onHost(t, qemu, aetherd, "version"); !strings.Contains(out, version+" ") {
				t.Errorf("aetherd says %q, its package is version %s", out, version)
			}
			config := onFreePorts(t, filepath.Join(tree, configFile))
			onHost(t, qemu, aetherd, "check", "--offline", "--config", config)

			r := ready(t, exec.CommandContext(interrupted, qemu, aetherd, "run", "--config", config))
			station := []string{qemu, aetherctl, "--address", r.Command, "--stop-address", r.Stop}
			var boot status
			if err := json.Unmarshal([]byte(onHost(t, append(station, "status", "--json")...)), &boot); err != nil {
				t.Fatal(err)
			}
			if boot.State != "stopped" {
				t.Errorf("the arm boots %s, want stopped", boot.State)
			}
			onHost(t, append(station, "reset", strconv.FormatUint(boot.StopID, 10))...)
			const command, reply = `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open"}`, `{"status":"ok","message":"Command received"}`
			if got := exchange(t, r.Command, command); got != reply {
				t.Errorf("%s is answered by %s, want %s", command, got, reply)
			}
			onHost(t, append(station, "move", "150", "0", "200")...)
			onHost(t, append(station, "stop")...)
		})
	}
}

// onFreePorts is the configuration file with its ports left to the kernel, its log in JSON, and time enough for
// a write, which an emulated processor may need.
func onFreePorts(t *testing.T, file string) (changed string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	free := regexp.MustCompile(`(?m)^((?:stop_)?listen) = .*$`).ReplaceAllString(string(text), `$1 = "127.0.0.1:0"`)
	free = regexp.MustCompile(`(?m)^format = .*$`).ReplaceAllString(free, `format = "json"`)
	free = regexp.MustCompile(`(?m)^write_deadline_ms = .*$`).ReplaceAllString(free, `write_deadline_ms = 1000`)
	changed = filepath.Join(t.TempDir(), "aetherd.toml")
	if err := os.WriteFile(changed, []byte(free), 0o644); err != nil {
		t.Fatal(err)
	}
	return changed
}

// listening is the line of the log that says that the daemon listens.
type listening struct{ Command, Stop, Message string }

// ready starts a daemon, and returns when it is ready. It ends with the test.
func ready(t *testing.T, daemon *exec.Cmd) (r listening) {
	t.Helper()
	daemon.Cancel = func() error { return daemon.Process.Signal(os.Interrupt) }
	stderr, err := daemon.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	found, ended := make(chan listening, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			var line listening
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "ready" {
				found <- line
			}
		}
	}()
	t.Cleanup(func() {
		_ = daemon.Process.Signal(os.Interrupt)
		<-ended
		if err := daemon.Wait(); err != nil {
			t.Errorf("the daemon ends with %v\n%s", err, &log)
		}
	})
	select {
	case r = <-found:
	case <-ended:
		t.Fatal("the daemon has ended")
	case <-time.After(patience):
		t.Fatal("the daemon is not ready")
	}
	return r
}

// exchange sends a line and returns the answer.
func exchange(t *testing.T, address, line string) (answer string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write([]byte(line + "\n")); err != nil {
		t.Fatal(err)
	}
	answer, err = bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(answer, "\n")
}

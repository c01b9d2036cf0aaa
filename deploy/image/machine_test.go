//go:build image

package image

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. It is far more than that takes.
const patience = 20 * time.Second

// machine is a booted Debian, as a test sees it.
type machine struct {
	t *testing.T
	*container
}

// in is the machine as a subtest sees it.
func (m *machine) in(t *testing.T) *machine { return &machine{t, m.container} }

// container is what the machine runs in.
type container struct {
	leader int // pid of its PID 1 outside of it
	notify *net.UnixConn
	nspawn atomic.Int64  // pid of systemd-nspawn
	ended  chan struct{} // closed when the container is gone
}

// overlay mounts the tree $2 below $1, with everything that is written there going to memory. It
// ends with its standard input, and its mounts with it.
const overlay = `
mount -t tmpfs -o mode=0755,size=2g image "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" image "$1/root"
echo mounted
exec cat
`

// rebooting is the exit status of a systemd-nspawn that wants to be started again.
const rebooting = 133

// boot starts a Debian of its own for the test, and returns when its systemd says that it is
// ready. Nothing of it is left at the end of the test.
func boot(t *testing.T) *machine {
	t.Helper()
	needContainer(t)
	tree := debian(t)
	dir := t.TempDir()
	m := &machine{t, &container{ended: make(chan struct{})}}
	socket := filepath.Join(dir, "notify")
	var err error
	if m.notify, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.notify.Close() })
	console, err := os.Create(filepath.Join(dir, "console"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { console.Close() })

	machine := filepath.Join(dir, "machine")
	mounts := mount(t, machine, tree)
	go func() {
		defer close(m.ended)
		runtime.LockOSThread() // Pdeathsig is about the thread that starts the process
		defer runtime.UnlockOSThread()
		for code := rebooting; code == rebooting; {
			cmd := nspawn(mounts, machine, fmt.Sprintf("aetherd-image-%d-%s", os.Getpid(), t.Name()))
			cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+socket)
			cmd.Stdout, cmd.Stderr = console, console
			if err := cmd.Start(); err != nil {
				fmt.Fprintln(console, err)
				break
			}
			m.nspawn.Store(int64(cmd.Process.Pid))
			_ = cmd.Wait()
			code = cmd.ProcessState.ExitCode()
		}
		_ = m.notify.SetReadDeadline(time.Now())
	}()
	t.Cleanup(m.shutDown)

	if err := m.awaitReady(); err != nil {
		said, _ := os.ReadFile(console.Name())
		lack(t, "systemd-nspawn boots no Debian here: %v\n%s", err, said)
	}
	m.must("apt-get", "update") // as the installer of Debian does
	return m
}

// nspawn is the container: a boot of what is mounted below dir.
func nspawn(mounts, dir, name string) *exec.Cmd {
	cmd := exec.Command("nsenter", "--mount="+mounts, "--",
		"systemd-nspawn", "--directory="+filepath.Join(dir, "root"), "--machine="+name, "--boot", "--notify-ready=yes",
		"--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--timezone=off",
		"--private-network", "--console=pipe")
	// A container's system calls are filtered unless SYSTEMD_SECCOMP is 0, and with them bpf(2), by
	// which systemd enforces a unit's DevicePolicy and IPAddressDeny in cgroup 2.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1", "SYSTEMD_SECCOMP=0"}
	// Ctrl-C is not for the container. If this process dies without a word, the container shuts down.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	return cmd
}

// mount makes a mount namespace of its own for the test, with an overlay of tree below dir, and
// returns its file in /proc.
func mount(t *testing.T, dir, tree string) (namespace string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--mount", "sh", "-ec", overlay, "sh", dir, tree)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line == "" {
		_ = cmd.Wait()
		lack(t, "no overlay can be mounted here:\n%s", &stderr)
	}
	return fmt.Sprintf("/proc/%d/ns/mnt", cmd.Process.Pid)
}

// shutDown ends the container: in order, and if that takes too long at once.
func (m *machine) shutDown() {
	inOrder := 15 * time.Second
	if interrupted.Err() != nil {
		inOrder = time.Second
	}
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM, syscall.SIGKILL} {
		if pid := m.nspawn.Load(); pid != 0 {
			_ = syscall.Kill(int(pid), s)
		}
		select {
		case <-m.ended:
			return
		case <-time.After(inOrder):
			inOrder = 15 * time.Second
		}
	}
	m.t.Error("the container does not end")
}

// awaitReady waits until systemd has reached its default target.
func (m *machine) awaitReady() error {
	if err := m.notify.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	buf := make([]byte, 4096)
	for {
		n, err := m.notify.Read(buf)
		if err != nil {
			return fmt.Errorf("wait for READY: %w", err)
		}
		for line := range strings.Lines(string(buf[:n])) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			switch key {
			case "X_NSPAWN_LEADER_PID":
				if m.leader, err = strconv.Atoi(value); err != nil {
					return err
				}
			case "READY":
				return nil
			}
		}
	}
}

// reboot returns when the machine is up again.
func (m *machine) reboot() {
	m.t.Helper()
	m.must("systemctl", "reboot")
	if err := m.awaitReady(); err != nil {
		m.t.Fatal(err)
	}
}

// path is a file of the machine as this process sees it.
func (m *machine) path(file string) string {
	return filepath.Join("/proc", strconv.Itoa(m.leader), "root", file)
}

// put copies a file into the machine.
func (m *machine) put(from, to string, mode os.FileMode) {
	m.t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		m.t.Fatal(err)
	}
	m.write(to, string(content), mode)
}

// write writes a file in the machine.
func (m *machine) write(to, content string, mode os.FileMode) {
	m.t.Helper()
	if err := os.WriteFile(m.path(to), []byte(content), mode); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chmod(m.path(to), mode); err != nil {
		m.t.Fatal(err)
	}
}

// command is a program in the machine, run by root.
func (m *machine) command(ctx context.Context, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--target", strconv.Itoa(m.leader), "--all", "--"}, argv...)...)
	cmd.Dir = "/"
	cmd.Env = []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root", "LOGNAME=root",
		"LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0",
	}
	cmd.WaitDelay = time.Second
	return cmd
}

// result is what became of a program.
type result struct {
	stdout, stderr string
	code           int
}

// run runs a program in the machine to its end.
func (m *machine) run(argv ...string) (r result) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(interrupted, 6*patience)
	defer cancel()
	var stdout, stderr strings.Builder
	cmd := m.command(ctx, argv...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil || ctx.Err() != nil {
		m.t.Fatalf("%q: %v\n%s%s", argv, err, &stdout, &stderr)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// must runs a program that has to succeed, and returns what it prints.
func (m *machine) must(argv ...string) string {
	m.t.Helper()
	r := m.run(argv...)
	if r.code != 0 {
		m.t.Fatalf("%q: exit status %d\n%s%s", argv, r.code, r.stdout, r.stderr)
	}
	return strings.TrimSpace(r.stdout)
}

// fails runs a program that must not succeed, and returns what it prints.
func (m *machine) fails(argv ...string) string {
	m.t.Helper()
	r := m.run(argv...)
	if r.code == 0 {
		m.t.Errorf("%q succeeds\n%s%s", argv, r.stdout, r.stderr)
	}
	return r.stdout + r.stderr
}

// until waits for something that happens in the machine, which cannot tell us.
func (m *machine) until(what string, happened func() bool) {
	m.t.Helper()
	m.within(patience, what, happened)
}

// within is until with a limit of its own.
func (m *machine) within(limit time.Duration, what string, happened func() bool) {
	m.t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for patient := time.After(limit); !happened(); {
		select {
		case <-again.C:
		case <-patient:
			m.t.Fatalf("not in %v: %s", limit, what)
		case <-interrupted.Done():
			m.t.Fatal("interrupted")
		}
	}
}

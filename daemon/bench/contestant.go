package main

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/aether-arm/aetherd/client/load"
)

//go:embed python/*.py
var scripts embed.FS

// contestant is a server in a process of its own.
type contestant struct {
	name    string
	peer    load.Peer
	address string // of its command port
	stop    string // of aetherd's stop port
	ops     string // of its HTTP server

	cmd   *exec.Cmd
	ended chan struct{}
}

func (c *contestant) pid() int { return c.cmd.Process.Pid }

// The contestants' names in the table.
const (
	asyncio = "Python asyncio"
	rawEcho = "raw gnet echo"
)

var names = map[string]string{
	"echo": rawEcho, "json": "net and encoding/json", "asyncio": asyncio, "selectors": "Python selectors",
}

// contestants start servers until the first one that does not start.
type contestants struct {
	started []*contestant
	err     error
}

func (all *contestants) add(c *contestant, err error) *contestant {
	if err != nil {
		all.err = err
		return nil
	}
	all.started = append(all.started, c)
	return c
}

// aetherd starts a daemon whose configuration has more keys, one a line.
func (all *contestants) aetherd(ctx context.Context, b *bench, more string) *contestant {
	if all.err != nil {
		return nil
	}
	return all.add(startAetherd(ctx, b, more))
}

// server starts one of this program's own servers.
func (all *contestants) server(ctx context.Context, name string) *contestant {
	if all.err != nil {
		return nil
	}
	return all.add(startServer(ctx, name))
}

// python starts one of the scripts.
func (all *contestants) python(ctx context.Context, name string) *contestant {
	if all.err != nil {
		return nil
	}
	return all.add(startPython(ctx, name))
}

// end kills them.
func (all *contestants) end() {
	for _, c := range all.started {
		c.end()
	}
}

// startWithin is how long a server may take until it listens.
const startWithin = 20 * time.Second

// start runs a server and waits until address finds in its output where it listens.
func start(ctx context.Context, c *contestant, cmd *exec.Cmd, output func(*exec.Cmd) (io.Reader, error), address func(c *contestant, line string) bool) error {
	out, err := output(cmd)
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd, c.ended = cmd, make(chan struct{})
	listens, last := make(chan struct{}), ""
	go func() {
		defer close(c.ended)
		known := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if last = lines.Text(); !known && address(c, last) {
				known = true
				close(listens)
			}
		}
		_ = cmd.Wait()
	}()
	select {
	case <-listens:
		return nil
	case <-c.ended:
		return fmt.Errorf("%s ended before it listened: %s", c.name, last)
	case <-time.After(startWithin):
		c.end()
		return fmt.Errorf("%s does not listen after %v", c.name, startWithin)
	case <-ctx.Done():
		c.end()
		return ctx.Err()
	}
}

func (c *contestant) end() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

func stdout(cmd *exec.Cmd) (io.Reader, error) {
	cmd.Stderr = os.Stderr
	return cmd.StdoutPipe()
}

func stderr(cmd *exec.Cmd) (io.Reader, error) { return cmd.StderrPipe() }

// printed is a server that prints its address on a line of its own.
func printed(c *contestant, line string) bool {
	if _, err := netip.ParseAddrPort(line); err != nil {
		return false // the log of gnet
	}
	c.address = line
	return true
}

// startServer runs one of this program's own servers.
func startServer(ctx context.Context, name string) (*contestant, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &contestant{name: names[name], peer: load.Base}
	if name == "echo" {
		c.peer = load.Echo
	}
	return c, start(ctx, c, exec.Command(self, "serve", name), stdout, printed)
}

// startPython runs one of the scripts.
func startPython(ctx context.Context, name string) (*contestant, error) {
	answer, err1 := scripts.ReadFile("python/answer.py")
	server, err2 := scripts.ReadFile("python/" + name + "_server.py")
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	c := &contestant{name: names[name], peer: load.Base}
	return c, start(ctx, c, exec.Command("python3", "-c", string(answer)+string(server)), stdout, printed)
}

// configuration lets every station set the target, as often as it can.
const configuration = `
server.listen = "127.0.0.1:0"
server.stop_listen = "127.0.0.1:0"
ops.listen = "127.0.0.1:0"
log.format = "json"
safety.control = "shared"
safety.rate_per_s = 1000000
safety.burst = 1000000
`

func startAetherd(ctx context.Context, b *bench, more string) (*contestant, error) {
	config, err := os.CreateTemp(b.dir, "*.toml")
	if err != nil {
		return nil, err
	}
	_, err = config.WriteString(configuration + more)
	if err := errors.Join(err, config.Close()); err != nil {
		return nil, err
	}
	c := &contestant{name: "aetherd", peer: load.Base}
	cmd := exec.Command(b.aetherd, "run", "-c", config.Name())
	cmd.Env = append(os.Environ(), "JOURNAL_STREAM=bench") // no hints
	return c, start(ctx, c, cmd, stderr, ready)
}

// ready reads the daemon's log until it says that it listens.
func ready(c *contestant, line string) bool {
	var said struct{ Message, Command, Stop, Ops string }
	if json.Unmarshal([]byte(line), &said) != nil || said.Message != "ready" {
		return false
	}
	c.address, c.stop, c.ops = said.Command, said.Stop, said.Ops
	return true
}

// build makes the binary of a program of this module.
func build(ctx context.Context, path, program string) error {
	out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, module+"/"+program).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build %s: %w\n%s", program, err, strings.TrimSpace(string(out)))
	}
	return nil
}

const module = "github.com/aether-arm/aetherd"

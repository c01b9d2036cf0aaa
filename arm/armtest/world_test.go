package armtest_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.bug.st/serial"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
)

// world is what a machine in memory and one in a process have in common.
type world interface {
	Command(text string)
	WaitFor(ctx context.Context, match func(armtest.Event) bool) (armtest.Event, error)
	Events() []armtest.Event
	Last() armtest.Event
	Skip()
	Now() time.Duration
}

// worldTest is a test body with its world: one suite, two of them.
type worldTest struct {
	*testing.T
	world
	open func() (io.ReadWriteCloser, error)
}

// inBothWorlds runs body with a Grbl board in each.
func inBothWorlds(t *testing.T, body func(worldTest)) {
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := armtest.StartMemory(t, grblBoard)
			body(worldTest{t, m, func() (io.ReadWriteCloser, error) { return m.Open() }})
		})
	})
	t.Run("pty", func(t *testing.T) {
		p := startGrbl(t, grblemu.Config{}, armtest.Link(t.TempDir()+"/tty"))
		body(worldTest{t, p, func() (io.ReadWriteCloser, error) {
			return serial.Open(p.Path(), &serial.Mode{BaudRate: 115200})
		}})
	})
}

func grblBoard(now time.Duration) armtest.Machine { return grblemu.New(grblemu.Config{}, now) }

func startGrbl(t testing.TB, cfg grblemu.Config, opts ...armtest.Option) *armtest.Process {
	t.Helper()
	return armtest.Start(t, "grbl", cfg, opts...)
}

// await fails the test if the event does not come.
func (w worldTest) await(match func(armtest.Event) bool) armtest.Event {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	e, err := w.WaitFor(ctx, match)
	if err != nil {
		w.Fatal(err)
	}
	return e
}

// station is an open port whose lines are read.
type station struct {
	w     worldTest
	port  io.ReadWriteCloser
	lines chan string // closed when reading has ended
}

func (w worldTest) connect() *station {
	w.Helper()
	port, err := w.open()
	if err != nil {
		w.Fatal(err)
	}
	s := &station{w, port, make(chan string, 1000)}
	go func() {
		defer close(s.lines)
		for lines := bufio.NewScanner(port); lines.Scan(); {
			if line := strings.TrimSpace(lines.Text()); line != "" {
				s.lines <- line
			}
		}
	}()
	w.Cleanup(s.close)
	return s
}

func (s *station) close() {
	s.port.Close()
	for range s.lines {
	}
}

func (s *station) send(text string) {
	s.w.Helper()
	if n, err := s.port.Write([]byte(text)); n != len(text) || err != nil {
		s.w.Fatalf("write: %d, %v", n, err)
	}
}

// expect reads the next line that begins with prefix.
func (s *station) expect(prefix string) string {
	s.w.Helper()
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				s.w.Fatalf("the port has ended; want %q", prefix)
			}
			if strings.HasPrefix(line, prefix) {
				return line
			}
		case <-time.After(20 * time.Second):
			s.w.Fatalf("no line %q", prefix)
		}
	}
}

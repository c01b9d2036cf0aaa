package armtest

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.bug.st/serial"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// grblWorld is what a board in memory and one behind a pty have in common.
type grblWorld interface {
	Command(text string)
	WaitFor(ctx context.Context, match func(GrblEvent) bool) (GrblEvent, error)
	Events() []GrblEvent
	Last() GrblEvent
	Skip()
	Now() time.Duration
}

// worldTest is a test body with its world: one suite, two of them.
type worldTest struct {
	*testing.T
	grblWorld
	open func() (io.ReadWriteCloser, error)
}

func inBothWorlds(t *testing.T, body func(worldTest), opts ...GrblOption) {
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := StartGrblMemory(t, opts...)
			body(worldTest{t, g, func() (io.ReadWriteCloser, error) { return g.Open() }})
		})
	})
	t.Run("pty", func(t *testing.T) {
		g := StartGrbl(t, append(opts, GrblLink(t.TempDir()+"/tty"))...)
		body(worldTest{t, g, func() (io.ReadWriteCloser, error) {
			return serial.Open(g.Path(), &serial.Mode{BaudRate: 115200})
		}})
	})
}

// await fails the test if the event does not come.
func (w worldTest) await(match func(GrblEvent) bool) GrblEvent {
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

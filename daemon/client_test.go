package daemon

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// client is a station: it sends lines and reads lines.
type client struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// station connects to the command port.
func (r *running) station() *client { r.t.Helper(); return dial(r.t, r.address.Command) }

// pendant connects to the stop port.
func (r *running) pendant() *client { r.t.Helper(); return dial(r.t, r.address.Stop) }

// named connects to the command port and says who it is.
func (r *running) named(name string) *client {
	r.t.Helper()
	c := r.station()
	c.want(`{"type":"hello","name":"`+name+`"}`, `{"status":"ok",`)
	return c
}

func dial(t testing.TB, address string) *client {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, conn)
}

func newClient(t testing.TB, conn net.Conn) *client {
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// close closes the connection, which the daemon sees as an end of the stream.
func (c *client) close() { _ = c.conn.Close() }

// write sends bytes.
func (c *client) write(s string) {
	c.t.Helper()
	_ = c.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c.conn, s); err != nil {
		c.t.Fatalf("send %.100q: %v", s, err)
	}
}

// send sends lines.
func (c *client) send(lines ...string) {
	c.t.Helper()
	c.write(strings.Join(lines, "\n") + "\n")
}

// next returns the next line.
func (c *client) next() string {
	c.t.Helper()
	line, err := c.read()
	if err != nil {
		c.t.Fatalf("instead of a line there came %q and %v", line, err)
	}
	return line
}

// read returns the next line, or what came in its place. Unlike next it can be called from
// any goroutine.
func (c *client) read() (string, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	line, err := c.in.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

// ask sends a line and returns the next one.
func (c *client) ask(line string) string {
	c.t.Helper()
	c.send(line)
	return c.next()
}

// want asks, and checks that the reply contains part.
func (c *client) want(line, part string) {
	c.t.Helper()
	if reply := c.ask(line); !strings.Contains(reply, part) {
		c.t.Fatalf("%s\n got %s\nwant %s", line, reply, part)
	}
}

// wantClosed reads to the end of the stream, and returns the lines before it.
func (c *client) wantClosed() (lines []string) {
	c.t.Helper()
	for {
		line, err := c.read()
		switch {
		case err == nil:
			lines = append(lines, line)
		case isTimeout(err):
			c.t.Fatal("the daemon keeps the connection open")
		default: // an end, or a reset where something unread was left behind
			return lines
		}
	}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// seen is the reply to a state.
type seen struct {
	State      string
	StopID     uint64 `json:"stop_id"`
	Causes     []seenCause
	StopResult string `json:"stop_result"`
	Holder     *string
	You        struct {
		Role  string
		Holds bool
	}
	Position, Target *struct{ X, Y, Z float64 }
	Gripper          *string
	Arm              struct{ Driver, Link string }
}

type seenCause struct{ Cause, By string }

// state asks for the state.
func (c *client) state() (s seen) {
	c.t.Helper()
	c.parse(c.ask(`{"type":"state"}`), &s)
	return s
}

// parse reads the JSON of a line into v.
func (c *client) parse(line string, v any) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(line), v); err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
}

// until asks for the state until it is as wanted, and returns it.
func (c *client) until(what string, wanted func(seen) bool) seen {
	c.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		s := c.state()
		if wanted(s) {
			return s
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("the state does not become %s: %+v", what, s)
		}
	}
}

// untilStopped waits until the arm stands after a stop.
func (c *client) untilStopped() seen {
	c.t.Helper()
	return c.until("stopped, and the arm at rest", func(s seen) bool {
		return s.State == "stopped" && s.StopResult == "confirmed"
	})
}

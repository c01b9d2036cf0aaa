package daemon

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/panjf2000/gnet/v2"

	"github.com/aether-arm/aetherd/daemon/config"
)

const (
	askedToMove   = `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open"}`
	answeredMove  = `{"status":"ok","message":"Command received"}`
	askedInPart   = `{"type":"command","x":120.0}`
	answeredPart  = `{"status":"error","message":"Invalid command","code":"missing_field","field":"y"}`
	askedToPing   = `{"type":"ping"}`
	answeredPing  = `{"status":"ok","message":"pong"}`
	answeredLong  = `{"status":"error","message":"Invalid command","code":"line_too_long"}`
	askedToMoveID = `{"type":"move","x":120,"y":0,"z":210,"id":%d}`
)

// unlimited lifts the limit on requests.
func unlimited(c *config.Config) { c.Safety.Rate, c.Safety.Burst = 1e9, 1e9 }

// wantNext reads lines and compares them.
func (c *client) wantNext(lines ...string) {
	c.t.Helper()
	for _, want := range lines {
		if got := c.next(); got != want {
			c.t.Fatalf("\n got %s\nwant %s", got, want)
		}
	}
}

// inbound waits until the daemon has taken from c everything but n bytes, the part of a
// line that it has to keep.
func (r *running) inbound(c *client, n int) {
	r.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		for _, st := range r.inside.desk.stations.all() {
			ours := st.conn.RemoteAddr().String() == c.conn.LocalAddr().String()
			if ours && onLoop(r.t, st.conn, gnet.Conn.InboundBuffered) == n {
				return
			}
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the daemon does not keep %d bytes", n)
		}
	}
}

// onLoop returns f(conn) as the event loop of conn sees it.
func onLoop[T any](t testing.TB, conn gnet.Conn, f func(gnet.Conn) T) T {
	t.Helper()
	result := make(chan T, 1)
	err := conn.EventLoop().Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
		result <- f(conn)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return <-result
}

// TestSplitAnywhere sends the base exchange in two parts, and waits between them until
// the daemon has taken the first.
func TestSplitAnywhere(t *testing.T) {
	r := startInside(t, Options{}, unlimited)
	c := r.station()
	exchange := askedToMove + "\r\n" + askedInPart + "\n"
	first := strings.Index(exchange, "\n") + 1
	for i := 1; i < len(exchange); i++ {
		c.write(exchange[:i])
		if i < first {
			r.inbound(c, i)
		} else {
			c.wantNext(answeredMove)
			r.inbound(c, i-first)
		}
		c.write(exchange[i:])
		if i < first {
			c.wantNext(answeredMove)
		}
		c.wantNext(answeredPart)
	}
}

// TestByteByByte sends every byte in a write of its own.
func TestByteByByte(t *testing.T) {
	r := start(t, Options{}, unlimited)
	c := r.station()
	for _, b := range askedToMove + "\n" + askedInPart + "\n" {
		c.write(string(b))
	}
	c.wantNext(answeredMove, answeredPart)
}

// TestManyLinesInOneWrite is more than one read takes, and many batches.
func TestManyLinesInOneWrite(t *testing.T) {
	r := start(t, Options{}, unlimited)
	c := r.station()
	const n = 2000
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, askedToMoveID+"\n", i)
		lines.WriteString("\r\n\n") // empty lines have no reply
		fmt.Fprintf(&lines, `{"type":"ping","id":"p%d"}`+"\r\n", i)
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = c.conn.Write([]byte(lines.String()))
	}()
	for i := range n {
		c.wantNext(
			fmt.Sprintf(`{"status":"ok","message":"Command received","id":%d}`, i),
			fmt.Sprintf(`{"status":"ok","message":"pong","id":"p%d"}`, i))
	}
	<-sent
}

// padded returns a ping of n bytes.
func padded(n int) string {
	return `{"type":"ping"` + strings.Repeat(" ", n-len(askedToPing)) + `}`
}

func TestLongestLine(t *testing.T) {
	const longest = 4096 // bytes, says the protocol
	r := startInside(t, Options{})
	c := r.station()
	for _, end := range []string{"\n", "\r\n"} {
		c.write(padded(longest) + end)
		c.wantNext(answeredPing)
		c.write(padded(longest+1) + end + askedToPing + end)
		c.wantNext(answeredLong, answeredPing)
	}
	// In parts: it is answered when it is known to be too long, and once only.
	c.write(padded(longest))
	r.inbound(c, longest)
	c.write(" ")
	c.wantNext(answeredLong)
	for range 100 {
		c.write(padded(longest))
	}
	c.write("\n" + askedToPing + "\n")
	c.wantNext(answeredPing)
}

// TestCutOffLineIsNotExecuted closes behind lines that lack only their newline.
func TestCutOffLineIsNotExecuted(t *testing.T) {
	r := start(t, Options{})
	observer := r.station()
	for _, line := range []string{`{"type":"stop"}`, `{"type":"stop"}` + "\r", askedToMove} {
		c := r.station()
		c.want(`{"type":"take"}`, "Control taken")
		if observer.state().Holder == nil {
			t.Fatal("nobody holds")
		}
		c.write(line)
		c.close()
		// Only a daemon that has seen the close has a lease that ended.
		s := observer.until("without a holder", func(s seen) bool { return s.Holder == nil })
		if s.State != "idle" || s.Target != nil || s.Gripper != nil {
			t.Errorf("%q was executed: %+v", line, s)
		}
	}
}

// TestHalfClose is what a shell pipe does: it sends, ends its side, and reads.
func TestHalfClose(t *testing.T) {
	r := start(t, Options{})
	c := r.station()
	c.write(askedToPing + "\n" + askedInPart + "\n" + `{"type":"stop"}`)
	if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(c.wantClosed(), "\n")
	if want := answeredPing + "\n" + answeredPart; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if s := r.station().state(); s.State != "idle" {
		t.Errorf("the stop without its newline was executed: %+v", s)
	}
}

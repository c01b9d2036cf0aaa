package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// station sends lines and reads lines.
type station struct {
	t    testing.TB
	conn *net.TCPConn
	in   *bufio.Reader
}

// station connects to the command port.
func (p *process) station() *station { p.t.Helper(); return dial(p.t, p.ready.Command) }

// pendant connects to the stop port.
func (p *process) pendant() *station { p.t.Helper(); return dial(p.t, p.ready.Stop) }

func dial(t testing.TB, address string) *station {
	t.Helper()
	s, err := connect(t, address)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// connect is dial where a refusal is to be expected.
func connect(t testing.TB, address string) (*station, error) {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &station{t: t, conn: conn.(*net.TCPConn), in: bufio.NewReader(conn)}, nil
}

// send sends lines with one write.
func (s *station) send(lines ...string) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := io.WriteString(s.conn, strings.Join(lines, "\n")+"\n")
	return err
}

// read returns the next line, or what came in its place.
func (s *station) read() (string, error) {
	_ = s.conn.SetReadDeadline(time.Now().Add(patience))
	line, err := s.in.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

// try sends a line and returns the reply. A subscriber's state may come before it: the state
// has a pace of its own.
func (s *station) try(line string) (reply string, err error) {
	if err := s.send(line); err != nil {
		return "", err
	}
	for reply, err = s.read(); err == nil && strings.HasPrefix(reply, `{"event":"state"`); {
		reply, err = s.read()
	}
	return reply, err
}

// ask is try for a reply that must come.
func (s *station) ask(line string) string {
	s.t.Helper()
	reply, err := s.try(line)
	if err != nil {
		s.t.Fatalf("instead of a reply to %s there came %q and %v", line, reply, err)
	}
	return reply
}

// want asks, and checks that the reply contains part.
func (s *station) want(line, part string) {
	s.t.Helper()
	if reply := s.ask(line); !strings.Contains(reply, part) {
		s.t.Fatalf("%s\n got %s\nwant %s", line, reply, part)
	}
}

// next waits for an event.
func (s *station) next(part string) {
	s.t.Helper()
	if line, err := s.read(); err != nil || !strings.Contains(line, part) {
		s.t.Fatalf("want %s, got %q, %v", part, line, err)
	}
}

// moveTo is the line that sends the arm to a place.
func moveTo(p safety.Point) string {
	return fmt.Sprintf(`{"type":"move","x":%g,"y":%g,"z":%g}`, p.X, p.Y, p.Z)
}

// move sends the arm to a place.
func (s *station) move(to safety.Point) {
	s.t.Helper()
	s.want(moveTo(to), `"status":"ok"`)
}

// arrive sends the arm to a place and waits until it is there.
func (s *station) arrive(to safety.Point) {
	s.t.Helper()
	s.want(fmt.Sprintf(`{"type":"move","x":%g,"y":%g,"z":%g,"notify":true,"id":0}`, to.X, to.Y, to.Z), `"status":"ok"`)
	s.next(`{"event":"done"`)
}

// topSpeed asks how fast the arm may go, in mm/s.
func (s *station) topSpeed() float64 {
	s.t.Helper()
	var v struct{ Limits struct{ Speed float64 } }
	line := s.ask(`{"type":"hello"}`)
	if err := json.Unmarshal([]byte(line), &v); err != nil || v.Limits.Speed <= 0 {
		s.t.Fatalf("%s: %v", line, err)
	}
	return v.Limits.Speed
}

// seen is the reply to a state, or the event of a subscriber.
type seen struct {
	Event      string
	State      string
	StopID     uint64 `json:"stop_id"`
	Causes     []struct{ Cause, By string }
	StopResult string `json:"stop_result"`
	Position   *safety.Point
	Arm        struct{ Link string }
}

// first returns what the stop was for.
func (s seen) first() string {
	if len(s.Causes) == 0 {
		return ""
	}
	return s.Causes[0].Cause
}

// answered reports whether the stop has come to something. An arm of which a part is silent
// cannot say that it stands.
func (s seen) answered() bool { return s.StopResult == "confirmed" || s.StopResult == "sent" }

func (s *station) state() (v seen) {
	s.t.Helper()
	line := s.ask(`{"type":"state"}`)
	if err := json.Unmarshal([]byte(line), &v); err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	return v
}

// until watches the state until it is as wanted, and returns it.
func (s *station) until(what string, wanted func(seen) bool) seen {
	s.t.Helper()
	s.want(`{"type":"subscribe","rate_hz":50}`, "Subscribed")
	var v seen
	for deadline := time.Now().Add(patience); v.Event != "state" || !wanted(v); {
		line, err := s.read()
		if err != nil || time.Now().After(deadline) {
			s.t.Fatalf("the state does not become %s: %+v, then %v", what, v, err)
		}
		v = seen{}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
	}
	s.want(`{"type":"unsubscribe"}`, "Unsubscribed")
	return v
}

// untilStopped waits for a stop whose first cause is one of causes, and until it is known what
// it came to on the arm, or the arm cannot say anything.
func (s *station) untilStopped(causes ...string) seen {
	s.t.Helper()
	return s.until("stopped by "+strings.Join(causes, " or ")+", the arm at rest", func(v seen) bool {
		return v.State == "stopped" && slices.Contains(causes, v.first()) &&
			(v.answered() || v.Arm.Link == "down")
	})
}

// untilLink waits until the link is up or down.
func (s *station) untilLink(link string) seen {
	s.t.Helper()
	return s.until("link "+link, func(v seen) bool { return v.Arm.Link == link })
}

// untilStanding waits for a stop that only a reset has to follow: the arm answers and stands.
func (s *station) untilStanding() seen {
	s.t.Helper()
	return s.until("stopped, the arm at rest and there", func(v seen) bool {
		return v.State == "stopped" && v.answered() && v.Arm.Link == "up"
	})
}

// reset ends the present stop.
func (s *station) reset() {
	s.t.Helper()
	s.want(fmt.Sprintf(`{"type":"reset","stop_id":%d}`, s.untilStanding().StopID), `"status":"ok"`)
}

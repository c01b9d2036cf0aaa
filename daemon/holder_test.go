package daemon

import (
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/daemon/config"
)

// far is a motion of almost two seconds.
const far = `{"type":"move","x":-200,"y":0,"z":150}`

// onTheWay has c begin a long motion, and waits until the arm has come some way.
func (r *running) onTheWay(c *client, a *fakeArm) {
	r.t.Helper()
	c.send(far)
	a.until(r.t, "at speed", func() bool {
		calls := a.calls()
		return len(calls) > 0 && calls[len(calls)-1].setpoint.Speed >= 100
	})
}

// wantBraked checks that the arm was decelerated where it was, and neither told to stop
// nor stopped dead.
func wantBraked(t *testing.T, calls []told) {
	t.Helper()
	const most = 2500 * 0.010 // mm/s in one tick at the default stop_accel
	var speeds []float64
	for _, c := range calls {
		switch c.call {
		case "stop":
			t.Error("the arm was told to stop")
		case "move":
			speeds = append(speeds, c.setpoint.Speed)
		}
	}
	end := calls[len(calls)-1].setpoint.Position
	if end.X < -190 || end.X >= 200 {
		t.Errorf("the arm stands at %v, want it on its way", end)
	}
	for i, v := range slices.Concat(speeds, []float64{0}) {
		if i > 0 && speeds[i-1]-v > most+1e-6 {
			t.Errorf("the arm lost more than %v mm/s in one tick: %v", most, speeds)
			return
		}
	}
}

// TestSilentHolder has a holder send what does not count: it is refused, or only asks.
func TestSilentHolder(t *testing.T) {
	const deadman = 150 * time.Millisecond
	a := newFakeArm()
	r := startInside(t, Options{Driver: a}, unlimited, patientGate)
	holder := r.named("laptop")
	holder.want(`{"type":"hello","deadman_ms":150}`, `"deadman_ms":150,`)
	began := time.Now()
	holder.want(far, `"Command received"`)
	s := holder.until("held", func(s seen) bool {
		holder.want(`{"type":"move","x":301,"y":0,"z":0}`, `"out_of_workspace"`)
		holder.want(`{"type":"move","x":0,"y":0,"z":0,"check":true}`, `"Command would be accepted"`)
		return s.State != "active"
	})
	if took := time.Since(began); took < deadman {
		t.Errorf("held after %v", took)
	}
	if s.State != "held" || s.Target != nil || !s.You.Holds {
		t.Errorf("the state is %+v, want held, without a target, and the lease not ended", s)
	}
	r.rest(a)
	wantBraked(t, a.calls())
	holder.want(far, `"Command received"`)
	if s := holder.state(); s.State != "active" {
		t.Errorf("the state is %s, want the next motion to go on", s.State)
	}
}

// TestLostHolder has a holder go in ways that leave only the connection to notice by.
func TestLostHolder(t *testing.T) {
	for name, leave := range map[string]func(*client){
		"closed": (*client).close,
		"reset": func(c *client) {
			_ = c.conn.(*net.TCPConn).SetLinger(0)
			c.close()
		},
		"half closed": func(c *client) { _ = c.conn.(*net.TCPConn).CloseWrite() },
	} {
		t.Run(name, func(t *testing.T) {
			a := newFakeArm()
			r := startInside(t, Options{Driver: a}, patientGate)
			holder, observer := r.named("laptop"), r.station()
			r.onTheWay(holder, a)
			leave(holder)
			r.wantHeld(observer, a)
		})
	}
}

// wantHeld checks that the arm is held because its holder is gone, and that the next
// station can have it.
func (r *running) wantHeld(observer *client, a *fakeArm) {
	r.t.Helper()
	s := observer.until("without a holder", func(s seen) bool { return s.Holder == nil })
	if s.State != "held" || s.Target != nil {
		r.t.Errorf("the state is %+v, want held without a target", s)
	}
	r.rest(a)
	wantBraked(r.t.(*testing.T), a.calls())
	observer.want(`{"type":"move","x":200,"y":0,"z":150}`, `"Command received"`)
	if s := observer.state(); s.State != "active" || !s.You.Holds {
		r.t.Errorf("the state is %+v, want the next station to hold", s)
	}
}

// TestHolderThatDoesNotRead floods requests with large replies until it is disconnected.
func TestHolderThatDoesNotRead(t *testing.T) {
	a := newFakeArm()
	r := startInside(t, Options{Driver: a}, patientGate, func(c *config.Config) {
		c.Server.OutboundLimit = 16 << 10
	})
	observer := r.station()
	holder := r.deaf()
	holder.send(`{"type":"hello","name":"laptop"}`)
	r.onTheWay(holder, a)
	hellos := strings.Repeat(`{"type":"hello"}`+"\n", 1000)
	deadline := time.Now().Add(patience)
	_ = holder.conn.SetWriteDeadline(deadline)
	for {
		if _, err := io.WriteString(holder.conn, hellos); isTimeout(err) {
			t.Fatal("the station that does not read is not disconnected")
		} else if err != nil {
			break
		}
	}
	r.wantHeld(observer, a)
	closed := r.inside.desk.metrics.Closed
	if n := count(t, closed.NotReading); n != 1 {
		t.Errorf("%v connections were closed because they did not read, want 1", n)
	}
	if n := count(t, closed.EOF) + count(t, closed.Error); n != 0 {
		t.Errorf("the connection was counted %v times under another cause", n)
	}
}

// deaf connects a station with a small receive buffer.
func (r *running) deaf() *client {
	r.t.Helper()
	d := net.Dialer{Timeout: patience, Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			if err := syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096); err != nil {
				r.t.Error(err)
			}
		})
	}}
	conn, err := d.Dial("tcp", r.address.Command)
	if err != nil {
		r.t.Fatal(err)
	}
	return newClient(r.t, conn)
}

package daemon

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/daemon/config"
)

// TestTooManyStations fills the command port.
func TestTooManyStations(t *testing.T) {
	const most = 3
	r := start(t, Options{}, func(c *config.Config) { c.Server.MaxStations = most })
	var inside []*client
	for range most {
		c := r.station()
		c.want(askedToPing, `"pong"`) // the daemon has accepted it
		inside = append(inside, c)
	}
	for range 20 {
		want := []string{`{"status":"error","message":"Connection refused","code":"too_many_stations"}`}
		if diff := cmp.Diff(want, r.station().wantClosed()); diff != "" {
			t.Fatalf("a station too many (-want +got):\n%s", diff)
		}
	}
	for _, c := range inside {
		c.want(askedToPing, `"pong"`)
	}
	r.pendant().want(`{"type":"stop"}`, `"stop_id":1`) // the stop port has room of its own
	if s := inside[0].state(); s.State != "stopped" {
		t.Errorf("the state is %s", s.State)
	}

	// When one has gone, the next may come, as soon as the daemon has seen the end.
	inside[0].close()
	deadline := time.Now().Add(patience)
	for {
		c := r.station()
		_, _ = io.WriteString(c.conn, askedToPing+"\n") // or the daemon has closed it already
		if reply, _ := c.read(); reply == answeredPing {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("there is no room where a station has gone")
		}
		c.close()
	}
}

// TestStopPortHasItsOwnLimit fills the stop port.
func TestStopPortHasItsOwnLimit(t *testing.T) {
	r := start(t, Options{}, func(c *config.Config) { c.Server.MaxStations = 1 })
	pendant := r.pendant()
	pendant.want(askedToPing, `"pong"`)
	if lines := r.pendant().wantClosed(); len(lines) != 1 || !strings.Contains(lines[0], "too_many_stations") {
		t.Errorf("a pendant too many was told %q", lines)
	}
	r.station().want(askedToPing, `"pong"`)
	pendant.want(`{"type":"stop"}`, `"stop_id":1`)
}

// from connects to the command port from one of this machine's own addresses.
func (r *running) from(ip string) *client {
	r.t.Helper()
	d := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
	conn, err := d.Dial("tcp", r.address.Command)
	if err != nil {
		r.t.Fatal(err)
	}
	return newClient(r.t, conn)
}

func TestRoles(t *testing.T) {
	r := start(t, Options{}, func(c *config.Config) {
		c.Stations = []config.Station{
			{Address: "127.0.0.2", Role: "observer"},
			{Name: "chief", Address: "127.0.1.0/24", Role: "supervisor"},
			{Name: "screen", Role: "observer"},
			{Address: "127.0.2.0/24", Role: "supervisor"},
		}
	})
	for _, test := range []struct{ from, name, role string }{
		{"127.0.0.1", "", "operator"},
		{"127.0.0.1", "laptop", "operator"},
		{"127.0.0.1", "screen", "observer"},
		{"127.0.0.1", "chief", "operator"}, // a name that is right, from an address that is not
		{"127.0.0.2", "", "observer"},
		{"127.0.0.2", "chief", "observer"},
		{"127.0.1.7", "", "operator"},
		{"127.0.1.7", "chief", "supervisor"},
		{"127.0.2.1", "", "supervisor"},
		{"127.0.2.1", "screen", "observer"}, // the first entry that matches
	} {
		c := r.from(test.from)
		if test.name != "" {
			c.want(`{"type":"hello","name":"`+test.name+`"}`, `"role":"`+test.role+`"`)
		}
		if role := c.state().You.Role; role != test.role {
			t.Errorf("%q from %s is %s, want %s", test.name, test.from, role, test.role)
		}
	}
}

// TestWhatRolesMayDo has an observer, an operator and a supervisor ask for the same arm.
func TestWhatRolesMayDo(t *testing.T) {
	r := start(t, Options{}, patientGate, func(c *config.Config) {
		c.Stations = []config.Station{
			{Name: "visitor", Role: "observer"},
			{Name: "chief", Role: "supervisor"},
		}
	})
	visitor, operator, chief := r.named("visitor"), r.named("laptop"), r.named("chief")
	operator.want(`{"type":"move","x":-200,"y":0,"z":150,"notify":true,"id":1}`, `"ok"`)
	for _, line := range []string{
		askedToMove, `{"type":"grip","gripper":"open"}`, `{"type":"take"}`, `{"type":"release"}`, `{"type":"reset","stop_id":1}`,
	} {
		visitor.want(line, `"not_permitted"`)
	}
	chief.want(far, `"code":"not_in_control","holder":"laptop"`)
	chief.want(`{"type":"take"}`, `"Control taken"`)
	operator.wantNext(`{"event":"stopped","id":1,"cause":"taken"}`)
	operator.want(far, `"code":"not_in_control","holder":"chief"`)
	operator.want(`{"type":"take"}`, `"code":"higher_role_needed","holder":"chief"`)

	visitor.want(`{"type":"stop"}`, `"stop_id":1`)
	want := []seenCause{{"station", "visitor"}}
	if diff := cmp.Diff(want, chief.untilStopped().Causes); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	visitor.want(`{"type":"reset","stop_id":1}`, `"not_permitted"`)
	operator.want(`{"type":"reset","stop_id":1}`, `"Reset"`)

	// Who becomes an observer loses control.
	chief.want(`{"type":"hello","name":"visitor"}`, `"role":"observer"`)
	if holder := operator.state().Holder; holder != nil {
		t.Errorf("%s holds", *holder)
	}
}

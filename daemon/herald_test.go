package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// telling is a herald, and the stations and the log that it tells.
type telling struct {
	*herald
	t   *testing.T
	mu  sync.Mutex
	out bytes.Buffer // the log
}

// post takes events over, and wakes the herald for them.
func (h *telling) post(events []safety.Event) {
	h.herald.post(events)
	h.nudge()
}

func newTelling(t *testing.T) *telling {
	h := &telling{t: t}
	h.herald = newHerald(clock{time.Now().Add(-time.Second)}, zerolog.New(h), newSet(), newStations())
	h.state = func(s *station) *codec.State { return &codec.State{Driver: s.name} }
	return h
}

// Write takes a line of the log.
func (h *telling) Write(line []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.out.Write(line)
}

// run lets the herald tell until the test is over, and waits until it has told everything.
func (h *telling) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.herald.run(ctx)
	}()
	h.t.Cleanup(func() {
		cancel()
		<-ended
	})
	synctest.Wait()
}

// connect adds a station.
func (h *telling) connect(name string) (*station, *fakeConn) {
	c := new(fakeConn)
	c.station = &station{name: name, conn: c, session: new(safety.Session)}
	h.stations.add(c.station)
	return c.station, c
}

// logged returns what the log says of what happened, a line each.
func (h *telling) logged() (lines []string) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for decoder := json.NewDecoder(&h.out); decoder.More(); {
		var l struct {
			Message, State, Cause, By, Holder string
			StopID                            int `json:"stop_id"`
			Session, Events                   int
		}
		if err := decoder.Decode(&l); err != nil {
			h.t.Fatal(err)
		}
		switch l.Message {
		case "state":
			lines = append(lines, fmt.Sprintf("%s by %s %s", l.State, l.Cause, l.By))
		case "stopped":
			lines = append(lines, fmt.Sprintf("stop %d by %s %s", l.StopID, l.Cause, l.By))
		case "control":
			lines = append(lines, fmt.Sprintf("control %q", l.Holder))
		default:
			lines = append(lines, fmt.Sprintf("%d %s", max(l.Session, l.Events), l.Message))
		}
	}
	return lines
}

func TestHeraldKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTelling(t)
		laptop, laptopConn := h.connect("laptop")
		pendant, pendantConn := h.connect("pendant")
		gone, goneConn := h.connect("gone")
		h.stations.remove(gone)
		h.subscribe(pendant, 0.001)
		h.run()
		pendantConn.sent() // the first state

		by := safety.Cause{Kind: safety.CauseStation, By: "pendant"}
		at := safety.Point{X: 1, Y: 2, Z: 3}
		h.post([]safety.Event{
			{Kind: safety.ControlChanged, Holder: "laptop"},
			{Kind: safety.StateChanged, State: safety.Active, Cause: safety.Cause{Kind: safety.CauseOrdered, By: "laptop"}},
			{Kind: safety.Superseded, Session: laptop.session, Tag: `1`},
			{Kind: safety.ExpiredUnbegun, Session: laptop.session, Tag: `"b"`},
		})
		h.post([]safety.Event{
			{Kind: safety.Done, Session: pendant.session, Tag: `3`, Position: at},
			{Kind: safety.Done, Session: gone.session, Tag: `4`},
			{Kind: safety.StoppedShort, Session: laptop.session, Tag: `5`, Cause: by},
			{Kind: safety.StateChanged, State: safety.Stopped, Cause: by},
			{Kind: safety.StopLatched, StopID: 9, Cause: by},
			{Kind: safety.ControlChanged},
		})
		synctest.Wait()
		checkSent(t, "laptop", laptopConn, `{"event":"superseded","id":1}`, `{"event":"expired","id":"b"}`,
			`{"event":"stopped","id":5,"cause":"station"}`)
		checkSent(t, "pendant", pendantConn, `{"event":"control","holder":"laptop"}`,
			`{"event":"done","id":3,"position":{"x":1,"y":2,"z":3}}`, `{"event":"control","holder":null}`)
		checkSent(t, "gone", goneConn)
		want := []string{`control "laptop"`, "active by ordered laptop", "stopped by station pendant", "stop 9 by station pendant", `control ""`}
		if diff := cmp.Diff(want, h.logged()); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
	})
}

func checkSent(t *testing.T, name string, c *fakeConn, want ...string) {
	t.Helper()
	got, closed := c.sent()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s was told (-want +got):\n%s", name, diff)
	}
	if closed != 0 {
		t.Errorf("%s was closed", name)
	}
}

// Repeated stops of one cause are one line of the log that names the last of them, as long as
// nobody has told of the first. Each is counted.
func TestHeraldSumsUpStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTelling(t)
		button := safety.Cause{Kind: safety.CauseStation, By: "button"}
		alarm := safety.Cause{Kind: safety.CauseArmAlarm, By: "ALARM:1"}
		id := uint64(0)
		stops := func(n int, c safety.Cause) {
			for range n {
				id++
				h.post([]safety.Event{{Kind: safety.StopLatched, StopID: id, Cause: c}})
			}
		}
		stops(100000, button)
		stops(1, alarm)
		stops(2, button)
		h.run()
		stops(1, button)
		synctest.Wait()
		want := []string{"stop 100000 by station button", "stop 100001 by arm_alarm ALARM:1",
			"stop 100003 by station button", "stop 100004 by station button"}
		if diff := cmp.Diff(want, h.logged()); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
		if n := count(t, h.metrics.Stops[safety.CauseStation]); n != 100003 {
			t.Errorf("%v stops by stations counted, want 100003", n)
		}
	})
}

// A station that gives another name at every stop does not fill the log: a change of the state is
// told in any case.
func TestHeraldSamplesStopsOfStations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTelling(t)
		h.run()
		for id := range uint64(1000) {
			by := safety.Cause{Kind: safety.CauseStation, By: strconv.FormatUint(id, 10)}
			h.post([]safety.Event{{Kind: safety.StopLatched, StopID: id, Cause: by}})
		}
		alarm := safety.Cause{Kind: safety.CauseArmAlarm, By: "ALARM:1"}
		h.post([]safety.Event{{Kind: safety.StateChanged, State: safety.Stopped, Cause: alarm}, {Kind: safety.StopLatched, StopID: 1001, Cause: alarm}})
		synctest.Wait()
		logged := h.logged()
		if len(logged) > 20 {
			t.Errorf("%d lines for 1000 stops", len(logged))
		}
		want := []string{"stopped by arm_alarm ALARM:1", "stop 1001 by arm_alarm ALARM:1"}
		if diff := cmp.Diff(want, logged[max(len(logged)-2, 0):]); diff != "" {
			t.Errorf("the end of the log (-want +got):\n%s", diff)
		}
	})
}

// Where more is to be told than the queue holds, nothing goes missing in silence: who is owed
// a notice is disconnected, and the rest is counted.
func TestHeraldQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTelling(t)
		laptop, laptopConn := h.connect("laptop")
		pendant, pendantConn := h.connect("pendant")
		superseded := func(n int, s *station) {
			for range n {
				h.post([]safety.Event{{Kind: safety.Superseded, Session: s.session, Tag: "1"}})
			}
		}
		superseded(maxQueued, laptop)
		superseded(1000, pendant)
		h.post([]safety.Event{{Kind: safety.StateChanged}, {Kind: safety.ControlChanged}})
		if n := len(h.queue); n != maxQueued {
			t.Errorf("%d events wait, want %d", n, maxQueued)
		}
		h.run()
		if lines, closed := laptopConn.sent(); len(lines) != maxQueued || closed != 0 {
			t.Errorf("the laptop was told %d events, and closed %d times", len(lines), closed)
		}
		if lines, closed := pendantConn.sent(); len(lines) != 0 || closed != 1 {
			t.Errorf("the pendant was told %d events, and closed %d times", len(lines), closed)
		}
		want := []string{"2 disconnected: more notices than can be sent", "2 events were not logged: too many at once"}
		if diff := cmp.Diff(want, h.logged()); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
		if n := count(t, h.metrics.NotifyEvents[safety.Superseded]); n != maxQueued+1000 {
			t.Errorf("%v events counted, want %d", n, maxQueued+1000)
		}
		superseded(1, laptop) // and then it goes on
		synctest.Wait()
		checkSent(t, "laptop", laptopConn, `{"event":"superseded","id":1}`)
	})
}

func TestSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTelling(t)
		fast, fastConn := h.connect("fast")
		slow, slowConn := h.connect("slow")
		h.run()
		check := func(when string, wantFast, wantSlow, subscribers int) {
			t.Helper()
			synctest.Wait()
			f, _ := fastConn.sent()
			s, _ := slowConn.sent()
			if len(f) != wantFast || len(s) != wantSlow {
				t.Errorf("%s: %d and %d lines, want %d and %d", when, len(f), len(s), wantFast, wantSlow)
			}
			if n := count(t, h.metrics.Subscribers); n != float64(subscribers) {
				t.Errorf("%s: %v subscribers counted, want %d", when, n, subscribers)
			}
		}
		h.subscribe(fast, 50)
		h.subscribe(slow, 2)
		check("at once", 1, 1, 2)
		pass(time.Second)
		check("after a second", 50, 2, 2)
		h.subscribe(fast, 10)
		check("at a new rate", 1, 0, 2)
		pass(time.Second)
		check("a second later", 10, 2, 2)
		h.unsubscribe(fast)
		h.unsubscribe(fast)
		pass(time.Second)
		check("with one subscriber", 0, 2, 1)
		h.unsubscribe(slow)
		pass(time.Hour)
		check("without subscribers", 0, 0, 0)
	})
}

// Without subscribers the herald sleeps until something happens.
func TestHeraldSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTelling(t)
		s, _ := h.connect("laptop")
		h.run()
		looked := func() bool { // whether the herald has been awake since the last call
			h.herald.mu.Lock()
			defer h.herald.mu.Unlock()
			was := h.lost == 0
			h.lost = 1
			return was
		}
		looked()
		pass(24 * time.Hour)
		if looked() {
			t.Error("the herald woke up before anybody subscribed")
		}
		h.subscribe(s, 1)
		pass(time.Minute)
		if !looked() {
			t.Error("the herald sleeps with a subscriber")
		}
		h.unsubscribe(s)
		pass(time.Second) // the timer that runs already
		looked()
		pass(24 * time.Hour)
		if looked() {
			t.Error("the herald woke up after the last subscriber had gone")
		}
	})
}

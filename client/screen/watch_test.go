package screen

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

func TestWatchViews(t *testing.T) {
	views(t, "watch", func(ctx context.Context, f *fakeArm) Screen { return NewWatch(ctx, f, "arm.local:5000") })
}

// views compares a screen at every size with its golden file, in each situation.
func views(t *testing.T, name string, make func(context.Context, *fakeArm) Screen) {
	sizes := []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 44, Height: 12}, {Width: 20, Height: 4}}
	for situation, messages := range situations() {
		for _, size := range sizes {
			f := newFakeArm()
			v := &viewer{Screen: make(t.Context(), f), now: began}
			v.tell(size)
			v.tell(messages...)
			golden(t, name+"_"+situation, size, v.plain())
		}
	}
}

func situations() map[string][]tea.Msg {
	state := func(edit func(s *client.State)) tea.Msg {
		s := client.State{State: "idle", Role: "operator", Position: safety.Point{X: 200, Z: 150}, HasPosition: true,
			Gripper: safety.GripperOpen, LinkUp: true, Driver: "sim"}
		edit(&s)
		return client.Event{Kind: client.StateEvent, State: s}
	}
	stop := func(s *client.State) {
		s.State, s.StopID, s.Holder = "stopped", 7, "laptop"
		s.Causes = []client.Cause{{Cause: "station", By: "pendant"}, {Cause: "tracking_error"}}
	}
	down := newFakeArm().connection
	down.Up, down.Attempts = false, 3
	down.Err = errors.New("connect to aetherd at arm.local:5000: dial tcp 10.0.0.7:5000: connect: connection refused")
	changed := newFakeArm().connection
	changed.ConfigChanged = true
	return map[string][]tea.Msg{
		"nothing": nil,
		"idle":    {state(func(*client.State) {}), pingDone{roundTrip: 300 * time.Microsecond}, pingDone{roundTrip: 900 * time.Microsecond}, pingDone{err: errors.New("lost")}},
		"active": {state(func(s *client.State) {
			s.State, s.Holds, s.Holder = "active", true, "pult"
			s.Target, s.HasTarget = safety.Point{X: -100, Y: 50, Z: 300}, true
			s.Joints = []client.Joint{{Name: "base", Angle: 0.1235}, {Name: "elbow", Angle: -1.5}}
		})},
		"stopped":      {state(stop)},
		"reset":        {state(stop), key("r")},
		"reset_done":   {state(stop), resetDone{id: 7}},
		"not_stopped":  {state(stop), stopDone{err: errors.New("stop port 10.0.0.7:5001: refused; command port 10.0.0.7:5000: refused")}},
		"held":         {state(func(s *client.State) { s.State, s.Gripper = "held", safety.GripperAt(35) })},
		"other":        {state(func(s *client.State) { s.State, s.Holder = "active", "evil\x1b[2Jname" })},
		"link_down":    {state(func(s *client.State) { s.LinkUp, s.HasPosition = false, false })},
		"reconnecting": {state(stop), client.Event{Kind: client.ConnectionEvent, Connection: down}},
		"changed":      {client.Event{Kind: client.ConnectionEvent, Connection: changed}, state(func(*client.State) {})},
		"help":         {state(func(*client.State) {}), key("?")},
	}
}

// What the operator's keys ask of the arm.
func TestWatchKeys(t *testing.T) {
	stopped := client.Event{Kind: client.StateEvent, State: client.State{State: "stopped", StopID: 7}}
	again := stopped
	again.State.StopID = 8
	for name, c := range map[string]struct {
		messages []tea.Msg
		want     []string
	}{
		"s":               {[]tea.Msg{key("s")}, []string{"stop"}},
		"space":           {[]tea.Msg{key("space")}, []string{"stop"}},
		"r":               {[]tea.Msg{stopped, key("r")}, nil},
		"r, y":            {[]tea.Msg{stopped, key("r"), read, key("y")}, []string{"reset 7"}},
		"r, y at once":    {[]tea.Msg{stopped, key("r"), key("y"), read, key("y")}, nil},
		"r, n":            {[]tea.Msg{stopped, key("r"), read, key("n"), key("y")}, nil},
		"r, r":            {[]tea.Msg{stopped, key("r"), key("r")}, nil},
		"r, another stop": {[]tea.Msg{stopped, key("r"), again, read, key("y")}, nil},
		"r, s":            {[]tea.Msg{stopped, key("r"), read, key("s"), key("y")}, []string{"stop"}},
		// The daemon was restarted, and counts its stops anew.
		"r, reconnected": {[]tea.Msg{stopped, key("r"), client.Event{Kind: client.ConnectionEvent, Connection: newFakeArm().connection}, stopped, read, key("y")}, nil},
		"r, not stopped": {[]tea.Msg{key("r"), key("y")}, nil},
		"q":              {[]tea.Msg{key("q")}, []string{"quit"}},
		"q, r, y":        {[]tea.Msg{stopped, key("q"), key("r"), read, key("y")}, []string{"quit"}},
		"q, s":           {[]tea.Msg{key("q"), key("s")}, []string{"quit", "stop"}},
		"ctrl+c":         {[]tea.Msg{key("ctrl+c")}, []string{"interrupt"}},
		"ticks":          {[]tea.Msg{Tick{}, Tick{}}, []string{"ping"}},
		"pasted":         {[]tea.Msg{tea.PasteMsg{Content: "s"}}, nil},
	} {
		f := newFakeArm()
		v := &viewer{Screen: NewWatch(t.Context(), f, ""), now: began}
		v.tell(c.messages...)
		if diff := cmp.Diff(c.want, f.calls()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// read is longer than it takes to read a question.
const read = later(time.Second)

// Who leaves behind a stop sees whether that failed. To leave twice does not wait.
func TestLeavingWaitsForTheStop(t *testing.T) {
	for _, screen := range []func(f *fakeArm) Screen{
		func(f *fakeArm) Screen { return NewWatch(t.Context(), f, "") },
		func(f *fakeArm) Screen { return NewJog(t.Context(), f, "", 40, 0) },
	} {
		for _, leave := range []string{"q", "esc", "ctrl+c"} {
			s := screen(newFakeArm())
			if _, isJog := s.(*Jog); isJog == (leave == "q") {
				continue // q moves, in jog
			}
			s.Update(began, key("space"))
			if s.Update(began, key(leave)) != nil {
				t.Errorf("%T: %s leaves before the stop has an answer", s, leave)
			}
			if s.Update(began, stopDone{err: errors.New("failed")}) != nil {
				t.Errorf("%T: %s leaves behind a stop that failed", s, leave)
			}
			s.Update(began, key("space"))
			s.Update(began, key(leave))
			if s.Update(began, stopDone{id: 1}) == nil {
				t.Errorf("%T: %s does not leave behind the stop", s, leave)
			}
			s = screen(newFakeArm())
			s.Update(began, key("space"))
			s.Update(began, key(leave))
			if s.Update(began, key(leave)) == nil {
				t.Errorf("%T: %s twice waits", s, leave)
			}
		}
	}
}

// A stop is only suppressed where it could add nothing.
func TestStopsAreNotLost(t *testing.T) {
	f := newFakeArm()
	w := NewWatch(t.Context(), f, "")
	first := w.Update(began, key("s"))
	if second := w.Update(began, key("s")); first == nil || second != nil {
		t.Error("a stop while one is under way")
	}
	w.Update(began, stopDone{id: 1})
	if w.Update(began.Add(10*time.Millisecond), key("s")) == nil {
		t.Error("no stop though the arm is not known to be stopped")
	}
	w.Update(began, stopDone{err: errors.New("failed")})
	if w.Update(began.Add(20*time.Millisecond), key("s")) == nil {
		t.Error("no stop behind one that failed")
	}
	w.Update(began, stopDone{id: 2})
	w.Update(began, client.Event{Kind: client.StateEvent, State: client.State{State: "stopped", StopID: 2}})
	if w.Update(began.Add(50*time.Millisecond), key("s")) != nil {
		t.Error("a stop for a key that repeats, while stopped")
	}
	if w.Update(began.Add(time.Second), key("s")) == nil {
		t.Error("no stop for another press")
	}
}

// Nothing that others choose reaches the terminal as a control sequence, and the stop is never
// red on yellow.
func TestWhatReachesTheTerminal(t *testing.T) {
	for situation, messages := range situations() {
		for _, s := range []Screen{NewWatch(t.Context(), newFakeArm(), "a\x1b]0;b"), NewJog(t.Context(), newFakeArm(), "a", 40, 0)} {
			v := &viewer{Screen: s, now: began}
			v.tell(tea.WindowSizeMsg{Width: 80, Height: 24})
			v.tell(messages...)
			content := s.View().Content
			for _, bad := range []string{"\x1b[2J", "\x1b]", "\x1b[31;", "[41m", ";41", "[43m", ";43"} {
				if strings.Contains(content, bad) {
					t.Errorf("%s: %q", situation, bad)
				}
			}
		}
	}
}

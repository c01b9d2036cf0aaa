package screen

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/jog"
	"github.com/aether-arm/aetherd/safety"
)

func TestJogViews(t *testing.T) {
	views(t, "jog", func(ctx context.Context, f *fakeArm) Screen {
		return NewJog(ctx, f, "arm.local:5000", jog.DefaultSpeed, 0)
	})
}

func TestJogViewWithReleases(t *testing.T) {
	v := &viewer{Screen: NewJog(t.Context(), newFakeArm(), "arm.local:5000", 40, 0), now: began}
	size := tea.WindowSizeMsg{Width: 80, Height: 24}
	v.tell(size, tea.KeyboardEnhancementsMsg{Flags: 3})
	v.tell(situations()["idle"]...)
	golden(t, "jog_releases", size, v.plain())
}

// operator is a person with a keyboard at a jog screen.
type operator struct {
	*viewer
	fake *fakeArm
	jog  *Jog
}

func newOperator(t *testing.T, releases bool) *operator {
	f := newFakeArm()
	j := NewJog(t.Context(), f, "", 30, 0)
	o := &operator{&viewer{Screen: j, now: began}, f, j}
	if releases {
		o.tell(tea.KeyboardEnhancementsMsg{Flags: 3})
	}
	o.state(func(*client.State) {})
	return o
}

func (o *operator) state(edit func(s *client.State)) {
	s := client.State{State: "idle", HasPosition: true, LinkUp: true, Position: safety.Point{Z: 100}}
	edit(&s)
	o.tell(client.Event{Kind: client.StateEvent, State: s})
}

// wait lets ticks come, and the arm's state with them.
func (o *operator) wait(d time.Duration) {
	for end := o.now.Add(d); o.now.Before(end); {
		o.now = o.now.Add(20 * time.Millisecond)
		o.tell(Tick{}, client.Event{Kind: client.StateEvent, State: o.jog.state})
	}
}

func TestJogKeys(t *testing.T) {
	for name, c := range map[string]struct {
		messages []tea.Msg
		want     []string
	}{
		"w":                {[]tea.Msg{key("w")}, []string{"move 1.0 0.0 100.0"}},
		"up":               {[]tea.Msg{key("up")}, []string{"move 1.0 0.0 100.0"}},
		"s":                {[]tea.Msg{key("s")}, []string{"move -1.0 0.0 100.0"}},
		"a":                {[]tea.Msg{key("a")}, []string{"move 0.0 1.0 100.0"}},
		"d":                {[]tea.Msg{key("d")}, []string{"move 0.0 -1.0 100.0"}},
		"e":                {[]tea.Msg{key("e")}, []string{"move 0.0 0.0 101.0"}},
		"q":                {[]tea.Msg{key("q")}, []string{"move 0.0 0.0 99.0"}},
		"caps":             {[]tea.Msg{tea.KeyPressMsg{Code: 'w', ShiftedCode: 'W', Text: "W", Mod: tea.ModShift}}, []string{"move 1.0 0.0 100.0"}},
		"ctrl+w":           {[]tea.Msg{tea.KeyPressMsg{Code: 'w', Mod: tea.ModCtrl}}, nil},
		"pasted":           {[]tea.Msg{tea.PasteMsg{Content: "wwww"}}, nil},
		"space":            {[]tea.Msg{key("w"), key("space")}, []string{"move 1.0 0.0 100.0", "stop"}},
		"ctrl+space":       {[]tea.Msg{tea.KeyPressMsg{Code: tea.KeySpace, Mod: tea.ModCtrl}}, []string{"stop"}},
		"t":                {[]tea.Msg{key("t")}, []string{"take"}},
		"l":                {[]tea.Msg{key("l")}, []string{"release"}},
		"gripper, unknown": {[]tea.Msg{key("[")}, []string{"grip open"}},
		"gripper, twice":   {[]tea.Msg{key("]"), key("[")}, []string{"grip closed", "grip 5"}},
		"esc":              {[]tea.Msg{key("esc")}, []string{"quit"}},
		"esc, [ and a":     {[]tea.Msg{key("esc"), key("["), key("a")}, []string{"quit"}}, // an arrow key in pieces
		"ctrl+c":           {[]tea.Msg{key("ctrl+c")}, []string{"interrupt"}},
		"ticks":            {[]tea.Msg{Tick{}, Tick{}}, nil}, // no ping: it would feed the deadman
	} {
		o := newOperator(t, false)
		o.tell(c.messages...)
		if diff := cmp.Diff(c.want, o.fake.calls()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestJogSpeed(t *testing.T) {
	o := newOperator(t, false)
	for range 5 {
		o.tell(key("+"))
	}
	if got := o.jog.pendant.Speed(); got != 250 {
		t.Errorf("the fastest is %v", got)
	}
	for range 20 {
		o.tell(key("-"))
	}
	if got := o.jog.pendant.Speed(); got != 1 {
		t.Errorf("the slowest is %v", got)
	}
}

// A stop while the connection is down, and a reset: the key that is down does nothing then.
func TestJogStopAndReset(t *testing.T) {
	o := newOperator(t, true)
	o.tell(key("w"))
	down := o.fake.connection
	down.Up = false
	o.tell(client.Event{Kind: client.ConnectionEvent, Connection: down})
	o.fake.calls()
	o.tell(key("space"))
	if diff := cmp.Diff([]string{"stop"}, o.fake.calls()); diff != "" {
		t.Errorf("while it is down (-want +got):\n%s", diff)
	}
	o.tell(client.Event{Kind: client.ConnectionEvent, Connection: o.fake.connection})
	repeat := key("w")
	repeat.IsRepeat = true
	o.tell(repeat)
	o.state(func(s *client.State) { s.State, s.StopID = "stopped", 1 })
	o.tell(repeat, key("r"), repeat)
	o.wait(300 * time.Millisecond)
	o.tell(key("y"))
	o.state(func(*client.State) {})
	o.tell(repeat)
	o.wait(300 * time.Millisecond)
	o.tell(repeat)
	if diff := cmp.Diff([]string{"reset 1"}, o.fake.calls()); diff != "" {
		t.Errorf("behind the reset (-want +got):\n%s", diff)
	}
	o.tell(tea.KeyReleaseMsg{Code: 'w'}, key("w"))
	if got := o.fake.calls(); len(got) != 1 {
		t.Errorf("pressed again: %q", got)
	}
}

// What was typed while the program stood still does nothing, but for a stop.
func TestJogTypedWhileItStoodStill(t *testing.T) {
	for _, releases := range []bool{true, false} {
		o := newOperator(t, releases)
		o.wait(100 * time.Millisecond)
		o.now = o.now.Add(2 * time.Second)
		o.tell(key("["), key("w"), key("t"), key("+"), key("space"))
		if diff := cmp.Diff([]string{"stop"}, o.fake.calls()); diff != "" {
			t.Errorf("releases %v (-want +got):\n%s", releases, diff)
		}
	}
}

// The gripper stays where it is, as long as it is not known where that is.
func TestJogGripperBeforeTheScreen(t *testing.T) {
	o := &viewer{Screen: NewJog(t.Context(), newFakeArm(), "", 40, 0), now: began}
	o.tell(key("]"), key("["))
	if got := o.fake().calls(); got != nil {
		t.Errorf("%q", got)
	}
}

// From the key on, and not from the daemon's answer.
func TestJogStopEndsTheMotion(t *testing.T) {
	o := newOperator(t, true)
	o.tell(key("w"))
	if o.jog.Update(o.now, key("space")) == nil { // whose answer does not come
		t.Error("no stop")
	}
	o.fake.calls()
	o.wait(200 * time.Millisecond)
	if got := o.fake.calls(); got != nil {
		t.Errorf("it goes on: %q", got)
	}
}

func TestJogLosesTheFocus(t *testing.T) {
	o := newOperator(t, true)
	o.tell(key("w"))
	o.tell(tea.BlurMsg{})
	o.fake.calls()
	o.wait(200 * time.Millisecond)
	if got := o.fake.calls(); got != nil {
		t.Errorf("it goes on: %q", got)
	}
}

// The release is told by the key, whatever was pressed beside it.
func TestJogReleaseUnderShift(t *testing.T) {
	o := newOperator(t, true)
	o.tell(tea.KeyPressMsg{Code: 'w', Text: "w"})
	o.tell(tea.KeyPressMsg{Code: tea.KeyLeftShift, Mod: tea.ModShift})
	o.tell(tea.KeyReleaseMsg{Code: 'w', ShiftedCode: 'W', Text: "W", Mod: tea.ModShift})
	o.fake.calls()
	o.wait(200 * time.Millisecond)
	if got := o.fake.calls(); got != nil {
		t.Errorf("it goes on: %q", got)
	}
}

func TestJogRefused(t *testing.T) {
	o := newOperator(t, true)
	o.fake.err = &client.Error{Code: client.ErrNotInControl, Holder: "laptop"}
	size := tea.WindowSizeMsg{Width: 80, Height: 24}
	o.tell(size, key("w"))
	o.wait(200 * time.Millisecond)
	if diff := cmp.Diff([]string{"move 1.0 0.0 100.0"}, o.fake.calls()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	golden(t, "jog_refused", size, o.plain())
}

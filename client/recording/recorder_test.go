package recording

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// The form of every line, which other programs read.
func TestLines(t *testing.T) {
	var out bytes.Buffer
	r := NewRecorder(&out)
	if err := r.Begin(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC), &client.Welcome{Server: "aetherd 1", Arm: "left", Driver: "sim", ConfigHash: "abc"}, 50); err != nil {
		t.Fatal(err)
	}
	target := safety.Point{X: 1, Y: 2, Z: 3}
	for _, e := range []client.Event{
		{Kind: client.StateEvent, State: client.State{State: "idle"}},
		{Kind: client.ControlEvent, Holder: "laptop"},
		{Kind: client.StateEvent, State: client.State{
			State: "active", Holder: "laptop", Position: safety.Point{X: 200.125, Y: -1}, HasPosition: true, Target: target, HasTarget: true,
			Gripper: safety.GripperAt(35), Joints: []client.Joint{{Name: "base", Angle: 0.5}},
		}},
		{Kind: client.StateEvent, State: client.State{State: "stopped", StopID: 4, Causes: []client.Cause{{Cause: "station", By: "pendant"}}, Gripper: safety.GripperClosed}},
		{Kind: client.ControlEvent},
		{Kind: client.ConnectionEvent, Connection: client.Connection{Err: errors.New("gone")}},
		{Kind: client.ConnectionEvent, Connection: client.Connection{Up: true, ConfigChanged: true}},
	} {
		if err := r.Add(r.Length+20_040*time.Microsecond, e); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"t_ms":0,"event":"recording","started":"2026-05-04T03:02:01Z","server":"aetherd 1","arm":"left","driver":"sim","config_hash":"abc","rate_hz":50}
{"t_ms":20,"position":null,"target":null,"gripper":null,"state":"idle","holder":null}
{"t_ms":40.1,"event":"control","holder":"laptop"}
{"t_ms":60.1,"position":{"x":200.125,"y":-1,"z":0},"target":{"x":1,"y":2,"z":3},"gripper":35,"state":"active","holder":"laptop","joints":{"base":0.5}}
{"t_ms":80.2,"position":null,"target":null,"gripper":"closed","state":"stopped","holder":null,"stop_id":4,"causes":[{"cause":"station","by":"pendant"}]}
{"t_ms":100.2,"event":"control","holder":null}
{"t_ms":120.2,"event":"connection","up":false,"error":"gone"}
{"t_ms":140.3,"event":"connection","up":true,"config_changed":true}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if r.States != 3 || r.Length != 7*20_040*time.Microsecond {
		t.Errorf("%d states, %v", r.States, r.Length)
	}
}

// writes counts calls, each of which has to be a whole line, until there is no room.
type writes struct{ room, taken int }

func (w *writes) Write(b []byte) (int, error) {
	if bytes.Count(b, []byte("\n")) != 1 || b[len(b)-1] != '\n' {
		return 0, errors.New("not one line")
	}
	if w.taken == w.room {
		return 0, io.ErrShortWrite
	}
	w.taken++
	return len(b), nil
}

func TestRecorderCountsWhatWasKept(t *testing.T) {
	w := &writes{room: 4}
	r := NewRecorder(w)
	if err := r.Begin(time.Time{}, &client.Welcome{}, 50); err != nil {
		t.Fatal(err)
	}
	var err error
	for i := time.Duration(1); err == nil; i++ {
		err = r.Add(i*time.Second, client.Event{Kind: client.StateEvent})
	}
	if !errors.Is(err, io.ErrShortWrite) || r.States != 3 || r.Length != 3*time.Second {
		t.Errorf("%v: %d states, %v", err, r.States, r.Length)
	}
}

// What is recorded is read back: where the arm was and when, and each change of the gripper.
func TestRecordingReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axis := rapid.Map(rapid.IntRange(-1e6, 1e6), func(n int) float64 { return float64(n) / 1000 })
		var out bytes.Buffer
		r := NewRecorder(&out)
		if err := r.Begin(time.Time{}, &client.Welcome{Arm: "left", ConfigHash: "abc"}, 50); err != nil {
			t.Fatal(err)
		}
		want := &Track{Arm: "left", ConfigHash: "abc"}
		at, begin, gripper := time.Duration(0), time.Duration(-1), safety.GripperUnchanged
		for i := range rapid.IntRange(1, 20).Draw(t, "states") {
			at += time.Duration(rapid.IntRange(1, 1000).Draw(t, "gap")) * 100 * time.Microsecond
			s := client.State{
				State: "active", HasPosition: begin < 0 || rapid.Bool().Draw(t, "known"), Gripper: safety.Gripper(rapid.IntRange(0, 101).Draw(t, "gripper")),
				Position: safety.Point{X: axis.Draw(t, "x"), Y: axis.Draw(t, "y"), Z: axis.Draw(t, "z")},
			}
			if err := r.Add(at, client.Event{Kind: client.StateEvent, State: s}); err != nil {
				t.Fatal(err)
			}
			if begin < 0 {
				begin = at
			}
			line := i + 2
			if s.HasPosition {
				want.Samples = append(want.Samples, Sample{At: at - begin, Point: s.Position, Line: line})
				want.Length = max(want.Length, at-begin)
			}
			if s.Gripper != safety.GripperUnchanged && s.Gripper != gripper {
				gripper = s.Gripper
				want.Grips = append(want.Grips, Grip{at - begin, gripper, line})
				want.Length = max(want.Length, at-begin)
			}
		}
		got, err := Read(&out)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	})
}

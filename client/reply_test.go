package client

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// drawPoint draws mm with three decimals, as they are printed.
func drawPoint(t *rapid.T, label string) safety.Point {
	axis := rapid.Map(rapid.IntRange(-1e6, 1e6), func(n int) float64 { return float64(n) / 1000 })
	return safety.Point{X: axis.Draw(t, label+" x"), Y: axis.Draw(t, label+" y"), Z: axis.Draw(t, label+" z")}
}

// drawJoints draws rad with four decimals, as they are printed.
func drawJoints(t *rapid.T) (all []Joint) {
	name := rapid.StringMatching(`\PC{1,20}`)
	for _, n := range rapid.SliceOfNDistinct(name, 0, 8, rapid.ID[string]).Draw(t, "joints") {
		all = append(all, Joint{n, float64(rapid.IntRange(-62832, 62832).Draw(t, n)) / 10000})
	}
	return all
}

func drawMillis(t *rapid.T, label string) time.Duration {
	return time.Duration(rapid.IntRange(1, 1e6).Draw(t, label)) * time.Millisecond
}

// What the daemon prints of its state is read as it was.
func TestStateReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SliceOfN(rapid.SampledFrom(safety.StopCauses()), 1, 16)
		snap := safety.Snapshot{
			State:       safety.State(rapid.IntRange(0, 3).Draw(t, "state")),
			Holder:      rapid.StringMatching(`\PC{0,20}`).Draw(t, "holder"),
			Holds:       rapid.Bool().Draw(t, "holds"),
			Role:        safety.Role(rapid.IntRange(0, 2).Draw(t, "role")),
			LinkUp:      rapid.Bool().Draw(t, "link"),
			HasPosition: rapid.Bool().Draw(t, "has position"),
			HasTarget:   rapid.Bool().Draw(t, "has target"),
			Gripper:     safety.Gripper(rapid.IntRange(0, 101).Draw(t, "gripper")),
		}
		want := State{
			State: snap.State.String(), Holder: snap.Holder, Holds: snap.Holds, Role: snap.Role.String(),
			LinkUp: snap.LinkUp, HasPosition: snap.HasPosition, HasTarget: snap.HasTarget,
			Gripper: snap.Gripper, Driver: "sim",
		}
		if snap.HasPosition {
			snap.Position = drawPoint(t, "position")
			want.Position = snap.Position
			want.Joints = drawJoints(t)
		}
		if snap.HasTarget {
			snap.Target = drawPoint(t, "target")
			want.Target = snap.Target
		}
		if snap.State == safety.Stopped {
			snap.StopID = rapid.Uint64().Draw(t, "stop id")
			snap.StopResult = safety.StopResult(rapid.IntRange(0, 3).Draw(t, "result"))
			want.StopID, want.StopResult = snap.StopID, snap.StopResult.String()
			for _, k := range kinds.Draw(t, "causes") {
				by := rapid.StringN(0, 300, -1).Draw(t, "by")
				snap.Causes = append(snap.Causes, safety.Cause{Kind: k, By: by})
				want.Causes = append(want.Causes, Cause{k.String(), by})
			}
		}
		for _, print := range []func(*codec.State) []byte{
			func(s *codec.State) []byte { return codec.AppendState(nil, s, []byte("7")) },
			func(s *codec.State) []byte { return codec.AppendStateEvent(nil, s) },
		} {
			s := codec.State{Snapshot: snap, Driver: "sim"}
			for _, joint := range want.Joints {
				s.Joints, s.Angles = append(s.Joints, joint.Name), append(s.Angles, joint.Angle)
			}
			line := print(&s)
			if len(line) > maxReply {
				t.Fatalf("%d bytes are more than are taken", len(line))
			}
			r, err := parse(line)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, r.state()); diff != "" {
				t.Fatalf("%s\n%s", line, diff)
			}
		}
	})
}

// What the daemon prints to welcome a station is read as it was.
func TestWelcomeReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(0.001, 1e6)
		want := Welcome{
			Session:    rapid.Uint64().Draw(t, "session"),
			Server:     "aetherd " + rapid.StringMatching(`\PC{0,20}`).Draw(t, "version"),
			Arm:        rapid.StringMatching(`\PC{0,20}`).Draw(t, "arm"),
			Driver:     "sim",
			Gripper:    safety.GripperKind(rapid.IntRange(0, 2).Draw(t, "gripper")),
			Relaxes:    rapid.Bool().Draw(t, "relaxes"),
			LinkUp:     rapid.Bool().Draw(t, "link"),
			Role:       safety.Role(rapid.IntRange(0, 2).Draw(t, "role")),
			Min:        drawPoint(t, "min"),
			Max:        drawPoint(t, "max"),
			Outside:    rapid.SampledFrom([]string{"reject", "clamp"}).Draw(t, "outside"),
			Speed:      number.Draw(t, "speed"),
			Accel:      number.Draw(t, "accel"),
			StopAccel:  number.Draw(t, "stop accel"),
			Rate:       number.Draw(t, "rate"),
			Burst:      rapid.IntRange(1, 1e6).Draw(t, "burst"),
			Horizon:    drawMillis(t, "horizon"),
			Control:    rapid.SampledFrom([]string{"exclusive", "shared"}).Draw(t, "control"),
			Deadman:    drawMillis(t, "deadman"),
			Lease:      drawMillis(t, "lease"),
			ConfigHash: rapid.StringMatching(`[0-9a-f]{12}`).Draw(t, "hash"),
		}
		line := codec.AppendWelcome(nil, &want, []byte("1"))
		r, err := parse(line)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.welcome()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n%s", line, diff)
		}
	})
}

// Joints that are none are ErrProtocol, as every member of the wrong type is.
func TestJointsThatAreWrong(t *testing.T) {
	state := func(joints string) []byte { return []byte(`{"event":"state","state":"idle","joints":` + joints + `}`) }
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"j%d":%d`, i, i)
		}
		return "{" + b.String()[1:] + "}"
	}
	for _, wrong := range []string{
		`[]`, `1`, `"base"`, `{"base":"1"}`, `{"base":null}`, `{"base":true}`, `{"base":{}}`, `{"base":[1]}`,
		`{"base":1e999}`, `{"base":NaN}`, `{"base":1,"base":2}`, `{"base":1,}`, `{"base"}`, `{1:1}`, `{"base":1`, many(maxJoints + 1),
	} {
		if r, err := parse(state(wrong)); !errors.Is(err, ErrProtocol) {
			t.Errorf("%.60s: %v, %v", wrong, r, err)
		}
	}
	for right, want := range map[string][]Joint{
		`null`: nil, `{}`: nil, `{"wrist":-0.5,"base":1}`: {{"wrist", -0.5}, {"base", 1}},
	} {
		r, err := parse(state(right))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, r.state().Joints); diff != "" {
			t.Errorf("%s (-want +got)\n%s", right, diff)
		}
	}
	if r, err := parse(state(many(maxJoints))); err != nil || len(r.Joints) != maxJoints {
		t.Errorf("as many as there may be: %v", err)
	}
}

// Whatever a server sends, it is a reply, an event, or ErrProtocol; and what is read of it can
// be looked at.
func FuzzParse(f *testing.F) {
	for _, line := range []string{
		welcome + `x","id":1}`, stateEvent(1), pong + `}`, accepted + `,"clamped":{"x":1,"y":2,"z":3},"id":2}`,
		`{"event":"state","joints":{"base":0.5,"wrist":-1e-3}}`, `{"event":"done","id":1,"position":null}`, `{"status":"error","code":"stopped","stop_id":18446744073709551615}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := parse(line)
		if err != nil {
			return
		}
		if r.Event == "" && r.Status != statusOK && r.Status != statusError {
			t.Errorf("%q is neither a reply nor an event", line)
		}
		_ = r.refusal()
		_, _ = r.welcome()
		if g := r.state().Gripper; g > safety.GripperOpen {
			t.Errorf("%q has the gripper at %d", line, g)
		}
		if r.answers(1) && len(r.ID) > 0 && !bytes.Equal(r.ID, []byte("1")) {
			t.Errorf("%q answers request 1", line)
		}
	})
}

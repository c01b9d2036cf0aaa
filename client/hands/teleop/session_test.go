//go:build linux

package teleop

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// slowArm goes 60 mm/s: a hand gets far ahead of it, so that it is seen whether it goes on.
func slowArm(c *config.Config) { c.Safety.Motion.Speed = 60 }

// underway has a hand lead the arm, which is on its way to a target 90 mm away. As a person
// does, it comes to the arm again where a machine that stood for a moment has lost it.
func underway(t *testing.T, l *aLaptop, r *run, w *witness) {
	t.Helper()
	r.until("on its way", func(e Event) bool {
		switch {
		case e.State != hands.Engaged:
			l.say(seen(-e.Arm.Position.Y, 0, 0, "Open"))
		case e.Target.Y > -30:
			l.say(seen(45, 0, 0, "Open"))
		case e.Target.Y > -80:
			l.say(seen(90, 0, 0, "Open"))
		}
		return e.State == hands.Engaged && e.Target.Y < -80 && e.Arm.Position.Y < -5
	})
	w.until("on its way", func(s client.State) bool { return s.Position.Y < -5 })
}

// calm has a machine that stands for a moment be no hold, where a test is about other things.
func calm(c *Config) { c.Hands.Stale = time.Second }

// judge checks that the arm stands, not long after the last good frame and far from where the
// hand was, and that nothing moves it.
func judge(t *testing.T, w *witness, last time.Time) {
	t.Helper()
	since, went := w.stands(last)
	took := since.Sub(last)
	t.Logf("it stands %v after the last good frame, %.1f mm on", took.Round(time.Millisecond), went)
	// 150 ms, 24 ms of braking, 20 ms between two sightings, and what else runs on the machine.
	if took > 500*time.Millisecond || went > 25 {
		t.Errorf("it stands %v after the last good frame, %.1f mm on", took, went)
	}
}

// What takes the hand away, or its way to the arm, holds the arm within 150 ms and its
// braking; the hand has to come to the arm again, and then has it.
func TestHolds(t *testing.T) {
	for _, c := range []struct {
		name, why string
		end       func(t *testing.T, l *aLaptop, p *proxy, other *client.Client)
		mend      func(p *proxy)
	}{
		{"the hand is not seen", "the hand is not seen", func(_ *testing.T, l *aLaptop, _ *proxy, _ *client.Client) { l.say(noHand) }, nil},
		{"the laptop freezes", "no hand state for 100 ms", func(_ *testing.T, l *aLaptop, _ *proxy, _ *client.Client) { l.freeze() }, nil},
		{"the laptop hangs up", "the laptop's connection is lost", func(_ *testing.T, l *aLaptop, _ *proxy, _ *client.Client) { l.freeze(); l.hangUp() }, nil},
		{"a line that cannot be read", "a line that cannot be read", func(_ *testing.T, l *aLaptop, _ *proxy, _ *client.Client) { l.write("\xff\n"); l.freeze() }, nil},
		{"a hand that jumps", "the hand jumped by", func(_ *testing.T, l *aLaptop, _ *proxy, _ *client.Client) { l.say(seen(-90, 0, 0, "Open")) }, nil},
		{"the daemon is not reached", "", func(_ *testing.T, _ *aLaptop, p *proxy, _ *client.Client) { p.shut() }, (*proxy).open},
		{"the connection is cut", "there is no connection to the daemon", func(_ *testing.T, _ *aLaptop, p *proxy, _ *client.Client) { p.cut() }, nil},
		{"control is taken", "", func(t *testing.T, _ *aLaptop, _ *proxy, other *client.Client) {
			if err := other.Take(t.Context()); err != nil {
				t.Error(err)
			}
		}, nil},
		{"a stop", "", func(t *testing.T, _ *aLaptop, _ *proxy, other *client.Client) {
			if _, err := other.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at := daemontest.Start(t, slowArm, func(c *config.Config) {
				c.Stations = []config.Station{{Name: "witness", Role: "supervisor"}}
			})
			p, l := newProxy(t, at.Command), newLaptop(t)
			other := dial(t, at, "witness")
			w := watchArm(t, other)
			r := lead(t, dial(t, at, "hand", func(cfg *client.Config) {
				cfg.Address = p.Addr().String()
				if c.mend != nil { // nothing that is sent gets there: the deadman alone holds
					cfg.Deadman = Deadman
				}
			}), &Laptop{Address: l.address()}, func(cfg *Config) {
				if c.name != "the laptop freezes" {
					calm(cfg)
				}
			})
			underway(t, l, r, w)
			last := time.Now()
			c.end(t, l, p, other)
			if e := r.lost(); !strings.HasPrefix(e.Why, c.why) || e.Why == "" {
				t.Errorf("lost: %s", e.Why)
			}
			judge(t, w, last)
			if s, err := other.State(t.Context()); err != nil || s.Holder == "hand" && c.mend == nil {
				t.Errorf("control is not free: %+v, %v", s, err)
			}
			if c.mend != nil {
				c.mend(p)
			}
			again(t, l, r, w, other)
		})
	}
}

// again has the hand come to the arm anew: where it was it does not lead, where the arm is it
// does.
func again(t *testing.T, l *aLaptop, r *run, w *witness, other *client.Client) {
	t.Helper()
	ctx := t.Context()
	l.say(seen(90, 0, 0, "Open"))
	r.until("aligning", func(e Event) bool { return e.Kind == Tick && e.State == hands.Aligning && e.Seen })
	now := w.until("any", func(client.State) bool { return true })
	switch {
	case now.Stopped():
		r.until("told of the stop", func(e Event) bool { return e.Arm.Blocked == "stopped" })
		l.say(seen(-now.Position.Y, 0, 0, "Open")) // also at the arm: not while it is stopped
		w.stands(time.Now())
		if err := other.Reset(ctx, now.StopID); err != nil {
			t.Fatal(err)
		}
		r.leave(l, 90) // the reset does not start a hand that is there
	case now.Holder == "witness":
		r.until("told of the holder", func(e Event) bool { return e.Arm.Blocked == "witness has control" })
		if err := other.Release(ctx); err != nil {
			t.Fatal(err)
		}
	}
	since, _ := w.stands(now.when)
	if since.After(now.when.Add(100 * time.Millisecond)) {
		t.Errorf("it moved again %v later", since.Sub(now.when))
	}
	l.say(seen(-now.Position.Y, 0, 0, "Open"))
	if e := r.clutch(hands.Engaged); e.Target.Sub(now.Position).Norm() > 30 {
		t.Errorf("the first target %v is far from %v", e.Target, now.Position)
	}
	l.say(seen(-now.Position.Y-30, 0, 0, "Open"))
	w.until("led again", func(s client.State) bool { return s.Position.Y > now.Position.Y+20 })
}

// The recording leads the arm: it follows, stands while there is no hand, and goes on only
// where the hand is at the arm.
func TestFollowsTheRecording(t *testing.T) {
	t.Parallel()
	at := daemontest.Start(t)
	w := watchArm(t, dial(t, at, "witness"))
	c := dial(t, at, "hand")
	file, err := os.Open("../../../daemon/aetherd/testdata/hands/aether-hand-state.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p, err := NewPlayer(file)
	if err != nil {
		t.Fatal(err)
	}
	m := hands.Map{Axes: hands.BehindTheArm, Box: hands.Box{Min: safety.Point{X: 155, Y: -110, Z: 75}, Max: safety.Point{X: 235, Y: 110, Z: 195}}}
	if err := Approach(t.Context(), c, &m, p.First(), 200); err != nil {
		t.Fatal(err)
	}
	p.HoldFirst()
	begun := time.Now()
	r := lead(t, c, p, calm, func(c *Config) { c.Hands.Map, c.Engaged = m, p.Begin })
	if err := <-r.end; err != nil {
		t.Fatal(err)
	}
	r.end <- nil
	var engaged, targets int
	worst, sum, n := 0.0, 0.0, 0
	var told []string
	lost := ""
	last := Event{}
	for _, e := range r.all {
		switch {
		case e.Kind == Sent && e.Verdict != nil:
			t.Errorf("refused: %v", e.Verdict)
		case e.Kind == Sent:
			targets++
			if last.Kind == Sent && e.Sent.Sub(last.Sent).Norm() > 50 {
				t.Errorf("a step from %v to %v", last.Sent, e.Sent)
			}
			last = e
			worst, sum, n = max(worst, e.Distance), sum+e.Distance, n+1
		case e.Kind == ClutchTurn && e.State == hands.Engaged:
			engaged++
			last = Event{}
			if e.Distance > 30 {
				t.Errorf("engaged %.0f mm away", e.Distance)
			}
		case e.Kind == ClutchTurn && e.State == hands.Lost:
			lost += e.Why
		case e.Kind == Gripped:
			told = append(told, e.Gripper.String())
		}
	}
	t.Logf("%d targets, the arm %.1f mm behind in the mean and %.1f mm at most", targets, sum/float64(n), worst)
	if engaged != 2 || lost != "the hand is not seen" || targets < 150 {
		t.Errorf("engaged %d times, lost: %s, %d targets", engaged, lost, targets)
	}
	if sum/float64(n) > 20 || worst > 60 {
		t.Errorf("the arm is %.1f mm behind in the mean and %.1f mm at most", sum/float64(n), worst)
	}
	if got := strings.Join(told, " "); got != "closed open" {
		t.Errorf("the gripper was told %s", got)
	}
	if far := travelled(w.all(), begun); far < 300 {
		t.Errorf("the arm went %.0f mm", far)
	}
}

// travelled is the way of the arm, mm.
func travelled(all []sighting, from time.Time) (far float64) {
	for i := 1; i < len(all); i++ {
		if all[i].when.After(from) {
			far += all[i].Position.Sub(all[i-1].Position).Norm()
		}
	}
	return far
}

// While the daemon is slow frames are dropped, and the newest is sent: there is no queue. One
// that is too slow is a hold.
func TestSlowDaemon(t *testing.T) {
	t.Parallel()
	at := daemontest.Start(t)
	p, l := newProxy(t, at.Command), newLaptop(t)
	c := dial(t, at, "hand", func(c *client.Config) { c.Address = p.Addr().String() })
	r := lead(t, c, &Laptop{Address: l.address()}, calm)
	l.say(seen(0, 0, 0, "Open"))
	r.clutch(hands.Engaged)
	p.slow(50 * time.Millisecond)
	r.until("dropping", func(e Event) bool { return e.Kind == Tick && e.State == hands.Engaged && e.Dropped >= 10 })
	l.say(seen(30, 0, 0, "Open"))
	r.until("at the newest", func(e Event) bool { return e.Kind == Sent && e.Verdict == nil && e.Sent.Y < -25 })
	p.slow(3 * time.Second)
	if e := r.lost(); !strings.Contains(e.Why, "has not answered for 1s") {
		t.Errorf("lost: %s", e.Why)
	}
}

// A daemon that comes back with other limits ends the run.
func TestConfigChanged(t *testing.T) {
	t.Parallel()
	at, another := daemontest.Start(t), daemontest.Start(t, slowArm)
	p, l := newProxy(t, at.Command), newLaptop(t)
	r := lead(t, dial(t, at, "hand", func(c *client.Config) { c.Address = p.Addr().String() }), &Laptop{Address: l.address()}, calm)
	l.say(seen(0, 0, 0, "Open"))
	r.clutch(hands.Engaged)
	p.lead(another.Command)
	p.cut()
	r.lost()
	if err := <-r.end; !errors.Is(err, ErrConfigChanged) {
		t.Error(err)
	}
	r.end <- nil
}

// A daemon that takes fewer requests than there are frames refuses some: that is a hold, and
// the release, which is refused as well, is tried until it is taken.
func TestRateLimited(t *testing.T) {
	t.Parallel()
	at := daemontest.Start(t, slowArm, func(c *config.Config) { c.Safety.Rate, c.Safety.Burst = 5, 20 })
	other := dial(t, at, "witness")
	w, l := watchArm(t, other), newLaptop(t)
	r := lead(t, dial(t, at, "hand"), &Laptop{Address: l.address()}, calm)
	l.say(seen(0, 0, 0, "Open"))
	r.clutch(hands.Engaged)
	l.say(seen(45, 0, 0, "Open"))
	if e := r.lost(); !strings.Contains(e.Why, string(client.ErrRateLimited)) {
		t.Errorf("lost: %s", e.Why)
	}
	l.say(noHand) // it is near enough to engage again
	w.until("free", func(s client.State) bool { return s.Holder == "" })
	judge(t, w, time.Now())
}

// The arm goes no faster than it is asked to.
func TestSpeed(t *testing.T) {
	t.Parallel()
	at := daemontest.Start(t)
	w, l := watchArm(t, dial(t, at, "witness")), newLaptop(t)
	r := lead(t, dial(t, at, "hand"), &Laptop{Address: l.address()}, calm, func(c *Config) { c.Speed = 40 })
	underway(t, l, r, w)
	w.until("there", func(s client.State) bool { return s.Position.Y < -80 })
	var first, last sighting
	for _, s := range w.all() {
		if first.when.IsZero() && s.Position.Y < -5 {
			first = s
		}
		last = s
	}
	if v := last.Position.Sub(first.Position).Norm() / last.when.Sub(first.when).Seconds(); v > 45 {
		t.Errorf("it went %.0f mm/s", v)
	}
}

// Another station has control: it is named, nothing moves, and it goes on when control is free.
func TestHeldByAnother(t *testing.T) {
	t.Parallel()
	at := daemontest.Start(t)
	l, pendant := newLaptop(t), dial(t, at, "pendant")
	if err := pendant.Take(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := watchArm(t, pendant)
	r := lead(t, dial(t, at, "hand"), &Laptop{Address: l.address()}, calm)
	l.say(seen(20, 0, 0, "Open"))
	r.until("told", func(e Event) bool { return e.Arm.Blocked == "pendant has control" && e.Seen && e.Frames > 30 })
	if _, went := w.stands(time.Now()); went > 0 {
		t.Errorf("it went %g mm", went)
	}
	if err := pendant.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.leave(l, 90)
	l.say(seen(20, 0, 0, "Open"))
	r.clutch(hands.Engaged)
}

// A recording is no person: what keeps the arm from being moved ends it, and a reset or a release
// does not set it going.
func TestRecordedEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(ctx context.Context, p *proxy, other *client.Client) error
		want error
	}{
		{"a stop", func(ctx context.Context, _ *proxy, other *client.Client) error { _, err := other.Stop(ctx); return err }, client.ErrStopped},
		{"control is taken", func(ctx context.Context, _ *proxy, other *client.Client) error { return other.Take(ctx) }, client.ErrNotInControl},
		{"the connection is cut", func(_ context.Context, p *proxy, _ *client.Client) error { p.cut(); return nil }, client.ErrConnectionLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at := daemontest.Start(t, slowArm, func(c *config.Config) {
				c.Stations = []config.Station{{Name: "witness", Role: "supervisor"}}
			})
			p, l := newProxy(t, at.Command), newLaptop(t)
			other := dial(t, at, "witness")
			w := watchArm(t, other)
			r := lead(t, dial(t, at, "hand", func(cfg *client.Config) { cfg.Address = p.Addr().String() }),
				&Laptop{Address: l.address()}, calm, func(cfg *Config) { cfg.Recorded = true })
			underway(t, l, r, w)
			if err := c.end(t.Context(), p, other); err != nil {
				t.Fatal(err)
			}
			if err := r.wait(); !errors.Is(err, c.want) {
				t.Errorf("the run ended with %v, want %v", err, c.want)
			}
			w.stands(time.Now())
		})
	}
}

// A dry run takes no control and moves nothing, and tells what it would send.
func TestDryRun(t *testing.T) {
	t.Parallel()
	at := daemontest.Start(t)
	w := watchArm(t, dial(t, at, "witness"))
	l := newLaptop(t)
	r := lead(t, dial(t, at, "hand"), &Laptop{Address: l.address()}, calm, func(c *Config) { c.DryRun = true })
	l.say(seen(0, 0, 0, "Open"))
	r.clutch(hands.Engaged)
	l.say(seen(40, 0, 0, "Grabbing"))
	r.until("a verdict", func(e Event) bool { return e.Kind == Sent && e.Verdict == nil && e.Sent.Y < -30 })
	r.until("the gripper", func(e Event) bool { return e.Kind == Gripped && e.Gripper == safety.GripperClosed })
	l.say(noHand)
	r.lost()
	for _, s := range w.all() {
		if s.Holder != "" || s.HasTarget || s.Position.Sub(safety.Point{X: 200, Z: 150}).Norm() > 1e-9 || s.Gripper != safety.GripperUnchanged {
			t.Fatalf("it did something: %+v", s.State)
		}
	}
}

// At the end the arm is released, on its way too.
func TestEndReleases(t *testing.T) {
	t.Parallel()
	at := daemontest.Start(t, slowArm)
	other := dial(t, at, "witness")
	w, l := watchArm(t, other), newLaptop(t)
	r := lead(t, dial(t, at, "hand"), &Laptop{Address: l.address()}, calm)
	underway(t, l, r, w)
	last := time.Now()
	r.cancel()
	if err := <-r.end; err == nil {
		t.Error("the run ended without saying why")
	}
	r.end <- nil
	s, err := other.State(t.Context())
	if err != nil || s.Holder != "" {
		t.Errorf("%+v, %v", s, err)
	}
	judge(t, w, last)
}

// A box that is not in the workspace is refused, and one about the arm is inside.
func TestPlaceTheBox(t *testing.T) {
	at := daemontest.Start(t)
	c := dial(t, at, "hand")
	out := hands.Box{Min: safety.Point{X: 100, Y: -100, Z: 50}, Max: safety.Point{X: 301, Y: 100, Z: 250}}
	if _, err := Place(t.Context(), c, hands.BehindTheArm, &out, nil); !errors.Is(err, ErrOutside) {
		t.Error(err)
	}
	m, err := Place(t.Context(), c, hands.BehindTheArm, nil, nil)
	if want := "x 160…240, y -110…110, z 90…210 mm"; err != nil || m.Box.String() != want {
		t.Errorf("%v, %v", m.Box, err)
	}
}

package sim

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

var _ arm.Driver = (*Sim)(nil)

func wantEvents(t *testing.T, r *rig, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, r.events); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}

// wantTime checks when the last report came.
func wantTime(t *testing.T, r *rig, want safety.Instant) {
	t.Helper()
	if got := r.times[len(r.times)-1]; got != want {
		t.Errorf("the last report came at %v, want %v", got, want)
	}
}

func TestOpenSaysWhereTheArmStands(t *testing.T) {
	for name, test := range map[string]struct {
		cfg  Config
		want arm.Opened
	}{
		"default":       {Config{}, arm.Opened{Position: safety.Point{X: 200, Z: 150}, MaxSpeed: 500}},
		"start":         {Config{Start: &safety.Point{}}, arm.Opened{MaxSpeed: 500}},
		"short horizon": {Config{Horizon: 60 * time.Millisecond}, arm.Opened{Position: safety.Point{X: 200, Z: 150}, MaxSpeed: 130}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, test.cfg)
			r.opened.Firmware = ""
			if diff := cmp.Diff(test.want, r.opened); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestMotionIsReportedFiftyTimesASecond(t *testing.T) {
	r := newRig(t, Config{})
	goal := r.drive(100, 100) // 0.99 s
	r.until(10 * time.Second)
	moving := 0
	for _, m := range r.measured {
		if m.atRest {
			break
		}
		moving++
	}
	if moving < 49 || moving > 54 {
		t.Errorf("%d reports in a second of motion", moving)
	}
	if last := r.last(); len(r.measured) != moving+1 || last.p != goal {
		t.Errorf("after %d reports of motion came %+v", moving, r.measured[moving:])
	}
}

func TestSlowMotionIsOneMotion(t *testing.T) {
	r := newRig(t, Config{})
	r.drive(0.5, 200)
	r.until(10 * time.Second)
	wantEvents(t, r, "stands at 201.00, 0.00, 150.00")
}

// A setpoint that the arm already stands at ends in a report, too: somebody waits for it.
func TestSetpointWhereTheArmStands(t *testing.T) {
	r := newRig(t, Config{})
	r.move(r.opened.Position)
	r.until(time.Second)
	wantEvents(t, r, "stands at 200.00, 0.00, 150.00")
}

func TestArmAtRestNeedsNoService(t *testing.T) {
	r := newRig(t, Config{})
	r.until(time.Hour)
	if r.serviced != 0 {
		t.Errorf("serviced %d times before the first setpoint", r.serviced)
	}
	r.drive(100, 10)
	r.until(r.now + time.Second)
	r.serviced = 0
	r.until(r.now + 24*time.Hour)
	if r.serviced != 0 {
		t.Errorf("serviced %d times at rest", r.serviced)
	}
}

// The promise that holds when the daemon is killed: no call, and the arm stands.
func TestArmStandsWithinTheHorizonWhenCallsCease(t *testing.T) {
	for _, horizon := range []time.Duration{50 * time.Millisecond, DefaultHorizon, 200 * time.Millisecond} {
		t.Run(horizon.String(), func(t *testing.T) {
			r := newRig(t, Config{Horizon: horizon})
			goal := r.drive(r.opened.MaxSpeed, 40)
			if behind := goal.X - r.arm.servo.position.X; behind < 0.5 {
				t.Fatalf("the arm is %v mm behind: it is not in full motion", behind)
			}
			// One look, from a writer that was away.
			if _, err := r.arm.Service(r.now + horizon); err != nil {
				t.Fatal(err)
			}
			if last := r.last(); !last.atRest || last.p != goal {
				t.Errorf("after the horizon: %+v, want it to stand at %v", last, goal)
			}
		})
	}
}

func TestSetpointBeyondTheHorizonIsNotAccepted(t *testing.T) {
	r := newRig(t, Config{})
	near, far := r.opened.Position, r.opened.Position
	near.X += 10
	far.X += 100
	if r.arm.Accepts(0, safety.Setpoint{Position: near}) != 1 {
		t.Error("10 mm are refused")
	}
	if r.arm.Accepts(0, safety.Setpoint{Position: far}) != 0 {
		t.Error("100 mm within 100 ms are accepted")
	}
}

func TestStop(t *testing.T) {
	t.Run("with braking setpoints", func(t *testing.T) {
		r := newRig(t, Config{})
		p := r.drive(250, 50)
		r.must(r.arm.Stop(r.now))
		for speed := 225.0; speed > 0; speed -= 25 { // 2500 mm/s²
			r.until(r.now + tick)
			p.X += speed * tick.Seconds()
			r.move(p)
		}
		wantConfirmation(t, r, p)
	})
	t.Run("without", func(t *testing.T) {
		r := newRig(t, Config{})
		p := r.drive(250, 50)
		r.must(r.arm.Stop(r.now))
		wantConfirmation(t, r, p)
	})
	t.Run("at rest", func(t *testing.T) {
		r := newRig(t, Config{})
		for range 3 {
			r.until(r.now + time.Second)
			r.events = nil
			r.must(r.arm.Stop(r.now))
			wantConfirmation(t, r, r.opened.Position)
		}
	})
	t.Run("confirmed once", func(t *testing.T) {
		r := newRig(t, Config{})
		r.must(r.arm.Stop(r.now))
		wantConfirmation(t, r, r.opened.Position)
		r.must(r.arm.Rearm(r.now))
		r.events = nil
		r.drive(100, 11)
		r.until(r.now + time.Second)
		wantEvents(t, r, "stands at 211.00, 0.00, 150.00")
	})
}

// wantConfirmation checks that the one stop is confirmed once the arm stands at p, within
// the horizon from now and one period of the reports.
func wantConfirmation(t *testing.T, r *rig, p safety.Point) {
	t.Helper()
	deadline := r.now + DefaultHorizon + reportPeriod
	r.until(r.now + 10*time.Second)
	wantEvents(t, r, fmt.Sprintf("stands at %.2f, %.2f, %.2f", p.X, p.Y, p.Z), "stopped confirmed")
	if came := r.times[len(r.times)-1]; came > deadline {
		t.Errorf("confirmed at %v, want it by %v", came, deadline)
	}
}

func TestGripper(t *testing.T) {
	t.Run("at rest", func(t *testing.T) {
		r := newRig(t, Config{})
		r.must(r.arm.Grip(r.now, safety.GripperClosed))
		r.until(time.Second)
		wantEvents(t, r, "gripped closed")
		wantTime(t, r, 200*time.Millisecond)
	})
	t.Run("in motion", func(t *testing.T) {
		r := newRig(t, Config{})
		r.must(r.arm.Grip(r.now, safety.GripperOpen))
		r.drive(100, 40)
		wantEvents(t, r, "gripped open")
		wantTime(t, r, 200*time.Millisecond)
	})
	t.Run("the newest counts", func(t *testing.T) {
		r := newRig(t, Config{})
		r.must(r.arm.Grip(r.now, safety.GripperClosed))
		r.until(150 * time.Millisecond)
		r.must(r.arm.Grip(r.now, safety.GripperOpen))
		r.until(time.Second)
		wantEvents(t, r, "gripped open")
		wantTime(t, r, 350*time.Millisecond)
	})
	t.Run("halted by a stop", func(t *testing.T) {
		r := newRig(t, Config{})
		r.must(r.arm.Grip(r.now, safety.GripperClosed))
		r.until(100 * time.Millisecond)
		r.must(r.arm.Stop(r.now))
		r.until(time.Second)
		wantEvents(t, r, "stands at 200.00, 0.00, 150.00", "stopped confirmed")
	})
}

func TestSetpointOutOfReach(t *testing.T) {
	r := newRig(t, Config{Start: &safety.Point{X: 595}})
	r.drive(100, 8) // to 603 mm, 600 is the end
	r.until(time.Second)
	wantEvents(t, r,
		"alarm setpoint 601.0, 0.0, 0.0 is out of reach in x, locked false",
		"stands at 600.00, 0.00, 0.00")
}

func TestConfiguration(t *testing.T) {
	var got Config
	err := toml.Unmarshal([]byte(`
		start = {x = 100.0, y = -50.0, z = 300.0}
		stall_after_ms = 1
		disconnect_after_ms = 2
		reconnect_after_ms = 3
		write_delay_ms = 4`), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Start:        &safety.Point{X: 100, Y: -50, Z: 300},
		StallAfterMS: 1, DisconnectAfterMS: 2, ReconnectAfterMS: 3, WriteDelayMS: 4,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for says, cfg := range map[string]Config{
		"":                       got,
		"start: x is out of":     {Start: &safety.Point{X: 601}},
		"start: z is out of":     {Start: &safety.Point{Z: -101}},
		"horizon 5ms: the arm":   {Horizon: 5 * time.Millisecond},
		"horizon -1ms: the arm":  {Horizon: -time.Millisecond},
		"stall_after_ms is":      {StallAfterMS: -1},
		"disconnect_after_ms is": {DisconnectAfterMS: -1},
		"reconnect_after_ms is":  {ReconnectAfterMS: -1},
		"write_delay_ms is":      {WriteDelayMS: -1},
	} {
		_, err := New(cfg).Open(context.Background(), &rig{})
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("Open says %v, want %q", err, says)
		}
	}
}

package marlin

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/marlinemu"
	"github.com/aether-arm/aetherd/safety"
)

// gated is a writer with the gate in front of the driver, as the daemon has it, and the
// Feedback that tells the gate.
type gated struct {
	recorder
	start time.Time

	mu      sync.Mutex
	gate    *safety.Gate
	station *safety.Session
}

func (g *gated) now() safety.Instant { return time.Since(g.start) }

func (g *gated) Measured(m arm.Measurement) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gate.Measured(g.now(), m.Position, m.AtRest)
}

func (g *gated) Gripped(done safety.Gripper) {
	g.recorder.Gripped(done)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gate.Gripped(done)
}

// openGated opens a board whose gate is at rest and lets motion through.
func openGated(t *testing.T, cfg Config) (*gated, *Marlin) {
	t.Helper()
	board := armtest.StartMemory(t, func(now time.Duration) armtest.Machine {
		return marlinemu.New(marlinemu.Config{Realtime: cfg.RealtimePosition}, now)
	})
	gate, err := safety.New(0, safety.Config{
		Workspace: safety.Box{Min: safety.Point{X: -200, Y: -200, Z: -200}, Max: safety.Point{X: 200, Y: 200, Z: 200}},
		Limits:    safety.Limits{Speed: cfg.Speed, Accel: 1000, StopAccel: 2500},
		Tick:      cfg.Tick, Deadman: time.Hour, Lease: time.Hour, Rate: 1e6, Burst: 1e6, TrackingError: 50,
		Arm: safety.Arm{Measured: cfg.RealtimePosition, StopsItself: true, GripAtRest: true, Gripper: safety.OpenCloseGripper},
	})
	if err != nil {
		t.Fatal(err)
	}
	g := &gated{start: time.Now(), gate: gate, station: gate.Connect(0, "test", safety.Operator)}
	driver := New(cfg, func() (arm.Port, error) { return board.Open() })
	opened, err := driver.Open(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = driver.Close() })
	g.mu.Lock()
	defer g.mu.Unlock()
	gate.LinkUp(opened.Position, opened.MaxSpeed)
	return g, driver
}

func (g *gated) order(t *testing.T, o safety.Order) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if v := g.gate.Admit(g.now(), g.station, o); !v.OK() {
		t.Fatal(v.Reason)
	}
}

func (g *gated) setpoint() safety.Point {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.gate.Snapshot(nil).Setpoint
}

func (g *gated) tick(m *Marlin) safety.Step {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.gate.Tick(g.now(), func(sp safety.Setpoint) float64 { return m.Accepts(g.now(), sp) })
}

// serve does what is due of the gate and the driver every millisecond, until done or end.
func (g *gated) serve(t *testing.T, m *Marlin, end safety.Instant, done func() bool) bool {
	t.Helper()
	beat := time.NewTicker(time.Millisecond)
	defer beat.Stop()
	for ; g.now() < end; <-beat.C {
		for step := g.tick(m); step.Kind != safety.StepNone; step = g.tick(m) {
			var err error
			if step.Kind == safety.StepGrip {
				err = m.Grip(g.now(), step.Gripper)
			} else {
				err = m.Move(g.now(), step.Setpoint)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Service(g.now()); err != nil {
			t.Fatal(err)
		}
		if done() {
			return true
		}
	}
	return false
}

// A grip in a motion pauses it: the gate comes to rest with setpoints that are too short to be
// sent by themselves, then the gripper is told, and the motion goes on to its end.
func TestGripInMotion(t *testing.T) {
	for _, tick := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond} {
		for _, speed := range []float64{5, 20, 60} { // mm/s
			for _, after := range []time.Duration{150, 255, 500} {
				for _, realtime := range []bool{false, true} {
					name := fmt.Sprintf("%v %v mm/s after %vms realtime=%v", tick, speed, int(after), realtime)
					t.Run(name, func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							cfg := testConfig()
							cfg.Tick, cfg.Speed, cfg.RealtimePosition = tick, speed, realtime
							gripInMotion(t, cfg, after*time.Millisecond)
						})
					})
				}
			}
		}
	}
}

func gripInMotion(t *testing.T, cfg Config, after time.Duration) {
	g, m := openGated(t, cfg)
	target := safety.Point{X: 0.9, Y: 0.5, Z: 0.2}.Scale(cfg.Speed) // for a second
	begun := g.now()
	g.order(t, safety.Order{Move: true, Target: target})
	g.serve(t, m, begun+after, func() bool { return false })
	g.order(t, safety.Order{Gripper: safety.GripperClosed})
	var heard []string
	gripped := func() bool {
		heard = append(heard, g.take()...)
		return len(heard) > 0
	}
	if !g.serve(t, m, g.now()+5*time.Second, gripped) || heard[0] != "gripped closed" {
		t.Fatalf("heard %q, want the grip", heard)
	}
	if at := g.setpoint(); at == target || at == (safety.Point{}) {
		t.Fatalf("gripped at %v, which is not in the motion", at)
	}
	if !g.serve(t, m, g.now()+20*time.Second, func() bool { return g.setpoint() == target }) {
		t.Errorf("the motion has come to %v, want %v", g.setpoint(), target)
	}
}

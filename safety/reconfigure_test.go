package safety

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// standing is a gate whose arm stands at 200 0 150, and a station that holds it there.
func standing(t *testing.T, edits ...func(*Config)) (*player, *Session) {
	t.Helper()
	cfg := testConfig()
	for _, edit := range edits {
		edit(&cfg)
	}
	g, err := New(0, cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{gate: g, part: 1}
	g.LinkUp(Point{200, 0, 150}, 0)
	s := g.Connect(0, "laptop", Operator)
	return p, s
}

func TestReconfigureWaitsForRest(t *testing.T) {
	p, s := standing(t)
	g := p.gate
	if v := g.Admit(0, s, Order{Move: true, Target: Point{-200, 0, 150}}); !v.OK() {
		t.Fatal(v.Reason)
	}
	slower := testConfig()
	slower.Limits.Speed = 40
	for _, at := range []string{"0s", "10ms", "500ms"} { // ordered, under way, at full speed
		p.run(t, at)
		if err := g.Reconfigure(slower); !errors.Is(err, ErrMoves) {
			t.Errorf("at %s: %v, want %v", at, err, ErrMoves)
		}
		if got := g.Snapshot(s).MaxSpeed; got != 250 {
			t.Errorf("at %s: %v mm/s is in force, want 250", at, got)
		}
	}
	if err := g.Reconfigure(testConfig()); err != nil {
		t.Errorf("what changes nothing: %v", err)
	}
	p.run(t, "4s")
	if err := g.Reconfigure(slower); err != nil {
		t.Fatalf("at rest: %v", err)
	}
	snap := g.Snapshot(s)
	if snap.MaxSpeed != 40 || snap.State != Active || !snap.Holds {
		t.Errorf("%+v: want 40 mm/s, active and held as before", snap)
	}
	p.out.Reset()
	g.Admit(p.now, s, Order{Move: true, Target: Point{-190, 0, 150}})
	p.run(t, "5s")
	if got := p.out.String(); !strings.HasSuffix(got, " to -190.00,0.00,150.00, top speed 40\n") {
		t.Errorf("it moved by %q, want to -190 at 40 mm/s", got)
	}
}

// The arm is behind its setpoint: it stands when it says so, or had its time to.
func TestReconfigureWaitsForTheArm(t *testing.T) {
	for _, arrives := range []bool{true, false} {
		p, s := standing(t, func(c *Config) { c.Arm.Measured = true })
		g := p.gate
		g.Admit(0, s, Order{Move: true, Target: Point{190, 0, 150}})
		other := g.cfg
		other.TrackingError = 1
		for ; !g.motion.arrived(); p.now += g.cfg.Tick {
			g.Tick(p.now, func(Setpoint) float64 { return 1 })
			g.Measured(p.now, Point{195, 0, 150}, false)
		}
		if err := g.Reconfigure(other); !errors.Is(err, ErrMoves) {
			t.Errorf("5 mm from its setpoint: %v, want %v", err, ErrMoves)
		}
		if arrives {
			g.Measured(p.now, Point{190, 0, 150}, true)
		} else {
			g.Tick(p.now+settleTime, nil)
		}
		if err := g.Reconfigure(other); err != nil {
			t.Errorf("it arrives %v: %v", arrives, err)
		}
	}
}

// Without a link nothing is under way, whatever was when it was lost.
func TestReconfigureWithoutALink(t *testing.T) {
	p, s := standing(t)
	g := p.gate
	g.Admit(0, s, Order{Move: true, Target: Point{-200, 0, 150}})
	all := func(Setpoint) float64 { return 1 }
	g.Tick(0, all)
	step := g.Tick(g.cfg.Tick, all)
	g.LinkDown(g.cfg.Tick, Cause{Kind: CauseLinkLost})
	g.Withdraw(step)
	slower := g.cfg
	slower.Limits.Speed = 40
	if err := g.Reconfigure(slower); err != nil {
		t.Error(err)
	}
	p.now = g.cfg.Tick
	p.out.Reset()
	g.LinkUp(Point{200, 0, 150}, 0)
	p.run(t, "1s")
	if p.out.Len() > 0 {
		t.Errorf("it moved:\n%s", p.out.String())
	}
}

func TestReconfigureMovesNothing(t *testing.T) {
	p, s := standing(t)
	g := p.gate
	small := testConfig()
	small.Workspace = Box{Min: Point{-100, -100, 0}, Max: Point{100, 100, 100}}
	if err := g.Reconfigure(small); err != nil {
		t.Fatal(err)
	}
	p.run(t, "1s")
	if p.out.Len() > 0 {
		t.Errorf("it moved:\n%s", p.out.String())
	}
	if v := g.Admit(p.now, s, Order{Move: true, Target: Point{150, 0, 50}}); v.Reason != OutOfWorkspace {
		t.Errorf("a target outside the new workspace: %v", v.Reason)
	}
	if v := g.Admit(p.now, s, Order{Move: true, Target: Point{50, 0, 50}}); !v.OK() {
		t.Errorf("from outside to inside: %v", v.Reason)
	}
}

func TestReconfigureWhileStopped(t *testing.T) {
	p, s := standing(t, func(c *Config) { c.StartStopped = true })
	g := p.gate
	wide := testConfig()
	wide.StartStopped = true
	wide.Rate = 7
	if err := g.Reconfigure(wide); err != nil {
		t.Fatal(err)
	}
	if snap := g.Snapshot(s); snap.State != Stopped || snap.StopID != 1 {
		t.Errorf("%+v: want stop 1", snap)
	}
}

func TestReconfigureRefuses(t *testing.T) {
	p, s := standing(t)
	for why, edit := range map[string]func(*Config){
		"no deadman":      func(c *Config) { c.Deadman = 0 },
		"another tick":    func(c *Config) { c.Tick = 20 * time.Millisecond },
		"another control": func(c *Config) { c.Control = Shared },
		"another arm":     func(c *Config) { c.Arm.StopsItself = true },
	} {
		cfg := testConfig()
		cfg.Limits.Speed = 40
		edit(&cfg)
		if err := p.gate.Reconfigure(cfg); err == nil {
			t.Errorf("%s: taken", why)
		}
		if got := p.gate.Snapshot(s).MaxSpeed; got != 250 {
			t.Errorf("%s: %v mm/s is in force, want 250", why, got)
		}
	}
}

// A station keeps the deadman that it asked for, within that of the configuration.
func TestReconfigureDeadman(t *testing.T) {
	p, plain := standing(t)
	g := p.gate
	strict := g.Connect(0, "hands", Operator)
	g.Introduce(strict, "", Operator, 200*time.Millisecond)
	for _, tt := range []struct{ config, plain, strict time.Duration }{
		{3 * time.Second, 3 * time.Second, 200 * time.Millisecond},
		{100 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond},
		{time.Second, time.Second, 200 * time.Millisecond},
	} {
		cfg := testConfig()
		cfg.Deadman = tt.config
		if err := g.Reconfigure(cfg); err != nil {
			t.Fatal(err)
		}
		if got := g.Snapshot(plain).Deadman; got != tt.plain {
			t.Errorf("configured %v: %v, want %v", tt.config, got, tt.plain)
		}
		if got := g.Snapshot(strict).Deadman; got != tt.strict {
			t.Errorf("configured %v, asked for 200 ms: %v, want %v", tt.config, got, tt.strict)
		}
	}
}

// The arm's own promise outlives the limits.
func TestReconfigureKeepsThePromise(t *testing.T) {
	p, s := standing(t)
	p.gate.LinkUp(Point{200, 0, 150}, 60)
	for _, tt := range []struct{ configured, want float64 }{{500, 60}, {50, 50}, {100, 60}} {
		cfg := testConfig()
		cfg.Limits.Speed = tt.configured
		if err := p.gate.Reconfigure(cfg); err != nil {
			t.Fatal(err)
		}
		if got := p.gate.Snapshot(s).MaxSpeed; got != tt.want {
			t.Errorf("configured %v: %v mm/s, want %v", tt.configured, got, tt.want)
		}
	}
}

package safety

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is a gate with its writer, its arm and some stations, and checks the promises at
// every step, whoever does what and when.
type world struct {
	t        interface{ Fatalf(string, ...any) }
	cfg      Config
	gate     *Gate
	sessions []*Session
	now      Instant

	last, vel Point   // of the setpoints that were sent
	arm       Point   // where the arm is
	ordered   bool    // an order was admitted since the last stop or reset
	part      float64 // of every step that the arm accepts
	relaxing  bool    // a station asked for it, and no stop came since
	notices   map[string]bool
	tags      int
}

func newWorld(t interface{ Fatalf(string, ...any) }, cfg Config, start Point) *world {
	g, err := New(0, cfg)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	w := &world{t: t, cfg: cfg, gate: g, part: 1, notices: map[string]bool{}}
	for i := range 3 {
		w.sessions = append(w.sessions, g.Connect(0, string(rune('a'+i)), Role(1+i/2)))
	}
	w.sessions = append(w.sessions, g.Connect(0, "tv", Observer))
	w.linkUp(start)
	return w
}

func (w *world) linkUp(p Point) {
	w.gate.LinkUp(p, 0)
	w.arm, w.last, w.vel = p, p, Point{}
}

// advance runs the writer until now+d.
func (w *world) advance(d time.Duration, accept bool) {
	end := w.now + d
	for {
		step := w.gate.Tick(w.now, func(Setpoint) float64 {
			if !accept {
				return 0
			}
			return w.part
		})
		switch step.Kind {
		case StepMove:
			w.setpoint(step.Setpoint)
		case StepRelax:
			if !w.relaxing || w.gate.State() != Stopped || !w.gate.AtRest() {
				w.t.Fatalf("at %v: motors off in state %v, at rest %v, asked for %v", w.now, w.gate.State(), w.gate.AtRest(), w.relaxing)
			}
			w.relaxing = false
		case StepNone:
			next := max(w.gate.Next(), w.now+time.Millisecond)
			if next > end {
				w.now = end
				w.settle()
				return
			}
			w.now = next
		}
		w.settle()
	}
}

// setpoint checks one setpoint against the limits and moves the arm there.
func (w *world) setpoint(sp Setpoint) {
	const tolerance = 1e-6
	dt := w.cfg.Tick.Seconds()
	vel := sp.Position.Sub(w.last).Scale(1 / dt)
	if v := vel.Norm(); v > w.cfg.Limits.Speed+tolerance {
		w.t.Fatalf("at %v: speed %v", w.now, v)
	}
	allowed := w.cfg.Limits.Accel
	if w.gate.motion.goal == rest {
		allowed = w.cfg.Limits.StopAccel
	}
	if a := vel.Sub(w.vel).Norm() / dt; a > allowed+1e-3 && w.part == 1 {
		w.t.Fatalf("at %v: acceleration %v, allowed %v, from %v to %v", w.now, a, allowed, w.vel, vel)
	}
	box := w.cfg.Workspace.including(w.last)
	if out := sp.Position.Sub(box.Clamp(sp.Position)).Norm(); out > tolerance {
		w.t.Fatalf("at %v: setpoint %v is %v mm outside", w.now, sp.Position, out)
	}
	if w.gate.State() == Stopped && !sp.Braking {
		w.t.Fatalf("at %v: motion while stopped", w.now)
	}
	if sp.Braking && vel.Norm() > w.vel.Norm()+tolerance {
		w.t.Fatalf("at %v: a stop accelerated from %v to %v", w.now, w.vel, vel)
	}
	if !sp.Braking && !w.ordered && vel.Norm() > w.vel.Norm()+tolerance {
		w.t.Fatalf("at %v: motion that nobody ordered", w.now)
	}
	w.last, w.vel, w.arm = sp.Position, vel, sp.Position
	w.gate.Measured(w.now, w.arm, false)
}

// settle lets the arm confirm, and checks what must hold between any two calls.
func (w *world) settle() {
	g := w.gate
	if g.motion.standing() {
		w.vel = Point{}
		if g.State() == Stopped {
			g.Measured(w.now, w.arm, true)
			g.StopDone(StopConfirmed)
		}
	}
	for _, e := range g.Events() {
		switch e.Kind {
		case Done, Superseded, StoppedShort, ExpiredUnbegun:
			if open := w.notices[e.Tag]; !open {
				w.t.Fatalf("a second event for %q", e.Tag)
			}
			w.notices[e.Tag] = false
		case StopLatched:
			w.ordered, w.relaxing = false, false
			if w.cfg.Arm.StopsItself {
				w.last, w.vel = w.arm, Point{}
			}
		}
	}
	s := g.Snapshot(nil)
	if s.State == Idle && s.Holder != "" && w.cfg.Control == Exclusive {
		w.t.Fatalf("idle, and %s holds", s.Holder)
	}
	if (s.State == Stopped) != (len(s.Causes) > 0) || len(s.Causes) > maxCauses {
		w.t.Fatalf("state %v with causes %v", s.State, s.Causes)
	}
	if s.State != Active && s.HasTarget {
		w.t.Fatalf("state %v with a target", s.State)
	}
}

func (w *world) order(i int, o Order) {
	s := w.sessions[i]
	holder := w.gate.holder
	stopped := w.gate.State() == Stopped
	v := w.gate.Admit(w.now, s, o)
	if v.OK() {
		switch {
		case stopped:
			w.t.Fatalf("admitted while stopped")
		case s.Role() < Operator:
			w.t.Fatalf("an observer moved the arm")
		case w.cfg.Control == Exclusive && holder != nil && holder != s && w.gate.heard != w.now:
			w.t.Fatalf("admitted beside a holder")
		}
		if !o.Check {
			w.ordered = true
			if o.Notify {
				w.notices[o.Tag] = true
			}
		}
	}
	w.settle()
}

// play does one thing, chosen by three numbers.
func (w *world) play(what, a, b int) {
	g := w.gate
	i := a % len(w.sessions)
	s := w.sessions[i]
	span := func(n, size int) float64 { return float64(n%size) - float64(size)/2 }
	switch what % 19 {
	case 0, 1, 2, 3, 4:
		o := Order{Move: true, Target: Point{span(a, 700), span(b, 700), span(a*b, 500) + 200}}
		if a%3 == 0 {
			o.Gripper = GripperAt(b % 101)
		}
		if a%5 == 0 {
			o.Speed = float64(1 + b%250)
		}
		if b%4 == 0 {
			w.tags++
			o.Notify, o.Tag = true, string(rune('0'+w.tags))
		}
		if b%7 == 0 {
			o.Expires = w.now + time.Duration(a%300)*time.Millisecond
		}
		o.Check = b%11 == 0
		w.order(i, o)
	case 5:
		w.order(i, Order{Gripper: GripperAt(b % 101)})
	case 6:
		if id := g.Stop(w.now, Cause{Kind: CauseStation, By: s.Name()}); id != g.StopID() || g.State() != Stopped {
			w.t.Fatalf("a stop did not latch")
		}
	case 7, 8:
		id := g.StopID()
		if b%5 == 0 {
			id--
		}
		if v := g.Reset(w.now, s, id, 0, false); v.OK() && id != g.StopID() {
			w.t.Fatalf("a reset of stop %d ended stop %d", id, g.StopID())
		} else if v.OK() {
			w.last, w.vel = w.arm, Point{}
		}
	case 9:
		g.Take(w.now, s, 0, false)
	case 10:
		g.Release(w.now, s, 0, false)
	case 11:
		g.Ping(w.now, s)
	case 12:
		g.Disconnect(s)
		w.sessions[i] = g.Connect(w.now, s.Name(), s.Role())
	case 13:
		if b%4 == 0 {
			g.LinkDown(w.now, Cause{Kind: CauseLinkLost})
		} else if !g.linkUp {
			w.linkUp(w.arm)
		}
	case 14:
		g.Gripped(g.grip.sent)
	case 15:
		g.Introduce(s, "", s.Role(), time.Duration(1+a%2000)*time.Millisecond)
	case 16:
		w.relax(s)
	case 17:
		w.part = float64(1+b%10) / 10
	case 18:
		w.reconfigure(a, b)
	}
	w.settle()
	w.advance(time.Duration(b%120)*time.Millisecond, a%9 != 0)
}

// relax asks for the motors to be switched off.
func (w *world) relax(s *Session) {
	standing := w.gate.motion.standing()
	holder := w.gate.holder
	v := w.gate.Relax(w.now, s, 0, false)
	if !v.OK() {
		return
	}
	switch {
	case s.Role() < Operator || !w.cfg.Arm.Relaxes:
		w.t.Fatalf("at %v: %s may not switch the motors off", w.now, s.Name())
	case !standing:
		w.t.Fatalf("at %v: motors off while moving", w.now)
	case w.cfg.Control == Exclusive && holder != nil && holder != s && w.gate.holder == holder:
		w.t.Fatalf("at %v: motors off beside a holder", w.now)
	}
	w.settle()
	w.relaxing = true
}

// reconfigure puts other limits in force, if the arm stands.
func (w *world) reconfigure(a, b int) {
	cfg := w.cfg
	shrink := float64(b % 150)
	cfg.Workspace = Box{Min: Point{-300 + shrink, -300, 0}, Max: Point{300 - shrink, 300, 400 - shrink}}
	cfg.Limits = Limits{Speed: float64(50 + a%400), Accel: float64(200 + b%2000), StopAccel: float64(2200 + a%2000)}
	cfg.Deadman = time.Duration(1+a%2000) * time.Millisecond
	state, epoch := w.gate.State(), w.gate.Epoch()
	err := w.gate.Reconfigure(cfg)
	switch {
	case err == nil && w.vel != (Point{}):
		w.t.Fatalf("at %v: new limits at %v mm/s", w.now, w.vel.Norm())
	case w.gate.State() != state || w.gate.Epoch() != epoch:
		w.t.Fatalf("at %v: new limits changed the state", w.now)
	case err == nil:
		w.cfg = cfg
	}
}

func drawConfig(t *rapid.T) Config {
	cfg := testConfig()
	cfg.Outside = Outside(rapid.IntRange(0, 1).Draw(t, "outside"))
	cfg.Control = Control(rapid.IntRange(0, 1).Draw(t, "control"))
	cfg.Arm.StopsItself = rapid.Bool().Draw(t, "stops itself")
	cfg.Arm.GripAtRest = rapid.Bool().Draw(t, "grip at rest")
	cfg.Arm.Measured = rapid.Bool().Draw(t, "measured")
	cfg.Arm.Relaxes = rapid.Bool().Draw(t, "relaxes")
	cfg.StartStopped = rapid.Bool().Draw(t, "start stopped")
	return cfg
}

// TestPromisesHoldWhateverHappens is the property over random commands and times: limits,
// workspace, one holder, a stop that latches, one event a notice, a reset that moves nothing.
func TestPromisesHoldWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := Point{
			rapid.Float64Range(-310, 310).Draw(t, "x"),
			rapid.Float64Range(-310, 310).Draw(t, "y"),
			rapid.Float64Range(-10, 410).Draw(t, "z"),
		}
		w := newWorld(t, drawConfig(t), start)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			n := rapid.IntRange(0, 1<<20)
			w.play(n.Draw(t, "what"), n.Draw(t, "a"), n.Draw(t, "b"))
		}
	})
}

// FuzzGate plays bytes as things that happen: the same invariants as the property.
func FuzzGate(f *testing.F) {
	f.Add(false, false, []byte{0, 10, 0, 20, 0, 50, 6, 1, 0, 5, 0, 0, 7, 0, 0, 1, 0, 4})
	f.Add(true, true, []byte{0, 200, 3, 0, 1, 90, 0, 0, 1, 3, 0, 119, 12, 0, 0, 0, 1, 0, 5, 0, 3, 0, 0, 9})
	f.Fuzz(func(t *testing.T, itself, shared bool, script []byte) {
		cfg := testConfig()
		cfg.Arm.StopsItself, cfg.Arm.GripAtRest, cfg.Arm.Relaxes = itself, itself, itself
		if shared {
			cfg.Control = Shared
		}
		w := newWorld(t, cfg, Point{200, 0, 150})
		for ; len(script) >= 5; script = script[5:] {
			w.play(int(script[0]), int(script[1])<<8|int(script[2]), int(script[3])<<8|int(script[4]))
		}
	})
}

// TestMotionArrives: from any state of motion, a target inside is reached, exactly, in
// little more than the time that the limits need.
func TestMotionArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := testConfig()
		inside := func(name string) Point {
			return Point{
				rapid.Float64Range(-300, 300).Draw(t, name+" x"),
				rapid.Float64Range(-300, 300).Draw(t, name+" y"),
				rapid.Float64Range(0, 400).Draw(t, name+" z"),
			}
		}
		m := motion{limits: cfg.Limits, box: cfg.Workspace, dt: 0.01}
		m.place(inside("start"))
		m.cruise, m.goal = cfg.Limits.Speed, seek
		for range rapid.IntRange(0, 3).Draw(t, "retargets") {
			m.target = inside("via")
			for range rapid.IntRange(0, 80).Draw(t, "ticks") {
				m.step()
			}
		}
		m.target = inside("target")
		bound := m.target.Sub(m.pos).Norm()/cfg.Limits.Speed + 3 // s; 3 s for braking and turning round
		for range int(bound / m.dt) {
			m.step()
		}
		if !m.arrived() {
			t.Fatalf("after %.1f s at %v with %v, not at %v", bound, m.pos, m.vel, m.target)
		}
	})
}

// TestMotionStaysInside: retargeted from wall to wall at full speed, the setpoint obeys the
// limits and leaves the workspace by no more than rounding. The final clamp of step hides
// no breach: it would show as an acceleration.
func TestMotionStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := testConfig()
		face := func(name string, low, high float64) float64 {
			n := rapid.IntRange(0, 4).Draw(t, name)
			return []float64{low, high, high, (low + high) / 2, high - 5}[n]
		}
		m := motion{limits: cfg.Limits, box: cfg.Workspace, dt: 0.01}
		m.place(Point{0, 0, 200})
		m.cruise, m.goal = cfg.Limits.Speed, seek
		for range 8 {
			m.target = Point{face("x", -300, 300), face("y", -300, 300), face("z", 0, 400)}
			for range rapid.IntRange(1, 150).Draw(t, "ticks") {
				pos, vel := m.pos, m.vel
				m.step()
				moved := m.pos.Sub(pos).Scale(1 / m.dt)
				if a := moved.Sub(vel).Norm() / m.dt; a > cfg.Limits.Accel+1e-3 {
					t.Fatalf("acceleration %v from %v to %v at %v, target %v", a, vel, moved, m.pos, m.target)
				}
				if ok, axis := cfg.Workspace.Contains(m.pos); !ok {
					t.Fatalf("%v is outside in %s", m.pos, axis)
				}
			}
		}
	})
}

// TestAnOlderLeaseMovesNothing: an order survives its lease in no way, even if whoever
// ended the lease forgot to drop it.
func TestAnOlderLeaseMovesNothing(t *testing.T) {
	w := newWorld(t, testConfig(), Point{0, 0, 150})
	w.order(0, Order{Move: true, Target: Point{200, 0, 150}})
	w.gate.epoch++
	if step := w.gate.Tick(w.now, func(Setpoint) float64 { return 1 }); step.Kind != StepNone {
		t.Fatalf("got %+v", step)
	}
}

// TestMotionIsStraightFromRest: from a standing start no setpoint leaves the line.
func TestMotionIsStraightFromRest(t *testing.T) {
	cfg := testConfig()
	m := motion{limits: cfg.Limits, box: cfg.Workspace, dt: 0.01}
	from, to := Point{-280, -100, 30}, Point{250, 299, 377}
	m.place(from)
	m.target, m.cruise, m.goal = to, cfg.Limits.Speed, seek
	line := to.Sub(from)
	for m.step() {
		along := m.pos.Sub(from)
		cross := Point{
			along.Y*line.Z - along.Z*line.Y,
			along.Z*line.X - along.X*line.Z,
			along.X*line.Y - along.Y*line.X,
		}
		if off := cross.Norm() / line.Norm(); off > 1e-6 {
			t.Fatalf("%v is %v mm off the line", m.pos, off)
		}
	}
	if !m.arrived() {
		t.Fatalf("stands at %v", m.pos)
	}
}

// TestApproachSpeedIsExact: braking from the approach speed covers the distance, to the
// rounding of float64.
func TestApproachSpeedIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		distance := rapid.Float64Range(0, 900).Draw(t, "distance")
		accel := rapid.Float64Range(10, 5000).Draw(t, "accel")
		dt := rapid.Float64Range(0.002, 0.05).Draw(t, "dt")
		s := approachSpeed(distance, accel, dt)
		travel := s*dt + stopDistance(s, accel, dt)
		if math.Abs(travel-distance) > 1e-6 {
			t.Fatalf("speed %v travels %v instead of %v", s, travel, distance)
		}
	})
}

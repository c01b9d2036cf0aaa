package safety

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestTranscripts replays conversations with the gate: lines of "time verb arguments" in,
// verdicts, events and steps out.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var p *player
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "gate":
				p = newPlayer(t, d)
				return p.report()
			case "do":
				return p.play(t, d.Input)
			}
			t.Fatalf("unknown directive %q", d.Cmd)
			return ""
		})
	})
}

func testConfig() Config {
	return Config{
		Workspace:     Box{Min: Point{-300, -300, 0}, Max: Point{300, 300, 400}},
		Limits:        Limits{Speed: 250, Accel: 1000, StopAccel: 2500},
		Tick:          10 * time.Millisecond,
		Deadman:       2 * time.Second,
		Lease:         5 * time.Second,
		Rate:          200,
		Burst:         50,
		TrackingError: 50,
		Arm:           Arm{Measured: true, Gripper: OpenCloseGripper},
	}
}

// player keeps a gate and the stations that talk to it. Its arm follows every setpoint at
// once, unless the transcript lets it stall.
type player struct {
	gate     *Gate
	sessions map[string]*Session
	now      Instant
	arm      Point // where the arm is, mm
	last     Step  // that the gate asked for
	stalled  bool
	part     float64 // of every step that the arm accepts
	out      strings.Builder
}

func newPlayer(t *testing.T, d *datadriven.TestData) *player {
	cfg := testConfig()
	for _, arg := range d.CmdArgs {
		switch arg.Key {
		case "stopped":
			cfg.StartStopped = true
		case "shared":
			cfg.Control = Shared
		case "clamp":
			cfg.Outside = Clamp
		case "stops-itself":
			cfg.Arm.StopsItself = true
		case "unmeasured":
			cfg.Arm.Measured = false
		case "grip-at-rest":
			cfg.Arm.GripAtRest = true
		case "no-gripper":
			cfg.Arm.Gripper = NoGripper
		case "opening":
			cfg.Arm.Gripper = OpeningGripper
		case "relaxes":
			cfg.Arm.Relaxes = true
		case "unlocks":
			cfg.Arm.Unlocks = true
		case "rate":
			fmt.Sscan(arg.Vals[0], &cfg.Rate)
		case "burst":
			fmt.Sscan(arg.Vals[0], &cfg.Burst)
		default:
			t.Fatalf("unknown option %q", arg.Key)
		}
	}
	g, err := New(0, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &player{gate: g, sessions: map[string]*Session{}, part: 1}
}

func (p *player) play(t *testing.T, input string) string {
	for line := range strings.Lines(input) {
		words := strings.Fields(line)
		at, err := time.ParseDuration(words[0])
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		p.now = at
		p.do(t, words[1], words[2:])
		p.tell()
	}
	return p.report()
}

func (p *player) report() string {
	defer p.out.Reset()
	s := p.gate.Snapshot(nil)
	fmt.Fprintf(&p.out, "= %s", s.State)
	if s.Holder != "" {
		fmt.Fprintf(&p.out, " holder=%s", s.Holder)
	}
	if s.State == Stopped {
		fmt.Fprintf(&p.out, " stop_id=%d %s", s.StopID, s.StopResult)
		for _, c := range s.Causes {
			fmt.Fprintf(&p.out, " [%s]", strings.TrimSpace(c.Kind.String()+" "+c.By))
		}
	}
	fmt.Fprintln(&p.out)
	return p.out.String()
}

// tell prints the events since the last line.
func (p *player) tell() {
	for _, e := range p.gate.Events() {
		fmt.Fprintf(&p.out, "  ! %s", e.Kind)
		switch e.Kind {
		case StateChanged:
			fmt.Fprintf(&p.out, " %s", e.State)
		case ControlChanged:
			fmt.Fprintf(&p.out, " %q", e.Holder)
		case StopLatched:
			fmt.Fprintf(&p.out, " %d %s", e.StopID, e.Cause.Kind)
		default:
			fmt.Fprintf(&p.out, " %s#%s", e.Session.Name(), e.Tag)
			if e.Kind == Done {
				fmt.Fprintf(&p.out, " at %s", words(e.Position))
			}
			if e.Kind == StoppedShort {
				fmt.Fprintf(&p.out, " by %s", e.Cause.Kind)
			}
		}
		fmt.Fprintln(&p.out)
	}
}

func words(p Point) string { return fmt.Sprintf("%.2f,%.2f,%.2f", p.X, p.Y, p.Z) }

func point(t *testing.T, s string) Point {
	var p Point
	if _, err := fmt.Sscanf(s, "%g,%g,%g", &p.X, &p.Y, &p.Z); err != nil {
		t.Fatalf("point %q: %v", s, err)
	}
	return p
}

func (p *player) do(t *testing.T, verb string, args []string) {
	g := p.gate
	switch verb {
	case "link-up":
		p.arm = point(t, args[0])
		g.LinkUp(p.arm, 0)
	case "link-down":
		g.LinkDown(p.now, Cause{Kind: CauseLinkLost})
	case "alarm":
		g.Alarm(p.now, args[0], len(args) > 1)
	case "unlocked":
		g.Unlocked()
	case "gripped":
		g.Gripped(g.grip.sent)
	case "confirmed":
		g.StopDone(StopConfirmed)
	case "measured":
		p.arm = point(t, args[0])
		g.Measured(p.now, p.arm, len(args) > 1)
	case "stall":
		p.stalled = true
	case "refuse":
		p.part = 0
	case "accept":
		p.part = 1
	case "shorten":
		fmt.Sscan(args[0], &p.part)
	case "withdraw":
		g.Withdraw(p.last)
	case "internal-stop":
		g.Stop(p.now, Cause{Kind: CauseWriteStuck})
	case "run":
		p.run(t, args[0])
	default:
		p.station(t, verb, args)
	}
}

// run ticks the gate as its writer would, until the moment given, and sums up.
func (p *player) run(t *testing.T, until string) {
	end, err := time.ParseDuration(until)
	if err != nil {
		t.Fatal(err)
	}
	count, top, first := 0, 0.0, Point{}
	last := p.gate.motion.pos
	for {
		step := p.gate.Tick(p.now, func(Setpoint) float64 { return p.part })
		if step.Kind != StepNone {
			p.last = step
		}
		switch step.Kind {
		case StepNone:
			next := p.gate.Next()
			if next <= p.now {
				next = p.now + time.Millisecond
			}
			if next > end {
				p.now = end
				if count > 0 {
					fmt.Fprintf(&p.out, "  > %d setpoints %s to %s, top speed %.0f\n", count, words(first), words(last), top)
				}
				return
			}
			p.now = next
		case StepMove:
			if count == 0 {
				first = step.Setpoint.Position
			}
			count++
			last = step.Setpoint.Position
			top = max(top, step.Setpoint.Speed)
			if !p.stalled {
				p.arm = last
			}
			p.gate.Measured(p.now, p.arm, p.gate.motion.arrived())
		case StepGrip:
			fmt.Fprintf(&p.out, "  > grip %s at %s\n", step.Gripper, words(p.gate.motion.pos))
		case StepStop:
			fmt.Fprintf(&p.out, "  > stop\n")
		case StepRearm:
			fmt.Fprintf(&p.out, "  > rearm\n")
		case StepRelax:
			fmt.Fprintf(&p.out, "  > relax\n")
		}
	}
}

// station plays "name request arguments".
func (p *player) station(t *testing.T, name string, args []string) {
	g, s := p.gate, p.sessions[name]
	if args[0] == "connects" {
		role, ok := ParseRole(args[1])
		if !ok {
			t.Fatalf("role %q", args[1])
		}
		p.sessions[name] = g.Connect(p.now, name, role)
		return
	}
	var o Order
	id := uint64(0)
	for _, a := range args[1:] {
		key, value, _ := strings.Cut(a, "=")
		switch key {
		case "to":
			o.Move, o.Target = true, point(t, value)
		case "speed":
			o.Speed, _ = strconv.ParseFloat(value, 64)
		case "open":
			o.Gripper = GripperOpen
		case "closed":
			o.Gripper = GripperClosed
		case "opening":
			percent, _ := strconv.Atoi(value)
			o.Gripper = GripperAt(percent)
		case "check":
			o.Check = true
		case "notify":
			o.Notify, o.Tag = true, value
		case "ttl":
			ttl, _ := time.ParseDuration(value)
			o.Expires = p.now + ttl
		case "late":
			late, _ := time.ParseDuration(value)
			o.Expires = p.now - late
		case "id":
			id, _ = strconv.ParseUint(value, 10, 64)
		case "deadman":
			d, _ := time.ParseDuration(value)
			g.Introduce(s, "", s.role, d)
		case "role":
			role, _ := ParseRole(value)
			g.Introduce(s, "", role, 0)
		default:
			t.Fatalf("unknown argument %q", a)
		}
	}
	var v Verdict
	switch args[0] {
	case "move":
		v = g.Admit(p.now, s, o)
	case "take":
		v = g.Take(p.now, s, o.Expires, o.Check)
	case "release":
		v = g.Release(p.now, s, o.Expires, o.Check)
	case "reset":
		v = g.Reset(p.now, s, id, o.Expires, o.Check)
	case "relax":
		v = g.Relax(p.now, s, o.Expires, o.Check)
	case "ping":
		g.Ping(p.now, s)
	case "hello":
	case "stop":
		v = Verdict{StopID: g.Stop(p.now, Cause{Kind: CauseStation, By: name})}
	case "disconnects":
		g.Disconnect(s)
	default:
		t.Fatalf("unknown request %q", args[0])
	}
	fmt.Fprintf(&p.out, "%s %s: %s\n", name, args[0], verdictWords(v))
}

func verdictWords(v Verdict) string {
	s := v.Reason.String()
	if v.StopID != 0 {
		s += fmt.Sprintf(" stop_id=%d", v.StopID)
	}
	if v.Holder != "" {
		s += " holder=" + v.Holder
	}
	if v.Axis != "" {
		s += " axis=" + v.Axis
	}
	if v.Clamped {
		s += " clamped to " + words(v.Target)
	}
	if v.RetryAfter != 0 {
		s += fmt.Sprintf(" retry after %v", v.RetryAfter)
	}
	return s
}

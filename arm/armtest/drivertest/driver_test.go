package drivertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// driver drives the machine of these tests, and keeps every promise but the one that its
// defect names.
type driver struct {
	openPort arm.Opener
	defect   string
	link     *arm.Link

	mu       sync.Mutex
	line     []byte
	feedback arm.Feedback
	at       safety.Point
	before   arm.Angles // of the report before this one
	known    bool
	rests    bool
	asked    safety.Instant // the oldest unanswered
	waits    bool
	poll     safety.Instant
	busy     safety.Instant // until then the arm is looked at often
	stopping bool
	still    int // answers since the stop that said so
	limp     bool
	goal     safety.Point
	held     []byte // a frame that waits
	replay   []byte // survives Close
}

const (
	fakeHorizon = 100 * time.Millisecond
	fakeLead    = 25 // mm that the goal may be ahead: at 400 mm/s 63 ms, and the measurement is up to 20 ms old
	fakePoll    = 20 * time.Millisecond
	fakeRest    = 200 * time.Millisecond
	fakeSilence = 300 * time.Millisecond
	fakeReach   = 200 // mm
)

func (d *driver) has(defect string) bool { return d.defect == defect }

func (d *driver) Capabilities() arm.Capabilities {
	horizon := fakeHorizon
	if d.has("promises too much") {
		horizon = time.Millisecond
	}
	return arm.Capabilities{
		Driver: "fake", Horizon: horizon, Measured: true, Gripper: safety.OpeningGripper,
		Relaxes: !d.has("cannot relax and says nothing"), StopEffect: arm.StopConfirmed,
		Joints: []string{"beam", "bridge", "lift"},
	}
}

func (d *driver) Open(ctx context.Context, f arm.Feedback) (o arm.Opened, err error) {
	d.mu.Lock()
	replay := d.replay
	d.line, d.feedback, d.known, d.rests, d.waits, d.poll, d.busy = nil, nil, false, false, false, 0, 0
	d.stopping, d.limp, d.held, d.replay = false, false, nil, nil
	d.mu.Unlock()
	answered := make(chan struct{}, 1)
	link, err := arm.OpenLink(d.openPort, func(p []byte) { d.receive(p, answered) }, d.lost)
	if err != nil {
		return o, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if d.has("open waits for ever") {
		ctx = context.Background()
		ctx, cancel = context.WithTimeout(ctx, time.Hour)
		defer cancel()
	}
	if err := errors.Join(link.Flush(), link.Write([]byte("?\n"))); err != nil {
		return o, errors.Join(err, link.Close())
	}
	select {
	case <-answered:
	case <-ctx.Done():
		if d.has("failed open leaves the port open") {
			return o, ctx.Err()
		}
		return o, errors.Join(ctx.Err(), link.Close())
	}
	if d.has("replays") && replay != nil {
		_ = link.Write(replay)
	}
	if d.has("moves on open") {
		_ = link.Write([]byte("g 0 0 0\n"))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.link, d.feedback, d.goal = link, f, d.at
	o.Position, o.Joints = d.at, spindlesAt(d.at)
	if d.has("open lies") {
		o.Position.X++
		o.Joints = spindlesAt(o.Position)
	}
	return o, nil
}

func (d *driver) lost(err error) {
	d.mu.Lock()
	f := d.feedback
	d.mu.Unlock()
	if f != nil && !d.has("hides errors") {
		f.Lost(err)
	}
}

func (d *driver) receive(p []byte, answered chan<- struct{}) {
	for _, b := range p {
		if b != '\n' {
			d.line = append(d.line, b)
			continue
		}
		line := string(bytes.TrimSpace(d.line))
		d.line = nil
		if d.has("panics in noise") && len(line) > 20 && line[0] != 'p' {
			panic("noise")
		}
		d.mu.Lock()
		f, tell := d.feedback, d.take(line)
		d.mu.Unlock()
		if f == nil {
			if d.known {
				select {
				case answered <- struct{}{}:
				default:
				}
			}
			continue
		}
		for _, t := range tell {
			t(f)
		}
	}
}

// take takes a line under the lock, and returns what there is to tell.
func (d *driver) take(line string) (tell []func(arm.Feedback)) {
	var p safety.Point
	var v float64
	var opening int
	if n, _ := fmt.Sscanf(line, "o %d", &opening); n == 1 {
		if !d.has("never gripped") {
			tell = append(tell, func(f arm.Feedback) { f.Gripped(safety.GripperAt(opening)) })
		}
		return tell
	}
	if words, ok := strings.CutPrefix(line, "e "); ok && !d.has("swallows refusals") {
		return append(tell, func(f arm.Feedback) { f.Alarm(words, false) })
	}
	if d.has("believes noise") && len(line) > 20 && line[0] != 'p' {
		d.at.X += 5
		at := d.at
		tell = append(tell, func(f arm.Feedback) {
			f.Measured(arm.Measurement{Position: at, Joints: spindlesAt(at), AtRest: true})
		})
	}
	if n, _ := fmt.Sscanf(line, "p %g %g %g %g", &p.X, &p.Y, &p.Z, &v); n != 4 {
		return tell
	}
	d.at, d.known, d.rests, d.waits = p, true, v == 0, false
	if d.has("says nothing of standstill") {
		d.rests = false
	}
	m := arm.Measurement{Position: d.at, Joints: spindlesAt(d.at), AtRest: d.rests}
	if d.has("joints of another moment") {
		m.Joints, d.before = d.before, m.Joints
	}
	tell = append(tell, func(f arm.Feedback) { f.Measured(m) })
	d.still++
	if !d.rests {
		d.still = 0
	}
	if d.stopping && (d.still >= 3 || d.has("confirms at once")) && !d.has("never confirms") {
		d.stopping = false
		result := arm.StopConfirmed
		if d.has("only sends stops") {
			result = arm.StopSent
		}
		tell = append(tell, func(f arm.Feedback) { f.Stopped(result) })
	}
	return tell
}

func (d *driver) Accepts(now safety.Instant, sp safety.Setpoint) float64 {
	if d.has("accepts more than all") {
		return 1.5
	}
	if d.has("accepts writes") && d.link != nil {
		_ = d.link.Write([]byte("?\n"))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !sp.Position.Finite() && !d.has("accepts what is none") {
		return 0
	}
	if d.limp || sp.Position.Sub(d.at).Norm() > fakeLead || d.stopping && !sp.Braking {
		return 0
	}
	return 1
}

func (d *driver) Move(now safety.Instant, sp safety.Setpoint) error {
	if d.has("panics when closed") && d.link == nil {
		panic("closed")
	}
	if d.link == nil {
		return arm.ErrClosed
	}
	p := sp.Position
	if p.X > fakeReach {
		d.tell(func(f arm.Feedback) { f.Alarm("cannot reach that", false) })
		if d.has("loses the link over a point") {
			return errors.New("no such point")
		}
		return nil
	}
	d.mu.Lock()
	d.goal, d.busy, d.poll, d.still = p, now+fakeRest, min(d.poll, now+fakePoll), 0
	d.mu.Unlock()
	text := fmt.Sprintf("g %v %v %v\n", p.X, p.Y, p.Z)
	if d.has("writes NaN") {
		text = fmt.Sprintf("g %v %v %v\n", p.X, p.Y, math.NaN())
	}
	frame := []byte(text)
	if d.has("sends what waited after a stop") {
		d.held, frame = frame, d.held
		if frame == nil {
			return nil
		}
	}
	if d.replay == nil {
		d.replay = frame
	}
	d.tell(func(f arm.Feedback) { f.Wake() })
	return d.write(frame)
}

func (d *driver) tell(f func(arm.Feedback)) {
	d.mu.Lock()
	to := d.feedback
	d.mu.Unlock()
	f(to)
}

func (d *driver) write(frame []byte) error {
	if d.link == nil {
		return arm.ErrClosed
	}
	err := d.link.Write(frame)
	if d.has("hides errors") {
		return nil
	}
	return err
}

func (d *driver) Grip(_ safety.Instant, g safety.Gripper) error {
	return d.write(fmt.Appendf(nil, "o %d\n", g.Opening()))
}

func (d *driver) Stop(now safety.Instant) error {
	if d.link == nil {
		return arm.ErrClosed
	}
	d.mu.Lock()
	d.stopping, d.still, d.poll = true, 0, now
	at := d.goal
	d.mu.Unlock()
	d.tell(func(f arm.Feedback) { f.Wake() })
	if d.has("goes on after a stop") {
		at.X, at.Y = at.X+20, at.Y+20
		return d.write(fmt.Appendf(nil, "g %v %v %v\n", at.X, at.Y, at.Z))
	}
	if d.has("sends what waited after a stop") && d.held != nil {
		frame := d.held
		d.held = nil
		return d.write(frame)
	}
	return nil
}

func (d *driver) Rearm(now safety.Instant) error {
	d.mu.Lock()
	limp, at := d.limp, d.at
	d.limp = false
	d.mu.Unlock()
	if d.has("rearms with motion") {
		return d.write(fmt.Appendf(nil, "g %v %v %v\n", at.X, at.Y, at.Z+5))
	}
	if !limp {
		return d.write([]byte("?\n"))
	}
	if d.has("jumps when it takes hold") {
		return d.write([]byte("m 1\n"))
	}
	return d.write(fmt.Appendf(nil, "g %v %v %v\nm 1\n", at.X, at.Y, at.Z))
}

func (d *driver) Relax(safety.Instant) error {
	if d.has("cannot relax and says nothing") && d.link != nil {
		return nil
	}
	d.mu.Lock()
	d.limp = true
	d.mu.Unlock()
	return d.write([]byte("m 0\n"))
}

func (d *driver) Service(now safety.Instant) (safety.Instant, error) {
	if d.link == nil {
		return arm.Never, arm.ErrClosed
	}
	d.mu.Lock()
	if d.waits && now-d.asked >= fakeSilence && !d.has("bears silence") && !d.has("hides errors") {
		d.mu.Unlock()
		return arm.Never, errors.New("no answer")
	}
	due := now >= d.poll
	if due {
		d.poll = now + fakeRest
		if d.stopping || now < d.busy || !d.rests {
			d.poll = now + fakePoll
		}
		if d.limp && d.has("looks away while limp") {
			d.poll, due = now+fakeRest, false
		}
		if !d.waits && due {
			d.waits, d.asked = true, now
		}
	}
	next := d.poll
	d.mu.Unlock()
	if d.has("is called without end") {
		next = now
	}
	if due {
		return next, d.write([]byte("?\n"))
	}
	return next, nil
}

func (d *driver) Close() error {
	if d.link == nil {
		return nil
	}
	err := d.link.Close()
	d.link = nil
	return err
}

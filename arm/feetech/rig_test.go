package feetech

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

const testTick = 10 * time.Millisecond

// testConfig is an arm like Aether's, with ids that are not its joints' indices.
func testConfig() Config {
	joint := func(least, most, direction float64) kinematics.Joint {
		return kinematics.Joint{
			Min: least * math.Pi / 180, Max: most * math.Pi / 180,
			Zero: math.Pi, Direction: direction, Speed: math.Pi / 2,
		}
	}
	c := Config{
		Horizon: 100 * time.Millisecond,
		Tick:    testTick,
		Arm: kinematics.Arm{
			Links: kinematics.Links{Height: 100, Upper: 120, Fore: 120, Hand: 80},
			Joints: [kinematics.Joints]kinematics.Joint{
				joint(-90, 90, 1), joint(0, 150, -1), joint(-150, 0, 1), joint(-100, 100, 1),
			},
		},
		Claw:           &Claw{ID: 9, Open: 2500, Closed: 2048, Speed: math.Pi / 2, TorqueLimit: 40},
		MinVoltage:     9,
		MaxVoltage:     13,
		MaxTemperature: 65,
		MaxLoad:        90,
	}
	for i := range c.Servos {
		c.Servos[i] = JointServo{ID: 11 + i, TorqueLimit: 80, Accel: 10 * math.Pi}
	}
	return c
}

var testBox = safety.Box{
	Min: safety.Point{X: 150, Y: -100, Z: 90},
	Max: safety.Point{X: 220, Y: 100, Z: 180},
}

// testStart is where the arm stands at power up.
var testStart = safety.Point{X: 180, Y: 20, Z: 120}

// busConfig is a bus whose arm stands at a point, limp.
func busConfig(c Config, at safety.Point, options ...func(*feetechemu.Config)) feetechemu.Config {
	posture, err := c.Arm.Inverse(at, kinematics.Posture{kinematics.Elbow: -1})
	if err != nil {
		panic(err)
	}
	var bus feetechemu.Config
	for i, servo := range c.Servos {
		bus.Servos = append(bus.Servos, feetechemu.Servo{ID: servo.ID, Position: countsOf(c.Arm.Joints[i], posture[i])})
	}
	if c.Claw != nil {
		bus.Servos = append(bus.Servos, feetechemu.Servo{ID: c.Claw.ID, Position: c.Claw.Closed})
	}
	for _, option := range options {
		option(&bus)
	}
	return bus
}

func withEcho(c *feetechemu.Config) { c.Echo = true }

// where is the tool point of an event.
func where(c Config) func(armtest.Event) safety.Point {
	return func(e armtest.Event) safety.Point {
		var q kinematics.Posture
		for i := range q {
			q[i] = c.Arm.Joints[i].Angle(e.Joints[i])
		}
		return c.Arm.Forward(q)
	}
}

// goalIn is where a frame sends the arm. The claw's goal does not move it.
func goalIn(c Config) func([]byte) (safety.Point, bool) {
	return func(frame []byte) (safety.Point, bool) {
		if len(frame) < 8 || frame[4] != 0x83 || frame[5] != 41 {
			return safety.Point{}, false
		}
		var q kinematics.Posture
		for i := range q {
			at := 7 + 10*i
			q[i] = angleOf(c.Arm.Joints[i], int(frame[at+2])|int(frame[at+3])<<8)
		}
		return c.Arm.Forward(q), true
	}
}

func machine(cfg feetechemu.Config) func(time.Duration) armtest.Machine {
	return func(now time.Duration) armtest.Machine { return feetechemu.New(cfg, now) }
}

func opener(m *armtest.Memory) arm.Opener {
	return func() (arm.Port, error) { return m.Open() }
}

// recorder is a Feedback that keeps what it hears, as text.
type recorder struct {
	woken chan struct{}

	mu       sync.Mutex
	heard    []string
	position safety.Point
	rests    bool
}

func newRecorder() *recorder { return &recorder{woken: make(chan struct{}, 1)} }

func (r *recorder) hear(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, fmt.Sprintf(format, args...))
}

// take returns what was heard since the last time, but for measurements.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := r.heard
	r.heard = nil
	return heard
}

func (r *recorder) Measured(m arm.Measurement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.position, r.rests = m.Position, m.AtRest
}

func (r *recorder) Gripped(g safety.Gripper)       { r.hear("gripped %v", g) }
func (r *recorder) Stopped(s arm.StopResult)       { r.hear("stopped %v", s) }
func (r *recorder) Alarm(text string, locked bool) { r.hear("alarm %q locked=%v", text, locked) }
func (r *recorder) Unlocked()                      { r.hear("unlocked") }
func (r *recorder) Lost(err error)                 { r.hear("lost %v", err) }

func (r *recorder) Wake() {
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

// writer drives a driver over an emulated bus as the daemon's writer does: on one goroutine,
// setpoints on the ticks, Service when it is due or the driver asks for it. Its setpoints obey
// acceleration as the gate's do.
type writer struct {
	t      *testing.T
	driver *Feetech
	board  board
	said   *recorder
	begun  time.Time
	due    safety.Instant // Service
	failed error          // what Service returned

	position, velocity safety.Point
	waited             int // setpoints of which nothing was taken
}

// board is an emulated bus, in memory or in a process.
type board interface {
	Command(string)
	Events() []armtest.Event
	Last() armtest.Event
	Now() time.Duration
}

func newWriter(t *testing.T, c Config, bus feetechemu.Config) *writer {
	t.Helper()
	m := armtest.StartMemory(t, machine(bus))
	return newWriterOn(t, c, m, opener(m))
}

func newWriterOn(t *testing.T, c Config, b board, open arm.Opener) *writer {
	t.Helper()
	w := &writer{t: t, driver: New(c, open), board: b, said: newRecorder()}
	w.open()
	t.Cleanup(func() { _ = w.driver.Close() })
	return w
}

func (w *writer) open() arm.Opened {
	w.t.Helper()
	opened, err := w.driver.Open(w.t.Context(), w.said)
	if err != nil {
		w.t.Fatal(err)
	}
	w.begun, w.due = time.Now(), 0
	w.position, w.velocity = opened.Position, safety.Point{}
	return opened
}

func (w *writer) now() safety.Instant { return time.Since(w.begun) }

// serve serves the driver for so long, or until it fails.
func (w *writer) serve(d time.Duration) {
	w.t.Helper()
	for end := w.now() + d; ; {
		if w.now() >= w.due {
			if w.due, w.failed = w.driver.Service(w.now()); w.failed != nil {
				return
			}
		}
		wait := min(w.due, end) - w.now()
		if wait <= 0 && w.now() >= end {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-w.said.woken:
			w.due = 0
		}
		timer.Stop()
	}
}

// tick goes one tick towards a velocity in mm/s, as far as the driver takes it.
func (w *writer) tick(velocity safety.Point, braking bool) {
	w.t.Helper()
	w.serve(w.now().Truncate(testTick) + testTick - w.now())
	accel := 1000.0
	if braking {
		accel = 2500
	}
	change := velocity.Sub(w.velocity)
	if most := accel * testTick.Seconds(); change.Norm() > most {
		change = change.Scale(most / change.Norm())
	}
	v := w.velocity.Add(change)
	if v == (safety.Point{}) {
		w.velocity = v
		return
	}
	way := v.Scale(testTick.Seconds())
	sp := safety.Setpoint{From: w.position, Position: w.position.Add(way), Speed: v.Norm(), Braking: braking}
	part := w.driver.Accepts(w.now(), sp)
	if part <= 0 {
		w.waited++
		return
	}
	sp.Position = w.position.Add(way.Scale(part))
	w.must(w.driver.Move(w.now(), sp))
	w.position, w.velocity, w.due = sp.Position, v.Scale(part), 0
}

// drive goes with a velocity in mm/s for so many ticks.
func (w *writer) drive(velocity safety.Point, ticks int) {
	w.t.Helper()
	for range ticks {
		w.tick(velocity, false)
	}
}

// stop stops the arm as the gate does, and waits for it.
func (w *writer) stop() {
	w.t.Helper()
	w.must(w.driver.Stop(w.now()))
	w.due = 0
	for w.velocity != (safety.Point{}) {
		w.tick(safety.Point{}, true)
	}
	w.serve(time.Second)
	w.want("stopped confirmed")
}

// rearm ends a stop, as a reset does: setpoints begin where the arm was measured.
func (w *writer) rearm() {
	w.t.Helper()
	w.said.mu.Lock()
	w.position, w.velocity = w.said.position, safety.Point{}
	w.said.mu.Unlock()
	w.call(w.driver.Rearm)
	w.serve(300 * time.Millisecond)
}

// call calls one of the driver's methods, and then Service at once.
func (w *writer) call(f func(safety.Instant) error) {
	w.t.Helper()
	w.must(f(w.now()))
	w.due = 0
}

func (w *writer) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// want checks what was told since the last time: each once, in this order.
func (w *writer) want(lines ...string) {
	w.t.Helper()
	if diff := cmp.Diff(lines, w.said.take(), cmpopts.EquateEmpty()); diff != "" {
		w.t.Errorf("told (-want +got)\n%s", diff)
	}
}

// events returns what the bus has seen of one kind.
func (w *writer) events(ev string) []armtest.Event {
	return slices.DeleteFunc(w.board.Events(), func(e armtest.Event) bool { return e.Ev != ev })
}

// counts returns where a servo truly is, to 5 ms of motion.
func (w *writer) counts(slot int) int {
	return int(math.Round(w.board.Last().Joints[slot] * countsPerRad))
}

// sentTo returns the latest goal in counts that a servo was sent.
func (w *writer) sentTo(slot int) int {
	w.driver.mu.Lock()
	defer w.driver.mu.Unlock()
	return w.driver.session.sent[slot]
}

package feetech

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// sessionRig is a session whose servos are at once where they are told to be.
type sessionRig struct {
	*session
	servos []live
	now    safety.Instant
	says   live
	packet []byte
}

// opened is a session behind Open.
func opened(c Config) *sessionRig {
	s := limp(c)
	s.beginRearm(0)
	for range 10 {
		s.answer(nil)
	}
	s.restartClock()
	s.takeEvents()
	return s
}

// answer plays until every servo has answered once and what that leads to is sent. change
// changes what a servo says.
func (s *sessionRig) answer(change func(i int, l *live)) {
	s.ask()
	s.now += 3 * time.Millisecond
	s.tellAll(change)
	for {
		frame, _, err := s.service(s.now)
		s.hear(frame)
		if err != nil || len(frame) == 0 || s.asked {
			return
		}
	}
}

// ask plays until a question is asked.
func (s *sessionRig) ask() {
	for !s.asked {
		frame, next, _ := s.service(s.now)
		s.hear(frame)
		if !s.asked {
			s.now = max(s.now, next)
		}
	}
}

// tellAll has every servo answer.
func (s *sessionRig) tellAll(change func(i int, l *live)) {
	for i := range s.servos {
		s.says = s.servos[i]
		if change != nil {
			change(i, &s.says)
		}
		s.packet = packetFrom(s.packet[:0], s.slots[i].id, s.says)
		s.receive(s.packet)
	}
}

// hear does what a frame says.
func (s *sessionRig) hear(frame []byte) {
	if len(frame) < 8 || frame[4] != instSyncWrite {
		return
	}
	reg, size := frame[5], int(frame[6])
	for i := range (len(frame) - 8) / (size + 1) {
		part := frame[7+i*(size+1):][:size+1]
		for n := range s.servos {
			servo := &s.servos[n]
			if s.slots[n].id != part[0] {
				continue
			}
			if reg == regTorque {
				servo.torque = part[1] == 1
			} else {
				servo.goal = signed(int(part[2])|int(part[3])<<8, 15)
			}
			if servo.torque {
				servo.position = servo.goal
			}
		}
	}
}

// packetFrom appends the answer of a servo to a sync read.
func packetFrom(b []byte, id byte, l live) []byte {
	word := func(v, sign int) (byte, byte) {
		if v < 0 {
			v = -v | 1<<sign
		}
		return byte(v), byte(v >> 8)
	}
	b = append(begin(b, id, byte(l.faults)), make([]byte, liveSize)...)
	regs := b[headSize+1:]
	at := func(reg int) *byte { return &regs[reg-firstLive] }
	if l.torque {
		*at(regTorque) = 1
	}
	*at(regGoal), *at(regGoal + 1) = word(l.goal, 15)
	*at(regPosition), *at(regPosition + 1) = word(l.position, 15)
	*at(regPresent), *at(regPresent + 1) = word(l.speed, 15)
	*at(regLoad), *at(regLoad + 1) = word(int(l.load*10), 10)
	*at(regVoltage) = byte(l.voltage*10 + 0.5)
	*at(regTemperature) = byte(l.temperature)
	*at(regStatus) = byte(l.faults)
	return finish(b)
}

// said returns what the session has told since the last time, but for measurements.
func (s *sessionRig) said() (lines []string) {
	r := newRecorder()
	for _, e := range s.takeEvents() {
		e.tell(r)
	}
	return r.take()
}

func (s *sessionRig) want(t *testing.T, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, s.said(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("told (-want +got)\n%s", diff)
	}
}

// A setpoint costs no allocation, from Accepts to the answers that it brings.
func TestTickAllocatesNothing(t *testing.T) {
	s := opened(testConfig())
	s.answer(nil)
	from, step := s.position, safety.Point{Y: -0.1}
	tick := func() {
		sp := safety.Setpoint{From: from, Position: from.Add(step), Speed: 10}
		if part := s.accepts(s.now, sp); part != 1 {
			panic(fmt.Sprintf("accepts %v: %s", part, s.refused))
		}
		frame, err := s.move(s.now, sp)
		if err != nil || len(frame) == 0 {
			panic("no frame")
		}
		s.hear(frame)
		from = sp.Position
		frame, _, _ = s.service(s.now)
		s.hear(frame)
		s.now += 3 * time.Millisecond
		s.tellAll(nil)
		_, _, _ = s.service(s.now)
		s.takeEvents()
		s.now += 7 * time.Millisecond
	}
	tick()
	if n := testing.AllocsPerRun(200, tick); n > 0 {
		t.Errorf("%v allocations a tick", n)
	}
	if moved := s.position.Sub(testStart).Norm(); moved < 15 {
		t.Errorf("moved %v mm", moved)
	}
}

// Joints and position are of one reading: one that lacks a joint changes neither.
func TestReadingWithoutAJoint(t *testing.T) {
	s := opened(testConfig())
	s.answer(nil)
	s.takeEvents()
	posture, position := s.posture, s.position
	s.ask()
	turned := s.servos[kinematics.Base]
	turned.position += 100
	s.receive(packetFrom(nil, s.slots[kinematics.Base].id, turned))
	s.now = s.deadline
	_, _, _ = s.service(s.now)
	if s.slots[kinematics.Base].is.position != turned.position {
		t.Fatal("the answer was not taken")
	}
	for _, e := range s.takeEvents() {
		t.Errorf("told %+v", e)
	}
	if s.posture != posture || s.position != position {
		t.Errorf("posture %v at %v, was %v at %v", s.posture, s.position, posture, position)
	}
}

func BenchmarkTick(b *testing.B) {
	s := opened(testConfig())
	s.answer(nil)
	from, step := s.position, safety.Point{Y: -0.1}
	b.ReportAllocs()
	for b.Loop() {
		if from.Y < -60 || from.Y > 60 {
			step = step.Scale(-1)
		}
		sp := safety.Setpoint{From: from, Position: from.Add(step), Speed: 10}
		if s.accepts(s.now, sp) != 1 {
			b.Fatal(s.refused)
		}
		frame, _ := s.move(s.now, sp)
		s.hear(frame)
		from = sp.Position
		_, _, _ = s.service(s.now)
		s.now += 3 * time.Millisecond
		s.tellAll(nil)
		_, _, _ = s.service(s.now)
		s.takeEvents()
		s.now += 7 * time.Millisecond
	}
}

// An arm whose joint does not answer goes on for a moment and then waits: how far that joint
// has to go is not known.
func TestWaitsForASilentJoint(t *testing.T) {
	s := opened(testConfig())
	s.answer(nil)
	for n := range 6 {
		sp := safety.Setpoint{From: s.position, Position: s.position.Add(safety.Point{Y: 0.1}), Speed: 10}
		if taken, want := s.accepts(s.now, sp) > 0, n <= blindLimit; taken != want {
			t.Errorf("after %d cycles without an answer: taken %v", n, taken)
		}
		s.miss(kinematics.Wrist)
	}
}

// miss plays a cycle in which one servo does not answer, all if it is negative.
func (s *sessionRig) miss(silent int) (frame []byte, err error) {
	s.ask()
	for i := range s.servos {
		if i != silent && silent >= 0 {
			s.receive(packetFrom(nil, s.slots[i].id, s.servos[i]))
		}
	}
	s.now = s.deadline
	frame, _, err = s.service(s.now)
	return frame, err
}

// Whoever gives up silent servos takes back what they have not answered to have: it may be on
// its way still.
func TestTakesBackWhatNobodyHeard(t *testing.T) {
	s := opened(testConfig())
	s.answer(nil)
	was := slices.Clone(s.servos)
	s.gripNow(s.now, safety.GripperOpen) // not heard either, but nothing is in the way of that
	sp := safety.Setpoint{From: s.position, Position: s.position.Add(safety.Point{Y: 1}), Speed: 100}
	if s.accepts(s.now, sp) != 1 {
		t.Fatal("not taken")
	}
	sent, _ := s.move(s.now, sp)
	sent = slices.Clone(sent)
	for range missLimit - 1 {
		if _, err := s.miss(-1); err != nil {
			t.Fatal(err)
		}
	}
	frame, err := s.miss(-1)
	if !errors.Is(err, errSilent) {
		t.Fatal(err)
	}
	s.hear(sent) // late
	if claw := s.servos[claw].goal; claw != testConfig().Claw.Open {
		t.Fatalf("the claw was sent to %d", claw)
	}
	s.hear(frame)
	for i, servo := range s.servos {
		if i != claw && servo.goal != was[i].goal {
			t.Errorf("servo %d goes to %d, had %d", i, servo.goal, was[i].goal)
		}
	}
	if s.servos[claw].goal == was[claw].goal {
		t.Error("the claw lets go")
	}
}

// An arm at rest has nothing to take back: nothing is sent to servos that do not answer.
func TestTakesBackNothingAtRest(t *testing.T) {
	s := opened(testConfig())
	s.answer(nil)
	for n := 1; ; n++ {
		if frame, err := s.miss(-1); err != nil {
			if len(frame) > 0 {
				t.Errorf("sent % X", frame)
			}
			return
		} else if n > missLimit {
			t.Fatal("the link is not given up")
		}
	}
}

// A servo that does not take its position for a goal is not switched on: it would jump.
func TestSwitchesNothingOnWithoutItsGoal(t *testing.T) {
	s := limp(testConfig())
	for s.beginRearm(0); s.failed == nil; {
		s.answer(func(i int, l *live) {
			if i == kinematics.Shoulder {
				l.goal = 0
			}
		})
		for i, servo := range s.servos {
			if servo.torque {
				t.Fatalf("servo %d is switched on", i)
			}
		}
	}
	s.want(t, `alarm "shoulder: servo 12 does not take its position as its goal, or does not come to rest" locked=false`)
}

// An arm rests when no servo moves, by its position and by the speed that it says.
func TestRestsByPositionAndSpeed(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(n int, l *live)
		rests  bool
	}{
		"stands":   {func(int, *live) {}, true},
		"hunts":    {func(n int, l *live) { l.position += n%3 - 1; l.speed = 20 * (n%3 - 1) }, true},
		"says so":  {func(n int, l *live) { l.speed = -60 }, false},
		"drifts":   {func(n int, l *live) { l.position += 2 * n }, false},
		"vibrates": {func(n int, l *live) { l.position += n % 2 * 5 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(testConfig())
			for n := range 20 {
				s.takeEvents()
				s.answer(func(i int, l *live) {
					if i == kinematics.Wrist {
						tc.change(n, l)
					}
				})
			}
			for _, e := range s.takeEvents() {
				if e.kind == evMeasured && e.at.AtRest != tc.rests {
					t.Errorf("rests %v", e.at.AtRest)
				}
			}
		})
	}
}

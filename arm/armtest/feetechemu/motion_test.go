package feetechemu

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// How long a trapezoid takes: d/v + v/a, or 2·√(d/a) where the speed is not
// reached. The lag adds a few of its time constants at the end, the dead zone
// takes the last count away.
func TestTimeOfAMove(t *testing.T) {
	for _, c := range []struct {
		name        string
		from, to    int
		speed, code int // registers 46, 41
		torque      int // register 48
		want        float64
	}{
		{"both limits", 1000, 3000, 1000, 20, 1000, 2000.0/1000 + 1000.0/2000},
		{"down", 3000, 1000, 1000, 20, 1000, 2000.0/1000 + 1000.0/2000},
		{"a speed with a sign", 1000, 3000, 0x8000 | 1000, 20, 1000, 2000.0/1000 + 1000.0/2000},
		{"never at speed", 1000, 2000, 3000, 10, 1000, 2 * math.Sqrt(1000.0/1000)},
		{"the motor's limits", 500, 3500, 0, 0, 1000, 3000.0/3072 + 3072.0/30000},
		{"a speed beyond the motor's", 500, 3500, 30000, 0, 1000, 3000.0/3072 + 3072.0/30000},
		{"little torque", 1000, 2000, 0, 0, 100, 2 * math.Sqrt(1000.0/3000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := one(t, Servo{Position: c.from})
			b.put(regAccel, byte(c.code))
			b.putWord(regGoalSpeed, c.speed)
			b.putWord(regTorqueLimit, c.torque)
			b.hold()
			b.settle()
			start := b.now
			b.putWord(regGoal, c.to)
			b.settle()
			got := (b.when(armtest.EvRest)[0] - start).Seconds()
			if !near(got, c.want+0.05, 0.1) {
				t.Errorf("took %.3f s, want %.3f and a bit", got, c.want)
			}
			if !near(b.at(), float64(c.to), 1) || b.word(regPosition) != int(math.Round(b.at())) {
				t.Errorf("rests at %v, says %d", b.at(), b.word(regPosition))
			}
		})
	}
}

// While it moves, the registers say so.
func TestFeedbackInMotion(t *testing.T) {
	b := one(t, Servo{})
	b.putWord(regGoalSpeed, 500)
	b.hold()
	for _, c := range []struct{ goal, speed int }{{3000, 500}, {1000, 0x8000 | 500}} {
		b.putWord(regGoal, c.goal)
		b.wait(500 * time.Millisecond)
		if v, moving := b.word(regSpeed), b.byte(regMoving); v != c.speed || moving != 1 {
			t.Errorf("to %d: speed %#x, moving %d; want %#x, 1", c.goal, v, moving, c.speed)
		}
		b.settle()
		if v, moving := b.word(regSpeed), b.byte(regMoving); v != 0 || moving != 0 {
			t.Errorf("at %d: speed %#x, moving %d", c.goal, v, moving)
		}
	}
}

// The events show the motion: begin, a sample every 5 ms, end; positions in rad.
func TestEventsOfAMove(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 9, Position: 1024}, {ID: 1, Position: 2048}}})
	b.putWord(regGoalSpeed, 1000)
	b.hold()
	b.settle()
	b.events = nil
	b.putWord(regGoal, 3072)
	b.settle()
	var last armtest.Event
	for _, e := range b.events {
		switch e.Ev {
		case armtest.EvStart, armtest.EvPos:
			if last.Ev != "" && e.T-last.T != int64(armtest.SamplePeriod) {
				t.Errorf("%v after %v", e.T, last.T)
			}
			if e.V <= 0 || e.V > 1000*2*math.Pi/4096+1e-6 || e.Joints[1] < math.Pi {
				t.Errorf("%+v", e)
			}
			last = e
		case armtest.EvRest:
			if e.V != 0 || !near(e.Joints[0], math.Pi/2, 1e-6) || !near(e.Joints[1], 3*math.Pi/2, 2e-3) {
				t.Errorf("%+v", e)
			}
		}
	}
	if s, r := len(b.texts(armtest.EvStart)), len(b.texts(armtest.EvRest)); s != 1 || r != 1 || last.Ev != armtest.EvPos {
		t.Errorf("%d starts, %d rests, the last sample is %+v", s, r, last)
	}
}

// The joint goes on to its goal when the host dies, and its machine then sleeps.
func TestGoesOnWithoutTheHost(t *testing.T) {
	b := one(t, Servo{})
	b.hold()
	b.Receive(b.now, instruction(1, instWrite, regGoal, 0, 4))
	b.settle()
	if !near(b.at(), 1024, 1) || b.Next() != armtest.Never {
		t.Errorf("at %v, next %v", b.at(), b.Next())
	}
}

// Goal := present stops a joint in motion, a bit behind the place that was read.
func TestStop(t *testing.T) {
	b := one(t, Servo{Position: 1000})
	b.hold()
	b.putWord(regGoal, 4000)
	b.wait(400 * time.Millisecond)
	p := b.word(regPosition)
	b.putWord(regGoal, p)
	begin := b.now
	b.settle()
	if !near(b.at(), float64(p), 1) || b.now-begin > 500*time.Millisecond {
		t.Errorf("read %d, rests at %v after %v", p, b.at(), b.now-begin)
	}
}

// In the dead zone nothing moves; beyond it the joint follows.
func TestDeadZone(t *testing.T) {
	b := one(t, Servo{})
	b.hold()
	b.settle()
	b.putWord(regGoal, 2049)
	b.settle()
	if b.at() != 2048 {
		t.Errorf("one count moved the joint to %v", b.at())
	}
	b.putWord(regGoal, 2051)
	b.settle()
	if b.at() < 2049 || b.at() > 2051 {
		t.Errorf("three counts moved the joint to %v", b.at())
	}
}

// No sequence of goals makes a joint turn faster than its speed or its motor
// allow, nor jump, nor come to rest off its goal.
func TestMotionIsBounded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		top := rapid.IntRange(50, 4000).Draw(rt, "top")
		b := one(t, Servo{Gravity: rapid.SampledFrom([]int{0, 200, -200}).Draw(rt, "gravity")})
		b.put(regAccel, rapid.ByteRange(5, 254).Draw(rt, "accel"))
		b.putWord(regGoalSpeed, top)
		b.hold()
		b.settle()
		bound := float64(min(top, defaultMaxSpeed))
		goal := 2048
		for range rapid.IntRange(1, 6).Draw(rt, "goals") {
			goal = rapid.IntRange(0, 4095).Draw(rt, "goal")
			b.putWord(regGoal, goal)
			for range rapid.IntRange(1, 300).Draw(rt, "ms") {
				at := b.at()
				b.Advance(b.now + time.Millisecond)
				if v := b.servos[0].speed; math.Abs(v) > bound*1.001 || !near(b.at(), at, bound*1.001e-3) {
					rt.Fatalf("from %v to %v in 1 ms, %v counts/s; the limit is %v", at, b.at(), v, bound)
				}
			}
		}
		b.settle()
		droop := float64(b.servos[0].cfg.Gravity) / stiffness
		want := max(0, min(float64(goal)-droop, 4095))
		if !near(b.at(), want, 1.001) {
			rt.Fatalf("goal %d, rests at %v", goal, b.at())
		}
	})
}

// Two seconds of more than 80 % load, and the servo protects itself.
func TestOverload(t *testing.T) {
	for _, way := range []int{1, -1} {
		b := one(t, Servo{})
		b.hold()
		b.fault("block 1")
		begin := b.now
		b.putWord(regGoal, 2048+200*way)
		b.wait(time.Second)
		if load, status := signed(b.word(regLoad), 10), b.byte(regStatus); load != 1000*way || status != 0 {
			t.Errorf("%+d, in time: load %d, status %#x", way, load, status)
		}
		b.settle()
		if load, status, on := signed(b.word(regLoad), 10), b.byte(regStatus), b.byte(regTorque); load != 200*way || status != statusOverload || on != 1 {
			t.Errorf("%+d, too long: load %d, status %#x, torque %d", way, load, status, on)
		}
		if got := b.raw("FF FF 01 02 01 FB"); got != "FF FF 01 02 20 DC" {
			t.Errorf("the answers do not tell: %s", got)
		}
		b.putWord(regGoal, 2048+300*way)
		b.settle()
		if b.byte(regStatus) == 0 {
			t.Errorf("%+d: pushing on ended the protection", way)
		}
		b.fault("free 1")
		b.settle()
		b.putWord(regGoal, b.word(regPosition)-5*way)
		b.settle()
		if load, status := b.word(regLoad), b.byte(regStatus); load != 0 || status != 0 {
			t.Errorf("%+d, a goal behind: load %d, status %#x", way, load, status)
		}
		if diff := cmp.Diff([]string{"torque 1 on", "overload 1 on", "overload 1 off"}, b.texts(armtest.EvState)); diff != "" {
			t.Errorf("%+d (-want +got)\n%s", way, diff)
		}
		if after := b.when(armtest.EvState)[1] - begin; !near(after.Seconds(), 2, 0.01) {
			t.Errorf("%+d: protected after %v", way, after)
		}
	}
}

// Register 19 can leave the torque as it is.
func TestOverloadThatDoesNotUnload(t *testing.T) {
	b := one(t, Servo{})
	b.put(regUnload, 0)
	b.hold()
	b.fault("block 1")
	b.putWord(regGoal, 2200)
	b.settle()
	if load, status := b.word(regLoad), b.byte(regStatus); load != 1000 || status != statusOverload {
		t.Errorf("load %d, status %#x", load, status)
	}
}

// A torque limit below the overload torque lets a servo push for good, and so
// does a mechanical end.
func TestTorqueLimit(t *testing.T) {
	b := one(t, Servo{High: 2100, Low: 1})
	b.putWord(regTorqueLimit, 300)
	b.hold()
	b.putWord(regGoal, 2500)
	b.wait(10 * time.Second)
	if load, status := b.word(regLoad), b.byte(regStatus); load != 300 || status != 0 || b.at() != 2100 {
		t.Errorf("load %d, status %#x, at %v", load, status, b.at())
	}
	if b.Next() != armtest.Never {
		t.Errorf("next %v", b.Next())
	}
	b.putWord(regGoal, 1900)
	b.settle()
	if !near(b.at(), 1900, 1) {
		t.Errorf("went back to %v", b.at())
	}
}

func TestForcedOverload(t *testing.T) {
	b := one(t, Servo{})
	b.hold()
	b.fault("overload 1")
	b.put(regTorque, 0)
	b.hold()
	if b.byte(regStatus) != statusOverload {
		t.Error("a forced overload ended by itself")
	}
	b.fault("free 1")
	if b.byte(regStatus) != statusOverload {
		t.Error("the protection ended by itself")
	}
	b.put(regTorque, 0)
	if b.byte(regStatus) != 0 {
		t.Error("torque off did not end the protection")
	}
}

// Gravity: what holds shows it as load and stands a bit low, what is limp falls,
// and what may not use the torque that it needs falls too.
func TestGravity(t *testing.T) {
	for _, c := range []struct {
		gravity, load int
		stands, end   float64
	}{{300, 300, 2033, 0}, {-300, 0x400 | 300, 2063, 4095}} {
		b := newTestBus(t, Config{Servos: []Servo{{ID: 1, Position: 2048, Gravity: c.gravity}}})
		b.hold()
		b.putWord(regGoal, 2048)
		b.settle()
		if load := b.word(regLoad); load != c.load || !near(b.at(), c.stands, 2) {
			t.Errorf("gravity %d: load %#x, stands at %v", c.gravity, load, b.at())
		}
		held := b.at()
		b.put(regTorque, 0)
		b.wait(time.Second)
		if fell := math.Abs(b.at() - held); fell < 200 || fell > 400 {
			t.Errorf("gravity %d: fell %v counts in a second", c.gravity, fell)
		}
		b.settle()
		if b.at() != c.end {
			t.Errorf("gravity %d: fell to %v", c.gravity, b.at())
		}
		b.putWord(regTorqueLimit, 250)
		b.hold()
		b.putWord(regGoal, 2048)
		b.settle()
		if b.at() != c.end {
			t.Errorf("gravity %d: 25 %% lifted 30 %% to %v", c.gravity, b.at())
		}
	}
}

func TestHand(t *testing.T) {
	b := one(t, Servo{})
	b.fault("turn 1 -500")
	b.wait(100 * time.Millisecond)
	if p, v := b.word(regPosition), b.word(regSpeed); p >= 2048 || p < 1900 || v != 0x8000|1000 {
		t.Errorf("on the way: at %d, %#x counts/s", p, v)
	}
	b.settle()
	if !near(b.at(), 1548, 1e-6) {
		t.Errorf("turned to %v", b.at())
	}
	b.hold()
	b.settle()
	if !near(b.at(), 1548, 1) {
		t.Errorf("switched on there, it went to %v", b.at())
	}
	b.put(regTorque, 0)
	b.fault("turn 1 -200")
	b.settle()
	b.putWord(regGoalSpeed, 50)
	b.putWord(regGoal, 1000)
	b.put(regTorque, torqueOn)
	b.wait(100 * time.Millisecond)
	if !near(b.at(), 1348-0.1*50, 5) {
		t.Errorf("switched on there, it does not go from there: %v", b.at())
	}
	b.putWord(regGoalSpeed, 0)
	b.put(regTorque, 0)
	b.fault("turn 1 1000")
	b.wait(200 * time.Millisecond)
	at := b.at()
	b.putWord(regGoal, 100)
	b.put(regTorque, torqueOn)
	b.wait(100 * time.Millisecond)
	b.put(regTorque, 0)
	b.settle()
	if b.at() >= at {
		t.Errorf("the motor against the hand: from %v to %v", at, b.at())
	}
}

func TestProtection(t *testing.T) {
	for _, c := range []struct {
		name, fault, back string
		status, torque    int
	}{
		{"hot", "temperature 1 71", "temperature 1 70", statusTemperature, 0},
		{"low voltage", "voltage 39", "voltage 40", statusVoltage, 1},
		{"high voltage", "voltage 141", "voltage 140", statusVoltage, 1},
	} {
		b := one(t, Servo{})
		b.hold()
		b.fault(c.fault)
		b.put(regTorque, torqueOn)
		if status, on := b.byte(regStatus), b.byte(regTorque); status != c.status || on != c.torque {
			t.Errorf("%s: status %#x, torque %d", c.name, status, on)
		}
		b.fault(c.back)
		if status, on := b.byte(regStatus), b.byte(regTorque); status != 0 || on != c.torque {
			t.Errorf("%s, over: status %#x, torque %d", c.name, status, on)
		}
		b.put(regTorque, torqueOn)
		if b.byte(regTorque) != 1 {
			t.Errorf("%s, over: torque stays off", c.name)
		}
	}
}

// A loss of power in motion: the joint rests soon, limp, with a goal of 0.
func TestReboot(t *testing.T) {
	b := one(t, Servo{Position: 1000})
	b.hold()
	b.putWord(regGoal, 3000)
	b.wait(300 * time.Millisecond)
	at := b.at()
	b.Receive(b.now, unhex(t, "FF FF 01 04 03"))
	b.wait(time.Millisecond)
	b.fault("reboot")
	if got := b.raw("FF FF 01 02 01 FB"); got != "" {
		t.Errorf("answered %s while it starts", got)
	}
	b.settle()
	if b.at() < at || b.at() > at+200 {
		t.Errorf("from %v it went to %v", at, b.at())
	}
	b.wait(startTime)
	if got := b.raw("38 02 BE FF FF 01 02 01 FB"); got != "FF FF 01 02 00 FC" || len(b.texts(EvChecksum)) != 0 {
		t.Errorf("a packet outlasted the loss of power: %s", got)
	}
	if goal, on := b.word(regGoal), b.byte(regTorque); goal != 0 || on != 0 {
		t.Errorf("goal %d, torque %d", goal, on)
	}
	if diff := cmp.Diff([]string{"torque 1 on", "reboot", "torque 1 off"}, b.texts(armtest.EvState)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOtherModesHold(t *testing.T) {
	b := one(t, Servo{})
	b.hold()
	b.put(regMode, 1)
	b.putWord(regGoal, 3000)
	b.putWord(regGoalSpeed, 500)
	b.settle()
	if b.at() != 2048 {
		t.Errorf("went to %v", b.at())
	}
}

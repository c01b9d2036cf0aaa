package feetechemu

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// What a servo's memory holds after power up, by the memory table of the STS3215.
func TestPowerUp(t *testing.T) {
	b := newTestBus(t, Config{ReturnDelay: 500, Servos: []Servo{{ID: 1, Position: 3000}}})
	for _, c := range []struct {
		name       string
		addr, want int
		word       bool
	}{
		{"firmware", 0, 3, false},
		{"model, low", 3, 9, false},
		{"model, high", 4, 3, false},
		{"model", 3, 777, true},
		{"id", 5, 1, false},
		{"baud", 6, 0, false},
		{"return delay", 7, 250, false},
		{"response level", 8, 1, false},
		{"lowest angle", 9, 0, true},
		{"highest angle", 11, 4095, true},
		{"highest temperature", 13, 70, false},
		{"highest voltage", 14, 140, false},
		{"lowest voltage", 15, 40, false},
		{"most torque", 16, 1000, true},
		{"unloading", 19, 44, false},
		{"offset", 31, 0, true},
		{"mode", 33, 0, false},
		{"protective torque", 34, 20, false},
		{"protection time", 35, 200, false},
		{"overload torque", 36, 80, false},
		{"torque", 40, 0, false},
		{"acceleration", 41, 0, false},
		{"goal", 42, 0, true},
		{"goal speed", 46, 0, true},
		{"torque limit", 48, 1000, true},
		{"lock", 55, 1, false},
		{"position", 56, 3000, true},
		{"speed", 58, 0, true},
		{"load", 60, 0, true},
		{"voltage", 62, 120, false},
		{"temperature", 63, 30, false},
		{"async", 64, 0, false},
		{"status", 65, 0, false},
		{"moving", 66, 0, false},
		{"current", 69, 0, true},
	} {
		got := 0
		if c.word {
			got = b.word(c.addr)
		} else {
			got = b.byte(c.addr)
		}
		if got != c.want {
			t.Errorf("%s, register %d: got %d, want %d", c.name, c.addr, got, c.want)
		}
	}
}

func TestReadOnlyRegisters(t *testing.T) {
	b := one(t, Servo{})
	for a := range 256 {
		if a >= regID && a < regPosition {
			continue
		}
		before := b.read(a, 1)
		b.put(a, before[0]^0x55)
		if diff := cmp.Diff(before, b.read(a, 1)); diff != "" {
			t.Errorf("register %d (-before +after)\n%s", a, diff)
		}
	}
}

// What is written with the lock closed counts until the power goes.
func TestLock(t *testing.T) {
	for _, c := range []struct {
		lock byte
		want int // the highest temperature after a loss of power
	}{{1, 70}, {0, 60}} {
		b := one(t, Servo{})
		b.put(regLock, c.lock)
		b.put(regMaxTemperature, 60)
		if got := b.byte(regMaxTemperature); got != 60 {
			t.Errorf("lock %d: got %d, want 60", c.lock, got)
		}
		b.fault("reboot")
		b.wait(startTime)
		if got := b.byte(regMaxTemperature); got != c.want {
			t.Errorf("lock %d: got %d after a loss of power, want %d", c.lock, got, c.want)
		}
	}
}

func TestStatusLevel(t *testing.T) {
	b := one(t, Servo{})
	b.put(regStatusLevel, 0)
	for _, c := range []struct {
		name   string
		inst   int
		params []byte
		want   int
	}{
		{"ping", instPing, nil, 1},
		{"read", instRead, []byte{56, 2}, 1},
		{"write", instWrite, []byte{42, 0, 8}, 0},
		{"reg write", instRegWrite, []byte{42, 0, 8}, 0},
		{"action", instAction, nil, 0},
	} {
		if got := len(b.do(1, c.inst, c.params...)); got != c.want {
			t.Errorf("%s: %d answers, want %d", c.name, got, c.want)
		}
	}
}

func TestRegWriteWaitsForAction(t *testing.T) {
	b := one(t, Servo{})
	b.do(1, instRegWrite, regGoal, 0x34, 0x02)
	if goal, async := b.word(regGoal), b.byte(regAsync); goal != 0 || async != 1 {
		t.Errorf("before the action: goal %d, flag %d", goal, async)
	}
	b.do(broadcast, instAction)
	if goal, async := b.word(regGoal), b.byte(regAsync); goal != 0x0234 || async != 0 {
		t.Errorf("after the action: goal %#x, flag %d", goal, async)
	}
}

func TestNewID(t *testing.T) {
	b := one(t, Servo{})
	if got := b.raw("FF FF 01 04 03 05 02 F0"); got != "FF FF 01 02 00 FC" {
		t.Errorf("answer to the write: %s", got)
	}
	if got := b.raw("FF FF 02 02 01 FA"); got != "FF FF 02 02 00 FB" {
		t.Errorf("ping of the new id: %s", got)
	}
}

func TestCalibration(t *testing.T) {
	for _, c := range []struct{ at, offset int }{{3000, 952}, {1000, 0x800 | 1048}, {2048, 0}} {
		b := one(t, Servo{Position: c.at})
		b.hold()
		b.put(regTorque, torqueCentre)
		b.settle()
		if p, o, on := b.word(regPosition), b.word(regOffset), b.byte(regTorque); p != 2048 || o != c.offset || on != 1 {
			t.Errorf("at %d: position %d, offset %#x, torque %d; want 2048, %#x, 1", c.at, p, o, on, c.offset)
		}
		if b.at() != float64(c.at) {
			t.Errorf("at %d: moved to %v", c.at, b.at())
		}
		b.fault("reboot")
		b.wait(startTime)
		if p := b.word(regPosition); p != 2048 {
			t.Errorf("at %d: position %d after a loss of power", c.at, p)
		}
		b.hold()
		b.putWord(regGoal, 2148)
		b.settle()
		if want := float64(c.at + 100); !near(b.at(), want, 1) {
			t.Errorf("at %d: a goal of 2148 leads to %v, want %v", c.at, b.at(), want)
		}
	}
}

func TestSignAndMagnitude(t *testing.T) {
	for _, c := range []struct{ v, bit, want int }{
		{5, 15, 5}, {-5, 15, 0x8005}, {-5, 10, 0x405}, {-5, 11, 0x805}, {2000, 10, 1023}, {-2000, 10, 0x7FF},
	} {
		if got := unsigned(c.v, c.bit); got != c.want {
			t.Errorf("unsigned(%d, %d) = %#x, want %#x", c.v, c.bit, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		bit := rapid.SampledFrom([]int{10, 11, 15}).Draw(t, "bit")
		v := rapid.IntRange(1-1<<bit, 1<<bit-1).Draw(t, "v")
		if got := signed(unsigned(v, bit), bit); got != v {
			t.Errorf("bit %d: %d comes back as %d", bit, v, got)
		}
	})
}

// A servo that is switched on holds; with its goal elsewhere it jumps.
func TestTorque(t *testing.T) {
	for _, c := range []struct {
		goal  int
		jumps []string
	}{
		{2048, nil}, {2058, nil}, {2038, nil},
		{2059, []string{"1 from 2048 to 2059"}},
		{0, []string{"1 from 2048 to 0"}},
	} {
		b := one(t, Servo{})
		b.putWord(regGoal, c.goal)
		b.settle()
		if b.at() != 2048 || b.byte(regTorque) != 0 {
			t.Fatalf("goal %d: the limp joint went to %v", c.goal, b.at())
		}
		b.put(regTorque, torqueOn)
		b.settle()
		if !near(b.at(), float64(c.goal), 1) && c.goal != 2048 {
			t.Errorf("goal %d: came to rest at %v", c.goal, b.at())
		}
		if diff := cmp.Diff(c.jumps, b.texts(EvJump)); diff != "" {
			t.Errorf("goal %d (-want +got)\n%s", c.goal, diff)
		}
		b.put(regTorque, 0)
		if diff := cmp.Diff([]string{"torque 1 on", "torque 1 off"}, b.texts(armtest.EvState)); diff != "" {
			t.Errorf("goal %d (-want +got)\n%s", c.goal, diff)
		}
	}
}

// A loss of power takes what was staged.
func TestActionAfterALossOfPower(t *testing.T) {
	b := one(t, Servo{})
	b.do(1, instRegWrite, regGoal, 0x34, 0x02)
	b.fault("reboot")
	b.wait(startTime)
	b.do(broadcast, instAction)
	if goal := b.word(regGoal); goal != 0 {
		t.Errorf("goal %#x", goal)
	}
}

// On firmware that switches torque on by itself only the goal that is the present
// position leaves the joint limp.
func TestGoalEnables(t *testing.T) {
	for _, goal := range []int{2047, 2048, 2060} {
		b := newTestBus(t, Config{GoalEnables: true, Servos: []Servo{{ID: 1, Position: 2048}}})
		b.putWord(regGoal, goal)
		b.settle()
		if got, want := b.byte(regTorque), int(flag(goal != 2048)); got != want {
			t.Errorf("goal %d: torque %d, want %d", goal, got, want)
		}
		if got, want := b.texts(EvJump), goal == 2060; (len(got) > 0) != want {
			t.Errorf("goal %d: jumps %v", goal, got)
		}
	}
	b := newTestBus(t, Config{GoalEnables: true, Servos: []Servo{{ID: 1, Position: 2048}}})
	b.put(regAccel, 10)
	b.putWord(regGoalSpeed, 100)
	if b.byte(regTorque) != 0 {
		t.Error("what is beside the goal switched torque on")
	}
}

func TestAngleLimits(t *testing.T) {
	for _, c := range []struct {
		low, high, goal int
		want            float64
	}{{1000, 3000, 4000, 3000}, {1000, 3000, 10, 1000}, {1000, 3000, 0x8010, 1000}, {0, 0, 3500, 3500}} {
		b := one(t, Servo{})
		b.putWord(regMinAngle, c.low)
		b.putWord(regMaxAngle, c.high)
		b.hold()
		b.putWord(regGoal, c.goal)
		b.settle()
		if !near(b.at(), c.want, 1) || b.word(regGoal) != c.goal {
			t.Errorf("%+v: at %v, goal %#x", c, b.at(), b.word(regGoal))
		}
	}
}

func TestReadBehindTheEnd(t *testing.T) {
	got := one(t, Servo{}).read(250, 100)
	if !slices.Equal(got, make([]byte, 100)) {
		t.Error(fmt.Sprint(got))
	}
}

// A servo that counts turns goes on below 0 and above 4095, with its sign in bit 15; any other
// one wraps.
func TestMultiTurn(t *testing.T) {
	for _, c := range []struct {
		turns    bool
		position int
		want     int
	}{{true, -5, 0x8005}, {true, 4100, 4100}, {true, 100, 100}, {false, 4100, 4}, {false, -5, 4091}} {
		b := one(t, Servo{Position: c.position, MultiTurn: c.turns})
		if got := b.word(regPosition); got != c.want {
			t.Errorf("turns %t, at %d: %#x, want %#x", c.turns, c.position, got, c.want)
		}
		if got := b.byte(18)&(1<<4) != 0; got != c.turns {
			t.Errorf("turns %t: register 18 says %t", c.turns, got)
		}
	}
}

// A servo whose power fails for a moment is limp, with 0 for a goal; the others notice nothing.
func TestDip(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 1, Position: centre}, {ID: 2, Position: centre}}})
	for _, id := range []int{1, 2} {
		b.do(id, instWrite, regGoal, 0x00, 0x08)
		b.do(id, instWrite, regTorque, torqueOn)
	}
	b.fault("dip 1")
	for id, want := range map[int][]byte{1: {0, 0, 0, 0}, 2: {1, 0, 0, 8}} {
		if diff := cmp.Diff(want, b.do(id, instRead, regTorque, 4)[0]); diff != "" {
			t.Errorf("servo %d (-want +got)\n%s", id, diff)
		}
	}
}

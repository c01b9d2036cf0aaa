package feetechemu

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// when returns the moments at which something happened.
func (b *testBus) when(ev string) (t []time.Duration) {
	for _, e := range b.events {
		if e.Ev == ev {
			t = append(t, time.Duration(e.T))
		}
	}
	return t
}

func us(n int) time.Duration { return time.Duration(n) * time.Microsecond }

// Two servos of 21 bytes each, by hand: latency, 11 bytes of instruction, and for
// each a return delay and 27 bytes.
func TestTimeOfASyncRead(t *testing.T) {
	b := newTestBus(t, Config{ReturnDelay: 100, Latency: 300, Servos: []Servo{{ID: 1}, {ID: 2}}})
	b.Receive(0, instruction(broadcast, instSyncRead, 56, 21, 1, 2))
	for b.Next() != armtest.Never {
		b.Advance(b.Next())
		if out, events := b.Take(); true {
			b.events = append(b.events, events...)
			if len(out) > 0 {
				b.events = append(b.events, b.Event("host", "", len(out)))
			}
		}
	}
	heard := us(300 + 100)
	first := heard + us(100+270)
	second := first + us(100+270)
	for _, c := range []struct {
		ev   string
		want []time.Duration
	}{
		{armtest.EvLine, []time.Duration{heard}},
		{armtest.EvSent, []time.Duration{first, second}},
		{"host", []time.Duration{first + us(300), second + us(300)}},
	} {
		if diff := cmp.Diff(c.want, b.when(c.ev)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.ev, diff)
		}
	}
}

// Answers come in the order of the list. An absent servo leaves its slot, or
// silences all behind it.
func TestAbsentInASyncRead(t *testing.T) {
	const slot = 2 + 80 // µs: 2 bytes of data
	for _, c := range []struct {
		breaks bool
		ids    []int
		at     []time.Duration // from the instruction's end
	}{
		{false, []int{3, 1}, []time.Duration{us(slot), us(3 * slot)}},
		{true, []int{3}, []time.Duration{us(slot)}},
	} {
		b := newTestBus(t, Config{ChainBreaks: c.breaks, Servos: []Servo{{ID: 1}, {ID: 2}, {ID: 3}}})
		b.fault("drop 2")
		b.do(broadcast, instSyncRead, 56, 2, 3, 2, 1)
		var ids []int
		var at []time.Duration
		heard := b.when(armtest.EvLine)[0]
		for _, e := range b.events {
			if e.Ev == armtest.EvSent {
				ids, at = append(ids, e.N), append(at, time.Duration(e.T)-heard)
			}
		}
		if diff := cmp.Diff(c.ids, ids) + cmp.Diff(c.at, at); diff != "" {
			t.Errorf("breaks %t (-want +got)\n%s", c.breaks, diff)
		}
		b.fault("back 2")
		if got := len(b.do(broadcast, instSyncRead, 56, 2, 3, 2, 1)); got != 3 {
			t.Errorf("breaks %t: %d answers when it is back", c.breaks, got)
		}
	}
}

// What the host says into an answer is destroyed, and so is the answer: neither
// the goal nor the position gets through.
func TestCollision(t *testing.T) {
	for delay := us(0); delay <= us(400); delay += us(7) {
		b := newTestBus(t, Config{ReturnDelay: 100, Servos: []Servo{{ID: 1, Position: 2048}}})
		b.Receive(0, instruction(1, instRead, 56, 15)) // on the line for 80 µs, then 100 of delay, 210 of answer
		b.Advance(us(90) + delay)
		b.Receive(us(90)+delay, instruction(broadcast, instWrite, regGoal, 0x34, 0x02)) // for 90 µs
		out := b.wait(5 * time.Millisecond)
		goal := b.servos[0].reg.word(regGoal)
		from, to := us(90)+delay, us(180)+delay
		overlap := from < us(390) && to > us(180)
		switch {
		case !overlap && (goal != 0x0234 || len(b.texts(EvCollision)) != 0):
			t.Errorf("%v: no collision, but goal %#x, %v", delay, goal, b.texts(EvCollision))
		case overlap && (goal != 0 || len(b.texts(EvCollision)) != 1 || len(b.texts(armtest.EvSent)) != 0):
			t.Errorf("%v: collision, but goal %#x, %v, %s", delay, goal, b.texts(EvCollision), out)
		case overlap && whole(unhex(t, out)):
			t.Errorf("%v: the answer is whole: %s", delay, out)
		}
	}
}

// Destroyed bytes may leave the sum as it was: FF 00 becomes 00 FF.
func TestCollisionThatKeepsTheSum(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 1, Position: 0x00FF}}})
	b.Receive(0, instruction(1, instRead, 56, 2)) // on the line for 80 µs
	b.Advance(us(100))
	b.Receive(us(80+2+55), []byte{0}) // over the end of FF and the begin of 00
	if out := b.wait(5 * time.Millisecond); whole(unhex(t, out)) || len(b.texts(EvCollision)) != 1 {
		t.Errorf("got %s, collisions %v", out, b.texts(EvCollision))
	}
}

// What is left of a destroyed packet does not take the next one with it: here the
// header, from before the answer, and 40 behind the answer, which is no length.
func TestPacketAfterACollision(t *testing.T) {
	b := newTestBus(t, Config{ReturnDelay: 40, Servos: []Servo{{ID: 1}}})
	b.Receive(0, instruction(1, instPing))
	b.Receive(0, unhex(t, "FF FF FE 40 40 40 40 40 40 40 40 40 40 40"))
	b.wait(5 * time.Millisecond)
	if got := b.raw("FF FF 01 02 01 FB"); got != "FF FF 01 02 00 FC" {
		t.Errorf("got %s", got)
	}
}

// An adapter that hangs says nothing of what was under way, nor do servos without
// power.
func TestCutOffAnswer(t *testing.T) {
	for _, fault := range []string{"hang", "reboot"} {
		b := newTestBus(t, Config{Servos: []Servo{{ID: 1}}})
		b.Receive(0, instruction(1, instRead, 56, 50))
		b.Advance(us(400))
		b.fault(fault)
		if got := b.wait(5 * time.Millisecond); got != "" || b.Next() != armtest.Never {
			t.Errorf("%s: got %s", fault, got)
		}
	}
}

// whole reports whether there is a valid packet among bytes.
func whole(p []byte) bool {
	for s := (parser{p}); s.take() != nil; s.skip(1) {
		if valid(s.take()) {
			return true
		}
	}
	return false
}

// The servos answer a broadcast ping all at once.
func TestPingOfSeveral(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 1}, {ID: 2}}})
	b.raw("FF FF FE 02 01 FE")
	if got := b.texts(EvCollision); len(got) != 2 {
		t.Errorf("collisions %v", got)
	}
}

func TestEcho(t *testing.T) {
	b := newTestBus(t, Config{Echo: true, Servos: []Servo{{ID: 1}}})
	const write, read = "FF FF FE 05 03 2A 00 08 C7", "FF FF 01 04 02 38 02 BE"
	want := write + " " + read + " FF FF 01 04 00 00 00 FA"
	if got := b.raw(write + " " + read); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := b.raw("01 02"); got != "01 02" {
		t.Errorf("noise comes back as %s", got)
	}
}

func TestFaultsOfAnswers(t *testing.T) {
	const ping, answer = "FF FF 01 02 01 FB", "FF FF 01 02 00 FC"
	for _, c := range []struct {
		faults []string
		want   []string // to pings, one after the other
	}{
		{[]string{"corrupt 2"}, []string{"FF FF 01 02 00 FD", "FF FF 01 02 00 FD", answer}},
		{[]string{"lose 1"}, []string{"", answer}},
		{[]string{"mute"}, []string{"", ""}},
		{[]string{"hang"}, []string{"", ""}},
		{[]string{"hang", "resume"}, []string{answer}},
		{[]string{"lose 5", "corrupt 5", "mute", "noise on", "resume"}, []string{answer}},
		{[]string{"noise on", "noise off"}, []string{answer}},
		{[]string{"drop 1"}, []string{""}},
		{[]string{"drop 1", "back 1"}, []string{answer}},
	} {
		b := newTestBus(t, Config{Servos: []Servo{{ID: 1}}})
		for _, f := range c.faults {
			b.fault(f)
		}
		var got []string
		for range c.want {
			got = append(got, b.raw(ping))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got)\n%s", c.faults, diff)
		}
	}
}

func TestNoise(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 1}}})
	b.fault("noise on")
	first := b.raw("FF FF 01 02 01 FB")
	if p := unhex(t, first); len(p) != noiseLength+overhead || hex(p[noiseLength:]) != "FF FF 01 02 00 FC" {
		t.Errorf("got %s", first)
	}
	b.fault("garbage 20")
	if got := b.collect(); len(unhex(t, got)) != 20 {
		t.Errorf("garbage: got %s", got)
	}
}

// Muted and hung servos differ in what they do, not in what they say.
func TestMuteAndHang(t *testing.T) {
	for fault, want := range map[string]int{"mute": 0x0234, "hang": 0} {
		b := newTestBus(t, Config{Echo: true, Servos: []Servo{{ID: 1}}})
		b.fault(fault)
		out := b.raw(hex(instruction(1, instWrite, regGoal, 0x34, 0x02)))
		if goal := b.servos[0].reg.word(regGoal); goal != want || out != "" {
			t.Errorf("%s: goal %#x, says %s", fault, goal, out)
		}
	}
}

func TestUnknownFaults(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 1}}})
	for _, command := range []string{"", " ", "explode", "lose", "lose x", "lose -1", "drop", "drop 2", "turn 1", "noise", "temperature 1 2 3"} {
		if err := b.Fault(0, command); err == nil {
			t.Errorf("%q: no error", command)
		}
	}
	b.hold()
	if err := b.Fault(b.now, "turn 1 50"); err == nil {
		t.Error("a hand turned a joint that holds")
	}
}

func ExampleConfig() {
	b := New(Config{Servos: []Servo{{ID: 7, Position: 1304}}}, 0)
	b.Receive(0, []byte{0xFF, 0xFF, 0x07, 0x04, 0x02, 0x38, 0x02, 0xB8})
	for b.Next() != armtest.Never {
		b.Advance(b.Next())
	}
	out, _ := b.Take()
	fmt.Printf("% X\n", out)
	// Output: FF FF 07 04 00 18 05 D7
}

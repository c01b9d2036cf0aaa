package feetechemu

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// testBus plays a machine in virtual time, without a loop.
type testBus struct {
	*Machine
	t      testing.TB
	events []armtest.Event
}

func newTestBus(t testing.TB, cfg Config) *testBus {
	return &testBus{Machine: New(cfg, 0), t: t}
}

// one is a bus with one servo, 1, in the middle.
func one(t testing.TB, s Servo) *testBus {
	s.ID = 1
	if s.Position == 0 {
		s.Position = centre
	}
	return newTestBus(t, Config{Servos: []Servo{s}})
}

// collect returns what the host got, in hex, and keeps the events.
func (b *testBus) collect() string {
	out, events := b.Take()
	b.events = append(b.events, events...)
	return hex(out)
}

// wait plays for d.
func (b *testBus) wait(d time.Duration) string {
	b.Advance(b.now + d)
	return b.collect()
}

// raw sends bytes as they are, and returns what comes back within 5 ms.
func (b *testBus) raw(text string) string {
	b.t.Helper()
	b.Receive(b.now, unhex(b.t, text))
	return b.wait(5 * time.Millisecond)
}

// do sends an instruction packet, and returns the parameters of the answers.
func (b *testBus) do(id, inst int, params ...byte) [][]byte {
	b.t.Helper()
	b.Receive(b.now, instruction(id, inst, params...))
	return b.answers(b.wait(5 * time.Millisecond))
}

// answers takes valid status packets, one behind the other, apart.
func (b *testBus) answers(text string) (params [][]byte) {
	b.t.Helper()
	p := parser{unhex(b.t, text)}
	for packet := p.take(); packet != nil; packet = p.take() {
		if !valid(packet) {
			b.t.Fatalf("not an answer: %s", hex(packet))
		}
		params = append(params, append([]byte(nil), packet[5:len(packet)-1]...))
		p.skip(len(packet))
	}
	if len(p.buf) > 0 {
		b.t.Fatalf("not an answer: %s", hex(p.buf))
	}
	return params
}

// byte and word read a register of servo 1.
func (b *testBus) byte(a int) int { b.t.Helper(); return int(b.read(a, 1)[0]) }

func (b *testBus) word(a int) int {
	b.t.Helper()
	p := b.read(a, 2)
	return int(p[0]) | int(p[1])<<8
}

func (b *testBus) read(a, n int) []byte {
	b.t.Helper()
	got := b.do(1, instRead, byte(a), byte(n))
	if len(got) != 1 || len(got[0]) != n {
		b.t.Fatalf("read of %d: %v", a, got)
	}
	return got[0]
}

// put writes to registers of servo 1.
func (b *testBus) put(a int, data ...byte) {
	b.t.Helper()
	b.do(1, instWrite, append([]byte{byte(a)}, data...)...)
}

func (b *testBus) putWord(a, v int) { b.t.Helper(); b.put(a, byte(v), byte(v>>8)) }

// hold switches torque on where the joint stands.
func (b *testBus) hold() {
	b.t.Helper()
	b.putWord(regGoal, b.word(regPosition))
	b.put(regTorque, torqueOn)
}

func (b *testBus) fault(command string) {
	b.t.Helper()
	if err := b.Fault(b.now, command); err != nil {
		b.t.Fatal(err)
	}
}

// settle plays until the machine has nothing left to do.
func (b *testBus) settle() {
	b.t.Helper()
	for range 1_000_000 {
		if b.Next() == armtest.Never {
			b.collect()
			return
		}
		b.Advance(b.Next())
	}
	b.t.Fatal("the machine does not come to rest")
}

// texts returns what the events of a kind say.
func (b *testBus) texts(ev string) (found []string) {
	for _, e := range b.events {
		if e.Ev == ev {
			found = append(found, e.Text)
		}
	}
	return found
}

// at is where servo 1 truly is, in counts.
func (b *testBus) at() float64 { return b.servos[0].at }

func instruction(id, inst int, params ...byte) []byte {
	return statusPacket(id, byte(inst), params) // of the same form
}

func unhex(t testing.TB, text string) (p []byte) {
	t.Helper()
	for _, word := range strings.Fields(text) {
		high, low := strings.IndexByte(digits, word[0]), strings.IndexByte(digits, word[len(word)-1])
		if len(word) != 2 || high < 0 || low < 0 {
			t.Fatalf("%q: not hex", text)
		}
		p = append(p, byte(high<<4|low))
	}
	return p
}

const digits = "0123456789ABCDEF"

func near(got, want, within float64) bool { return math.Abs(got-want) <= within }

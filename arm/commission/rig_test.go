package commission

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/feetech"
)

// rig is a bus of emulated servos and a person at a terminal, in a synctest bubble.
type rig struct {
	*armtest.Memory
	t     *testing.T
	bus   *feetech.Bus
	typed *io.PipeWriter
	shown screen

	ctx    context.Context
	ctrlC  context.CancelFunc
	result chan error // of what begin has started
}

// screen is what the person sees.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// take returns what is new on the screen.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text.String()
	s.text.Reset()
	return text
}

// fiveServos are an arm with a claw, which stands with its joints about their middle.
func fiveServos() feetechemu.Config {
	servo := func(id, low, high, at int) feetechemu.Servo {
		return feetechemu.Servo{ID: id, Low: low, High: high, Position: at}
	}
	return feetechemu.Config{Servos: []feetechemu.Servo{
		servo(1, 900, 3200, 2000), servo(2, 1200, 3000, 2000), servo(3, 600, 2400, 1500), servo(4, 1000, 3100, 2100), servo(5, 2000, 2700, 2100),
	}}
}

// newRig powers a bus up. At the end of the test nothing may have been written below register 40.
func newRig(t *testing.T, cfg feetechemu.Config) *rig {
	t.Helper()
	m := armtest.StartMemory(t, func(now time.Duration) armtest.Machine { return feetechemu.New(cfg, now) })
	bus, err := feetech.OpenBus(func() (arm.Port, error) { return m.Open() })
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Memory: m, t: t, bus: bus, result: make(chan error, 1)}
	r.ctx, r.ctrlC = context.WithCancel(t.Context())
	t.Cleanup(func() {
		if err := bus.Close(); err != nil {
			t.Error(err)
		}
		for _, w := range r.writes() {
			if w.register < 40 {
				t.Errorf("EEPROM register %d was written: %s", w.register, w.frame)
			}
		}
	})
	return r
}

// begin starts something at the terminal, and shows what it says first.
func (r *rig) begin(o Options, do func(ctx context.Context, c *Console, b Bus) error) string {
	in, typed := io.Pipe()
	r.typed = typed
	c := NewConsole(in, &r.shown, o)
	done := make(chan struct{})
	r.t.Cleanup(func() {
		r.ctrlC()
		c.Close()
		_ = typed.Close()
		<-done
	})
	go func() {
		defer close(done)
		r.result <- do(r.ctx, c, r.bus)
	}()
	return r.settle()
}

// settle lets everything happen that is about to happen, and returns what is shown.
func (r *rig) settle() string {
	time.Sleep(5 * time.Second) // of the bubble
	synctest.Wait()
	return r.shown.take()
}

// enter types a line, which the terminal echoes.
func (r *rig) enter(line string) string {
	fmt.Fprintln(&r.shown, line)
	if _, err := fmt.Fprintln(r.typed, line); err != nil {
		r.t.Fatal(err)
	}
	return r.settle()
}

// ended returns what became of it.
func (r *rig) ended() error {
	r.t.Helper()
	synctest.Wait()
	select {
	case err := <-r.result:
		return err
	default:
		r.t.Fatalf("it goes on: %s", r.shown.take())
		return nil
	}
}

// write is one instruction that changes a servo.
type write struct {
	register int
	frame    string
}

// writes returns all that were sent.
func (r *rig) writes() (all []write) {
	for _, e := range r.Events() {
		if e.Ev != armtest.EvLine {
			continue
		}
		var frame []byte
		for _, b := range strings.Fields(e.Text) {
			var v byte
			fmt.Sscanf(b, "%02X", &v)
			frame = append(frame, v)
		}
		switch instruction := frame[4]; instruction {
		case 0x01, 0x02, 0x82: // ping and reads
		default:
			all = append(all, write{int(frame[5]), e.Text})
		}
	}
	return all
}

// position returns where a servo's joint truly is, in counts; servo counts from 0.
func (r *rig) position(servo int) float64 {
	return r.Last().Joints[servo] * feetech.CountsPerTurn / (2 * 3.141592653589793)
}

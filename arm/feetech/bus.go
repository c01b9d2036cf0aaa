package feetech

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aether-arm/aetherd/arm"
)

var (
	// ErrNoAnswer is returned where no servo answers in time.
	ErrNoAnswer = errors.New("no answer")
	// errNotTaken is returned where a servo answers, and what was written is not there.
	errNotTaken = errors.New("did not take what was written")
)

const (
	// busWait is for one answer: the servo's return delay is at most 0.5 ms, an adapter with
	// a latency timer keeps an answer for 16 ms.
	busWait = 25 * time.Millisecond
	// busTries is how often something is asked or written that must succeed.
	busTries = 3
	// heardMost is how many packets may wait to be looked at: an echo and an answer.
	heardMost = 8
)

type echo uint8

const (
	echoUnknown echo = iota
	echoAbsent
	echoPresent // the adapter sends back what is sent
)

// Bus asks servos one by one, and waits for each answer. It is for commissioning and for
// opening, and not safe for concurrent use.
type Bus struct {
	link   *arm.Link
	echo   echo
	parser parser      // of the reader, while it is not diverted
	anew   atomic.Bool // the reader's parser is to forget what came before the question
	heard  chan packet
	frame  []byte

	diverted atomic.Pointer[listener]

	mu   sync.Mutex
	err  error         // why the link is lost
	gone chan struct{} // closed with err
}

// listener gets what comes in, instead of the Bus.
type listener struct {
	receive func([]byte)
	lost    func(error)
}

// OpenBus opens the port of a bus. Nothing is sent before something is asked.
func OpenBus(open arm.Opener) (*Bus, error) {
	b := &Bus{heard: make(chan packet, heardMost), gone: make(chan struct{})}
	b.parser.fits = func(id, length byte) bool { return length >= 2 && length <= 2+liveSize }
	var err error
	if b.link, err = arm.OpenLink(open, b.receive, b.lost); err != nil {
		return nil, err
	}
	if err := b.link.Flush(); err != nil {
		_ = b.link.Close()
		return nil, err
	}
	return b, nil
}

// Close closes the port. Servos hold what they were told.
func (b *Bus) Close() error { return b.link.Close() }

// Ping returns ErrNoAnswer, wrapped, if nobody answers to that id.
func (b *Bus) Ping(ctx context.Context, id int) error {
	if b.echo == echoUnknown { // a ping that comes back looks like its answer with FaultVoltage
		if _, err := b.read(ctx, id, regID, 1); err != nil {
			return err
		}
	}
	_, err := b.ask(ctx, packetOf(b.frame, byte(id), instPing), 0)
	return err
}

// Read asks a servo for everything that Servo has.
func (b *Bus) Read(ctx context.Context, id int) (Servo, error) {
	answer, err := b.read(ctx, id, regFirmware, identitySize)
	if err != nil {
		return Servo{}, err
	}
	identity := answer.params()
	answer, err = b.read(ctx, id, firstLive, liveSize)
	if err != nil {
		return Servo{}, err
	}
	l := liveFrom(answer.status(), answer.params())
	return Servo{
		ID:          id,
		Model:       int(identity[regModel]) | int(identity[regModel+1])<<8,
		Firmware:    fmt.Sprintf("%d.%d", identity[regFirmware], identity[regFirmware+1]),
		Position:    l.position,
		Goal:        l.goal,
		Speed:       l.speed,
		Load:        l.load,
		Voltage:     l.voltage,
		Temperature: l.temperature,
		Torque:      l.torque,
		Moving:      l.moving,
		Faults:      l.faults,
	}, nil
}

// Torque switches a servo's motor on or off. Before it goes on, the goal is where the servo
// is: it never jumps. One that holds already, as near to its goal as its load lets it, keeps it:
// it would sink by that each time.
func (b *Bus) Torque(ctx context.Context, id int, on bool) error {
	want := byte(0)
	if on {
		want = 1
	}
	if on {
		is, err := b.live(ctx, id)
		if err != nil || is.torque && distance(is.goal, is.position) <= sag {
			return err
		}
	}
	for range busTries {
		if on {
			if err := b.goalHere(ctx, id); err != nil {
				return err
			}
		}
		if err := b.write(id, regTorque, want); err != nil {
			return err
		}
		is, err := b.live(ctx, id)
		if err != nil {
			return err
		}
		if is.torque == on {
			return nil
		}
	}
	return fmt.Errorf("servo %d: torque: %w", id, errNotTaken)
}

// goalHere makes the servo's position its goal, and sees that it has become so.
func (b *Bus) goalHere(ctx context.Context, id int) error {
	for range busTries {
		is, err := b.live(ctx, id)
		if err != nil {
			return err
		}
		here := is.position
		if !withinTurn(here) {
			return fmt.Errorf("servo %d: %s", id, outsideTurn(here))
		}
		if err := b.write(id, regGoal, appendWord(nil, here)...); err != nil {
			return err
		}
		is, err = b.live(ctx, id)
		if err != nil {
			return err
		}
		if is.goal == here && distance(is.position, here) <= near {
			return nil
		}
	}
	return fmt.Errorf("servo %d: goal: %w", id, errNotTaken)
}

// Goal sends a servo to position (counts) at speed (counts/s) with accel (counts/s²).
func (b *Bus) Goal(ctx context.Context, id, position, speed, accel int) error {
	if position < 0 || position >= CountsPerTurn || speed < 1 || speed > mostSpeed || accel < accelUnit {
		return fmt.Errorf("servo %d: goal %d at %d counts/s and %d counts/s²: out of range", id, position, speed, accel)
	}
	accel = min(accel/accelUnit, mostAccel)
	err := b.write(id, regAccel, byte(accel), byte(position), byte(position>>8), 0, 0, byte(speed), byte(speed>>8))
	if err != nil {
		return err
	}
	return b.Ping(ctx, id)
}

// write writes registers. It is a sync write to one servo: that is never answered, whatever
// the servo's status level in register 8 is.
func (b *Bus) write(id int, reg byte, values ...byte) error {
	b.frame = append(begin(b.frame[:0], broadcast, instSyncWrite), reg, byte(len(values)), byte(id))
	b.frame = finish(append(b.frame, values...))
	return b.link.Write(b.frame)
}

func (b *Bus) live(ctx context.Context, id int) (live, error) {
	answer, err := b.read(ctx, id, firstLive, liveSize)
	if err != nil {
		return live{}, err
	}
	return liveFrom(answer.status(), answer.params()), nil
}

func (b *Bus) read(ctx context.Context, id int, reg, size byte) (packet, error) {
	return b.ask(ctx, packetOf(b.frame, byte(id), instRead, reg, size), int(size))
}

// ask sends a frame and returns the answer to it, which has size bytes of parameters. An
// adapter's echo comes before the answer: so the first answer tells whether there is one.
func (b *Bus) ask(ctx context.Context, frame []byte, size int) (packet, error) {
	if err := b.send(frame); err != nil {
		return nil, err
	}
	over := time.NewTimer(busWait)
	defer over.Stop()
	for echoed := false; ; {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-b.gone:
			return nil, b.failure()
		case <-over.C:
			return nil, fmt.Errorf("servo %d: %w", frame[2], ErrNoAnswer)
		case p := <-b.heard:
			switch {
			case !echoed && b.echo != echoAbsent && bytes.Equal(p, frame):
				echoed = true
			case p.id() == frame[2] && len(p.params()) == size:
				b.learn(echoed)
				return p, nil
			}
		}
	}
}

// send forgets what has come in, and sends a frame.
func (b *Bus) send(frame []byte) error {
	b.frame = frame
	b.anew.Store(true)
	for {
		select {
		case <-b.heard:
		default:
			return b.link.Write(frame)
		}
	}
}

func (b *Bus) learn(echoed bool) {
	switch {
	case b.echo != echoUnknown:
	case echoed:
		b.echo = echoPresent
	default:
		b.echo = echoAbsent
	}
}

// divert passes on what comes in from now on, and why the link is lost.
func (b *Bus) divert(to *listener) {
	b.diverted.Store(to)
	if err := b.failure(); err != nil {
		to.lost(err)
	}
}

func (b *Bus) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// receive is called by the link's reader.
func (b *Bus) receive(bytes []byte) {
	if to := b.diverted.Load(); to != nil {
		to.receive(bytes)
		return
	}
	if b.anew.Swap(false) {
		b.parser.reset()
	}
	b.parser.parse(bytes, func(p packet) {
		select {
		case b.heard <- append(packet(nil), p...):
		default: // nobody has asked for so much
		}
	})
}

// lost is called by the link's reader, last.
func (b *Bus) lost(err error) {
	b.mu.Lock()
	b.err = err
	close(b.gone)
	b.mu.Unlock()
	if to := b.diverted.Load(); to != nil {
		to.lost(err)
	}
}

// near is the distance in counts, one degree, within which a position that was read a
// moment ago is still where the servo is.
const near = CountsPerTurn / 360

func distance(a, b int) int {
	if a < b {
		return b - a
	}
	return a - b
}

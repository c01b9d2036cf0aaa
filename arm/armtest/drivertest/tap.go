package drivertest

import (
	"bytes"
	"sync"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// frameBytes is the most that one write has: a short frame.
const frameBytes = 128

// tap is the port as the driver has it. It keeps what the driver wrote.
type tap struct {
	bench *bench

	mu     sync.Mutex
	frames []frame
}

// frame is one write.
type frame struct {
	at       safety.Instant
	goal     safety.Point
	moves    bool // it has a goal, and that is neither the goal before nor where the arm is
	text     string
	problems []string
}

func (t *tap) open() (arm.Port, error) {
	p, err := t.bench.board.Open()
	if err != nil {
		return nil, err
	}
	return tapped{p, t}, nil
}

type tapped struct {
	arm.Port
	tap *tap
}

func (p tapped) Write(b []byte) (int, error) {
	p.tap.write(b)
	return p.Port.Write(b)
}

func (t *tap) write(p []byte) {
	f := frame{at: t.bench.now(), text: string(p)}
	if len(p) > frameBytes {
		f.problems = append(f.problems, "is long")
	}
	if t.bench.accepting.Load() {
		f.problems = append(f.problems, "was written by Accepts")
	}
	if isText(p) && (bytes.Contains(p, []byte("NaN")) || bytes.Contains(p, []byte("Inf"))) {
		f.problems = append(f.problems, "has a number that is none")
	}
	to, ok := t.bench.rig.Goal(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	if ok {
		f.goal = to
		f.moves = !t.repeats(to) && t.bench.truthNow().Sub(to).Norm() > t.bench.rig.Tolerance
	}
	t.frames = append(t.frames, f)
}

// repeats reports whether the latest goal was the same.
func (t *tap) repeats(to safety.Point) bool {
	for i := len(t.frames) - 1; i >= 0; i-- {
		if f := t.frames[i]; f.goal != (safety.Point{}) {
			return f.goal.Sub(to).Norm() < 1e-6
		}
	}
	return false
}

func isText(p []byte) bool {
	return !bytes.ContainsFunc(p, func(r rune) bool { return r > '~' || r < ' ' && r != '\n' && r != '\r' })
}

// written returns how many frames there are.
func (t *tap) written() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.frames)
}

// motion returns the frames from the n-th on that move the arm.
func (t *tap) motion(from int) (moves []frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.frames[from:] {
		if f.moves {
			moves = append(moves, f)
		}
	}
	return moves
}

// wantNoMotion checks that no frame since moves the arm.
func (b *bench) wantNoMotion(what string, from int) {
	if moves := b.tap.motion(from); len(moves) > 0 {
		b.errorf("%s: %d frames of motion, the first %q at %v", what, len(moves), moves[0].text, moves[0].at)
	}
}

// check adds what is wrong with the frames to the problems.
func (t *tap) check() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.frames {
		for _, problem := range f.problems {
			t.bench.errorf("frame %q at %v %s", f.text, f.at, problem)
			return
		}
	}
}

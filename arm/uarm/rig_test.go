package uarm

import (
	"errors"
	"fmt"
	"sync"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

var errUnplugged = errors.New("unplugged")

// recorder is a Feedback that keeps what it hears, as text.
type recorder struct {
	woken chan struct{}

	mu       sync.Mutex
	heard    []string
	position safety.Point
	atRest   bool
}

func newRecorder() *recorder { return &recorder{woken: make(chan struct{}, 1)} }

func (r *recorder) hear(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, fmt.Sprintf(format, args...))
}

func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := r.heard
	r.heard = nil
	return heard
}

func (r *recorder) Measured(m arm.Measurement) {
	p, word := m.Position, "moves"
	if m.AtRest {
		word = "rests"
	}
	r.hear("measured %v %v %v %s", p.X, p.Y, p.Z, word)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.position, r.atRest = p, m.AtRest
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

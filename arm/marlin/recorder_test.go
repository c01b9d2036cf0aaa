package marlin

import (
	"fmt"
	"sync"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// recorder is a Feedback that keeps what it hears, as text.
type recorder struct {
	mu    sync.Mutex
	heard []string
}

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
	p := m.Position
	r.hear("measured %v %v %v rests=%v", p.X, p.Y, p.Z, m.AtRest)
}
func (r *recorder) Gripped(g safety.Gripper)       { r.hear("gripped %v", g) }
func (r *recorder) Stopped(s arm.StopResult)       { r.hear("stopped %v", s) }
func (r *recorder) Alarm(text string, locked bool) { r.hear("alarm %q locked=%v", text, locked) }
func (r *recorder) Unlocked()                      { r.hear("unlocked") }
func (r *recorder) Lost(err error)                 { r.hear("lost %v", err) }
func (r *recorder) Wake()                          {}

package recording

import (
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// behind is how far in mm an arm that goes as fast as it may can be behind a recording that is
// not too fast for it: the times of a recording are off by some ms, at 250 mm/s, and once in a
// while by some tens.
const behind = 25

// Check judges all of t, played at a speed that is a factor of the recorded one, against what
// the daemon says of its arm. A *LineError names the line that cannot be played.
func (t *Track) Check(w *client.Welcome, factor float64) error {
	for _, s := range t.Samples {
		if axis, value, low, high := outside(s.Point, w); axis != "" {
			return &LineError{s.Line, fmt.Errorf("%s is %g mm, outside of the workspace (%g to %g): record within it, or enlarge it in the daemon's configuration", axis, value, low, high)}
		}
		if s.Speed*factor > w.Speed {
			return &LineError{s.Line, fmt.Errorf("%g mm/s at --speed %g, and the limit is %g mm/s: use --speed %.2g or a lower speed in the line", s.Speed, factor, w.Speed, floor2(w.Speed/s.Speed))}
		}
	}
	for _, g := range t.Grips {
		switch {
		case w.Gripper == safety.NoGripper:
			return &LineError{g.Line, fmt.Errorf("the gripper is %s, and this arm has none", g.Gripper)}
		case w.Gripper == safety.OpenCloseGripper && g.Gripper.Partial():
			return &LineError{g.Line, fmt.Errorf("the gripper is at %d %%, and this arm's only opens and closes", g.Gripper.Opening())}
		}
	}
	if line := t.tooFast(w.Speed, factor); line > 0 {
		return &LineError{line, fmt.Errorf("at --speed %g the recording is faster here than the limit of %g mm/s%s", factor, w.Speed, t.slower(w.Speed, factor))}
	}
	return nil
}

// outside returns the first axis along which p is outside of the workspace.
func outside(p safety.Point, w *client.Welcome) (axis string, value, low, high float64) {
	switch {
	case !(p.X >= w.Min.X && p.X <= w.Max.X):
		return "x", p.X, w.Min.X, w.Max.X
	case !(p.Y >= w.Min.Y && p.Y <= w.Max.Y):
		return "y", p.Y, w.Min.Y, w.Max.Y
	case !(p.Z >= w.Min.Z && p.Z <= w.Max.Z):
		return "z", p.Z, w.Min.Z, w.Max.Z
	}
	return "", 0, 0, 0
}

// tooFast follows the recording at no more than limit mm/s and returns the line where that
// has fallen too far behind, 0 where it never does. Requests are targets, which any arm
// comes to in its own time.
func (t *Track) tooFast(limit, factor float64) int {
	if t.Requests {
		return 0
	}
	at, last := t.First(), time.Duration(0)
	for _, s := range t.Samples {
		may := limit * (s.At - last).Seconds() / factor
		last = s.At
		way := s.Point.Sub(at)
		far := way.Norm()
		if far <= may {
			at = s.Point
			continue
		}
		at = at.Add(way.Scale(may / far))
		if far-may > behind {
			return s.Line
		}
	}
	return 0
}

// slower says which factor is possible.
func (t *Track) slower(limit, factor float64) string {
	low, high := 0.0, factor
	for range 20 {
		if middle := (low + high) / 2; t.tooFast(limit, middle) == 0 {
			low = middle
		} else {
			high = middle
		}
	}
	if low = floor2(low); low < slowest {
		return ": is there a jump?"
	}
	return fmt.Sprintf(": use --speed %g", low)
}

// slowest is the least factor that is offered.
const slowest = 0.05

// floor2 rounds down to two decimals.
func floor2(x float64) float64 { return float64(int(x*100)) / 100 }

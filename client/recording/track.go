package recording

import (
	"cmp"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Track is what an arm shall do over time, from 0 to Length.
type Track struct {
	// Requests: it was made of requests, each of which holds until the next one. Otherwise of
	// where an arm was, and what is between two samples is on the line between them.
	Requests bool

	Samples []Sample // in the order of their times, at least one
	Grips   []Grip   // as well; only changes
	Length  time.Duration

	Stops  int  // stops in the recording, which are not done again
	Losses int  // times that the recorder had no connection
	Cut    bool // the last line ends in the middle, and was left out

	Arm        string // whose recording it is; "" where that is not known
	ConfigHash string
}

// Sample is a point in time and space.
type Sample struct {
	At    time.Duration
	Point safety.Point // mm
	Speed float64      // mm/s, of a request that names one
	Line  int          // of the file, from 1
}

// Grip is a change of the gripper.
type Grip struct {
	At      time.Duration
	Gripper safety.Gripper
	Line    int
}

// At returns where the arm is due at a moment: at the first point before the beginning, at the
// last one after the end.
func (t *Track) At(at time.Duration) Sample {
	next, _ := slices.BinarySearchFunc(t.Samples, at, func(s Sample, at time.Duration) int {
		if s.At <= at {
			return -1
		}
		return 1
	})
	switch {
	case next == 0:
		return t.Samples[0]
	case next == len(t.Samples) || t.Requests:
		return t.Samples[next-1]
	}
	a, b := t.Samples[next-1], t.Samples[next]
	part := float64(at-a.At) / float64(b.At-a.At)
	return Sample{At: at, Point: a.Point.Scale(1 - part).Add(b.Point.Scale(part)), Line: a.Line}
}

// GripAt returns the newest change of the gripper that is due, and false where none is.
func (t *Track) GripAt(at time.Duration) (Grip, bool) {
	next, _ := slices.BinarySearchFunc(t.Grips, at, func(g Grip, at time.Duration) int {
		return cmp.Or(cmp.Compare(g.At, at), -1)
	})
	if next == 0 {
		return Grip{}, false
	}
	return t.Grips[next-1], true
}

// First and Last return the ends.
func (t *Track) First() safety.Point { return t.Samples[0].Point }
func (t *Track) Last() safety.Point  { return t.Samples[len(t.Samples)-1].Point }

// speedWindow is over how long a speed is measured at least: the times of a recording are
// those at which its states came, and are off by some ms each.
const speedWindow = 100 * time.Millisecond

// TopSpeed returns how fast the arm was at most, in mm/s, along straight lines of at least
// 0.1 s.
func (t *Track) TopSpeed() float64 {
	top, from := 0.0, 0
	for i, s := range t.Samples {
		for from+1 < i && s.At-t.Samples[from+1].At >= speedWindow {
			from++
		}
		if took := s.At - t.Samples[from].At; took >= speedWindow {
			top = max(top, s.Point.Sub(t.Samples[from].Point).Norm()/took.Seconds())
		}
	}
	return top
}

// Outermost returns the samples that are outermost along each axis: where these are inside a
// box, all are.
func (t *Track) Outermost() []Sample {
	axes := []func(safety.Point) float64{
		func(p safety.Point) float64 { return p.X },
		func(p safety.Point) float64 { return p.Y },
		func(p safety.Point) float64 { return p.Z },
	}
	var all []Sample
	for _, axis := range axes {
		along := func(a, b Sample) int { return cmp.Compare(axis(a.Point), axis(b.Point)) }
		all = append(all, slices.MinFunc(t.Samples, along), slices.MaxFunc(t.Samples, along))
	}
	slices.SortFunc(all, func(a, b Sample) int { return cmp.Compare(a.Line, b.Line) })
	return slices.Compact(all)
}

package jog

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var welcome = client.Welcome{Min: safety.Point{X: -100, Y: -100}, Max: safety.Point{X: 100, Y: 100, Z: 100}, Speed: 250}

var directions = map[rune]safety.Point{'w': {X: 1}, 's': {X: -1}, 'a': {Y: 1}, 'e': {Z: 1}}

func standing(at safety.Point) *client.State {
	return &client.State{State: "idle", Position: at, HasPosition: true, LinkUp: true}
}

// desk is a pendant, an arm that follows at once, and a clock.
type desk struct {
	*Pendant
	now  time.Time
	at   safety.Point
	sent []safety.Point
}

func newDesk(releases bool) *desk {
	d := &desk{Pendant: New(&welcome, DefaultSpeed, 0), now: began}
	d.SetReleases(d.now, releases)
	d.Observe(d.now, standing(d.at))
	return d
}

// pass lets time pass in which the terminal answers when it is asked, and keys repeat.
func (d *desk) pass(of time.Duration, every time.Duration, repeat func()) {
	const tick = 10 * time.Millisecond
	for end, next := d.now.Add(of), d.now.Add(every); d.now.Before(end); {
		d.now = d.now.Add(tick)
		if repeat != nil && !d.now.Before(next) {
			repeat()
			next = d.now.Add(every)
		}
		d.Look(d.now)
		if d.Probe(d.now) {
			d.SetReleases(d.now, true)
		}
		d.Observe(d.now, standing(d.at))
		if to, ok := d.Next(d.now); ok {
			d.sent, d.at = append(d.sent, to), to
			d.Answered(d.now, nil)
		}
	}
}

func (d *desk) tap(id rune)    { d.Press(d.now, id, directions[id], false) }
func (d *desk) repeat(id rune) { d.Press(d.now, id, directions[id], d.Releases()) }

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s: %.2f, want %.2f ± %.2f", what, got, want, within)
	}
}

func TestTap(t *testing.T) {
	for _, c := range []struct{ speed, tap, want float64 }{
		{40, 0, 4}, {10, 0, 1}, {250, 0, 25},
		{40, 2, 2}, {40, 20, 6}, // never longer than Window
	} {
		d := newDesk(false)
		d.Pendant = New(&welcome, c.speed, c.tap)
		d.Observe(d.now, standing(d.at))
		d.tap('w')
		d.pass(time.Second, 0, nil)
		near(t, "a tap", d.at.X, c.want, 1e-6)
		near(t, "Tap", d.Tap(), c.want, 1e-6)
	}
}

func TestTapsAddUp(t *testing.T) {
	d := newDesk(false)
	for range 5 {
		d.tap('w')
		d.pass(300*time.Millisecond, 0, nil)
	}
	near(t, "five taps", d.at.X, 20, 1e-6)
}

// A key that is held: one tap, the keyboard's delay, then motion as long as it repeats.
func TestHeldWithoutReleases(t *testing.T) {
	d := newDesk(false)
	d.tap('w')
	d.pass(500*time.Millisecond, 0, nil)
	near(t, "before the first repeat", d.at.X, 4, 1e-6)
	d.repeat('w')
	d.pass(time.Second, 33*time.Millisecond, func() { d.repeat('w') })
	moved := d.at.X
	near(t, "a second of repeats", moved, 44, 3)
	d.pass(time.Second, 0, nil)
	near(t, "behind the last repeat", d.at.X-moved, 0, 40*Window.Seconds())
}

func TestHeldWithReleases(t *testing.T) {
	d := newDesk(true)
	d.tap('w')
	d.pass(500*time.Millisecond, 0, nil)
	d.repeat('w')
	d.pass(500*time.Millisecond, 33*time.Millisecond, func() { d.repeat('w') })
	near(t, "a second", d.at.X, 41, 2)
	d.Release(d.now, 'w')
	n := len(d.sent)
	d.pass(time.Second, 0, nil)
	if len(d.sent) != n {
		t.Errorf("%d targets behind the release", len(d.sent)-n)
	}
}

func TestDiagonal(t *testing.T) {
	d := newDesk(true)
	d.tap('w')
	d.tap('a')
	d.pass(500*time.Millisecond, 0, nil)
	near(t, "the length", d.at.Norm(), 21, 2)
	near(t, "x against y", d.at.X-d.at.Y, 0, 1e-6)
	d.Release(d.now, 'w')
	x := d.at.X
	d.pass(200*time.Millisecond, 0, nil)
	near(t, "x behind its release", d.at.X, x, 1e-6)
	near(t, "y goes on", d.at.Y-x, 8, 2)
}

// What bounds a key that is never released.
func TestSilentTerminal(t *testing.T) {
	d := newDesk(true)
	d.tap('w')
	for range 100 { // no answers
		d.now = d.now.Add(10 * time.Millisecond)
		d.Observe(d.now, standing(d.at))
		if to, ok := d.Next(d.now); ok {
			d.at = to
			d.Answered(d.now, nil)
		}
	}
	near(t, "a terminal that is gone", d.at.X, 40*Silence.Seconds(), 0.1)
	if d.Note() != Silent {
		t.Errorf("note: %v", d.Note())
	}

	d = newDesk(true)
	d.tap('w')
	d.pass(3*time.Second, 0, nil) // it answers, and no key comes
	near(t, "something that answers in its place", d.at.X, 40*FirstRepeat.Seconds(), 1)
}

// An arm that does not follow: the target waits for it, and goes on with it.
func TestTargetWaits(t *testing.T) {
	d := newDesk(true)
	stuck := d.at
	d.tap('w')
	for range 20 {
		d.pass(40*time.Millisecond, 33*time.Millisecond, func() { d.repeat('w'); d.at = stuck })
		d.at = stuck
	}
	furthest := d.sent[len(d.sent)-1].X
	near(t, "the target of an arm that is stuck", furthest, 6, 0.1)
	if d.Note() != Waiting {
		t.Errorf("note: %v", d.Note())
	}
	d.at.X = furthest // now it follows
	d.pass(500*time.Millisecond, 33*time.Millisecond, func() { d.repeat('w') })
	if got := d.sent[len(d.sent)-1].X; got < furthest+10 {
		t.Errorf("behind that it goes to %v", got)
	}
}

func TestOneTargetIsInFlight(t *testing.T) {
	d := newDesk(true)
	d.tap('w')
	first, ok := d.Next(d.now)
	if !ok {
		t.Fatal("no target")
	}
	d.now = d.now.Add(200 * time.Millisecond)
	d.Observe(d.now, standing(d.at))
	if to, ok := d.Next(d.now); ok {
		t.Errorf("%v before %v was answered", to, first)
	}
	d.Answered(d.now, nil)
	if _, ok := d.Next(d.now); !ok {
		t.Error("none behind the answer")
	}
}

// Whatever ends the motion: the key that is still down does nothing, and moves again when it
// is pressed again.
func TestLetGo(t *testing.T) {
	ends := map[string]func(d *desk){
		"refused":     func(d *desk) { d.inFlight = true; d.Answered(d.now, errors.New("refused")) },
		"unfocused":   func(d *desk) { d.LetGo(Unfocused) },
		"reconnected": func(d *desk) { d.Lost(); d.Connected(&welcome); d.Observe(d.now, standing(d.at)) },
		"stopped and reset": func(d *desk) {
			s := standing(d.at)
			s.State = "stopped"
			d.Observe(d.now, s)
			d.Observe(d.now, standing(d.at))
		},
		"held": func(d *desk) { s := standing(d.at); s.State = "held"; d.Observe(d.now, s) },
		"stalled": func(d *desk) {
			d.now = d.now.Add(2 * time.Second)
			d.Look(d.now)
			for range 9 { // what was typed meanwhile
				d.repeat('w')
			}
			if d.Note() != Stalled {
				t.Errorf("note: %v", d.Note())
			}
		},
	}
	for name, end := range ends {
		for _, releases := range []bool{true, false} {
			d := newDesk(releases)
			d.tap('w')
			d.pass(50*time.Millisecond, 0, nil)
			if len(d.sent) == 0 {
				t.Fatal("no motion")
			}
			n := len(d.sent)
			end(d)
			d.repeat('w')
			d.pass(2*time.Second, 33*time.Millisecond, func() { d.repeat('w') })
			if len(d.sent) != n {
				t.Errorf("%s, releases %v: the key that was down moved the arm", name, releases)
			}
			d.Release(d.now, 'w')
			d.pass(Rest, 0, nil)
			d.tap('w')
			d.pass(50*time.Millisecond, 0, nil)
			if len(d.sent) == n {
				t.Errorf("%s, releases %v: pressed again, it moves nothing", name, releases)
			}
		}
	}
}

// What keeps every key from moving the arm, and says so.
func TestHindrances(t *testing.T) {
	edit := func(f func(s *client.State)) func(d *desk) {
		return func(d *desk) { s := standing(d.at); f(s); d.Observe(d.now, s) }
	}
	for want, prepare := range map[Note]func(d *desk){
		Stopped:      edit(func(s *client.State) { s.State = "stopped" }),
		Unplaced:     edit(func(s *client.State) { s.LinkUp = false }),
		NoNews:       func(d *desk) { d.now = d.now.Add(Stale + 1) },
		Disconnected: func(d *desk) { d.Lost() },
		Outside:      edit(func(s *client.State) { s.Position.Z = -leastLead - 1 }),
	} {
		d := newDesk(true)
		d.SetSpeed(250) // a fast arm is not brought in by a key for another direction
		prepare(d)
		d.tap('w')
		if to, ok := d.Next(d.now); ok || d.Note() != want {
			t.Errorf("%v: %v %v, note %v", want, to, ok, d.Note())
		}
	}
	d := newDesk(true)
	d.at.X = 99.9
	d.tap('w')
	d.pass(500*time.Millisecond, 0, nil)
	if d.at.X != 100 || d.Note() != AtEdge {
		t.Errorf("at the edge: %v, note %v", d.at, d.Note())
	}
}

// Over any keys, times, states and refusals: no target without evidence that a key is held,
// none far from the one before it or from the arm, and none outside the workspace.
func TestEveryTargetHasItsKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &witness{t: t, now: began, releases: rapid.Bool().Draw(t, "releases"), down: map[rune]bool{}}
		w.speed = rapid.Float64Range(1, 300).Draw(t, "speed")
		w.Pendant = New(&welcome, w.speed, rapid.SampledFrom([]float64{0, 3, 100}).Draw(t, "tap"))
		w.speed = w.Speed()
		w.SetReleases(w.now, w.releases)
		w.Connected(&welcome)
		t.Repeat(map[string]func(*rapid.T){
			"press":   func(t *rapid.T) { w.key(rapid.SampledFrom([]rune("wsae")).Draw(t, "key"), false) },
			"repeat":  func(t *rapid.T) { w.key(rapid.SampledFrom([]rune("wsae")).Draw(t, "key"), true) },
			"burst":   func(t *rapid.T) { w.burst(rapid.SampledFrom([]rune("wsae")).Draw(t, "key")) },
			"release": func(t *rapid.T) { w.release(rapid.SampledFrom([]rune("wsae")).Draw(t, "key")) },
			"other":   func(t *rapid.T) { w.Other(w.now); w.word = w.now; w.lastKey, w.lastAt = 0, time.Time{} },
			"state":   func(t *rapid.T) { w.state(rapid.Bool().Draw(t, "stopped")) },
			"push": func(t *rapid.T) {
				w.at.X += rapid.Float64Range(-30, 30).Draw(t, "by")
			},
			"blur": func(t *rapid.T) { w.LetGo(Unfocused); w.end() },
			"refuse": func(t *rapid.T) {
				if w.inFlight {
					w.Answered(w.now, errors.New("refused"))
					w.end()
				}
			},
			"reconnect": func(t *rapid.T) { w.Lost(); w.Connected(&welcome); w.end() },
			"wait": func(t *rapid.T) {
				w.pass(time.Duration(rapid.IntRange(1, 1500).Draw(t, "ms"))*time.Millisecond, rapid.Bool().Draw(t, "alive"))
			},
		})
	})
}

// witness keeps, apart from the pendant, what speaks for a key being held.
type witness struct {
	t *rapid.T
	*Pendant
	now      time.Time
	at       safety.Point
	speed    float64
	releases bool
	previous *safety.Point // the target before, of the same motion

	down    map[rune]bool // with releases: pressed since the last end, and not released
	word    time.Time     // of the terminal
	keyed   time.Time     // a key
	lastKey rune          // without releases
	lastAt  time.Time
	ended   bool // lastKey was down when all motion ended
}

func (w *witness) key(id rune, repeat bool) {
	w.word = w.now
	switch {
	case w.releases && !repeat:
		w.down[id], w.keyed = true, w.now
	case w.releases && w.down[id]:
		w.keyed = w.now
	case !w.releases:
		if id != w.lastKey || w.now.Sub(w.lastAt) >= Rest {
			w.ended = false
		}
		w.lastKey, w.lastAt = id, w.now
	}
	w.Press(w.now, id, directions[id], repeat && w.releases)
	w.look()
}

func (w *witness) burst(id rune) {
	w.key(id, false)
	for range 10 {
		w.pass(30*time.Millisecond, true)
		w.key(id, true)
	}
}

func (w *witness) release(id rune) {
	if w.releases {
		w.word = w.now
		delete(w.down, id)
		w.Release(w.now, id)
		w.look()
	}
}

func (w *witness) end() { clear(w.down); w.ended = true }

func (w *witness) state(stopped bool) {
	s := standing(w.at)
	if stopped {
		s.State = "stopped"
		w.end()
	}
	if w.seen.IsZero() {
		w.end()
	}
	w.Observe(w.now, s)
}

func (w *witness) pass(of time.Duration, alive bool) {
	for end := w.now.Add(of); w.now.Before(end); {
		w.now = w.now.Add(10 * time.Millisecond)
		if w.Probe(w.now) && alive {
			w.SetReleases(w.now, true)
			w.word = w.now
		}
		if w.inFlight && w.now.Sub(w.emitted) > 20*time.Millisecond {
			w.Answered(w.now, nil)
		}
		if alive {
			w.at = w.at.Add(w.target.Sub(w.at).Scale(0.3))
			w.state(w.Pendant.state.Stopped())
		}
		w.look()
	}
}

func (w *witness) look() {
	to, ok := w.Next(w.now)
	if !w.Moving() {
		w.previous = nil
	}
	if !ok {
		return
	}
	if !w.evidence() {
		w.t.Fatalf("the target %v without a key", to)
	}
	if slices.Min([]float64{to.X + 100, 100 - to.X, to.Y + 100, 100 - to.Y, to.Z, 100 - to.Z}) < 0 || !to.Finite() {
		w.t.Fatalf("the target %v is outside", to)
	}
	if lead := to.Sub(w.Pendant.state.Position).Norm(); lead > max(w.speed*0.15, 5)+1e-3 {
		w.t.Fatalf("the target is %.2f mm ahead", lead)
	}
	// 100 ms of the past and 100 ms of the future
	if w.previous != nil && to.Sub(*w.previous).Norm() > w.speed*0.2+1e-3 {
		w.t.Fatalf("from the target %v to %v", *w.previous, to)
	}
	w.previous = &to
}

func (w *witness) evidence() bool {
	if w.releases {
		return len(w.down) > 0 && w.now.Sub(w.word) < Silence && w.now.Sub(w.keyed) < FirstRepeat
	}
	return w.lastKey != 0 && !w.ended && w.now.Sub(w.lastAt) < Window
}

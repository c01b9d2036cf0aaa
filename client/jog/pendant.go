package jog

import (
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/internal/elapsed"
	"github.com/aether-arm/aetherd/safety"
)

// The speeds that the operator can choose, mm/s. The daemon's limit may be lower.
const (
	DefaultSpeed = 40
	minSpeed     = 1
)

// leastLead is about how far off its setpoint an arm of servos stands, mm.
const leastLead = 5

// Lead is how far ahead of the measured position a target may be (mm) at a speed (mm/s).
func Lead(speed float64) float64 { return max(speed*Window.Seconds(), leastLead) }

// Pendant is the operator's keys and what they make of the arm's state. Its methods take the
// present moment, which never goes back.
type Pendant struct {
	hand
	min, max   safety.Point // mm, of the workspace
	limit      float64      // mm/s
	speed, tap float64      // mm/s, mm; tap 0: what the speed covers in TapTime

	connected bool
	state     client.State
	seen      time.Time // when state came; zero: none yet

	moving    bool
	target    safety.Point // mm, sent last
	chained   bool         // target is where the arm was sent last, as far as is known
	emitted   time.Time    // when
	covered   time.Time    // up to when the motion of the keys is in target
	inFlight  bool
	roundTrip time.Duration

	looked time.Time // at the clock, last
	probed time.Time
	note   Note
}

// New returns a pendant for the arm that w tells of. tap is how far a press moves where
// releases are not reported, in mm; 0: as far as the speed (mm/s) goes in TapTime.
func New(w *client.Welcome, speed, tap float64) *Pendant {
	p := &Pendant{hand: hand{keys: map[rune]*key{}}, tap: tap, speed: speed}
	p.Connected(w)
	return p
}

// Connected takes the limits of a new connection.
func (p *Pendant) Connected(w *client.Welcome) {
	p.min, p.max, p.limit = w.Min, w.Max, w.Speed
	p.connected, p.seen = true, time.Time{}
	p.SetSpeed(p.speed)
	p.LetGo(Nothing)
}

// Lost tells that there is no connection.
func (p *Pendant) Lost() {
	p.connected = false
	p.LetGo(Disconnected)
}

// SetSpeed sets how fast a key moves the arm, mm/s, at most as fast as the daemon allows.
func (p *Pendant) SetSpeed(speed float64) { p.speed = min(max(speed, minSpeed), p.limit) }

// Speed returns it, mm/s.
func (p *Pendant) Speed() float64 { return p.speed }

// Tap returns how far a press moves where releases are not reported, mm.
func (p *Pendant) Tap() float64 {
	if p.tap == 0 {
		return p.speed * TapTime.Seconds()
	}
	return min(p.tap, p.speed*Window.Seconds())
}

// SetReleases tells whether the terminal reports releases.
func (p *Pendant) SetReleases(now time.Time, reported bool) {
	p.heard = now
	if reported != p.releases {
		p.releases = reported
		clear(p.keys)
	}
}

// Releases tells whether the terminal reports releases.
func (p *Pendant) Releases() bool { return p.releases }

// Press takes a press or a repeat of the key id, which moves the arm in a direction.
func (p *Pendant) Press(now time.Time, id rune, direction safety.Point, repeat bool) {
	if !p.down(now) {
		p.note = Nothing
	}
	if p.Deaf(now) {
		p.note = Stalled
	}
	p.press(now, id, direction, repeat, time.Duration(p.Tap()/p.speed*float64(time.Second)))
}

// Release takes the release of a key.
func (p *Pendant) Release(now time.Time, id rune) { p.release(now, id) }

// Other takes a key that does not move the arm.
func (p *Pendant) Other(now time.Time) {
	p.note = Nothing
	p.other(now)
}

// LetGo ends the motion of every key until it is pressed again, because of why.
func (p *Pendant) LetGo(why Note) {
	p.letGo()
	p.moving, p.chained, p.note = false, false, why
}

// Note says what the operator should know.
func (p *Pendant) Note() Note { return p.note }

// Moving tells whether keys move the arm.
func (p *Pendant) Moving() bool { return p.moving }

// Observe takes the arm's state.
func (p *Pendant) Observe(now time.Time, s *client.State) {
	first, before := p.seen.IsZero(), p.state.State
	p.state, p.seen = *s, now
	held := s.State == safety.Held.String() && before != s.State
	switch {
	case first:
		p.LetGo(Nothing)
	case s.Stopped() && p.down(now):
		p.LetGo(Stopped)
	case held && p.moving:
		p.LetGo(Held)
	case held, s.Holder != "" && !s.Holds:
		p.chained = false
	}
}

// Answered takes what became of the target in flight.
func (p *Pendant) Answered(now time.Time, err error) {
	p.inFlight, p.roundTrip = false, now.Sub(p.emitted)
	if err != nil {
		p.LetGo(Refused)
	}
}

// Look notices, before all else that happens at now, whether this program stood still.
func (p *Pendant) Look(now time.Time) {
	if !p.looked.IsZero() && elapsed.Between(p.looked, now) > Stall {
		p.deaf = now.Add(deaf)
		if p.down(p.looked) {
			p.LetGo(Stalled)
		}
	}
	p.looked = now
}

// Deaf tells whether what is typed counts for nothing: this program stood still, and what was
// typed meanwhile comes now.
func (p *Pendant) Deaf(now time.Time) bool { return now.Before(p.deaf) }

// Probe tells whether the terminal is to be asked for a sign of life now.
func (p *Pendant) Probe(now time.Time) bool {
	if !p.releases || len(p.keys) == 0 || now.Sub(p.probed) < probeEvery {
		return false
	}
	p.probed = now
	return true
}

package jog

import (
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// hand is what is known of the keys that move the arm, each by its number.
type hand struct {
	releases bool // the terminal reports them
	keys     map[rune]*key
	newest   rune      // pressed last
	since    time.Time // when the first of them was pressed
	heard    time.Time // with releases: the terminal's last word
	due      time.Time // with releases: by when a key must have been heard from
	deaf     time.Time // until then no press counts
}

type key struct {
	direction safety.Point

	// Without releases.
	last   time.Time // when it was heard from
	until  time.Time // how long that is evidence
	barred bool      // to be let go first
}

func (h *hand) press(now time.Time, id rune, direction safety.Point, repeat bool, tap time.Duration) {
	if h.releases {
		h.reported(now, id, direction, repeat)
	} else {
		h.blind(now, id, direction, tap)
	}
}

// reported takes a press or a repeat of a terminal that tells them apart. A repeat of a key
// that is not known to be down belongs to a press that does not count any more.
func (h *hand) reported(now time.Time, id rune, direction safety.Point, repeat bool) {
	h.heard = now
	_, down := h.keys[id]
	switch {
	case repeat && down:
		h.due = now.Add(Silence)
	case !repeat && !now.Before(h.deaf):
		if len(h.keys) == 0 {
			h.since = now
		}
		h.keys[id] = &key{direction: direction}
		h.newest, h.due = id, now.Add(FirstRepeat)
	}
}

func (h *hand) blind(now time.Time, id rune, direction safety.Point, tap time.Duration) {
	k, again := h.keys[id]
	if !again {
		clear(h.keys)
		k = &key{direction: direction}
		h.keys[id] = k
	}
	gap := now.Sub(k.last)
	k.last = now
	switch {
	case now.Before(h.deaf):
		k.until, k.barred = time.Time{}, true
	case k.barred && gap < Rest:
	case again && gap <= Window && !k.barred:
		k.until = later(k.until, now.Add(min(repeats*gap, Window)))
	default:
		k.barred, k.until, h.since = false, now.Add(tap), now
	}
}

// release takes a key that is up. Where it was the newest, the others do not repeat any more.
func (h *hand) release(now time.Time, id rune) {
	h.heard = now
	delete(h.keys, id)
	if id == h.newest {
		h.due = earlier(h.due, now.Add(Silence))
	}
}

// other takes a key that moves nothing. A terminal without releases repeats that one now.
func (h *hand) other(now time.Time) {
	h.heard = now
	if !h.releases {
		clear(h.keys)
	}
}

// letGo has every key that is down do nothing until it is pressed again.
func (h *hand) letGo() {
	if h.releases {
		clear(h.keys)
		return
	}
	for _, k := range h.keys {
		k.until, k.barred = time.Time{}, true
	}
}

// down tells whether a key may be down.
func (h *hand) down(now time.Time) bool {
	if h.releases {
		return len(h.keys) > 0
	}
	for _, k := range h.keys {
		if now.Sub(k.last) < Rest {
			return true
		}
	}
	return false
}

// direction returns the sum of the keys that are held, and until when that is known. silent
// tells that keys were down and the terminal fell silent.
func (h *hand) direction(now time.Time) (sum safety.Point, until time.Time, silent bool) {
	if !h.releases {
		for _, k := range h.keys { // there is one
			if now.Before(k.until) {
				return k.direction, k.until, false
			}
		}
		return safety.Point{}, now, false
	}
	until = earlier(h.heard.Add(Silence), h.due)
	if len(h.keys) > 0 && !now.Before(until) {
		return safety.Point{}, now, true
	}
	for _, k := range h.keys {
		sum = sum.Add(k.direction)
	}
	return sum, until, false
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

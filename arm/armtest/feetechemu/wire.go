package feetechemu

import (
	"slices"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// byteTime is how long a byte takes at 1 Mbaud, 8N1.
const byteTime = 10 * time.Microsecond

// wire is the one line that host and servos share, and the adapter at its end.
type wire struct {
	latency time.Duration
	free    time.Duration // when the adapter has sent what it holds
	host    []hostByte    // from the host, in order
	answers []answer      // from the servos, those to come too
	echo    []byte        // read back by the adapter, not yet on its way
	inbox   []delivery    // on the way to the host, in order
}

type hostByte struct {
	start time.Duration
	b     byte
	lost  bool // in a collision
}

type answer struct {
	start   time.Duration
	id      int
	p       []byte
	clashes []bool // for each byte; nil without a collision
}

type delivery struct {
	due time.Duration
	p   []byte
}

func (h hostByte) end() time.Duration { return h.start + byteTime }

func (a answer) end() time.Duration { return a.start + time.Duration(len(a.p))*byteTime }

// put takes bytes from the host at now.
func (w *wire) put(now time.Duration, p []byte) {
	w.free = max(w.free, now+w.latency)
	for _, b := range p {
		h := hostByte{start: w.free, b: b}
		w.free = h.end()
		for i := range w.answers {
			if w.answers[i].hit(h.start, h.end()) {
				h.lost = true
			}
		}
		w.host = append(w.host, h)
	}
}

// say lets a servo send a, which may begin in the future. The servos do not
// listen before they speak.
func (w *wire) say(a answer) {
	for i := range w.host {
		if h := &w.host[i]; a.hit(h.start, h.end()) {
			h.lost = true
		}
	}
	for i := range w.answers {
		other := &w.answers[i]
		start, end := other.start, other.end()
		other.hit(a.start, a.end())
		a.hit(start, end)
	}
	w.answers = append(w.answers, a)
}

// hit destroys what of a is on the line between from and to, and reports whether
// there was something.
func (a *answer) hit(from, to time.Duration) bool {
	if to <= a.start || from >= a.end() {
		return false
	}
	if a.clashes == nil {
		a.clashes = make([]bool, len(a.p))
	}
	first := max(0, from-a.start) / byteTime
	last := (min(to, a.end()) - a.start - 1) / byteTime
	for i := first; i <= last; i++ {
		a.clashes[i] = true
	}
	return true
}

// heard is what comes out of the line. After a collision that is no packet.
func (a *answer) heard() []byte {
	for i, clash := range a.clashes {
		if clash {
			a.p[i] = ^a.p[i]
		}
	}
	if a.clashes != nil && valid(a.p) {
		a.p[len(a.p)-1]++
	}
	return a.p
}

// nextHost returns when a byte of the host has come over the line, or Never.
func (w *wire) nextHost() time.Duration {
	if len(w.host) == 0 {
		return armtest.Never
	}
	return w.host[0].end()
}

// hostDone returns when all of them have.
func (w *wire) hostDone() time.Duration {
	if len(w.host) == 0 {
		return armtest.Never
	}
	return w.host[len(w.host)-1].end()
}

// nextAnswer returns when an answer ends, or Never.
func (w *wire) nextAnswer() time.Duration {
	t := armtest.Never
	for _, a := range w.answers {
		t = min(t, a.end())
	}
	return t
}

// nextDelivery returns when the host gets something, or Never.
func (w *wire) nextDelivery() time.Duration {
	if len(w.inbox) == 0 {
		return armtest.Never
	}
	return w.inbox[0].due
}

func (w *wire) takeHost() hostByte {
	h := w.host[0]
	w.host = w.host[1:]
	return h
}

// takeAnswers returns the answers that end by now.
func (w *wire) takeAnswers(now time.Duration) (done []answer) {
	w.answers = slices.DeleteFunc(w.answers, func(a answer) bool {
		if a.end() <= now {
			done = append(done, a)
		}
		return a.end() <= now
	})
	return done
}

// deliver gives p to the adapter at now.
func (w *wire) deliver(now time.Duration, p []byte) {
	if len(p) > 0 {
		w.inbox = append(w.inbox, delivery{now + w.latency, p})
	}
}

func (w *wire) takeDelivery() []byte {
	p := w.inbox[0].p
	w.inbox = w.inbox[1:]
	return p
}

// clear forgets everything that is under way.
func (w *wire) clear() { w.host, w.answers, w.echo, w.inbox = nil, nil, nil, nil }

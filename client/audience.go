package client

import "sync"

// audience is everybody who is told of events.
type audience struct {
	mu    sync.Mutex
	boxes map[*mailbox]float64 // the rate at which each wants the state, Hz; 0: only connections
	ended error
}

func (a *audience) add(b *mailbox, rate float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended != nil {
		b.end(a.ended)
		return
	}
	if a.boxes == nil {
		a.boxes = map[*mailbox]float64{}
	}
	a.boxes[b] = rate
}

func (a *audience) remove(b *mailbox) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.boxes, b)
}

// rate returns the highest rate that anybody wants, 0 where nobody wants the state.
func (a *audience) rate() float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	highest := 0.0
	for _, rate := range a.boxes {
		highest = max(highest, rate)
	}
	return highest
}

func (a *audience) tell(e Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for b, rate := range a.boxes {
		if rate > 0 || e.Kind == ConnectionEvent {
			b.put(e)
		}
	}
}

// refuse ends everybody who wants the state.
func (a *audience) refuse(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for b, rate := range a.boxes {
		if rate > 0 {
			b.end(err)
			delete(a.boxes, b)
		}
	}
}

// end ends everybody, those who come later too.
func (a *audience) end(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = err
	for b := range a.boxes {
		b.end(err)
	}
	a.boxes = nil
}

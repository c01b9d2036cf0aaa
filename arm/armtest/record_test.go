package armtest

import (
	"context"
	"testing"
)

// TestRecordIsAStream: each wait goes on behind the one before, also over
// events that came earlier.
func TestRecordIsAStream(t *testing.T) {
	r := newRecord()
	for _, text := range []string{"a", "b", "a", "c"} {
		r.add(Event{Ev: EvLine, Text: text})
	}
	for _, want := range []string{"a", "a", "c"} {
		e, err := r.WaitFor(t.Context(), Is(EvLine, "a", "c"))
		if err != nil || e.Text != want {
			t.Errorf("got %q, %v; want %q", e.Text, err, want)
		}
	}
	r.add(Event{Ev: EvLine, Text: "d"})
	r.Skip()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e, err := r.WaitFor(ctx, Is(EvLine)); err == nil {
		t.Errorf("found %+v", e)
	}
}

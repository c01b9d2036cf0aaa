package client

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/codec"
)

// call is one request on its way. Its link's lock protects it.
type call struct {
	id        uint64
	kind      codec.Type
	line      []byte
	expires   time.Time // is not sent any longer; zero: never
	sent      time.Time // when it was handed to the connection
	motion    *Motion   // of a request with notify
	abandoned bool      // its caller waits no longer; the reply is taken all the same
	finish    func(*reply, error)
}

// answer is what became of a call: a reply, or why there is none.
type answer struct {
	reply *reply
	err   error
}

// waiting is a call whose caller waits.
type waiting struct {
	link     *link
	call     *call
	answered chan answer
}

// wait waits for the reply, which is never a refusal: that is an *Error. Where ctx ends
// first, a request that still waits in this process is withdrawn, and is ErrNotSent.
func (w waiting) wait(ctx context.Context) (*reply, error) {
	select {
	case a := <-w.answered:
		return a.reply, a.err
	case <-ctx.Done():
	}
	if w.link.withdraw(w.call) {
		return nil, fmt.Errorf("%w: %w", ErrNotSent, ctx.Err())
	}
	select {
	case a := <-w.answered:
		return a.reply, a.err
	default:
		return nil, fmt.Errorf("sent, and not answered yet: %w", ctx.Err())
	}
}

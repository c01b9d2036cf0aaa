package client

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What went wrong on the way to the daemon. None of these is a refusal: errors.As with
// *Error is false for them, except where ErrNotSent says so.
var (
	// ErrNotConnected: there is no connection at this moment. Nothing was sent, and nothing
	// will be: the client reconnects, but forgets the call.
	ErrNotConnected = errors.New("not connected to aetherd")

	// ErrConnectionLost: the connection ended before the reply, or before the outcome of a
	// motion. Whether the request was carried out is not known.
	ErrConnectionLost = errors.New("connection to aetherd lost")

	// ErrProtocol: what answers does not speak the protocol. It comes with ErrConnectionLost,
	// or from Dial.
	ErrProtocol = errors.New("not aetherd's protocol")

	// ErrNotSent: the request did not leave this process: its context ended before, or it can
	// be no valid request; in that case there is an *Error with the daemon's code for it too.
	ErrNotSent = errors.New("not sent")

	// ErrTooManyInFlight: Config.InFlight requests wait for their replies already.
	ErrTooManyInFlight = errors.New("too many requests in flight")

	// ErrClosed: Close was called.
	ErrClosed = errors.New("client closed")
)

// Error is the daemon's refusal of a request. Nothing was changed by it.
// errors.Is(err, ErrStopped) and so on tell the codes apart.
type Error struct {
	Code       Code
	Message    string        // of the reply
	Field      string        // the offending member; "" where there is none
	StopID     uint64        // with ErrStopped, ErrWrongStopID, ErrCauseActive and ErrStillMoving: the present stop, 0 where there is none
	Holder     string        // with ErrNotInControl and ErrHigherRoleNeeded: who has control; "" for nobody
	RetryAfter time.Duration // with ErrRateLimited
}

// Error says what was refused and what to do about it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("refused: " + string(e.Code))
	switch {
	case e.Field != "":
		fmt.Fprintf(&b, " (%s)", e.Field)
	case e.StopID != 0:
		fmt.Fprintf(&b, " (stop %d)", e.StopID)
	case e.Holder != "":
		fmt.Fprintf(&b, " (%s has control)", e.Holder)
	case e.RetryAfter != 0:
		fmt.Fprintf(&b, " (retry after %v)", e.RetryAfter)
	}
	if action := e.Code.Action(); action != "" {
		b.WriteString(". " + strings.TrimSuffix(action, "."))
	}
	return b.String()
}

// Unwrap returns the code.
func (e *Error) Unwrap() error { return e.Code }

// lost is what becomes of everything that waits on a connection which ended with cause.
func lost(cause error) error {
	var refused *Error
	switch {
	case errors.Is(cause, ErrClosed):
		return ErrClosed
	case errors.As(cause, &refused):
		// The daemon refused the connection, and not what waits: that must not look so.
		return fmt.Errorf("%w: %v", ErrConnectionLost, cause)
	}
	return fmt.Errorf("%w: %w", ErrConnectionLost, cause)
}

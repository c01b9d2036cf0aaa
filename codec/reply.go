package codec

import (
	"strconv"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// The Append functions append one line with its newline to dst and return it.
// They allocate only when dst is too small, or a name needs escaping. id is
// Request.ID, as it was sent; nil appends none.

// AppendFault appends the reply to a line that is no request, or that the daemon
// refused before the gate.
func AppendFault(dst []byte, f Fault, id []byte) []byte {
	dst = appendError(dst, codeRows[f.Code].Message, f.Code.String())
	if f.Field != "" {
		dst = append(dst, `,"field":`...)
		dst = appendString(dst, f.Field)
	}
	return appendEnd(dst, id)
}

// AppendVerdict appends the reply to r that the verdict v makes. An accepted hello or state
// has more to say: AppendWelcome, AppendState.
func AppendVerdict(dst []byte, r *Request, v safety.Verdict) []byte {
	if v.OK() {
		dst = appendAccepted(dst, r, &v)
	} else {
		dst = appendRefused(dst, &v)
	}
	return appendEnd(dst, r.ID)
}

func appendAccepted(dst []byte, r *Request, v *safety.Verdict) []byte {
	if r.Check {
		dst = append(dst, acceptable...)
	} else {
		dst = append(dst, shapes[r.Type].accepted...)
	}
	if v.Clamped {
		dst = append(dst, `,"clamped":`...)
		dst = appendPosition(dst, v.Target)
	}
	switch r.Type {
	case TypeStop, TypeReset, TypeRelax:
		dst = appendStopID(dst, v.StopID)
	}
	return dst
}

func appendRefused(dst []byte, v *safety.Verdict) []byte {
	dst = appendError(dst, commandRefused, v.Reason.String())
	switch v.Reason {
	case safety.RateLimited:
		dst = append(dst, `,"retry_after_ms":`...)
		ms := (v.RetryAfter + time.Millisecond - 1) / time.Millisecond
		dst = strconv.AppendInt(dst, max(int64(ms), 1), 10)
	case safety.StoppedLatched, safety.WrongStopID, safety.CauseActive, safety.StillMoving:
		if v.StopID != 0 {
			dst = appendStopID(dst, v.StopID)
		}
	case safety.NotInControl, safety.HigherRoleNeeded:
		dst = append(dst, `,"holder":`...)
		dst = appendNullable(dst, v.Holder)
	case safety.OutOfWorkspace:
		dst = append(dst, `,"field":`...)
		dst = appendString(dst, v.Axis)
	case safety.SpeedOutOfRange:
		dst = append(dst, `,"field":"speed"`...)
	}
	return dst
}

func appendError(dst []byte, message, code string) []byte {
	dst = append(dst, `{"status":"error","message":"`...)
	dst = append(dst, message...)
	dst = append(dst, `","code":"`...)
	dst = append(dst, code...)
	return append(dst, '"')
}

func appendStopID(dst []byte, stopID uint64) []byte {
	dst = append(dst, `,"stop_id":`...)
	return strconv.AppendUint(dst, stopID, 10)
}

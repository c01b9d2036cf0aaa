package codec

import "github.com/aether-arm/aetherd/safety"

// AppendDone appends the event of a motion that ended at its target, p in mm.
func AppendDone(dst, id []byte, p safety.Point) []byte {
	dst = appendMotionEvent(dst, "done", id)
	dst = append(dst, `,"position":`...)
	dst = appendPosition(dst, p)
	return appendEnd(dst, nil)
}

// AppendSuperseded appends the event of a motion that a newer target replaced.
func AppendSuperseded(dst, id []byte) []byte {
	return appendEnd(appendMotionEvent(dst, "superseded", id), nil)
}

// AppendExpired appends the event of a motion whose time ran out.
func AppendExpired(dst, id []byte) []byte {
	return appendEnd(appendMotionEvent(dst, "expired", id), nil)
}

// AppendCutOff appends the event "stopped" of a motion that a stop or a hold cut
// off, and what caused that.
func AppendCutOff(dst, id []byte, cause string) []byte {
	dst = appendMotionEvent(dst, "stopped", id)
	dst = append(dst, `,"cause":`...)
	dst = appendString(dst, cause)
	return appendEnd(dst, nil)
}

// AppendControlEvent appends the event that control changed hands; holder is ""
// where nobody holds.
func AppendControlEvent(dst []byte, holder string) []byte {
	dst = append(dst, `{"event":"control","holder":`...)
	dst = appendNullable(dst, holder)
	return appendEnd(dst, nil)
}

func appendMotionEvent(dst []byte, event string, id []byte) []byte {
	dst = append(dst, `{"event":"`...)
	dst = append(dst, event...)
	dst = append(dst, `","id":`...)
	return append(dst, id...)
}

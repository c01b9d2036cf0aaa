package codec

import (
	"strconv"
)

// Append appends r as a line with its newline, in the canonical form: members in
// the documented order, without those that r's type does not have or that are zero
// and optional. Decode reads the same request back. Numbers are finite, ID is nil or
// a valid JSON string or integer.
func (r *Request) Append(dst []byte) []byte {
	dst = append(dst, `{"type":"`...)
	dst = append(dst, r.Type.String()...)
	dst = append(dst, '"')
	shape := &shapes[r.Type]
	for f := fieldX; f < fieldID; f++ {
		if shape.needs.has(f) || shape.optional.has(f) && r.given(f) {
			dst = append(dst, `,"`...)
			dst = append(dst, f.String()...)
			dst = append(dst, `":`...)
			dst = r.appendMember(dst, f)
		}
	}
	return appendEnd(dst, r.ID)
}

// given reports whether the optional member f is not zero.
func (r *Request) given(f field) bool {
	switch f {
	case fieldSpeed:
		return r.Speed != 0
	case fieldName:
		return len(r.Name) > 0
	case fieldDeadman:
		return r.Deadman != 0
	case fieldRate:
		return r.RateHz != 0
	case fieldCheck:
		return r.Check
	case fieldNotify:
		return r.Notify
	case fieldTTL:
		return r.TTL != 0
	}
	return false
}

func (r *Request) appendMember(dst []byte, f field) []byte {
	switch f {
	case fieldX:
		return appendFloat(dst, r.Target.X)
	case fieldY:
		return appendFloat(dst, r.Target.Y)
	case fieldZ:
		return appendFloat(dst, r.Target.Z)
	case fieldGripper:
		return appendGripper(dst, r.Gripper)
	case fieldSpeed:
		return appendFloat(dst, r.Speed)
	case fieldStopID:
		return strconv.AppendUint(dst, r.StopID, 10)
	case fieldName:
		return appendString(dst, string(r.Name))
	case fieldDeadman:
		return appendMillis(dst, r.Deadman)
	case fieldRate:
		return appendFloat(dst, r.RateHz)
	case fieldCheck:
		return strconv.AppendBool(dst, r.Check)
	case fieldNotify:
		return strconv.AppendBool(dst, r.Notify)
	case fieldTTL:
		return appendMillis(dst, r.TTL)
	}
	return dst
}

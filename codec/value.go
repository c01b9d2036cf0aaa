package codec

import (
	"math"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aether-arm/aetherd/safety"
)

type kind uint8

const (
	kindString kind = iota
	kindNumber
	kindBool
)

// value is a scalar of a line.
type value struct {
	kind   kind
	raw    []byte  // the token as sent
	text   []byte  // of a string: its characters, unescaped
	number float64 // of a number; infinite where it overflows
	truth  bool    // of a boolean
}

// set stores v in the member f, or says what is wrong with it.
func (r *Request) set(f field, v *value) (code Code) {
	switch f {
	case fieldType:
		r.Type, code = v.requestType()
	case fieldX:
		r.Target.X, code = v.float()
	case fieldY:
		r.Target.Y, code = v.float()
	case fieldZ:
		r.Target.Z, code = v.float()
	case fieldGripper:
		r.Gripper, code = v.gripper()
	case fieldSpeed:
		r.Speed, code = v.positive(math.MaxFloat64)
	case fieldStopID:
		r.StopID, code = v.stopID()
	case fieldName:
		r.Name, code = v.name()
	case fieldVersion:
		code = v.version()
	case fieldDeadman:
		r.Deadman, code = v.millis()
		if code == NoFault && r.Deadman < MinDeadman {
			code = CodeInvalidValue
		}
	case fieldRate:
		r.RateHz, code = v.positive(MaxRate)
		if code == NoFault && r.RateHz < MinRate {
			code = CodeInvalidValue
		}
	case fieldCheck:
		r.Check, code = v.boolean()
	case fieldNotify:
		r.Notify, code = v.boolean()
	case fieldTTL:
		r.TTL, code = v.millis()
	case fieldID:
		r.ID, code = v.id()
	}
	return code
}

func (v *value) requestType() (Type, Code) {
	if v.kind != kindString {
		return TypeNone, CodeWrongType
	}
	t := typeOf(v.text)
	if t == TypeNone {
		return t, CodeUnknownType
	}
	return t, NoFault
}

func (v *value) float() (float64, Code) {
	if v.kind != kindNumber {
		return 0, CodeWrongType
	}
	if math.IsInf(v.number, 0) {
		return 0, CodeNumberOverflow
	}
	return v.number, NoFault
}

// positive is a number above 0 and up to limit.
func (v *value) positive(limit float64) (float64, Code) {
	x, code := v.float()
	if code == NoFault && (x <= 0 || x > limit) {
		return 0, CodeInvalidValue
	}
	return x, code
}

// millis is a duration above 0 and up to MaxTime, on the wire in milliseconds,
// to the nearest nanosecond and at least one.
func (v *value) millis() (time.Duration, Code) {
	const nanos = float64(time.Millisecond)
	ms, code := v.positive(float64(MaxTime) / nanos)
	if code != NoFault {
		return 0, code
	}
	return max(time.Duration(math.Round(ms*nanos)), 1), NoFault
}

func (v *value) boolean() (bool, Code) {
	if v.kind != kindBool {
		return false, CodeWrongType
	}
	return v.truth, NoFault
}

// gripper is "open", "closed", or an opening in percent.
func (v *value) gripper() (safety.Gripper, Code) {
	switch v.kind {
	case kindNumber:
		return v.opening()
	case kindBool:
		return safety.GripperUnchanged, CodeWrongType
	}
	switch string(v.text) {
	case "open":
		return safety.GripperOpen, NoFault
	case "closed", "close":
		return safety.GripperClosed, NoFault
	}
	return safety.GripperUnchanged, CodeInvalidValue
}

// opening is a gripper's opening from 0 to 100 %, to the nearest whole percent.
func (v *value) opening() (safety.Gripper, Code) {
	percent, code := v.float()
	if code == NoFault && (percent < 0 || percent > 100) {
		code = CodeInvalidValue
	}
	if code != NoFault {
		return safety.GripperUnchanged, code
	}
	return safety.GripperAt(int(math.Round(percent))), NoFault
}

// integer reports whether v is a number without fraction and exponent.
func (v *value) integer() bool {
	if v.kind != kindNumber {
		return false
	}
	for _, c := range v.raw {
		if c != '-' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (v *value) stopID() (uint64, Code) {
	if !v.integer() {
		return 0, CodeWrongType
	}
	if v.raw[0] == '-' {
		return 0, CodeInvalidValue
	}
	id, err := strconv.ParseUint(string(v.raw), 10, 64)
	if err != nil {
		return 0, CodeNumberOverflow
	}
	if id == 0 {
		return 0, CodeInvalidValue
	}
	return id, NoFault
}

func (v *value) version() Code {
	if !v.integer() {
		return CodeWrongType
	}
	if string(v.raw) != "1" {
		return CodeUnsupportedVersion
	}
	return NoFault
}

func (v *value) name() ([]byte, Code) {
	if v.kind != kindString {
		return nil, CodeWrongType
	}
	if len(v.text) == 0 || len(v.text) > MaxName {
		return nil, CodeInvalidValue
	}
	for rest := v.text; len(rest) > 0; {
		c, size := utf8.DecodeRune(rest)
		if !unicode.IsPrint(c) {
			return nil, CodeInvalidValue
		}
		rest = rest[size:]
	}
	return v.text, NoFault
}

func (v *value) id() ([]byte, Code) {
	if v.kind != kindString && !v.integer() {
		return nil, CodeWrongType
	}
	if len(v.raw) > MaxID {
		return nil, CodeInvalidValue
	}
	return v.raw, NoFault
}

package codec

import "math/bits"

// field is a member of a request. The order of the constants is the documented
// one, in which misplaced and missing members are reported.
type field uint8

const (
	fieldType field = iota
	fieldX
	fieldY
	fieldZ
	fieldGripper
	fieldSpeed
	fieldStopID
	fieldName
	fieldVersion
	fieldDeadman
	fieldRate
	fieldCheck
	fieldNotify
	fieldTTL
	fieldID
	fieldCount
)

var fieldNames = [fieldCount]string{
	fieldType:    "type",
	fieldX:       "x",
	fieldY:       "y",
	fieldZ:       "z",
	fieldGripper: "gripper",
	fieldSpeed:   "speed",
	fieldStopID:  "stop_id",
	fieldName:    "name",
	fieldVersion: "version",
	fieldDeadman: "deadman_ms",
	fieldRate:    "rate_hz",
	fieldCheck:   "check",
	fieldNotify:  "notify",
	fieldTTL:     "ttl_ms",
	fieldID:      "id",
}

func (f field) String() string { return fieldNames[f] }

// fieldOf is a switch because a search through fieldNames costs a quarter of the
// whole decoding more.
func fieldOf(name []byte) (field, bool) {
	switch string(name) {
	case "type":
		return fieldType, true
	case "x":
		return fieldX, true
	case "y":
		return fieldY, true
	case "z":
		return fieldZ, true
	case "gripper":
		return fieldGripper, true
	case "speed":
		return fieldSpeed, true
	case "stop_id":
		return fieldStopID, true
	case "name":
		return fieldName, true
	case "version":
		return fieldVersion, true
	case "deadman_ms":
		return fieldDeadman, true
	case "rate_hz":
		return fieldRate, true
	case "check":
		return fieldCheck, true
	case "notify":
		return fieldNotify, true
	case "ttl_ms":
		return fieldTTL, true
	case "id":
		return fieldID, true
	}
	return 0, false
}

// fieldSet has one bit a field.
type fieldSet uint16

func fields(members ...field) fieldSet {
	var s fieldSet
	for _, f := range members {
		s |= 1 << f
	}
	return s
}

func (s fieldSet) has(f field) bool { return s&(1<<f) != 0 }

// first returns the member that comes first in the documented order; s is not empty.
func (s fieldSet) first() field { return field(bits.TrailingZeros16(uint16(s))) }

package codec

// Type is what a request asks for.
type Type uint8

const (
	TypeNone Type = iota // not known, in a request that was refused
	TypeCommand
	TypeMove
	TypeGrip
	TypeStop
	TypeReset
	TypeHello
	TypeTake
	TypeRelease
	TypeRelax
	TypeState
	TypeSubscribe
	TypeUnsubscribe
	TypePing
	typeCount
)

// ok is how a reply begins that says ok.
func ok(message string) string { return `{"status":"ok","message":"` + message + `"` }

// acceptable is how the reply begins to a request that asks only for the verdict.
var acceptable = ok("Command would be accepted")

// shape is what the protocol says about one type.
type shape struct {
	name     string
	accepted string   // how the reply that says ok begins
	needs    fieldSet // beside type
	optional fieldSet
}

var shapes = [typeCount]shape{
	TypeCommand: {"command", ok("Command received"),
		fields(fieldX, fieldY, fieldZ, fieldGripper), fields(fieldCheck, fieldNotify, fieldTTL, fieldID)},
	TypeMove: {"move", ok("Command received"),
		fields(fieldX, fieldY, fieldZ), fields(fieldSpeed, fieldCheck, fieldNotify, fieldTTL, fieldID)},
	TypeGrip: {"grip", ok("Command received"),
		fields(fieldGripper), fields(fieldCheck, fieldNotify, fieldTTL, fieldID)},
	TypeStop:        {"stop", ok("Stopped"), 0, fields(fieldName, fieldTTL, fieldID)},
	TypeReset:       {"reset", ok("Reset"), fields(fieldStopID), fields(fieldCheck, fieldTTL, fieldID)},
	TypeHello:       {"hello", ok("Welcome"), 0, fields(fieldName, fieldVersion, fieldDeadman, fieldTTL, fieldID)},
	TypeTake:        {"take", ok("Control taken"), 0, fields(fieldCheck, fieldTTL, fieldID)},
	TypeRelease:     {"release", ok("Control released"), 0, fields(fieldCheck, fieldTTL, fieldID)},
	TypeRelax:       {"relax", ok("Relaxed"), 0, fields(fieldCheck, fieldTTL, fieldID)},
	TypeState:       {"state", ok("State"), 0, fields(fieldTTL, fieldID)},
	TypeSubscribe:   {"subscribe", ok("Subscribed"), 0, fields(fieldRate, fieldTTL, fieldID)},
	TypeUnsubscribe: {"unsubscribe", ok("Unsubscribed"), 0, fields(fieldTTL, fieldID)},
	TypePing:        {"ping", ok("pong"), 0, fields(fieldTTL, fieldID)},
}

// String returns the word of the protocol, or "" for TypeNone.
func (t Type) String() string { return shapes[t].name }

// Types lists every type of request.
func Types() []Type {
	var all []Type
	for t := TypeCommand; t < typeCount; t++ {
		all = append(all, t)
	}
	return all
}

func typeOf(word []byte) Type {
	for t := TypeCommand; t < typeCount; t++ {
		if string(word) == shapes[t].name {
			return t
		}
	}
	return TypeNone
}

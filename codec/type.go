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

// shape is what the protocol says about one type.
type shape struct {
	name     string
	message  string   // of the reply that says ok
	needs    fieldSet // beside type
	optional fieldSet
}

var shapes = [typeCount]shape{
	TypeCommand: {"command", "Command received",
		fields(fieldX, fieldY, fieldZ, fieldGripper), fields(fieldCheck, fieldNotify, fieldTTL, fieldID)},
	TypeMove: {"move", "Command received",
		fields(fieldX, fieldY, fieldZ), fields(fieldSpeed, fieldCheck, fieldNotify, fieldTTL, fieldID)},
	TypeGrip: {"grip", "Command received",
		fields(fieldGripper), fields(fieldCheck, fieldNotify, fieldTTL, fieldID)},
	TypeStop:        {"stop", "Stopped", 0, fields(fieldName, fieldTTL, fieldID)},
	TypeReset:       {"reset", "Reset", fields(fieldStopID), fields(fieldCheck, fieldTTL, fieldID)},
	TypeHello:       {"hello", "Welcome", 0, fields(fieldName, fieldVersion, fieldDeadman, fieldTTL, fieldID)},
	TypeTake:        {"take", "Control taken", 0, fields(fieldCheck, fieldTTL, fieldID)},
	TypeRelease:     {"release", "Control released", 0, fields(fieldCheck, fieldTTL, fieldID)},
	TypeRelax:       {"relax", "Relaxed", 0, fields(fieldCheck, fieldTTL, fieldID)},
	TypeState:       {"state", "State", 0, fields(fieldTTL, fieldID)},
	TypeSubscribe:   {"subscribe", "Subscribed", 0, fields(fieldRate, fieldTTL, fieldID)},
	TypeUnsubscribe: {"unsubscribe", "Unsubscribed", 0, fields(fieldTTL, fieldID)},
	TypePing:        {"ping", "pong", 0, fields(fieldTTL, fieldID)},
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

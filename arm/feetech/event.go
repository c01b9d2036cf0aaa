package feetech

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

type eventKind uint8

const (
	evMeasured eventKind = iota
	evGripped
	evStopped
	evAlarm
	evUnlocked
)

// event is something to tell the Feedback, a value so that a tick allocates nothing.
type event struct {
	kind   eventKind
	at     arm.Measurement
	grip   safety.Gripper
	result arm.StopResult
	text   string
	locked bool
}

func (e event) tell(f arm.Feedback) {
	switch e.kind {
	case evMeasured:
		f.Measured(e.at)
	case evGripped:
		f.Gripped(e.grip)
	case evStopped:
		f.Stopped(e.result)
	case evAlarm:
		f.Alarm(e.text, e.locked)
	case evUnlocked:
		f.Unlocked()
	}
}

func (s *session) tell(e event) { s.events = append(s.events, e) }

func (s *session) alarm(text string, locked bool) {
	s.tell(event{kind: evAlarm, text: text, locked: locked})
}

package codec

import (
	"strconv"

	"github.com/aether-arm/aetherd/safety"
)

// State is what the state reply and the state event tell one station.
type State struct {
	safety.Snapshot
	Driver string
	Joints []string  // names of the joints that the arm measures
	Angles []float64 // rad, one a joint; valid with HasPosition
}

// AppendState appends the reply to a state request.
func AppendState(dst []byte, s *State, id []byte) []byte {
	dst = append(dst, shapes[TypeState].accepted...)
	return appendEnd(appendState(dst, s), id)
}

// AppendStateEvent appends the event that a subscriber gets.
func AppendStateEvent(dst []byte, s *State) []byte {
	dst = append(dst, `{"event":"state"`...)
	return appendEnd(appendState(dst, s), nil)
}

func appendState(dst []byte, s *State) []byte {
	dst = append(dst, `,"state":`...)
	dst = appendString(dst, s.Snapshot.State.String())
	if s.Snapshot.State == safety.Stopped {
		dst = appendStop(dst, s)
	}
	dst = append(dst, `,"holder":`...)
	dst = appendNullable(dst, s.Holder)
	dst = append(dst, `,"you":{"role":`...)
	dst = appendString(dst, s.Role.String())
	dst = append(dst, `,"holds":`...)
	dst = strconv.AppendBool(dst, s.Holds)
	dst = append(dst, `},"position":`...)
	dst = appendKnown(dst, s.Position, s.HasPosition)
	dst = appendJoints(dst, s)
	dst = append(dst, `,"target":`...)
	dst = appendKnown(dst, s.Target, s.HasTarget)
	dst = append(dst, `,"gripper":`...)
	dst = appendGripper(dst, s.Gripper)
	dst = append(dst, `,"arm":{"driver":`...)
	dst = appendString(dst, s.Driver)
	dst = appendLink(dst, s.LinkUp)
	return append(dst, '}')
}

func appendStop(dst []byte, s *State) []byte {
	dst = appendStopID(dst, s.StopID)
	dst = append(dst, `,"causes":[`...)
	for i, c := range s.Causes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"cause":`...)
		dst = appendString(dst, c.Kind.String())
		if c.By != "" {
			dst = append(dst, `,"by":`...)
			dst = appendString(dst, c.By)
		}
		dst = append(dst, '}')
	}
	dst = append(dst, `],"stop_result":`...)
	return appendString(dst, s.StopResult.String())
}

func appendKnown(dst []byte, p safety.Point, known bool) []byte {
	if !known {
		return append(dst, "null"...)
	}
	return appendPosition(dst, p)
}

// appendJoints appends the joints that are known together with the position: all or none.
func appendJoints(dst []byte, s *State) []byte {
	if !s.HasPosition || !s.Position.Finite() || len(s.Joints) == 0 {
		return dst
	}
	member := len(dst)
	dst = append(dst, `,"joints":{`...)
	for i, name := range s.Joints {
		angle := s.Angles[i]
		if angle-angle != 0 { // NaN, or infinite
			return dst[:member]
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, name)
		dst = append(dst, ':')
		dst = appendAngle(dst, angle)
	}
	return append(dst, '}')
}

func appendGripper(dst []byte, g safety.Gripper) []byte {
	if g.Partial() {
		return strconv.AppendInt(dst, int64(g.Opening()), 10)
	}
	return appendNullable(dst, g.String())
}

func appendLink(dst []byte, up bool) []byte {
	if up {
		return append(dst, `,"link":"up"`...)
	}
	return append(dst, `,"link":"down"`...)
}

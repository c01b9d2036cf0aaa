package grbl

import (
	"slices"
	"strings"

	"github.com/aether-arm/aetherd/safety"
)

// state is what a status report says the controller does.
type state uint8

const (
	stateUnknown state = iota
	stateIdle
	stateJog
	stateRun
	stateHome
	stateHold
	stateDoor
	stateAlarm
	stateCheck
	stateSleep
	stateTool // grblHAL: waits for a tool change
)

var stateNames = [...]string{"", "Idle", "Jog", "Run", "Home", "Hold", "Door", "Alarm", "Check", "Sleep", "Tool"}

// stateWords says why a state takes no motion, and is "" for one that does.
var stateWords = [...]string{
	stateHome:  "homing cycle",
	stateHold:  "feed hold",
	stateDoor:  "safety door open",
	stateAlarm: "alarm lock",
	stateCheck: "G-code check mode",
	stateSleep: "asleep, motors without current",
	stateTool:  "waiting for a tool change",
}

func (s state) String() string { return stateNames[s] }

// report is a parsed status report, in mm.
type report struct {
	state   state
	sub     byte         // '0' to '9' behind the state; 0: none
	pos     safety.Point // MPos, or WPos if work
	work    bool         // pos is in work coordinates
	wco     safety.Point // work coordinate offset
	withWCO bool
}

// stands reports whether the controller itself says that the arm does not move, nor
// will without a further command.
func (r report) stands() bool {
	switch r.state {
	case stateIdle, stateAlarm, stateCheck, stateSleep, stateTool:
		return true
	case stateHold:
		return r.sub == '0'
	case stateDoor:
		return r.sub == '0' || r.sub == '1'
	}
	return false
}

// parseReport parses "<State[:sub]|MPos:x,y,z|…>". Fields that it does not know are
// skipped; a report without state or position is none.
func parseReport(line string) (r report, ok bool) {
	if len(line) < 2 || line[0] != '<' || line[len(line)-1] != '>' {
		return report{}, false
	}
	head, rest, _ := strings.Cut(line[1:len(line)-1], "|")
	name, sub, _ := strings.Cut(head, ":")
	if r.state = parseState(name); r.state == stateUnknown {
		return report{}, false
	}
	if len(sub) == 1 && sub[0] >= '0' && sub[0] <= '9' {
		r.sub = sub[0]
	}
	placed := false
	for field := range strings.SplitSeq(rest, "|") {
		key, value, _ := strings.Cut(field, ":")
		switch key {
		case "MPos", "WPos":
			if r.pos, ok = parsePoint(value); !ok || placed {
				return report{}, false
			}
			placed, r.work = true, key == "WPos"
		case "WCO":
			if r.wco, ok = parsePoint(value); !ok || r.withWCO {
				return report{}, false
			}
			r.withWCO = true
		}
	}
	return r, placed
}

func parseState(name string) state {
	return state(max(slices.Index(stateNames[:], name), 0))
}

// parsePoint parses "x,y,z". Controllers with more axes print more, which are ignored.
func parsePoint(text string) (p safety.Point, ok bool) {
	numbers := strings.Split(text, ",")
	if len(numbers) < 3 {
		return p, false
	}
	for i, axis := range []*float64{&p.X, &p.Y, &p.Z} {
		if *axis, ok = parseNumber(numbers[i]); !ok {
			return safety.Point{}, false
		}
	}
	return p, true
}

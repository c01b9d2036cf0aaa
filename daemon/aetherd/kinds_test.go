package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/arm/armtest/marlinemu"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/arm/armtest/uarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// kind is what the tests have to know of a kind of arm.
type kind struct {
	name      string
	machine   any      // the Config of its emulator; the arm stands at home
	lines     []string // of the configuration, beside those that every arm has
	horizon   time.Duration
	tickHz    int           // setpoints in a second
	longer    time.Duration // another horizon; 0: none
	workspace safety.Box
	home      safety.Point // mm
	far       safety.Point // a long way from home
	other     safety.Point // a long way from the way to far
	tolerance float64      // mm, between where the arm is, is sent and says it is

	// place is where an event has the arm, in mm; nil: Event.Position.
	place func(armtest.Event) safety.Point
	// goal is where a line sends the arm, "" for lines that do not. A goal that is sent
	// again moves nothing.
	goal func(armtest.Event) string
	// stop is the first that the controller gets of a stop; nil: nothing but the setpoints
	// of the braking, or their end.
	stop func(armtest.Event) bool
	// holds: what the arm is told where it stands is a goal as well, the one where it stands.
	holds bool
	// keptShut: once lost, the link does not come back before somebody asks for it.
	keptShut bool
	// recalls: what the controller has not read when it is given up as silent is dropped.
	recalls bool

	refusals []refused
}

// refused is a fault in the middle of a motion that the stop is to tell in words.
type refused struct {
	name   string
	fault  string
	words  []string
	lines  []string // further ones of the configuration
	locked bool     // a reset is refused, or does not help
	code   string   // of the reset's refusal; "": it may be taken, and be of no use
	unsent string   // a line that must not reach the controller; "": any may
	mend   string   // a fault that ends it, before the reset; "": none is needed
}

// kinds are the arms that every test of the daemon's promises runs over.
var kinds = []kind{grblKind, feetechKind, marlinKind, uarmKind, roarmKind}

// everyKind runs test over every kind of arm.
func everyKind(t *testing.T, test func(t *testing.T, k kind)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			test(t, k)
		})
	}
}

// some returns which of cases a test runs over k: all of them over Grbl, for they differ in
// what the daemon does, and the first over the others.
func (k kind) some(cases []string) []string {
	if testing.Short() || k.name != "grbl" {
		return cases[:1]
	}
	return cases
}

// wide is a workspace for machines that reach everything.
var wide = safety.Box{Min: safety.Point{X: -300, Y: -300}, Max: safety.Point{X: 300, Y: 300, Z: 300}}

var grblKind = kind{
	name: "grbl",
	machine: grblemu.Config{
		Position: safety.Point{Z: 100},
		Settings: map[int]float64{110: 30000, 111: 30000, 112: 30000, 120: 1000, 121: 1000, 122: 1000},
	},
	horizon: 100 * time.Millisecond, tickHz: 100, longer: 200 * time.Millisecond,
	workspace: wide, home: safety.Point{Z: 100}, far: safety.Point{X: 280, Z: 100}, other: safety.Point{X: -280, Y: 100, Z: 250},
	tolerance: 0.02,
	goal: func(e armtest.Event) string {
		if isJog(e) {
			return e.Text
		}
		return ""
	},
	stop:    isByte(cancel),
	recalls: true,
	refusals: []refused{
		{name: "error", fault: "error-next 15", words: []string{"jog refused: ", "travel"}},
		{name: "alarm", fault: "alarm 1", words: []string{"ALARM:1", "hard limit"}, locked: true, code: "cause_active", unsent: "$X"},
		{name: "alarm, unlock", fault: "alarm 1", words: []string{"ALARM:1"}, lines: []string{"arm.grbl.unlock = true"}},
	},
}

var marlinKind = kind{
	name:    "marlin",
	machine: marlinemu.Config{Realtime: true, EmergencyParser: true, Position: safety.Point{Z: 100}},
	lines:   []string{"arm.marlin.realtime_position = true"},
	horizon: 250 * time.Millisecond, tickHz: 50,
	workspace: wide, home: safety.Point{Z: 100}, far: safety.Point{X: 280, Z: 100}, other: safety.Point{X: -280, Y: 100, Z: 250},
	tolerance: 0.2, // short of a motion of five steps the motors wait for the next
	goal: func(e armtest.Event) string {
		if _, to, ok := strings.Cut(e.Text, " G1 "); ok && e.Ev == armtest.EvLine {
			return to
		}
		return ""
	},
	stop: func(e armtest.Event) bool { return e.Ev == armtest.EvLine && strings.Contains(e.Text, " M400") },
	refusals: []refused{
		{name: "error", fault: "error-next not homed", words: []string{"not homed"}},
		{name: "kill", fault: "kill", words: []string{"halted"}, locked: true, code: "cause_active"},
	},
}

var uarmKind = kind{
	name:    "uarm",
	machine: uarmemu.Config{Power: true, Booted: true, Position: safety.Point{X: 200, Y: -90, Z: 100}},
	horizon: 400 * time.Millisecond, tickHz: 20,
	workspace: safety.Box{
		Min: safety.Point{X: 170, Y: -100, Z: 80},
		Max: safety.Point{X: 250, Y: 100, Z: 160},
	},
	home: safety.Point{X: 200, Y: -90, Z: 100}, far: safety.Point{X: 200, Y: 90, Z: 100}, other: safety.Point{X: 240, Y: -80, Z: 150},
	tolerance: 1,
	goal: func(e armtest.Event) string {
		if _, to, ok := strings.Cut(e.Text, " G0 "); ok && e.Ev == armtest.EvLine {
			return to
		}
		return ""
	},
	stop:    armtest.Is(armtest.EvLine, "M410"),
	recalls: true,
	refusals: []refused{
		{name: "error", fault: "error-next 22", words: []string{"reach"}},
		{name: "no power", fault: "power 0", words: []string{"12 V"}, locked: true, mend: "power 1"},
	},
}

var roarmKind = kind{
	name: "roarm", keptShut: true,
	machine: roarmemu.Config{Position: &[3]float64{280, -110, 150}},
	horizon: 250 * time.Millisecond, tickHz: 50,
	workspace: safety.Box{
		Min: safety.Point{X: 200, Y: -120, Z: 80},
		Max: safety.Point{X: 340, Y: 120, Z: 260},
	},
	home: safety.Point{X: 280, Y: -110, Z: 150}, far: safety.Point{X: 280, Y: 110, Z: 150}, other: safety.Point{X: 220, Y: -60, Z: 240},
	tolerance: 2,
	goal: func(e armtest.Event) string {
		var move struct {
			T       int
			X, Y, Z float64
		}
		if e.Ev != armtest.EvLine || json.Unmarshal([]byte(e.Text), &move) != nil || move.T != 1041 {
			return ""
		}
		return fmt.Sprint(move.X, move.Y, move.Z)
	},
	holds: true,
	refusals: []refused{
		{name: "blocked", fault: "block", words: []string{"does not follow"}, mend: "resume"},
	},
}

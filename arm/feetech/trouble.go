package feetech

import (
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// trouble is a set of what may be wrong with one servo. The low bits are Faults.
type trouble uint16

const (
	troubleLowVoltage trouble = 1 << (iota + 8)
	troubleHighVoltage
	troubleHot
	troubleLoad
	troubleSilent
	troubleLimp    // its motor is off, and should not be
	troubleOutside // it is outside of its joint's limits
)

const (
	loadWait = 500 * time.Millisecond // of Config.MaxLoad

	// What is told is over only when it is so far on the right side of its limit.
	voltageBack     = 0.2 // V
	temperatureBack = 2   // °C
	loadBack        = 5   // %

	// outsideCounts is how far outside of a joint's limits it may be found, by its sag.
	outsideCounts = sag
)

// troubles finds what is wrong, tells what is new, and tells when all of it is over. A bit
// counts when it was there in two cycles running: one may be noise that the checksum, which is
// a byte, let pass.
func (s *session) troubles(now safety.Instant) {
	any := trouble(0)
	for i := range s.slots {
		servo := &s.slots[i]
		servo.last, servo.now = servo.now, s.trouble(now, i)
		servo.told &= servo.now | servo.last
		fresh := servo.now & servo.last &^ servo.told
		if s.rearm != rearmNone {
			fresh &= troubleSilent // a rearming may end all else
		}
		servo.told |= fresh
		for ; fresh != 0; fresh &= fresh - 1 {
			text := s.describe(servo, fresh&-fresh)
			s.faulted, s.locked = true, true
			if s.rearm != rearmNone {
				s.failRearm(errors.New(text))
			}
			s.alarm(text, true)
		}
		any |= servo.told | servo.now
	}
	if s.locked && any == 0 && s.rearm == rearmNone {
		s.locked = false
		s.tell(event{kind: evUnlocked})
	}
}

// trouble returns what is wrong with one servo.
func (s *session) trouble(now safety.Instant, i int) (t trouble) {
	servo := &s.slots[i]
	if servo.misses >= missLimit {
		return troubleSilent
	}
	back := func(kind trouble, margin float64) float64 {
		if servo.told&kind != 0 {
			return margin
		}
		return 0
	}
	is := &servo.is
	t = trouble(is.faults & everyFault)
	if is.voltage < s.cfg.MinVoltage+back(troubleLowVoltage, voltageBack) {
		t |= troubleLowVoltage
	}
	if is.voltage > s.cfg.MaxVoltage-back(troubleHighVoltage, voltageBack) {
		t |= troubleHighVoltage
	}
	if float64(is.temperature) > float64(s.cfg.MaxTemperature)-back(troubleHot, temperatureBack) {
		t |= troubleHot
	}
	if i < len(s.joints()) {
		if s.overloaded(now, servo, s.cfg.MaxLoad-back(troubleLoad, loadBack)) {
			t |= troubleLoad
		}
	}
	if servo.told&troubleOutside != 0 && servo.outside() {
		t |= troubleOutside
	}
	if s.rearm == rearmNone && !is.torque && (!s.limp || i >= len(s.joints())) {
		t |= troubleLimp
	}
	return t
}

// overloaded reports whether a joint has had to bear more than limit for loadWait. The claw
// may: that is how it holds.
func (s *session) overloaded(now safety.Instant, servo *slot, limit float64) bool {
	if load := servo.is.load; load <= limit && load >= -limit {
		servo.loadSince = unloaded
		return false
	}
	if servo.loadSince == unloaded {
		servo.loadSince = now
	}
	return now-servo.loadSince >= loadWait
}

// outside reports whether the servo is where no goal can be.
func (s *slot) outside() bool {
	return s.is.position < s.low-outsideCounts || s.is.position > s.high+outsideCounts || !withinTurn(s.is.position)
}

// withinTurn reports whether a position is one that a servo can be sent to. STS3215s were seen
// beyond it, with bit 4 of register 18 set for several turns (lerobot, pull request 3373).
func withinTurn(position int) bool { return position >= 0 && position < CountsPerTurn }

// outsideTurn says what to do about a position that is not within a turn.
func outsideTurn(position int) string {
	return fmt.Sprintf("at %d counts, outside of 0 to %d: turn it back by hand while it is limp, and clear bit 4 of register %d, which lets it count turns",
		position, CountsPerTurn-1, regPhase)
}

// describe says what one bit means, for a person.
func (s *session) describe(servo *slot, t trouble) string {
	is := &servo.is
	var what string
	switch t {
	case troubleLowVoltage:
		what = fmt.Sprintf("voltage %.1f V, limit %.1f", is.voltage, s.cfg.MinVoltage)
	case troubleHighVoltage:
		what = fmt.Sprintf("voltage %.1f V, limit %.1f", is.voltage, s.cfg.MaxVoltage)
	case troubleHot:
		what = fmt.Sprintf("temperature %d °C, limit %d", is.temperature, s.cfg.MaxTemperature)
	case troubleLoad:
		what = fmt.Sprintf("load %.0f %%, limit %.0f, for %v", max(is.load, -is.load), s.cfg.MaxLoad, loadWait)
	case troubleSilent:
		what = fmt.Sprintf("servo %d does not answer (%d reads; %d answers of all servos were damaged)", servo.id, servo.misses, s.parser.damaged)
	case troubleLimp:
		what = "its motor is off: its supply failed, or somebody else uses the bus"
	case troubleOutside:
		if !withinTurn(is.position) {
			what = outsideTurn(is.position)
			break
		}
		what = fmt.Sprintf("at %d counts, limits %d to %d: relax the arm and move it by hand", is.position, servo.low, servo.high)
	case trouble(FaultOverload):
		what = "overload: the servo has reduced its torque, the arm may sink"
	default:
		what = "servo reports a fault: " + faultNames[bits.TrailingZeros16(uint16(t))]
	}
	return servo.name + ": " + what
}

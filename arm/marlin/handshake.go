package marlin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Ticks of Open.
const (
	knockTicks = 10 // from one M115 to the next
	calmTicks  = 3  // without a word, before the controller is asked one by one
)

// handshake is how far Open has come with one controller. A controller that has just started
// begins it anew: opening the port resets many boards, and the bootloader eats what is sent
// to it.
type handshake struct {
	ticks    int    // since the last M115
	calm     int    // ticks since something came
	name     string // what the controller calls itself; "": nothing yet
	caps     map[string]bool
	steps    []string // what is still to be asked
	asked    bool     // steps[0] was sent
	refused  bool
	got      settings
	limits   limits
	position safety.Point
	known    bool
	err      error
}

// newHandshake returns the questions. What they set lasts until the controller is restarted:
// the motors keep their current (M84 S0), a turned feed knob is taken back (M220), short
// motions are not stretched while few are planned (M205 B), and numbers are millimetres (G21),
// those of M503 as well.
func newHandshake(cfg Config) *handshake {
	return &handshake{
		ticks: knockTicks - 2, // the first one soon
		caps:  map[string]bool{},
		got:   settings{},
		steps: []string{"M110 N0", "M84 S0", "M220 S100", "M205 B0", absolute, millimetres, "M503 S0", syncLine, cfg.ask()},
	}
}

// receive takes one line while opening.
func (h *handshake) receive(r reply, text string) {
	h.calm = 0
	switch r.kind {
	case replyFirmware:
		h.name = r.text
		if !strings.Contains(strings.ToLower(r.text), "marlin") {
			h.err = fmt.Errorf("controller calls itself %q: this driver is for Marlin", r.text)
		}
	case replyCap:
		if name, on, _ := strings.Cut(r.text, ":"); on == "1" {
			h.caps[name] = true
		}
	case replyHalted:
		h.err = fmt.Errorf("controller: %s: switch it off and on", r.text)
	case replyError, replyStopped:
		h.err = fmt.Errorf("controller reports an error: %s", r.text)
	case replyDamaged:
		h.err = errors.New("a line did not arrive as it was sent: noise on the cable")
	case replyRefused:
		h.refused = true
	case replyPosition:
		if h.asking(askTarget) || h.asking(askRealtime) {
			h.position, h.known = r.position, true
		}
	case replyOK:
		h.answered()
	case replyNone:
		if h.asking("M503 S0") {
			h.got.read(text)
		}
	}
}

func (h *handshake) asking(step string) bool { return h.asked && h.steps[0] == step }

// answered takes the answer to the step that was sent. What M84, M220 and M205 do is left out
// of some builds, and those that know no inches need not know G21; the rest is needed.
func (h *handshake) answered() {
	if !h.asked {
		return
	}
	switch step := h.steps[0]; {
	case step == "M503 S0":
		h.limits, h.err = h.got.limits()
	case h.refused && (step == absolute || step == syncLine):
		h.err = fmt.Errorf("controller does not know %s", step)
	case len(h.steps) == 1 && !h.known:
		h.err = errors.New("controller does not say where it is (M114)")
	}
	h.steps, h.asked, h.refused = h.steps[1:], false, false
}

// question returns the frame that the handshake needs next, and whether it is over. tick:
// openTick has gone by since the last one.
func (s *session) question(tick bool) (frame []byte, over bool, err error) {
	h := s.open
	if tick {
		h.ticks++
		h.calm++
	}
	switch {
	case s.dead != nil:
		return nil, false, s.dead
	case h.err != nil:
		return nil, false, h.err
	case h.name == "":
		if h.ticks < knockTicks {
			return nil, false, nil
		}
		h.ticks = 0
		return []byte(identify), false, nil
	case len(h.steps) == 0:
		return nil, true, nil
	case h.asked || s.number == 0 && h.calm < calmTicks:
		return nil, false, nil
	}
	h.asked = true
	s.frame = appendLine(s.frame[:0], s.number, []byte(h.steps[0]))
	s.number++
	return s.frame, false, nil
}

// missing says what the controller has not said yet.
func (h *handshake) missing() string {
	switch {
	case h.name == "":
		return "no answer to M115: is it a Marlin controller, at its baud rate, and not halted?"
	case len(h.steps) > 0:
		return fmt.Sprintf("%s does not answer %s", h.name, h.steps[0])
	}
	return h.name
}

// begin ends the handshake, and returns what it has learned. From here on the writer drives
// the session.
func (s *session) begin() arm.Opened {
	h := s.open
	s.limits = h.limits
	s.plan = newPlan(h.limits, h.position)
	s.pos, s.quiet, s.pollAt = h.position, true, 0
	s.open, s.events = nil, nil
	firmware := h.name
	if !h.caps["EMERGENCY_PARSER"] {
		firmware += " (no EMERGENCY_PARSER)"
	}
	return arm.Opened{
		Position: h.position,
		MaxSpeed: h.limits.maxSpeed(s.cfg.Horizon, s.cfg.Tick),
		Firmware: firmware,
	}
}

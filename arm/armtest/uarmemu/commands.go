package uarmemu

import (
	"fmt"
	"time"
)

const (
	replyOK    = "ok"
	version    = "3.2.0"
	errorParam = "E21"
	errorPower = "E24"
)

// begin carries out the line in work, or begins to.
func (a *Arm) begin() {
	l := a.program.line
	if a.faults.refuse != "" {
		a.program.reply, a.faults.refuse = a.faults.refuse, ""
		return
	}
	if do, ok := commands[l.code]; ok {
		do(a, l)
		return
	}
	a.program.reply = ""
}

// commands are the ones that this firmware knows. Those that are not mentioned do nothing
// here, and are answered with ok.
var commands = map[string]func(*Arm, line){
	"G0":    (*Arm).move,
	"G1":    (*Arm).move,
	"G2204": (*Arm).moveRelative,
	"G4":    (*Arm).dwell,
	"G2004": (*Arm).dwell,
	"G90":   func(a *Arm, _ line) { a.program.relative = false },
	"G91":   func(a *Arm, _ line) { a.program.relative = true },
	"G2203": accept,
	"M400":  accept,
	"M204":  accept,
	"M2400": func(a *Arm, _ line) { a.readEncoders() },
	"M410":  func(a *Arm, _ line) { a.quickstop() },
	"M2000": (*Arm).restart,
	"M17":   func(a *Arm, _ line) { a.motor.on = true },
	"M2019": func(a *Arm, _ line) { a.motor.on = false },

	"M2120": func(a *Arm, l line) { v, _ := l.value('V'); a.reports.stream(a.now, v) },
	"M2122": func(a *Arm, l line) { a.reports.standstill = l.on() },
	"M2200": func(a *Arm, _ line) { a.says("V%d", bit(a.moving)) },
	"M2222": (*Arm).reachable,
	"M2231": func(a *Arm, l line) { a.setTool(&a.tools.pump, "pump", l.on()) },
	"M2232": func(a *Arm, l line) { a.setTool(&a.tools.gripper, "gripper", l.on()) },

	"P2200": (*Arm).tellAngles,
	"P2201": func(a *Arm, _ line) { a.says("VSwiftPro") },
	"P2202": func(a *Arm, _ line) { a.says("V3.3.0") },
	"P2203": func(a *Arm, _ line) { a.says("V%s", version) },
	"P2220": func(a *Arm, _ line) { t := a.program.target; a.says("X%.2f Y%.2f Z%.2f", t.X, t.Y, t.Z) },
	"P2231": func(a *Arm, _ line) { a.says("V%d", a.toolStatus(a.tools.pump)) },
	"P2232": func(a *Arm, _ line) { a.says("V%d", a.toolStatus(a.tools.gripper)) },
	"P2234": func(a *Arm, _ line) { a.says("V%d", bit(a.power)) },
	"P2400": func(a *Arm, _ line) { a.says("V0") },
}

func accept(*Arm, line) {}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// says makes the answer to the line in work.
func (a *Arm) says(format string, args ...any) {
	a.program.reply = replyOK + " " + fmt.Sprintf(format, args...)
}

// answer ends the line in work. A line that is not known is echoed, without its number.
func (a *Arm) answer() {
	l, reply := a.program.line, a.program.reply
	if a.faults.lose > 0 {
		a.faults.lose--
		return
	}
	switch {
	case reply == "":
		a.send(fmt.Sprintf("echo:Unknown command: %q\n", l.text))
		return
	case l.number > 0:
		reply = fmt.Sprintf("$%d %s", l.number, reply)
	}
	if a.program.reply == replyOK {
		a.send(reply + "\n")
	} else {
		a.send(reply + "\r\n")
	}
}

func (a *Arm) dwell(l line) {
	seconds, _ := l.value('S')
	if ms, given := l.value('P'); given {
		seconds = ms / 1000
	}
	if seconds > 0 && seconds < 3600 {
		a.program.dwellUntil = a.now + time.Duration(seconds*float64(time.Second))
	}
}

// restart is M2000: it drops the queue and the motion, and believes the encoders.
func (a *Arm) restart(line) {
	a.program.queue = a.program.queue[:0]
	a.quickstop()
	a.readEncoders()
}

func (a *Arm) reachable(l line) {
	p, complete := l.point()
	if !complete {
		a.program.reply = errorParam
		return
	}
	_, ok := inverse(p)
	a.says("V%d", bit(ok))
}

func (a *Arm) tellAngles(line) {
	q := encoders(a.motor.at)
	a.says("B%.2f L%.2f R%.2f", q.base, q.left, q.right)
}

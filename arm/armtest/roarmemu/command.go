package roarmemu

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// InfoPrint
const (
	infoNone = iota
	infoEcho
	infoFlow
)

// command carries out one line, with its newline.
func (a *Arm) command(line string) {
	var value any
	if err := json.NewDecoder(strings.NewReader(line)).Decode(&value); err != nil {
		return
	}
	if a.info == infoEcho {
		a.send(line) // it ends with a newline of its own, so an empty line follows
	}
	fields, _ := value.(map[string]any)
	m := message(fields)
	if do, ok := commands[int(m.number("T"))]; ok {
		do(a, m)
	}
}

// message is the object of a line. What is missing, or no number, is 0.
type message map[string]any

func (m message) number(name string) float64 {
	switch v := m[name].(type) {
	case float64:
		return v
	case string:
		n, _ := strconv.ParseFloat(v, 64)
		return n
	}
	return 0
}

func (m message) point() safety.Point {
	return safety.Point{X: m.number("x"), Y: m.number("y"), Z: m.number("z")}
}

var commands = map[int]func(*Arm, message){
	0:    func(a *Arm, _ message) { a.emergency() },
	100:  func(a *Arm, _ message) { a.begin(a.initPose()) },
	104:  (*Arm).interpolate,
	105:  func(a *Arm, _ message) { a.feedback() },
	106:  (*Arm).turnHand,
	107:  (*Arm).limitHand,
	210:  func(a *Arm, m message) { a.setTorque(m.number("cmd") != 0) },
	605:  func(a *Arm, m message) { a.inform(int(m.number("cmd"))) },
	1041: (*Arm).direct,
}

// direct is T:1041.
func (a *Arm) direct(m message) {
	goal := inverse(m.point(), m.number("t"))
	if goal.nan() {
		a.log(armtest.EvState, "nan", 0)
	}
	a.goTo(goal.counts())
}

// turnHand is T:106.
func (a *Arm) turnHand(m message) {
	goal := angles{hand: m.number("cmd")}.counts()
	a.grip(goal[hand], m.number("spd"), m.number("acc"))
}

// limitHand is T:107.
func (a *Arm) limitHand(m message) {
	const least, most = 50, 1000 // ST_TORQUE_MIN, ST_TORQUE_MAX
	a.log(armtest.EvOutput, "force", int(min(max(m.number("tor"), least), most)))
}

// inform is T:605.
func (a *Arm) inform(info int) {
	a.info, a.flowAt = info, a.now+flowPeriod
}

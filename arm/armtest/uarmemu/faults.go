package uarmemu

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

type faults struct {
	hang   bool   // takes bytes and throws them away, says nothing
	mute   bool   // does everything, says nothing
	refuse string // the answer to the next line, which is not carried out; "": none
	lose   int    // answers that are not sent
}

// Fault carries out a command of the test; the package's doc lists them.
func (a *Arm) Fault(now time.Duration, command string) error {
	a.Advance(now)
	name, arg, _ := strings.Cut(command, " ")
	f, ok := armFaults[name]
	if !ok {
		return fmt.Errorf("command %q: unknown", command)
	}
	if err := f(a, arg); err != nil {
		return fmt.Errorf("command %q: %w", command, err)
	}
	a.run()
	return nil
}

var armFaults = map[string]func(a *Arm, arg string) error{
	"hang":   func(a *Arm, _ string) error { a.faults.hang = true; return nil },
	"mute":   func(a *Arm, _ string) error { a.faults.mute = true; return nil },
	"resume": func(a *Arm, _ string) error { a.faults.hang, a.faults.mute = false, false; return nil },
	"reboot": func(a *Arm, _ string) error { a.boot(); return nil },
	"garbage": numbered(func(a *Arm, n int) {
		noise := rand.New(rand.NewPCG(1, 2))
		for range n {
			if !a.faults.hang && !a.faults.mute {
				a.out = append(a.out, byte(noise.Uint32()))
			}
		}
	}),
	"error-next": numbered(func(a *Arm, n int) { a.faults.refuse = fmt.Sprintf("E%d", n) }),
	"lose":       numbered(func(a *Arm, n int) { a.faults.lose = n }),
	"power":      numbered(func(a *Arm, n int) { a.setPower(n != 0) }),
	"object":     numbered(func(a *Arm, n int) { a.tools.object = n != 0 }),
	"push":       (*Arm).push,
	"slip":       (*Arm).slip,
}

func numbered(do func(*Arm, int)) func(*Arm, string) error {
	return func(a *Arm, arg string) error {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 0 {
			return fmt.Errorf("want a number")
		}
		do(a, n)
		return nil
	}
}

// setPower plugs the 12 V in, or pulls them. The motors hold nothing without; the
// controller goes on counting steps.
func (a *Arm) setPower(on bool) {
	a.power = on
	if a.reports.greeted {
		a.reportPower()
	}
}

// point reads coordinates in mm.
func point(arg string) (p safety.Point, err error) {
	if _, err := fmt.Sscanf(arg, "%g %g %g", &p.X, &p.Y, &p.Z); err != nil || !finite(p) {
		return p, fmt.Errorf("want X Y Z in mm")
	}
	return p, nil
}

// slip moves the arm beside where its motors have counted it to.
func (a *Arm) slip(arg string) error {
	way, err := point(arg)
	if err != nil {
		return err
	}
	a.motor.at = a.motor.at.Add(way)
	a.log(armtest.EvPos, "", 0)
	return nil
}

// push moves the arm by hand.
func (a *Arm) push(arg string) error {
	to, err := point(arg)
	if err != nil {
		return err
	}
	if a.driven() {
		return fmt.Errorf("the motors hold the arm")
	}
	a.motor.at = to
	a.log(armtest.EvPos, "", 0)
	return nil
}

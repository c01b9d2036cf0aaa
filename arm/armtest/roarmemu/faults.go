package roarmemu

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

type faults struct {
	hang, mute, block bool
}

// Fault carries out a command; the package's doc lists them.
func (a *Arm) Fault(now time.Duration, command string) error {
	a.Advance(now)
	defer a.wake()
	name, arg, _ := strings.Cut(command, " ")
	switch name {
	case "hang":
		a.faults.hang = true
	case "mute":
		a.faults.mute = true
	case "block":
		a.faults.block = true
	case "resume":
		a.faults = faults{}
		if a.task == nil {
			a.read()
		}
	case "reboot":
		a.setTorque(false)
		a.boot()
	case "garbage":
		n, err := strconv.Atoi(arg)
		if err != nil || n < 0 {
			return fmt.Errorf("command %q: want a number", command)
		}
		noise := rand.New(rand.NewPCG(1, 2))
		for range n {
			a.out = append(a.out, byte(noise.Uint32()))
		}
	default:
		return fmt.Errorf("command %q: unknown", command)
	}
	return nil
}

package uarmemu

import (
	"github.com/aether-arm/aetherd/arm/armtest"
)

const (
	rxSize   = 128 // bytes, of the receive buffer
	lineSize = 95  // bytes of a line that count (MAX_CMD_SIZE 96); the rest is dropped
	queued   = 4   // lines that were read and are not done (BUFSIZE), the one in work included
)

// serial is the receiving side of the UART.
type serial struct {
	rx      []byte // what the firmware has not read
	arrived []byte // the line that is coming in, for the log
	line    []byte // the line that is being read
}

// buffer is the receive interrupt: what finds no room is lost, without a word.
func (a *Arm) buffer(p []byte) {
	lost := 0
	for _, b := range p {
		if len(a.serial.rx) >= rxSize {
			lost++
			continue
		}
		a.serial.rx = append(a.serial.rx, b)
		if b != '\n' && b != '\r' {
			a.serial.arrived = append(a.serial.arrived, b)
			continue
		}
		if len(a.serial.arrived) > 0 {
			a.log(armtest.EvLine, string(a.serial.arrived), 0)
		}
		a.serial.arrived = nil
	}
	if lost > 0 {
		a.log(armtest.EvLost, "", lost)
	}
}

// read takes lines out of the buffer while the queue has room. A bare M410 acts as it is
// read, and the firmware reads nothing more until then.
func (a *Arm) read() {
	for len(a.serial.rx) > 0 && len(a.program.queue) < queued && a.program.quickstopAt == 0 {
		b := a.serial.rx[0]
		a.serial.rx = a.serial.rx[1:]
		switch {
		case b != '\n' && b != '\r':
			if len(a.serial.line) < lineSize {
				a.serial.line = append(a.serial.line, b)
			}
		case len(a.serial.line) > 0:
			text := string(a.serial.line)
			a.serial.line = nil
			if text == "M410" {
				a.program.quickstopAt = a.now + quickstopDelay
			}
			a.program.queue = append(a.program.queue, text)
		}
	}
}

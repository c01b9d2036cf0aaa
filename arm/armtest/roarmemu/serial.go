package roarmemu

import (
	"strings"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// rxSize is how many bytes the ESP32 keeps until the firmware reads them.
const rxSize = 256

// longestLine is where the emulator stops to collect a line: the firmware's memory ends
// somewhere.
const longestLine = 8192

// serial is the receiving side of the UART.
type serial struct {
	rx      []byte // what the firmware has not read
	arrived []byte // the line that is coming in, for the log
	line    []byte // the line that the firmware is reading
	lost    int    // bytes that found rx full
}

// take is what the hardware does with a byte.
func (s *serial) take(a *Arm, c byte) {
	if len(s.rx) >= rxSize {
		s.lost++
		return
	}
	s.rx = append(s.rx, c)
	if c != '\n' {
		if len(s.arrived) < longestLine {
			s.arrived = append(s.arrived, c)
		}
		return
	}
	s.endLoss(a)
	a.log(armtest.EvLine, string(s.arrived), 0)
	s.arrived = s.arrived[:0]
}

// endLoss logs the bytes that were lost since it was last called.
func (s *serial) endLoss(a *Arm) {
	if s.lost > 0 {
		a.log(armtest.EvLost, "", s.lost)
		s.lost = 0
	}
}

// read lets the firmware read lines until one keeps it busy.
func (a *Arm) read() {
	s := &a.serial
	for len(s.rx) > 0 && a.task == nil {
		c := s.rx[0]
		s.rx = s.rx[1:]
		if len(s.line) < longestLine {
			s.line = append(s.line, c)
		}
		if c == '\n' {
			line := string(s.line)
			s.line = s.line[:0]
			a.command(line)
		}
	}
}

// send puts a line on the wire, if the controller speaks.
func (a *Arm) send(line string) {
	if a.faults.hang || a.faults.mute {
		return
	}
	a.log(armtest.EvSent, strings.TrimRight(line, "\r\n"), 0)
	a.out = append(a.out, line...)
	a.out = append(a.out, "\r\n"...)
}

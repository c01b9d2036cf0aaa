package marlinemu

import (
	"bytes"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// rxSize is how many bytes wait: the ring of 128 keeps one place free (RX_BUFFER_SIZE).
const rxSize = 127

// serial is the receiving side of the UART.
type serial struct {
	rx      []byte // what the main program has not read
	arrived []byte // the line that is coming in, for the log
	lost    int    // bytes that found rx full
}

// receiveByte is the receive interrupt. It loses what finds no room, without a word; the
// emergency parser sees that as well.
func (b *Board) receiveByte(c byte) {
	s := &b.serial
	if b.cfg.EmergencyParser {
		b.emergency.see(c)
	}
	if len(s.rx) >= rxSize {
		s.lost++
		return
	}
	s.rx = append(s.rx, c)
	if c != '\n' && c != '\r' {
		s.arrived = append(s.arrived, c)
		return
	}
	b.endLoss()
	if len(s.arrived) > 0 {
		b.log(armtest.EvLine, string(s.arrived), 0)
	}
	s.arrived = nil
}

// endLoss logs the bytes that were lost since it was last called.
func (b *Board) endLoss() {
	if b.serial.lost > 0 {
		b.log(armtest.EvLost, "", b.serial.lost)
		b.serial.lost = 0
	}
}

// emergency is the parser in the receive interrupt (feature/e_parser.h).
type emergency struct {
	line       []byte
	stop, kill bool // seen, and not yet carried out
}

func (e *emergency) see(c byte) {
	if c != '\n' && c != '\r' {
		if len(e.line) < lineSize {
			e.line = append(e.line, c)
		}
		return
	}
	line := bytes.TrimLeft(e.line, " ")
	if len(line) > 0 && line[0] == 'N' {
		line = bytes.TrimLeft(line[1:], "0123456789- ")
	}
	e.stop = e.stop || bytes.HasPrefix(line, []byte("M410"))
	e.kill = e.kill || bytes.HasPrefix(line, []byte("M112"))
	e.line = e.line[:0]
}

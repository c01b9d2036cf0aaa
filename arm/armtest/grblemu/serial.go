package grblemu

import "github.com/aether-arm/aetherd/arm/armtest"

// serial is the receiving side of the UART.
type serial struct {
	rx      []byte // what the main program has not read
	arrived []byte // the line that is coming in, for the log
	lost    int    // bytes that found rx full
}

// rxSize is how many bytes the RX buffer holds.
func (c *Board) rxSize() int {
	if c.cfg.HAL {
		return 1024
	}
	return 128
}

// execFlags are what an interrupt leaves for the main program.
type execFlags uint8

const (
	flagReport execFlags = 1 << iota
	flagStart
	flagStop // the steppers ran out of segments
	flagHold
	flagCancel
	flagReset
)

// Real-time bytes.
const (
	byteReset     = 0x18
	byteReport    = '?'
	byteStart     = '~'
	byteHold      = '!'
	byteJogCancel = 0x85
)

// halAlias are grblHAL's 8-bit names for real-time bytes.
var halAlias = map[byte]byte{0x80: byteReport, 0x81: byteStart, 0x82: byteHold, 0x87: byteReport}

// receiveByte is the receive interrupt: it lifts real-time bytes out, and loses
// what finds no room, without a word.
func (c *Board) receiveByte(b byte) {
	if alias, ok := halAlias[b]; ok && c.cfg.HAL {
		b = alias
	}
	switch b {
	case byteReset, byteReport, byteStart, byteHold:
		c.endLoss()
		c.log(EvRealtime, "", int(b))
	default:
		if b < 0x80 {
			c.buffer(b)
			return
		}
		c.log(EvRealtime, "", int(b))
	}
	switch b {
	case byteReset:
		c.reset()
	case byteReport:
		c.flags |= flagReport
	case byteStart:
		c.flags |= flagStart
	case byteHold:
		c.flags |= flagHold
	case byteJogCancel:
		c.cancelJog()
	}
}

// cancelJog is 0x85. It counts only if the state is Jog at this very moment; a
// jog line that is still in the RX buffer, or being parsed, is not stopped by it.
func (c *Board) cancelJog() {
	if c.state == stateJog {
		c.flags |= flagCancel
	}
	if c.cfg.HAL { // it also forgets the lines that wait
		c.serial.rx, c.line = nil, lineBuffer{}
	}
}

func (c *Board) buffer(b byte) {
	s := &c.serial
	if len(s.rx) >= c.rxSize() {
		s.lost++
		return
	}
	s.rx = append(s.rx, b)
	if b != '\n' && b != '\r' {
		s.arrived = append(s.arrived, b)
		return
	}
	c.endLoss()
	c.log(armtest.EvLine, string(s.arrived), 0)
	s.arrived = nil
}

// endLoss logs the bytes that were lost since it was last called.
func (c *Board) endLoss() {
	if c.serial.lost > 0 {
		c.log(armtest.EvLost, "", c.serial.lost)
		c.serial.lost = 0
	}
}

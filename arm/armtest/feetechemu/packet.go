package feetechemu

import "fmt"

const (
	broadcast = 0xFE
	// overhead is the bytes of a packet beside its parameters: FF FF id len
	// instruction-or-status … checksum.
	overhead = 6
)

// parser finds instruction packets in what comes over the bus. After noise, or a
// packet that is not valid, it looks for the next header among the bytes that
// it has.
type parser struct{ buf []byte }

// take returns the next packet, as long as it says that it is, or nil when there
// is none yet.
func (p *parser) take() []byte {
	for len(p.buf) >= 4 {
		size := int(p.buf[3]) + 4
		switch {
		case p.buf[0] != 0xFF || p.buf[1] != 0xFF || p.buf[2] == 0xFF || p.buf[3] < 2:
			p.buf = p.buf[1:]
		case len(p.buf) < size:
			return nil
		default:
			return p.buf[:size]
		}
	}
	return nil
}

// skip leaves n bytes out.
func (p *parser) skip(n int) { p.buf = p.buf[n:] }

// checksum is the last byte that a packet should have.
func checksum(packet []byte) byte {
	var sum byte
	for _, b := range packet[2 : len(packet)-1] {
		sum += b
	}
	return ^sum
}

func valid(packet []byte) bool { return checksum(packet) == packet[len(packet)-1] }

// statusPacket is the answer of a servo.
func statusPacket(id int, status byte, params []byte) []byte {
	p := append([]byte{0xFF, 0xFF, byte(id), byte(len(params) + 2), status}, params...)
	p = append(p, 0)
	p[len(p)-1] = checksum(p)
	return p
}

func hex(p []byte) string { return fmt.Sprintf("% X", p) }

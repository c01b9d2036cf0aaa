package feetech

// Instructions, of the SCS protocol that STS and SMS servos speak.
const (
	instPing      = 0x01
	instRead      = 0x02
	instSyncRead  = 0x82
	instSyncWrite = 0x83
)

const (
	broadcast = 0xFE // nobody answers to it but for a sync read
	mostID    = 0xFD
)

// Sizes in bytes, of a packet with its two bytes of header.
const (
	headSize   = 4 // FF FF, id, length
	packetSize = 6 // without parameters
)

// begin begins an instruction packet in b, which is empty.
func begin(b []byte, id, instruction byte) []byte {
	return append(b, 0xFF, 0xFF, id, 0, instruction)
}

// finish fills in the length of the packet in b, and appends its checksum.
func finish(b []byte) []byte {
	b[3] = byte(len(b) - headSize + 1)
	return append(b, checksum(b[2:]))
}

// checksum is the complement of the sum of everything behind the header.
func checksum(b []byte) (sum byte) {
	for _, c := range b {
		sum += c
	}
	return ^sum
}

// packetOf returns a whole packet; b is where it goes.
func packetOf(b []byte, id, instruction byte, params ...byte) []byte {
	return finish(append(begin(b[:0], id, instruction), params...))
}

// appendWord appends v, low byte first and with its sign in bit 15, as STS and SMS servos have
// it.
func appendWord(b []byte, v int) []byte {
	if v < 0 {
		v = -v | 1<<15
	}
	return append(b, byte(v), byte(v>>8))
}

// A packet is one that came in, whole and with the right checksum.
type packet []byte

func (p packet) id() byte       { return p[2] }
func (p packet) status() byte   { return p[4] }
func (p packet) params() []byte { return p[headSize+1 : len(p)-1] }

package feetech

import "bytes"

// parser finds packets in what comes in, whatever stands between them.
type parser struct {
	// fits says whether a packet of that id, and length as the packet has it, can come at all.
	// What it refuses is noise, and not waited for.
	fits    func(id, length byte) bool
	damaged int // packets whose checksum was wrong

	buf []byte
}

// reset drops the beginning of a packet whose end has not come.
func (p *parser) reset() { p.buf = p.buf[:0] }

// parse passes on every packet that b completes. It is valid until take returns.
func (p *parser) parse(b []byte, take func(packet)) {
	p.buf = append(p.buf, b...)
	rest := p.buf
	for {
		var found packet
		found, rest = p.next(rest)
		if found == nil {
			break
		}
		take(found)
	}
	p.buf = p.buf[:copy(p.buf, rest)]
}

// next returns the first packet in b, nil if there is none yet, and what is behind it. After
// a false beginning the search goes on at the next byte: a packet may have begun within.
func (p *parser) next(b []byte) (found packet, rest []byte) {
	for {
		i := bytes.IndexByte(b, 0xFF)
		if i < 0 {
			return nil, nil
		}
		b = b[i:]
		if len(b) < headSize {
			return nil, b
		}
		if b[1] != 0xFF || b[2] == 0xFF || !p.fits(b[2], b[3]) {
			b = b[1:]
			continue
		}
		size := headSize + int(b[3])
		if len(b) < size {
			return nil, b
		}
		if checksum(b[2:size-1]) != b[size-1] {
			p.damaged++
			b = b[1:]
			continue
		}
		return packet(b[:size:size]), b[size:]
	}
}

package codec

import "bytes"

// MaxLine is the longest line in bytes, without its '\n' and a '\r' before it.
const MaxLine = 4096

// Status is what Cutter.Next found.
type Status uint8

const (
	NeedMore Status = iota // no complete line yet
	Line                   // a line
	TooLong                // a line of more than MaxLine bytes began; what is left of it is skipped
)

// Cutter cuts one connection's byte stream into lines. The zero value is ready.
type Cutter struct {
	skipping bool // within a line that was reported as too long
}

// Next looks at buf, the bytes received and not yet consumed, and returns the
// next line that is not empty, how many bytes of buf are done with, and what it
// found. The line aliases buf. The caller drops the first n bytes with every
// status, and calls again until it gets NeedMore: then at most MaxLine+1 bytes
// are left, the beginning of a line.
func (c *Cutter) Next(buf []byte) (line []byte, n int, status Status) {
	for {
		rest := buf[n:]
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return c.partial(rest, n)
		}
		n += end + 1
		line = bytes.TrimSuffix(rest[:end], []byte{'\r'})
		switch {
		case c.skipping:
			c.skipping = false
		case len(line) > MaxLine:
			return nil, n, TooLong
		case len(line) > 0:
			return line, n, Line
		}
	}
}

// partial decides on a rest without newline, which begins at offset n.
func (c *Cutter) partial(rest []byte, n int) ([]byte, int, Status) {
	if c.skipping {
		return nil, n + len(rest), NeedMore
	}
	// A '\r' at the end may belong to the line's end.
	if len(bytes.TrimSuffix(rest, []byte{'\r'})) <= MaxLine {
		return nil, n, NeedMore
	}
	c.skipping = true
	return nil, n + len(rest), TooLong
}

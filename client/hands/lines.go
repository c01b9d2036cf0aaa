package hands

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxLine bounds a line, in bytes. The laptop program's have about 210; with all landmarks of
// both hands they would have a few thousand.
const MaxLine = 16384

// ErrLineTooLong is a line of more than MaxLine bytes.
var ErrLineTooLong = fmt.Errorf("a line of more than %d bytes", MaxLine)

// Lines cuts a stream into lines.
type Lines struct{ in *bufio.Reader }

// NewLines returns the lines of r.
func NewLines(r io.Reader) *Lines { return &Lines{bufio.NewReaderSize(r, MaxLine)} }

// Next returns the next line without its end, valid until the call after. Empty lines are
// skipped. A line that is too long is skipped too, and is ErrLineTooLong; the stream goes on.
// A last line that was cut off is none.
func (l *Lines) Next() ([]byte, error) {
	for {
		line, err := l.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = l.in.ReadSlice('\n')
			}
			if err == nil {
				err = ErrLineTooLong
			}
		}
		if err != nil {
			return nil, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
}

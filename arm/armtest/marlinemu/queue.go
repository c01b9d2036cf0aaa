package marlinemu

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	// queueSize is how many commands wait, with the one that is being executed (BUFSIZE).
	queueSize = 4
	// lineSize is what a line may hold; the rest of it is ignored (MAX_CMD_SIZE 96, with
	// its end).
	lineSize = 95
)

// lineBuffer assembles a line.
type lineBuffer struct {
	text    []byte
	comment bool
	last    int // number of the last line that had one
}

// readLines moves lines from the RX buffer to the queue while that has room. The main
// program does so between two commands and while one waits.
func (b *Board) readLines() (got bool) {
	for len(b.queue) < queueSize && len(b.serial.rx) > 0 && !b.killed {
		c := b.serial.rx[0]
		b.serial.rx = b.serial.rx[1:]
		l := &b.line
		switch {
		case c == '\n' || c == '\r':
			text := string(l.text)
			l.text, l.comment = l.text[:0], false
			if text != "" { // an empty line is not answered
				b.lineRead(text)
				got = true
			}
		case c == ';':
			l.comment = true
		case !l.comment && len(l.text) < lineSize:
			l.text = append(l.text, c)
		}
	}
	return got
}

// lineRead checks a line, and queues it. Without the emergency parser M112 and M410 are
// carried out here, if the line is nothing else, and queued all the same.
func (b *Board) lineRead(text string) {
	text = strings.TrimLeft(text, " ")
	if strings.HasPrefix(text, "N") && !b.numbered(text) {
		return
	}
	if !b.cfg.EmergencyParser {
		switch text {
		case "M112":
			b.kill()
			return
		case "M410":
			b.quickStop()
		}
	}
	b.queue = append(b.queue, text)
}

// numbered reports whether a line with a number is the next one, and whole.
func (b *Board) numbered(text string) bool {
	isM110 := strings.Contains(text, "M110")
	digits := text[1:]
	if i := strings.LastIndexByte(text, 'N'); isM110 && i > 0 {
		digits = text[i+1:]
	}
	n := leadingInt(digits)
	star := strings.LastIndexByte(text, '*')
	switch {
	case n != b.line.last+1 && !isM110:
		b.lineError("Line Number is not Last Line Number+1")
	case star < 0:
		b.lineError("No Checksum with line number")
	case leadingInt(text[star+1:]) != int(checksum(text[:star])):
		b.lineError("checksum mismatch")
	default:
		b.line.last = n
		return true
	}
	return false
}

// lineError asks for a line again. What has come behind it is thrown away.
func (b *Board) lineError(what string) {
	b.serial.rx = nil
	b.print(fmt.Sprintf("Error:%s, Last Line: %d", what, b.line.last))
	b.print(fmt.Sprintf("Resend: %d", b.line.last+1))
	b.reply()
}

func checksum(text string) (sum byte) {
	for i := range len(text) {
		sum ^= text[i]
	}
	return sum
}

// leadingInt returns the number that text begins with, as strtol does.
func leadingInt(text string) int {
	text = strings.TrimLeft(text, " ")
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || end == 0 && text[end] == '-') {
		end++
	}
	n, _ := strconv.Atoi(text[:end])
	return n
}

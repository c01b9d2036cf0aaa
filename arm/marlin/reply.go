package marlin

import (
	"strconv"
	"strings"

	"github.com/aether-arm/aetherd/safety"
)

type replyKind uint8

const (
	replyNone     replyKind = iota // nothing this driver acts on: echo, temperatures, noise
	replyOK                        // a line was taken, whatever became of it
	replyStart                     // the controller has just started
	replyBusy                      // a line is being carried out, and takes its time
	replyPosition                  // X:… Y:… Z:…
	replyFirmware                  // FIRMWARE_NAME:…
	replyCap                       // Cap:NAME:0 or 1
	replyRefused                   // the line that is answered next was not carried out
	replyDamaged                   // Resend: a line did not arrive as it was sent
	replyHalted                    // the controller has halted, and reads no more
	replyStopped                   // it takes no motion before M999
	replyError                     // another Error
)

// reply is one line from the controller.
type reply struct {
	kind     replyKind
	text     string       // of replyFirmware, replyCap, replyRefused, replyHalted, replyStopped, replyError
	number   int          // of replyDamaged: the number that is wanted next
	position safety.Point // mm, of replyPosition
}

// parseReply classifies one line without its line ending. It never fails: a line that is not
// understood is replyNone. Noise in front of an ok does not hide it: an answer that is lost
// costs the link.
func parseReply(line string) reply {
	switch {
	case line == "ok", strings.HasPrefix(line, "ok "):
		return reply{kind: replyOK}
	case line == "start":
		return reply{kind: replyStart}
	case strings.HasPrefix(line, "echo:"):
		return parseEcho(line[len("echo:"):])
	case strings.HasPrefix(line, "Error:"):
		return parseError(line[len("Error:"):])
	case strings.HasPrefix(line, "Resend:"):
		n, err := strconv.Atoi(strings.TrimSpace(line[len("Resend:"):]))
		if err != nil || n < 0 {
			return reply{}
		}
		return reply{kind: replyDamaged, number: n}
	case strings.HasPrefix(line, "FIRMWARE_NAME:"):
		name, _, _ := strings.Cut(line[len("FIRMWARE_NAME:"):], " SOURCE_CODE_URL")
		return reply{kind: replyFirmware, text: printable(name)}
	case strings.HasPrefix(line, "Cap:"):
		return reply{kind: replyCap, text: line[len("Cap:"):]}
	case strings.Contains(line, "X:"):
		if p, ok := parsePosition(line[strings.Index(line, "X:"):]); ok {
			return reply{kind: replyPosition, position: p}
		}
	case strings.HasSuffix(line, "ok") && strings.ContainsFunc(line, unprintable):
		return reply{kind: replyOK}
	}
	return reply{}
}

func parseEcho(text string) reply {
	switch {
	case strings.HasPrefix(text, "busy:"):
		return reply{kind: replyBusy}
	case strings.HasPrefix(text, "Unknown command:"):
		return reply{kind: replyRefused, text: printable(text)}
	case strings.HasPrefix(text, "Home ") && strings.HasSuffix(text, " First"):
		return reply{kind: replyRefused, text: "it is not homed: home it at its panel"}
	case strings.HasPrefix(text, "Homing Failed"):
		return reply{kind: replyHalted, text: "homing failed"}
	}
	return reply{}
}

func parseError(text string) reply {
	switch {
	case strings.HasPrefix(text, "Printer halted"):
		return reply{kind: replyHalted, text: "halted"}
	case strings.HasPrefix(text, "Printer stopped"):
		return reply{kind: replyStopped, text: printable(text)}
	case strings.HasPrefix(text, "checksum mismatch"), strings.HasPrefix(text, "Line Number is not"),
		strings.HasPrefix(text, "No Checksum"), strings.HasPrefix(text, "No Line Number"):
		return reply{} // Resend follows, and counts
	}
	return reply{kind: replyError, text: printable(text)}
}

// parsePosition parses "X:10.00 Y:20.00 Z:5.00 E:0.00 Count X:800 …". The counts are steps.
func parsePosition(text string) (p safety.Point, ok bool) {
	text, _, _ = strings.Cut(text, "Count")
	found := 0
	for field := range strings.FieldsSeq(text) {
		name, number, _ := strings.Cut(field, ":")
		axis := map[string]*float64{"X": &p.X, "Y": &p.Y, "Z": &p.Z}[name]
		if axis == nil {
			continue
		}
		v, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return safety.Point{}, false
		}
		*axis = v
		found++
	}
	return p, found == 3 && p.Finite()
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

// printable returns text without what noise has put into it, for people to read.
func printable(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unprintable(r) {
			return -1
		}
		return r
	}, text))
}

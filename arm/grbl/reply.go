package grbl

import (
	"strconv"
	"strings"
)

type replyKind uint8

const (
	replyNone    replyKind = iota // nothing this driver acts on: other push messages, noise
	replyOK                       // ok: a line was parsed, and its motion planned
	replyError                    // error:N: a line was refused
	replyAlarm                    // ALARM:N
	replyBanner                   // the controller has just started
	replyLocked                   // [MSG:'$H'|'$X' to unlock]
	replyReset                    // [MSG:Reset to continue]: takes nothing but 0x18
	replySetting                  // $N=value, part of the answer to $$
	replyStatus                   // <…>, a status report
)

// reply is one line from the controller.
type reply struct {
	kind    replyKind
	code    int     // of replyError, replyAlarm and replySetting
	value   float64 // of replySetting
	text    string  // of replyBanner: name and version
	report  report  // of replyStatus
	numeric bool    // of replySetting: value is a number
}

// parseReply classifies one line without its line ending. It never fails: a line that
// is not understood is replyNone.
func parseReply(line string) reply {
	switch {
	case line == "ok", strings.HasSuffix(line, "ok") && strings.ContainsFunc(line, unprintable):
		return reply{kind: replyOK} // noise on the line before it costs no answer
	case strings.HasPrefix(line, "error:"):
		return reply{kind: replyError, code: parseCode(line[len("error:"):])}
	case strings.HasPrefix(line, "ALARM:"):
		return reply{kind: replyAlarm, code: parseCode(line[len("ALARM:"):])}
	case strings.HasPrefix(line, "Grbl "), strings.HasPrefix(line, "GrblHAL "):
		name, _, _ := strings.Cut(line, " [")
		return reply{kind: replyBanner, text: name}
	case strings.HasPrefix(line, "<"):
		if r, ok := parseReport(line); ok {
			return reply{kind: replyStatus, report: r}
		}
	case strings.HasPrefix(line, "$"):
		return parseSetting(line)
	case strings.HasPrefix(line, "["):
		return parseMessage(line)
	}
	return reply{}
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

// parseCode returns the number of an error or alarm, 0 for one without a number, as
// builds without REPORT_GUI_MODE print.
func parseCode(text string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

// parseSetting parses "$N=value". What follows a blank is a comment of older builds.
func parseSetting(line string) reply {
	number, text, found := strings.Cut(line[1:], "=")
	code, err := strconv.ParseUint(number, 10, 16)
	if !found || err != nil {
		return reply{}
	}
	text, _, _ = strings.Cut(text, " ")
	value, ok := parseNumber(text)
	return reply{kind: replySetting, code: int(code), value: value, numeric: ok}
}

func parseMessage(line string) reply {
	switch {
	case strings.HasPrefix(line, "[MSG:'$H'|'$X' to unlock"), strings.HasPrefix(line, "[MSG:'$H' to home"):
		return reply{kind: replyLocked}
	case strings.HasPrefix(line, "[MSG:Reset to continue"):
		return reply{kind: replyReset}
	}
	return reply{}
}

// parseNumber parses a finite decimal number as Grbl prints it.
func parseNumber(text string) (float64, bool) {
	if strings.Trim(text, "+-.0123456789") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

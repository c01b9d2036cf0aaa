package grbl

import "fmt"

// errorWords and alarmWords are the codes of Grbl 1.1h (doc/csv of its source). grblHAL
// goes on from there with codes of its own, which are reported by their number.
var errorWords = map[int]string{
	1:  "a word without its letter",
	2:  "bad number",
	3:  "system command not recognised",
	4:  "negative value",
	5:  "homing is not enabled",
	6:  "step pulse too short",
	7:  "settings could not be read, defaults restored",
	8:  "not idle",
	9:  "locked in alarm, or busy with a jog",
	10: "soft limits need homing",
	11: "line too long",
	12: "step rate too high",
	13: "safety door open",
	14: "line too long to store",
	15: "jog target outside the machine's travel",
	16: "bad jog command",
	17: "laser mode needs PWM",
	20: "unsupported G-code",
	21: "two commands of one modal group",
	22: "no feed rate",
	23: "integer needed",
	24: "two commands that need axis words",
	25: "repeated word",
	26: "axis words missing",
	27: "bad line number",
	28: "word missing",
	29: "no such coordinate system",
	30: "G53 needs G0 or G1",
	31: "unused axis words",
	32: "arc without axis words in its plane",
	33: "bad motion target",
	34: "bad arc radius",
	35: "arc without offsets in its plane",
	36: "unused words",
	37: "tool length offset on the wrong axis",
	38: "tool number too large",
}

var alarmWords = map[int]string{
	1:  "hard limit hit, position lost: home the arm",
	2:  "target outside the machine's travel",
	3:  "reset while moving, position lost: home the arm",
	4:  "probe not in its initial state",
	5:  "probe made no contact",
	6:  "reset while homing",
	7:  "safety door opened while homing",
	8:  "homing could not leave the limit switch",
	9:  "homing found no limit switch",
	10: "homing found no second limit switch",
}

func errorText(code int) string { return codeText("error", code, errorWords) }

func alarmText(code int) string { return codeText("ALARM", code, alarmWords) }

func codeText(kind string, code int, words map[int]string) string {
	if w, ok := words[code]; ok {
		return fmt.Sprintf("%s:%d %s", kind, code, w)
	}
	return fmt.Sprintf("%s:%d", kind, code)
}

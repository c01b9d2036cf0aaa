package marlin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/safety"
)

func TestParseReply(t *testing.T) {
	at := safety.Point{X: 12.5, Y: -3, Z: 100}
	for line, want := range map[string]reply{
		"ok":                                   {kind: replyOK},
		"ok P15 B3":                            {kind: replyOK},
		"\x93\x07k\xffok":                      {kind: replyOK}, // noise, and the answer behind it
		"look":                                 {},
		"start":                                {kind: replyStart},
		"wait":                                 {},
		" T:21.0 /0.0":                         {},
		"//action:notification":                {},
		"echo:busy: processing":                {kind: replyBusy},
		"echo:  M203 X1 Y1 Z1":                 {},
		`echo:Unknown command: "FOO"`:          {kind: replyRefused, text: `Unknown command: "FOO"`},
		"echo:Home XYZ First":                  {kind: replyRefused, text: "it is not homed: home it at its panel"},
		"echo:Home sweet home":                 {},
		"echo:Homing Failed":                   {kind: replyHalted, text: "homing failed"},
		"Error:Printer halted. kill() called!": {kind: replyHalted, text: "halted"},
		"Error:Printer stopped due to errors. Fix the error and use M999 to restart.": {
			kind: replyStopped, text: "Printer stopped due to errors. Fix the error and use M999 to restart."},
		"Error:checksum mismatch, Last Line: 4":                     {},
		"Error:Line Number is not Last Line Number+1, Last Line: 4": {},
		"Error:No Checksum with line number, Last Line: 4":          {},
		"Resend: 5":          {kind: replyDamaged, number: 5},
		"Resend: x":          {},
		"Error:MINTEMP \x01": {kind: replyError, text: "MINTEMP"},
		"FIRMWARE_NAME:Marlin 2.0.9.5 (Jan  1 2022) SOURCE_CODE_URL:github.com": {kind: replyFirmware, text: "Marlin 2.0.9.5 (Jan  1 2022)"},
		"Cap:EMERGENCY_PARSER:1": {kind: replyCap, text: "EMERGENCY_PARSER:1"},
		"X:12.50 Y:-3.00 Z:100.00 E:0.00 Count X:1000 Y:-240 Z:40000": {kind: replyPosition, position: at},
		"X:12.50 Y:-3.00 Z:100.00 E:0.00 Count A:1000B:-240 Z:40000":  {kind: replyPosition, position: at},
		"\xf0\x9fX:12.50 Y:-3.00 Z:100.00":                            {kind: replyPosition, position: at},
		"X:12.50 Y:-3.00 E:0.00 Count Z:7":                            {},
		"X:12.50 Y:nan Z:1":                                           {},
		"X:12.50 Y:1e999 Z:1":                                         {},
		"X:12.50 Y: Z:1":                                              {},
		"":                                                            {},
	} {
		if diff := cmp.Diff(want, parseReply(line), cmp.AllowUnexported(reply{})); diff != "" {
			t.Errorf("%q (-want +got)\n%s", line, diff)
		}
	}
}

// The end of a line that is too long counts: behind a lot of noise comes an answer.
func TestSplitter(t *testing.T) {
	var s splitter
	var got []string
	keep := func(line string) { got = append(got, line) }
	for _, piece := range []string{"o", "k\r\nec", "ho:x\n\n", strings.Repeat("\x80", 5000), "\x81ok\n", "ok\n"} {
		s.split([]byte(piece), keep)
	}
	if len(got) != 5 || !strings.HasSuffix(got[3], "\x81ok") || len(got[3]) > longestLine {
		t.Fatalf("%q", got)
	}
	got[3] = ""
	if diff := cmp.Diff([]string{"ok", "echo:x", "", "", "ok"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

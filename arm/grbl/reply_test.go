package grbl

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

func TestParseReply(t *testing.T) {
	for line, want := range map[string]reply{
		"ok":                                     {kind: replyOK},
		"\x80\xfe~ok":                            {kind: replyOK}, // behind noise
		"error:9":                                {kind: replyError, code: 9},
		"error: Bad number format":               {kind: replyError},
		"ALARM:1":                                {kind: replyAlarm, code: 1},
		"ALARM:99999999999":                      {kind: replyAlarm},
		"Grbl 1.1h ['$' for help]":               {kind: replyBanner, text: "Grbl 1.1h"},
		"GrblHAL 1.1f ['$' or '$HELP' for help]": {kind: replyBanner, text: "GrblHAL 1.1f"},
		"[MSG:'$H'|'$X' to unlock]":              {kind: replyLocked},
		"[MSG:Reset to continue]":                {kind: replyReset},
		"$13=0":                                  {kind: replySetting, code: 13, numeric: true},
		"$120=500.000 (x accel)":                 {kind: replySetting, code: 120, value: 500, numeric: true},
		"$70=ftp":                                {kind: replySetting, code: 70},
		"$N0=G54":                                {},
		"$-1=3":                                  {},
		"$J":                                     {},
		"":                                       {},
		"Ok":                                     {},
		"ok ":                                    {},
		"okay":                                   {},
		">G54:ok":                                {},
		"[GC:G0 G54 G17 G21]":                    {},
		"[MSG:Caution: Unlocked]":                {},
		"Grbl":                                   {},
		"<Idle|MPos:1,2,3":                       {},
		"<Idle|MPos:1,2>":                        {},
		"<Idle>":                                 {},
		"<Dozing|MPos:1,2,3>":                    {},
		"<|MPos:1,2,3>":                          {},
		"<Idle|MPos:1,2,Inf>":                    {},
		"<Idle|MPos:1,2,0x10>":                   {},
		"<Idle|MPos:1,2,1e5>":                    {},
		"<Idle|MPos:1,2,3|WPos:1,2,3>":           {},
		"<Idle|MPos:1,2,3|WCO:1>":                {},
		"<Jog|MPos:1.5,-2.000,+3,4|Bf:15,128|FS:500,0|Pn:XYZ|Ov:100,100,100|A:S>": {kind: replyStatus,
			report: report{state: stateJog, pos: safety.Point{X: 1.5, Y: -2, Z: 3}}},
		"<Hold:1|WPos:1,2,3|WCO:4,5,6>": {kind: replyStatus, report: report{
			state: stateHold, sub: '1', pos: safety.Point{X: 1, Y: 2, Z: 3}, work: true,
			wco: safety.Point{X: 4, Y: 5, Z: 6}, withWCO: true}},
	} {
		if diff := cmp.Diff(want, parseReply(line), cmp.AllowUnexported(reply{}, report{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
}

func TestReportStands(t *testing.T) {
	for line, want := range map[string]bool{
		"<Idle|MPos:0,0,0>": true, "<Alarm|MPos:0,0,0>": true, "<Check|MPos:0,0,0>": true,
		"<Sleep|MPos:0,0,0>": true, "<Hold:0|MPos:0,0,0>": true, "<Door:0|MPos:0,0,0>": true,
		"<Door:1|MPos:0,0,0>": true, "<Tool|MPos:0,0,0>": true,
		"<Jog|MPos:0,0,0>": false, "<Run|MPos:0,0,0>": false, "<Home|MPos:0,0,0>": false,
		"<Hold:1|MPos:0,0,0>": false, "<Hold|MPos:0,0,0>": false, "<Door:2|MPos:0,0,0>": false,
		"<Door:3|MPos:0,0,0>": false,
	} {
		r, ok := parseReport(line)
		if !ok || r.stands() != want {
			t.Errorf("%s: %v, %v", line, r.stands(), ok)
		}
	}
}

// print is the report as Grbl prints it.
func (r report) print() string {
	point := func(p safety.Point) string { return fmt.Sprintf("%.3f,%.3f,%.3f", p.X, p.Y, p.Z) }
	var b strings.Builder
	b.WriteString("<" + stateNames[r.state])
	if r.sub != 0 {
		b.WriteString(":" + string(rune(r.sub)))
	}
	b.WriteString(map[bool]string{false: "|MPos:", true: "|WPos:"}[r.work] + point(r.pos))
	if r.withWCO {
		b.WriteString("|WCO:" + point(r.wco))
	}
	return b.String() + ">"
}

// What parses is finite, and prints back to what parses the same.
func FuzzParseReply(f *testing.F) {
	f.Add("ok")
	f.Add("error:15")
	f.Add("ALARM:1")
	f.Add("$120=500.000")
	f.Add("Grbl 1.1h ['$' for help]")
	f.Add("<Hold:0|MPos:1.000,2.000,3.000|FS:0,0|WCO:0.000,0.000,-1.000>")
	f.Fuzz(func(t *testing.T, line string) {
		r := parseReply(line)
		if r.kind != replyStatus {
			return
		}
		if !r.report.pos.Finite() || !r.report.wco.Finite() {
			t.Fatalf("%q is not finite: %+v", line, r.report)
		}
		printed := r.report.print()
		again, ok := parseReport(printed)
		if !ok || again.print() != printed {
			t.Fatalf("%q prints as %q, which parses as %+v", line, printed, again)
		}
	})
}

// However the bytes come in, the lines are the same.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("ok\r\n<Idle|MPos:0,0,0>\r\n\nerror:9\n"), uint(3))
	f.Add([]byte(strings.Repeat("x", longestLine+1)+"\nok\n"), uint(100))
	f.Fuzz(func(t *testing.T, b []byte, size uint) {
		var whole, chunked []string
		newSplitter().Split(b, func(line []byte) { whole = append(whole, string(line)) })
		s := newSplitter()
		for chunk := range slices.Chunk(b, int(size%1000)+1) {
			s.Split(chunk, func(line []byte) { chunked = append(chunked, string(line)) })
		}
		if diff := cmp.Diff(whole, chunked); diff != "" {
			t.Errorf("-whole +chunked:\n%s", diff)
		}
		for _, line := range whole {
			if len(line) > longestLine {
				t.Errorf("a line of %d bytes", len(line))
			}
		}
	})
}

func TestSplitDropsLongLines(t *testing.T) {
	var got []string
	long := strings.Repeat("x", longestLine)
	newSplitter().Split([]byte("a\r\n"+long+"\n"+long+"ok\nb\n"), func(line []byte) { got = append(got, string(line)) })
	if diff := cmp.Diff([]string{"a", long, "b"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func newSplitter() *arm.Splitter { return &arm.Splitter{Longest: longestLine} }

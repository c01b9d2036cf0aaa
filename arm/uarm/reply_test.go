package uarm

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

func TestParseReply(t *testing.T) {
	for line, want := range map[string]reply{
		"$12 ok":                              {kind: replyNumbered, number: 12},
		"$12 ok ":                             {kind: replyNumbered, number: 12},
		"$3 ok V1":                            {kind: replyNumbered, number: 3, data: "V1"},
		"$3 ok V3.2.0":                        {kind: replyNumbered, number: 3, data: "V3.2.0"},
		"$12 ok E22 unreachable":              {kind: replyNumbered, number: 12, code: 22, data: "E22 unreachable"},
		"$12 E24 ":                            {kind: replyNumbered, number: 12, code: 24},
		"$12 E21":                             {kind: replyNumbered, number: 12, code: 21},
		"$12":                                 {},
		"$12 okay":                            {},
		"$-1 ok":                              {},
		"$99999999999 ok":                     {},
		"$ ok":                                {},
		"ok":                                  {kind: replyOK},
		"ok P15 B3":                           {},
		"@3 X154.71 Y-194.92 Z10.22 R90.00":   {kind: replyPosition, pos: safety.Point{X: 154.71, Y: -194.92, Z: 10.22}},
		"@3 X154.71 Y-194.92":                 {},
		"@3 Xnan Y0 Z0":                       {},
		"@3 X1e9 Y0 Z0":                       {},
		"@3 X123456 Y0 Z0":                    {},
		"@3 X Y Z":                            {},
		"@5 V0":                               {kind: replyPower},
		"@5 V1":                               {kind: replyPower, on: true},
		"No Power Connected!":                 {kind: replyPower},
		"@9 V0":                               {},
		"@4 B0 V1":                            {},
		"start":                               {kind: replyBanner},
		"echo:Marlin 1.1.0-RC7":               {},
		`echo:Unknown command: "FOO"`:         {kind: replyUnknown, data: `echo:Unknown command: "FOO"`},
		"Error:Printer halted. kill() called": {kind: replyKilled, data: "Error:Printer halted. kill() called"},
		"\xff\x00q$12 ok":                     {kind: replyNumbered, number: 12},
		"\x80@\x813@3 X1 Y2 Z3 R0":            {kind: replyPosition, pos: safety.Point{X: 1, Y: 2, Z: 3}},
		"":                                    {},
	} {
		if diff := cmp.Diff(want, parseReply(line), cmp.AllowUnexported(reply{})); diff != "" {
			t.Errorf("%q: -want +got\n%s", line, diff)
		}
	}
}

// FuzzReceive: whatever comes in, in whatever pieces, a session neither fails nor tells a place
// that is none, and what is sent on stays within what the controller can read.
func FuzzReceive(f *testing.F) {
	for _, seed := range []string{
		"$1 ok V3.2.0\r\nok\r\n$2 ok\r\n$3 ok\r\n@3 X200 Y0 Z150 R0\r\n@3 X200 Y0 Z150 R0\r\n@3 X200 Y0 Z150 R0\r\n$4 ok V0\r\n",
		"start\r\necho:busy\r\n@5 V0\r\nNo Power Connected!\r\n@5 V1\r\n", "$1 E24 \r\n$1 ok E22\n$1 ok V9\n", "@3 Xnan Y- Z1\n",
	} {
		f.Add([]byte(seed), uint8(5))
	}
	f.Fuzz(func(t *testing.T, input []byte, piece uint8) {
		s := newSession(testConfig())
		cut := arm.Splitter{Longest: longestLine}
		said := newRecorder()
		now := safety.Instant(0)
		for len(input) > 0 && s.dead == nil {
			n := min(len(input), int(piece)+1)
			cut.Split(input[:n], func(line []byte) { s.receive(string(line)) })
			input = input[n:]
			now += testTick
			for range 10 {
				frame, next, _ := s.service(now)
				if len(s.ledger.lines) > openLines+1 || len(frame) > 64 {
					t.Fatalf("%q with %v open", frame, s.ledger.lines)
				}
				if next > now {
					break
				}
			}
			if over, _ := s.opening(now); s.open != nil && over {
				s.begin()
			}
			for _, tell := range s.takeEvents() {
				tell(said)
			}
		}
		if !said.position.Finite() {
			t.Fatalf("measured %v", said.position)
		}
	})
}

// A controller that says more than the writer can take is given up, and the memory is kept.
func TestChatterEndsTheLink(t *testing.T) {
	s := newSession(testConfig())
	for range 2 * mostWaiting {
		s.receive("@5 V1")
	}
	if len(s.inbox) > mostWaiting || s.dead == nil {
		t.Errorf("%d lines wait, %v", len(s.inbox), s.dead)
	}
}

package marlin

import (
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// FuzzSession: whatever a controller says, the session does not panic, no motion goes out
// between a Stop and the next Rearm, and Service wants to be called neither in the past nor
// without end.
func FuzzSession(f *testing.F) {
	for _, seed := range []string{
		"ok\nok\nX:1 Y:2 Z:3\nok\n", "echo:busy: processing\nResend: 9\nok\nok\n", "Error:Printer halted. kill() called!\nstart\n",
		"echo:Home X First\nok\nX:0 Y:0 Z:0\nok\nok\n", "X:9e99 Y:- Z:1\nok\nResend: -1\nResend: 99999999999999999999\n",
	} {
		f.Add([]byte(seed), uint8(3), true)
	}
	f.Fuzz(func(t *testing.T, input []byte, every uint8, realtime bool) {
		cfg := testConfig()
		cfg.RealtimePosition = realtime
		p := newPlayer(cfg)
		p.handshake(t)
		s := p.session
		var split splitter
		stopped := false
		at := safety.Point{}
		for i := range input {
			now := safety.Instant(i) * 5 * time.Millisecond
			split.split(input[i:i+1], s.receive)
			for _, tell := range s.takeEvents() {
				tell(&p.said)
			}
			sp := safety.Setpoint{From: at, Position: at.Add(safety.Point{X: 0.3}), Speed: 15}
			switch i % (int(every) + 1) {
			case 0:
				if s.accepts(now, sp) {
					if stopped {
						t.Fatal("a setpoint is taken behind a stop")
					}
					at = sp.Position
					_, _ = s.move(now, sp)
				}
			case 1:
				s.stopNow(now)
				stopped = true
			case 4:
				s.rearmNow(now)
				stopped = s.stop.latched
			case 5:
				s.gripNow(now, safety.GripperClosed)
			}
			if s.locate == locateNone && s.quiet {
				at = s.end()
			}
			_, next, err := s.service(now)
			if err != nil {
				return
			}
			if next < now {
				t.Fatalf("wants to be served at %v, at %v", next, now)
			}
			for calls := 0; next <= now; calls++ {
				if _, next, err = s.service(now); calls > 5 && err == nil {
					t.Fatalf("at %v wants to be served again and again", now)
				}
			}
		}
	})
}

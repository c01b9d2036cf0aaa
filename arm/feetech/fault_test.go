package feetech

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

func contains(text string, words ...string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// A few answers that are missing, damaged or wrapped in noise are nothing to speak of.
func TestGoesOnWithoutAFewAnswers(t *testing.T) {
	for _, fault := range []string{"lose 1", "lose 7", "corrupt 9", "noise on", "garbage 200"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
				w.drive(safety.Point{Y: -80}, 20)
				w.board.Command(fault)
				w.drive(safety.Point{Y: -80}, 40)
				w.serve(time.Second)
				w.want()
				if far := where(testConfig())(w.board.Last()).Sub(w.position).Norm(); far > 2 {
					t.Errorf("%.1f mm from the last setpoint", far)
				}
			})
		})
	}
}

// Servos that fall silent, all of them, are a lost link within a quarter of a second and a bit.
func TestSilenceIsALostLink(t *testing.T) {
	for fault, words := range map[string]string{
		"mute": "no servo answers in 15 reads, 0 answers were damaged", "corrupt 1000": "answers were damaged",
	} {
		for _, moving := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
				if moving {
					w.drive(safety.Point{Y: -80}, 20)
				} else {
					w.serve(3 * time.Second)
				}
				w.board.Command(fault)
				began := w.now()
				w.serve(5 * time.Second)
				if took := w.now() - began; w.failed == nil || !strings.Contains(w.failed.Error(), words) || took > 400*time.Millisecond {
					t.Errorf("%s, moving %v: %v after %v", fault, moving, w.failed, took)
				}
				if strings.Contains(w.failed.Error(), " 0 ") != (fault == "mute") {
					t.Errorf("%s: %v", fault, w.failed)
				}
			})
		}
	}
}

// What is wrong with one servo is told once with its joint's name, locks while it lasts, and
// needs a reset.
func TestTroubles(t *testing.T) {
	for _, tc := range []struct{ fault, over, alarm string }{
		{"temperature 13 66", "temperature 13 63", `alarm "elbow: temperature 66 °C, limit 65" locked=true`},
		{"drop 12", "back 12", `alarm "shoulder: servo 12 does not answer (16 reads; 0 answers of all servos were damaged)" locked=true`},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
				w.serve(time.Second)
				w.board.Command(tc.fault)
				w.serve(3 * time.Second)
				w.want(tc.alarm)
				w.drive(safety.Point{Y: -50}, 20)
				if w.waited != 20 {
					t.Error("takes setpoints in an alarm")
				}
				w.board.Command(tc.over)
				w.serve(time.Second)
				w.want("unlocked")
				w.drive(safety.Point{Y: -50}, 20)
				if w.waited != 40 {
					t.Error("takes setpoints before a reset")
				}
				w.stop()
				w.rearm()
				from := w.position
				w.drive(safety.Point{Y: -50}, 50)
				w.serve(time.Second)
				if went := where(testConfig())(w.board.Last()).Sub(from).Norm(); went < 15 {
					t.Errorf("went %.1f mm after the reset", went)
				}
				w.want()
			})
		})
	}
}

// A reset does not end what is not over, and says so again.
func TestResetOfATroubleThatLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
		w.board.Command("temperature 13 66")
		w.serve(time.Second)
		w.stopHeard()
		w.rearm()
		w.want(`alarm "elbow: temperature 66 °C, limit 65" locked=true`)
		w.drive(safety.Point{Y: -50}, 20)
		if w.waited != 20 {
			t.Error("takes setpoints")
		}
	})
}

// stopHeard stops, whatever else was told.
func (w *writer) stopHeard() {
	w.t.Helper()
	w.said.take()
	w.stop()
}

// An overload leaves a servo with a fifth of its torque, until it gets a goal that it can hold:
// the stop sends its goal again.
func TestResetEndsAnOverload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
		w.serve(time.Second)
		w.board.Command("overload 13")
		w.serve(time.Second)
		w.want(`alarm "elbow: overload: the servo has reduced its torque, the arm may sink" locked=true`)
		w.board.Command("free 13")
		w.serve(time.Second)
		w.want()
		w.must(w.driver.Stop(w.now()))
		w.serve(time.Second)
		w.want("stopped confirmed", "unlocked")
		w.rearm()
		w.drive(safety.Point{Y: -50}, 20)
		if w.waited > 0 {
			t.Errorf("takes no setpoints after the reset; told %q", w.said.take())
		}
	})
}

// Servos whose supply fails for a moment forget what they were told: a new session tells them
// before it switches them on.
func TestPowerFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
		w.drive(safety.Point{Y: -80}, 20)
		w.board.Command("reboot")
		w.serve(3 * time.Second)
		if w.failed == nil {
			t.Fatal("not noticed")
		}
		_ = w.driver.Close()
		time.Sleep(time.Second)
		w.open()
		w.serve(time.Second)
		w.drive(safety.Point{Y: 50}, 20)
		if jumps := w.events(feetechemu.EvJump); len(jumps) > 0 {
			t.Errorf("jumps: %+v", jumps)
		}
	})
}

// A load that is held for too long is an overload, before the servo finds one.
func TestLoad(t *testing.T) {
	c := testConfig()
	c.MaxLoad = 30
	s := opened(c)
	for i := range 40 {
		s.answer(func(n int, l *live) {
			if n == kinematics.Elbow && i > 0 {
				l.load = -40
			}
		})
	}
	s.want(t, `alarm "elbow: load 40 %, limit 30, for 500ms" locked=true`)
	s.answer(func(n int, l *live) { l.load = 28 })
	s.answer(func(n int, l *live) { l.load = 28 })
	s.want(t) // within the margin
	s.answer(func(n int, l *live) { l.load = 20 })
	s.answer(func(n int, l *live) { l.load = 20 })
	s.want(t, "unlocked")
}

// One answer with a wrong value, which a checksum of one byte lets pass now and then, is not
// taken at its word.
func TestOneReadingIsNoTrouble(t *testing.T) {
	s := opened(testConfig())
	for i := range 10 {
		s.answer(func(n int, l *live) {
			if i%2 == 0 {
				l.voltage, l.temperature, l.faults = 25, 200, everyFault
			}
		})
	}
	s.want(t)
}

// Every kind of trouble in words.
func TestTroublesInWords(t *testing.T) {
	for want, change := range map[string]func(*live){
		"elbow: servo reports a fault: voltage":                                     func(l *live) { l.faults = FaultVoltage },
		"elbow: servo reports a fault: sensor":                                      func(l *live) { l.faults = FaultSensor },
		"elbow: servo reports a fault: temperature":                                 func(l *live) { l.faults = FaultTemperature },
		"elbow: servo reports a fault: current":                                     func(l *live) { l.faults = FaultCurrent },
		"elbow: servo reports a fault: angle":                                       func(l *live) { l.faults = FaultAngle },
		"elbow: overload: the servo has reduced its torque, the arm may sink":       func(l *live) { l.faults = FaultOverload },
		"elbow: voltage 8.9 V, limit 9.0":                                           func(l *live) { l.voltage = 8.9 },
		"elbow: voltage 13.1 V, limit 13.0":                                         func(l *live) { l.voltage = 13.1 },
		"elbow: temperature 66 °C, limit 65":                                        func(l *live) { l.temperature = 66 },
		"elbow: its motor is off: its supply failed, or somebody else uses the bus": func(l *live) { l.torque = false },
	} {
		s := opened(testConfig())
		for range 3 {
			s.answer(func(i int, l *live) {
				if i == kinematics.Elbow {
					change(l)
				}
			})
		}
		s.want(t, "alarm \""+want+"\" locked=true")
		for range 3 {
			s.answer(nil)
		}
		s.want(t, "unlocked")
	}
}

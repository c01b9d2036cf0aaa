package feetech

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// A limp arm is moved by hand, measured all the while, and taken hold of where it then is.
func TestRelax(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
		w.serve(time.Second)
		w.stop()
		w.call(w.driver.Relax)
		w.serve(time.Second)
		w.board.Command("turn 11 200")
		w.board.Command("turn 13 300")
		w.board.Command("turn 14 -250") // the hand is no longer level
		w.serve(time.Second)
		w.stop() // it stays limp
		at := where(testConfig())(w.board.Last())
		if far := at.Sub(testStart).Norm(); far < 50 {
			t.Errorf("the hand moves it by %.0f mm: it is not limp", far)
		}
		before := w.events("state")
		w.rearm()
		if far := w.position.Sub(at).Norm(); far > 1 {
			t.Errorf("measured at %v, is at %v", w.position, at)
		}
		if moved := where(testConfig())(w.board.Last()).Sub(at).Norm(); moved > 1 {
			t.Errorf("moved by %.1f mm as it took hold", moved)
		}
		for _, e := range w.events("state")[len(before):] {
			if e.Text == "torque 9 on" {
				t.Error("the claw was limp")
			}
		}
		if jumps := w.events(feetechemu.EvJump); len(jumps) > 0 {
			t.Errorf("jumps: %+v", jumps)
		}
		w.drive(safety.Point{X: 20}, 100)
		w.serve(time.Second)
		if pitch := w.pitch(); math.Abs(pitch) > 0.02 || w.position.X-at.X < 10 {
			t.Errorf("the hand is pitched by %.2f rad, at %v", pitch, w.position)
		}
		w.want()
	})
}

// pitch is that of the hand, as measured.
func (w *writer) pitch() float64 {
	w.driver.mu.Lock()
	defer w.driver.mu.Unlock()
	q := w.driver.session.posture
	return q[kinematics.Shoulder] + q[kinematics.Elbow] + q[kinematics.Wrist]
}

// Nothing is accepted before every motor is known to be on.
func TestAcceptsNothingBeforeItHolds(t *testing.T) {
	s := opened(testConfig())
	s.hear(s.relaxNow(s.now))
	s.answer(nil)
	s.answer(nil)
	if s.servos[kinematics.Elbow].torque || !s.servos[claw].torque {
		t.Errorf("motors: %+v", s.servos)
	}
	s.stopNow(s.now)
	s.answer(nil)
	s.rearmNow(s.now)
	for n := range 4 {
		sp := safety.Setpoint{From: s.position, Position: s.position.Add(safety.Point{Y: 0.1}), Speed: 10}
		if part := s.accepts(s.now, sp); part > 0 {
			t.Fatalf("cycle %d: accepts %v", n, part)
		}
		s.answer(func(i int, l *live) { l.torque = l.torque && i != kinematics.Wrist })
	}
	for range 5 {
		s.answer(nil)
	}
	sp := safety.Setpoint{From: s.position, Position: s.position.Add(safety.Point{Y: 0.1}), Speed: 10}
	if part := s.accepts(s.now, sp); part != 1 {
		t.Errorf("accepts %v once it holds", part)
	}
	s.want(t, "stopped confirmed")
}

// A servo that does not switch on is named, and the arm stays limp.
func TestRearmFails(t *testing.T) {
	s := opened(testConfig())
	s.hear(s.relaxNow(s.now))
	s.answer(nil)
	s.rearmNow(s.now)
	for range 50 {
		s.answer(func(i int, l *live) { l.torque = l.torque && i != kinematics.Wrist })
	}
	s.want(t, `alarm "wrist: servo 14 does not switch its motor on" locked=false`)
	if s.servos[kinematics.Elbow].torque {
		t.Error("the elbow was left on")
	}
}

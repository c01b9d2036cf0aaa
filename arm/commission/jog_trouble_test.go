package commission

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/feetech"
)

// What goes wrong in motion ends it, with a reason, and the joint holds where that can be.
func TestJogInTrouble(t *testing.T) {
	for _, c := range []struct {
		name, fault, want string
		holds             bool
	}{
		{"an obstacle", "block 3", "elbow was stopped at ", true},
		{"an overload", "overload 3", "it reports: overload", true},
		{"too hot", "temperature 3 75", "it reports: temperature", false},
		{"voltage", "voltage 150", "it reports: voltage", true},
		{"silence", "drop 3", "cannot be told to hold: it ends what it was told, less than 0.1 s of motion", true},
		{"a cable", "close", "cannot be told to hold", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := startJog(t, oneServo(), 40, 20)
				j.agree(500 * time.Millisecond)
				j.Command(c.fault)
				j.restsIn(2 * time.Second)
				j.settle()
				if err := j.ended(); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				if at := j.position(0); at < 1700 {
					t.Errorf("went on to %.0f", at)
				}
				if c.fault == "close" || c.fault == "drop 3" {
					return
				}
				if j.torque() != c.holds {
					t.Errorf("holds %v", j.torque())
				}
			})
		})
	}
}

// wheel is a servo in the mode of a wheel: it turns at its goal's speed, whatever the goal is.
type wheel struct {
	Bus
	position float64
	speed    int // counts/s
	on       bool
	seen     time.Time
}

func (w *wheel) Check(context.Context, int) error { return nil } // it became one after that

func (w *wheel) Read(_ context.Context, id int) (feetech.Servo, error) {
	if w.on {
		w.position += float64(w.speed) * time.Since(w.seen).Seconds()
	}
	w.seen = time.Now()
	return feetech.Servo{ID: id, Model: 777, Position: int(w.position), Torque: w.on, Moving: w.on && w.speed != 0}, nil
}

func (w *wheel) Torque(_ context.Context, _ int, on bool) error { w.on = on; return nil }

func (w *wheel) Goal(_ context.Context, _, _, speed, _ int) error { w.speed = speed; return nil }

// untouched is a servo that nothing may be written to.
type untouched struct {
	Bus
	t     *testing.T
	servo feetech.Servo
	check error
}

func (u untouched) Check(context.Context, int) error { return u.check }

func (u untouched) Read(context.Context, int) (feetech.Servo, error) { return u.servo, nil }

func (u untouched) Torque(context.Context, int, bool) error {
	u.t.Error("torque")
	return nil
}

func (u untouched) Goal(context.Context, int, int, int, int) error {
	u.t.Error("goal")
	return nil
}

// A servo that counts several turns is refused before anything is written: a goal is within one.
func TestJogOutsideOfTheTurn(t *testing.T) {
	for _, c := range []struct {
		at int
		by float64
	}{{-5, 10}, {-5, -10}, {4096, -10}, {9000, 5}} {
		console, _, shown := terminal(t, Options{Yes: true})
		u := untouched{t: t, servo: feetech.Servo{ID: 3, Model: 777, Position: c.at, Torque: true}}
		axis, err := ServoAxis(3)
		if err != nil {
			t.Fatal(err)
		}
		err = Jog(t.Context(), console, u, axis, c.by, 5)
		want := fmt.Sprintf("servo 3 stands at %d counts, outside of its one turn, 0 to 4095", c.at)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "register 18") {
			t.Errorf("%v: %v, want %q and what to do", c, err, want)
		}
		if shown.Len() > 0 {
			t.Errorf("%v: asked %q", c, shown)
		}
	}
}

// A servo that cannot be driven, for its mode say, is refused before anything is written.
func TestJogOfAServoThatCannotBeDriven(t *testing.T) {
	console, _, shown := terminal(t, Options{Yes: true})
	wrong := errors.New("servo 3 is in mode 1")
	axis, err := ServoAxis(3)
	if err != nil {
		t.Fatal(err)
	}
	u := untouched{t: t, servo: feetech.Servo{ID: 3, Model: 777, Position: 2048}, check: wrong}
	if err := Jog(t.Context(), console, u, axis, 5, 5); !errors.Is(err, wrong) || shown.Len() > 0 {
		t.Errorf("%v, asked %q", err, shown)
	}
}

// What a goal does not stop, the end of the torque does.
func TestJogOfAWheel(t *testing.T) {
	for _, c := range []struct{ by, speed float64 }{{10, 1}, {-10, 1}, {30, 20}, {-30, 20}} {
		synctest.Test(t, func(t *testing.T) {
			w := &wheel{position: 2048}
			axis, err := ServoAxis(3)
			if err != nil {
				t.Fatal(err)
			}
			console, _, _ := terminal(t, Options{Yes: true})
			err = Jog(t.Context(), console, w, axis, c.by, c.speed)
			if err == nil || !strings.Contains(err.Error(), "does not stand still") || w.on {
				t.Errorf("%v: torque %v, %v", c, w.on, err)
			}
			if turned := math.Abs(w.position - 2048); degrees(int(turned)) > math.Abs(c.by)+2*c.speed+1 {
				t.Errorf("%v: turned by %.0f counts", c, turned)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	sound := feetech.Servo{Position: 2048, Torque: true, Load: 30}
	for _, c := range []struct {
		name   string
		change func(s *feetech.Servo)
		want   string // "": it may go on
	}{
		{"sound", func(*feetech.Servo) {}, ""},
		{"sags", func(s *feetech.Servo) { s.Position -= 40 }, ""},
		{"has fallen back", func(s *feetech.Servo) { s.Position -= 80 }, "does not follow: it is 6.9° behind"},
		{"has been pushed on", func(s *feetech.Servo) { s.Position += 80 }, "does not follow"},
		{"fault", func(s *feetech.Servo) { s.Faults = feetech.FaultOverload }, "reports: overload"},
		{"limp", func(s *feetech.Servo) { s.Torque = false }, "torque went off"},
		{"pushes, for a moment", func(s *feetech.Servo) { s.Load = -90 }, ""},
	} {
		j := &jog{crawl: crawl{to: 3000, goal: 2048, speed: 1}, last: sound}
		c.change(&j.last)
		if err := j.judge(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		j := &jog{crawl: crawl{to: 3000, goal: 2048, speed: 1}, last: sound}
		for _, load := range []float64{90, 90, 10, 90, 90, 90} {
			if j.last.Load = load; j.judge() != nil {
				t.Error("stopped too early")
			}
			time.Sleep(hardestTime / 3)
		}
		if err := j.judge(); err == nil || !strings.Contains(err.Error(), "pushes with 90 %") {
			t.Errorf("%v", err)
		}
	})
}

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

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/feetech"
)

// elbow is a joint that counts down, 45° to either side of 2048.
var elbow = Joint{ID: 3, Zero: 2048, Direction: -1, Min: -45, Max: 45}

// oneServo stands in the middle of its turn.
func oneServo() feetechemu.Servo { return feetechemu.Servo{ID: 3, Position: 2048} }

// jogging is a jog in a bubble.
type jogging struct {
	*rig
	shownFirst string
}

// startJog asks for a jog of the elbow, and answers nothing yet.
func startJog(t *testing.T, servo feetechemu.Servo, by, speed float64) *jogging {
	t.Helper()
	r := newRig(t, feetechemu.Config{Servos: []feetechemu.Servo{servo}})
	axis, err := Arm{Joints: [4]Joint{2: elbow}}.Axis("elbow")
	if err != nil {
		t.Fatal(err)
	}
	return &jogging{r, r.begin(Options{Asks: true}, func(ctx context.Context, c *Console, b Bus) error {
		return Jog(ctx, c, b, axis, by, speed)
	})}
}

// agree types yes, and lets it go on for some time.
func (j *jogging) agree(during time.Duration) {
	j.t.Helper()
	fmt.Fprintln(j.typed, "y")
	time.Sleep(during) // of the bubble
	synctest.Wait()
}

// mostSpeed returns that of the joint so far, in degrees/s.
func (j *jogging) mostSpeed() (v float64) {
	for _, e := range j.Events() {
		v = max(v, e.V)
	}
	return v * 180 / math.Pi
}

// restsIn fails if the joint still moves after some time.
func (j *jogging) restsIn(within time.Duration) {
	j.t.Helper()
	time.Sleep(within) // of the bubble
	synctest.Wait()
	j.Command("resume") // an event of now
	if v := j.Last().V; v != 0 {
		j.t.Errorf("moves at %v rad/s after %v", v, within)
	}
}

func (j *jogging) torque() bool {
	s, err := j.bus.Read(j.t.Context(), 3)
	if err != nil {
		j.t.Fatal(err)
	}
	return s.Torque
}

func TestJogGoesThereAndHolds(t *testing.T) {
	for _, c := range []struct{ by, speed float64 }{{10, 5}, {-10, 5}, {-44, 20}, {1, 1}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := startJog(t, oneServo(), c.by, c.speed)
				takes := time.Duration(math.Abs(c.by) / c.speed * float64(time.Second))
				j.agree(takes / 2)
				half := 2048 - counts(c.by)/2 // it counts down
				if at := j.position(0); math.Abs(at-float64(half)) > 0.2*math.Abs(float64(counts(c.by)))+5 {
					t.Errorf("at %.0f half the time later, want about %d", at, half)
				}
				shown := j.settle()
				if err := j.ended(); err != nil {
					t.Fatal(err)
				}
				want := 2048 - counts(c.by)
				if at := j.position(0); math.Abs(at-float64(want)) > 2 {
					t.Errorf("stands at %.1f counts, want %d", at, want)
				}
				if v := j.mostSpeed(); v > 1.3*c.speed+6 {
					t.Errorf("turned at %.1f°/s, want %v", v, c.speed)
				}
				if !strings.Contains(shown, "and holds") || !j.torque() {
					t.Errorf("holds %v, said %q", j.torque(), shown)
				}
			})
		})
	}
}

func TestJogSaysWhatItWillDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := startJog(t, oneServo(), 10, 5)
		want := "elbow (servo 3, ST3215) goes from 0.0° (2048 counts) to 10.0° (1934 counts), at 5°/s. Its torque goes on, where it stands.\n" +
			"Keep clear of the arm. Enter or Ctrl-C stops it.\nMove it? [y/N] "
		if j.shownFirst != want {
			t.Errorf("says %q", j.shownFirst)
		}
	})
}

// A servo that is on is not switched on again, which would give up the goal that holds its load:
// it is told the goals of the crawl, and nothing before them.
func TestJogOfAServoThatHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, feetechemu.Config{Servos: []feetechemu.Servo{oneServo()}})
		if err := r.bus.Torque(t.Context(), 3, true); err != nil {
			t.Fatal(err)
		}
		axis, err := ServoAxis(3)
		if err != nil {
			t.Fatal(err)
		}
		before := len(r.writes())
		shown := r.begin(Options{Asks: true}, func(ctx context.Context, c *Console, b Bus) error {
			return Jog(ctx, c, b, axis, 5, 5)
		})
		if want := "at 5°/s. It holds already, at 180.0° (2048 counts).\n"; !strings.Contains(shown, want) {
			t.Errorf("%q is not in %q", want, shown)
		}
		r.enter("y")
		if err := r.ended(); err != nil {
			t.Fatal(err)
		}
		for _, w := range r.writes()[before:] {
			const regAccel = 41 // where a goal with its speed begins
			if w.register != regAccel {
				t.Errorf("wrote register %d: %s", w.register, w.frame)
			}
		}
	})
}

// What is not agreed to changes nothing: the servo is only read.
func TestJogRefused(t *testing.T) {
	for name, refuse := range map[string]func(j *jogging){
		"no":     func(j *jogging) { j.enter("n") },
		"Enter":  func(j *jogging) { j.enter("") },
		"Ctrl-C": func(j *jogging) { j.ctrlC() },
		"end":    func(j *jogging) { _ = j.typed.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := startJog(t, oneServo(), 10, 5)
				refuse(j)
				j.settle()
				if err := j.ended(); err == nil || !strings.Contains(err.Error(), "nothing was moved") {
					t.Errorf("%v", err)
				}
				if w := j.writes(); len(w) > 0 {
					t.Errorf("wrote %v", w)
				}
			})
		})
	}
}

// What cannot be is refused before anybody is asked.
func TestJogThatCannotBe(t *testing.T) {
	hot := oneServo()
	hot.Model = 1540
	for _, c := range []struct {
		name      string
		servo     feetechemu.Servo
		by, speed float64
		want      string
	}{
		{"beyond the upper limit", oneServo(), 46, 5, "elbow stands at 0.0° (2048 counts); +46° from there is beyond its limits, 45.0° (1536 counts) to -45.0° (2560 counts)"},
		{"beyond the lower limit", oneServo(), -46, 5, "-46° from there is beyond its limits"},
		{"nothing", oneServo(), 0.01, 5, "less than one count"},
		{"too fast", oneServo(), 10, 20.1, "must be 1 to 20"},
		{"not at all fast", oneServo(), 10, 0, "must be 1 to 20"},
		{"no number", oneServo(), 10, math.NaN(), "must be 1 to 20"},
		{"another servo", hot, 10, 5, "model 1540"},
		{"nobody there", feetechemu.Servo{ID: 9}, 10, 5, "servo 3: no answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := startJog(t, c.servo, c.by, c.speed)
				if err := j.ended(); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				if w := j.writes(); len(w) > 0 {
					t.Errorf("wrote %v", w)
				}
			})
		})
	}
}

// A person stops it: it stands at once, and holds.
func TestJogStopped(t *testing.T) {
	for name, stop := range map[string]func(j *jogging){
		"Enter":  func(j *jogging) { fmt.Fprintln(j.typed) },
		"Ctrl-C": func(j *jogging) { j.ctrlC() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := startJog(t, oneServo(), 40, 20)
				j.agree(time.Second)
				from := j.position(0)
				stop(j)
				j.restsIn(150 * time.Millisecond)
				shown := j.settle()
				if err := j.ended(); err != nil {
					t.Error(err)
				}
				if way := math.Abs(j.position(0) - from); way > 12 || !j.torque() || !strings.Contains(shown, "and holds") {
					t.Errorf("%.0f counts farther, torque %v, said %q", way, j.torque(), shown)
				}
			})
		})
	}
}

// TestJogThatDies: from whatever moment on nothing comes any more from this program, the joint
// rests within 100 ms and what it lags behind its setpoint.
func TestJogThatDies(t *testing.T) {
	for _, after := range []int{20, 100, 333, 710, 1204, 1500} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := startJog(t, oneServo(), 40, 20)
				j.agree(time.Duration(after) * time.Millisecond)
				if from := j.position(0); after > 100 && from == 2048 {
					t.Fatal("it does not move")
				}
				j.Command("hang") // nothing comes to the servos
				const lag = 5 * 15 * time.Millisecond
				time.Sleep(100*time.Millisecond + lag)
				synctest.Wait()
				j.Command("resume")
				if v := j.Last().V; v > 0.02 {
					t.Errorf("still moves at %v rad/s", v)
				}
			})
		})
	}
}

// A joint that sags under its load comes as far as it comes, and that is told.
func TestJogUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		servo := oneServo()
		servo.Gravity = 400
		servo.Low, servo.High = 2048, 4095 // it lies on its end, until the torque is on
		j := startJog(t, servo, -20, 10)
		j.agree(0)
		shown := j.settle()
		if err := j.ended(); err != nil {
			t.Fatal(err)
		}
		want := 2048 + counts(20) - 20 // 40 % of the torque
		if at := j.position(0); math.Abs(at-float64(want)) > 3 {
			t.Errorf("stands at %.1f, want %d", at, want)
		}
		if !strings.Contains(shown, "-18.2° (2255 counts), and holds") {
			t.Errorf("said %q", shown)
		}
	})
}

// A joint that holds a load already is turned from the goal that holds it: it does not sink first,
// by however little it is to be raised.
func TestJogOfALoadThatIsHeld(t *testing.T) {
	for _, by := range []float64{1, 5, 20} {
		synctest.Test(t, func(t *testing.T) {
			servo := oneServo()
			servo.Gravity = 400 // it pulls to lower counts
			r := newRig(t, feetechemu.Config{Servos: []feetechemu.Servo{servo}})
			if err := errors.Join(r.bus.Torque(t.Context(), 3, true), r.bus.Goal(t.Context(), 3, 2000, 300, jogAccel)); err != nil {
				t.Fatal(err)
			}
			axis, err := ServoAxis(3)
			if err != nil {
				t.Fatal(err)
			}
			r.settle()
			held, before := r.position(0), len(r.Events())
			shown := r.begin(Options{Asks: true}, func(ctx context.Context, c *Console, b Bus) error {
				return Jog(ctx, c, b, axis, by, 5)
			})
			if want := "It holds already, at 174.1° (1981 counts)."; !strings.Contains(shown, want) {
				t.Errorf("%q is not in %q", want, shown)
			}
			r.enter("y")
			r.settle()
			if err := r.ended(); err != nil {
				t.Fatal(err)
			}
			for _, e := range r.Events()[before:] {
				if at := e.Joints[0] * feetech.CountsPerTurn / (2 * math.Pi); at < held-1 {
					t.Fatalf("%v°: sinks from %.1f to %.1f counts", by, held, at)
				}
			}
			if rises, want := r.position(0)-held, float64(counts(by)); math.Abs(rises-want) > 2 {
				t.Errorf("%v°: rises by %.1f counts, want %.0f", by, rises, want)
			}
		})
	}
}

// A joint that was moved by hand after the question is not turned from elsewhere.
func TestJogMovedSinceTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := startJog(t, oneServo(), 10, 5)
		j.Command("turn 3 200")
		j.settle()
		j.enter("y")
		if err := j.ended(); err == nil || !strings.Contains(err.Error(), "moved since the question") {
			t.Errorf("%v", err)
		}
		if at := j.position(0); math.Abs(at-2248) > 2 {
			t.Errorf("stands at %v", at)
		}
	})
}

// The torque never goes on with a goal elsewhere.
func TestJogNeverJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := startJog(t, oneServo(), 10, 5)
		j.agree(4 * time.Second)
		for _, e := range j.Events() {
			if e.Ev == feetechemu.EvJump {
				t.Errorf("%+v", e)
			}
		}
		if err := j.ended(); err != nil {
			t.Error(err)
		}
	})
}

// Without a terminal and with --yes, nobody is there to press Enter: the end of the input
// is no stop.
func TestJogWithoutTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, feetechemu.Config{Servos: []feetechemu.Servo{oneServo()}})
		axis, err := ServoAxis(3)
		if err != nil {
			t.Fatal(err)
		}
		r.begin(Options{Yes: true}, func(ctx context.Context, c *Console, b Bus) error {
			_ = r.typed.Close()
			return Jog(ctx, c, b, axis, 20, 20)
		})
		if err := r.ended(); err != nil {
			t.Error(err)
		}
		if at := r.position(0); math.Abs(at-float64(2048+counts(20))) > 2 {
			t.Errorf("stands at %v", at)
		}
	})
}

func TestJogNobodyToAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, feetechemu.Config{Servos: []feetechemu.Servo{oneServo()}})
		axis, _ := ServoAxis(3)
		r.begin(Options{}, func(ctx context.Context, c *Console, b Bus) error { return Jog(ctx, c, b, axis, 20, 20) })
		if err := r.ended(); err != ErrNobody {
			t.Error(err)
		}
		for _, e := range r.Events() {
			if e.Ev == armtest.EvLine {
				t.Errorf("sent %s", e.Text)
			}
		}
	})
}

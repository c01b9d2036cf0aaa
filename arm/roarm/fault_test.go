package roarm

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// What goes wrong with the arm comes out as an error of Service, or as feedback.
func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		command string
		hears   string // a line that the Feedback gets
		fails   string // what Service says
	}{
		{"hang", "", "does not answer T:105"},
		{"mute", "", "does not answer T:105"},
		{"stall-read", "", "does not answer T:105"},
		{"reboot", "", "does not answer T:105"},
		{"close", "lost ", "input/output error"},
		{"block", "does not follow", ""},
		{"garbage 3000", "measured ", ""},
	} {
		t.Run(tc.command, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := emulated(t, roarmemu.Config{})
				w, opened := newWriter(t, testConfig(), opener(m))
				for range 20 {
					w.tick(safety.Point{Y: opened.MaxSpeed})
				}
				w.said.take()
				m.Command(tc.command)
				began := w.now()
				for w.failed == nil && w.now()-began < 3*time.Second {
					w.tick(safety.Point{Y: opened.MaxSpeed})
				}
				heard := strings.Join(w.said.take(), "\n")
				if !strings.Contains(heard, tc.hears) {
					t.Errorf("heard %s\nwant %s", heard, tc.hears)
				}
				if tc.fails == "" && w.failed != nil || tc.fails != "" && (w.failed == nil || !strings.Contains(w.failed.Error(), tc.fails)) {
					t.Errorf("Service: %v, want %q", w.failed, tc.fails)
				}
				if took := w.now() - began; tc.fails != "" && took > time.Second {
					t.Errorf("noticed after %v", took)
				}
			})
		})
	}
}

func TestNoticesASilentArmAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		w, _ := newWriter(t, testConfig(), opener(m))
		w.until(w.now() + 10*time.Second)
		if w.failed != nil {
			t.Fatal(w.failed)
		}
		m.Command("hang")
		hung := w.now()
		w.until(hung + 5*time.Second)
		if took := w.now() - hung; w.failed == nil || took > restPoll+2*answerWait {
			t.Errorf("%v after %v", w.failed, took)
		}
	})
}

// An arm whose cable was pulled in motion is opened again, says where it is, and stays there.
func TestReopens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		w, opened := newWriter(t, testConfig(), opener(m))
		for range 30 {
			w.tick(safety.Point{Y: opened.MaxSpeed})
		}
		m.Command("close")
		m.Command("replug")
		_ = w.driver.Close() // says that the cable was pulled
		from := len(m.Events())
		again, err := w.driver.Open(t.Context(), w.said)
		if err != nil {
			t.Fatal(err)
		}
		w.due, w.failed = 0, nil
		opened = again
		w.until(w.now() + time.Second)
		if off := m.Last().Position().Sub(opened.Position).Norm(); off > rounding {
			t.Errorf("opened at %v, is at %v", opened.Position, m.Last().Position())
		}
		if sent := slices.Concat(lines(m, from, "1041"), lines(m, from, "106"), lines(m, from, "210")); len(sent) > 0 {
			t.Errorf("replayed %v", sent)
		}
	})
}

func TestOpenFails(t *testing.T) {
	for _, tc := range []struct {
		name   string
		faults []string
		want   string
	}{
		{"silent", []string{"mute"}, "no answer to T:105"},
		{"unplugged", []string{"close"}, "no such file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := emulated(t, roarmemu.Config{}, tc.faults...)
				began := time.Now()
				_, err := New(testConfig(), opener(m)).Open(t.Context(), newRecorder())
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				if took := time.Since(began); took > openWait {
					t.Errorf("took %v", took)
				}
				if tc.faults[0] == "mute" {
					if _, err := m.Open(); err != nil {
						t.Errorf("the port was left open: %v", err)
					}
				}
			})
		})
	}
}

// What cannot be a position of this arm is not opened.
func TestTrusted(t *testing.T) {
	good := posture{0.1, 0.2, 1.5}
	for _, tc := range []struct {
		f    feedback
		want string
	}{
		{feedback{point: good.reported(), at: good}, ""},
		{feedback{at: posture{3.14, -3.14, -1.57}}, "is the 12 V supply on?"}, // what 0 counts are
		{feedback{point: good.reported().Add(safety.Point{X: 60}), at: good}, "mode 0"},
	} {
		err := tc.f.trusted()
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%v: %v, want %q", tc.f, err, tc.want)
		}
	}
}

// An arm that was refused is left alone for a while: each opening of its port may move it.
func TestLeavesARefusedArmAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		opens := 0
		a := New(testConfig(), func() (arm.Port, error) {
			opens++
			p, err := m.Open()
			if opens == 1 {
				return wrongMode{p}, err
			}
			return p, err
		})
		began := time.Now()
		for {
			_, err := a.Open(t.Context(), newRecorder())
			if err == nil {
				break
			}
			if !strings.Contains(err.Error(), "mode 0") {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		_ = a.Close()
		if took := time.Since(began); opens != 2 || took < time.Minute || took > 70*time.Second {
			t.Errorf("opened %d times within %v", opens, took)
		}
	})
}

// wrongMode is the port of an arm that is set to another end: its x is another one.
type wrongMode struct{ arm.Port }

func (p wrongMode) Read(b []byte) (int, error) {
	n, err := p.Port.Read(b)
	copy(b, bytes.ReplaceAll(b[:n], []byte(`"x":30`), []byte(`"x":40`)))
	return n, err
}

// What others left to be told is not told by Accepts: the gate that would hear it is locked.
func TestAcceptsTellsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, opened := newWriter(t, testConfig(), opener(emulated(t, roarmemu.Config{})))
		w.said.take()
		w.driver.mu.Lock()
		w.driver.session.alarm("left behind")
		w.driver.mu.Unlock()
		sp := safety.Setpoint{From: w.position, Position: w.position.Add(safety.Point{Y: 1}), Speed: opened.MaxSpeed}
		if part := w.driver.Accepts(w.now(), sp); part != 1 {
			t.Errorf("takes %v", part)
		}
		if heard := w.said.take(); len(heard) > 0 {
			t.Errorf("told %v", heard)
		}
	})
}

// Whoever recovers a panic can still stop the arm, and tell that the link is lost.
func TestPanicLeavesTheDriverUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newWriter(t, testConfig(), opener(emulated(t, roarmemu.Config{})))
		for name, call := range map[string]func(){
			"writer": func() { _ = w.driver.do(func(*session, time.Duration) ([]byte, error) { panic("writer") }) },
			"reader": func() { w.driver.fromReader(func(*session, time.Duration) { panic("reader") }) },
		} {
			func() {
				defer func() { _ = recover() }()
				call()
			}()
			if !w.driver.mu.TryLock() {
				t.Fatalf("%s: the mutex is still locked", name)
			}
			w.driver.mu.Unlock()
		}
	})
}

// Stops that come faster than a deaf arm reads do not fill its receive buffer.
func TestStopsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		w, opened := newWriter(t, testConfig(), opener(m))
		w.tick(safety.Point{Y: opened.MaxSpeed})
		m.Command("hang")
		for range 100 {
			if err := w.driver.Stop(w.now()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if w.driver.session.unread > mostUnread+len(askLine) {
			t.Errorf("%d bytes unread", w.driver.session.unread)
		}
		if slices.ContainsFunc(m.Events(), armtest.Is(armtest.EvLost)) {
			t.Error("bytes were lost")
		}
	})
}

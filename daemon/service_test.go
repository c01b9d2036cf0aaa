package daemon

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// manager is a service manager that hears what it is told.
type manager struct {
	mu   sync.Mutex
	told []string
}

// watch lets r be a service of m, until the test is over.
func (m *manager) watch(r *rig, watchdog time.Duration) *service {
	s := &service{send: m.take, watchdog: watchdog, writer: r.writer, guard: r.guard, metrics: r.metrics, log: zerolog.Nop(), arm: "bench"}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.run(ctx)
	}()
	r.t.Cleanup(func() { cancel(); <-ended })
	synctest.Wait()
	return s
}

func (m *manager) take(state string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, state)
	return true
}

// since returns what was told since it was asked last, and how often the watchdog was fed.
func (m *manager) since() (told []string, fed int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, state := range m.told {
		if state == "WATCHDOG=1" {
			fed++
		} else {
			told = append(told, state)
		}
	}
	m.told = nil
	return told, fed
}

// The watchdog is fed while the writer gets through its work, also at rest, and from the
// moment that a write blocks no more, until it returns.
func TestWatchdogIsFedByTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := newFakeArm()
		f.before = func(c told) error {
			if c.call == "move" {
				<-release
			}
			return nil
		}
		r := newRig(t, f)
		r.run()
		m := &manager{}
		m.watch(r, 2*time.Second)
		told, _ := m.since()
		if diff := cmp.Diff([]string{"READY=1\nSTATUS=bench: idle"}, told); diff != "" {
			t.Errorf("at the start (-want +got)\n%s", diff)
		}
		pass(2 * time.Second)
		if told, fed := m.since(); fed != feedsPerWatchdog || told != nil {
			t.Errorf("at rest: fed %d times in its time, want %d; told %q", fed, feedsPerWatchdog, told)
		}
		r.admit(away)
		pass(time.Second) // what was done before the write counts once
		m.since()
		pass(10 * time.Second)
		if _, fed := m.since(); fed != 0 {
			t.Errorf("while a write blocks: fed %d times", fed)
		}
		if n := count(t, r.metrics.WatchdogWithheld); n < 20 {
			t.Errorf("withheld %v times, want 20 and more", n)
		}
		close(release)
		pass(2 * time.Second)
		if _, fed := m.since(); fed < feedsPerWatchdog-1 {
			t.Errorf("after the write: fed %d times", fed)
		}
	})
}

// A writer that is gone, or waits for the gate's lock for ever, does not feed it either.
func TestWatchdogOfADeadWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, newFakeArm())
		r.run()
		m := &manager{}
		m.watch(r, 2*time.Second)
		pass(time.Second)
		r.leave()
		<-r.ended
		pass(time.Second)
		m.since()
		pass(time.Minute)
		if _, fed := m.since(); fed != 0 {
			t.Errorf("fed %d times", fed)
		}
	})
}

// To open an arm takes seconds, and to close one can take half a minute, in which the writer does
// nothing else. For ever is a defect.
func TestWatchdogWhileTheArmIsLinked(t *testing.T) {
	for _, call := range []string{"open", "close"} {
		t.Run(call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				f := newFakeArm()
				f.before = func(c told) error {
					if c.call == call {
						<-release
					}
					return nil
				}
				r := newRig(t, f)
				r.run()
				m := &manager{}
				m.watch(r, 2*time.Second)
				if call == "close" {
					f.feedback.Lost(errBoom)
				}
				pass(50 * time.Second)
				if _, fed := m.since(); fed != 100 {
					t.Errorf("for 50 s: fed %d times, want 100", fed)
				}
				pass(20 * time.Second)
				m.since()
				pass(20 * time.Second)
				if _, fed := m.since(); fed != 0 {
					t.Errorf("after 70 s: fed %d times", fed)
				}
				close(release)
			})
		})
	}
}

// Stations do not wait for ever for an arm that neither answers nor fails.
func TestPortsOpenWithoutTheArm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := newFakeArm()
		f.before = func(told) error { <-release; return nil }
		r := newRig(t, f)
		r.start()
		began := time.Now()
		r.writer.untilTried(t.Context())
		if waited := time.Since(began); waited != firstTry {
			t.Errorf("waited %v", waited)
		}
		close(release)
		r.writer.untilTried(t.Context())
		if waited := time.Since(began); waited != firstTry {
			t.Errorf("an arm that has answered is waited for until %v", waited)
		}
	})
}

// Without a watchdog nothing is fed; the status is told when it changes.
func TestStatusIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, newFakeArm(), func(c *config.Config) { c.Safety.Start = "stopped" })
		r.run()
		m := &manager{}
		s := m.watch(r, 0)
		want := []string{"READY=1\nSTATUS=bench: stopped (stop 1, boot): a reset that names the stop ends it"}
		step := func(what string, states ...string) {
			t.Helper()
			pass(statusStep)
			told, fed := m.since()
			if diff := cmp.Diff(append(want, states...), told); diff != "" || fed > 0 {
				t.Errorf("%s: fed %d times, told (-want +got)\n%s", what, fed, diff)
			}
			want = nil
		}
		step("at the start")
		r.reset()
		step("a reset", "STATUS=bench: idle")
		step("nothing")
		r.admit(near)
		step("a motion", "STATUS=bench: active, laptop steers")
		r.halt()
		step("a stop", "STATUS=bench: stopped (stop 2, station pendant): a reset that names the stop ends it")
		s.reloading()
		s.reloaded("a restart is needed for server.listen")
		stopped := "bench: stopped (stop 2, station pendant): a reset that names the stop ends it; a restart is needed for server.listen"
		step("a reload", "RELOADING=1", "READY=1\nSTATUS="+stopped, "STATUS="+stopped)
		s.stopping()
		leaving := strings.Replace(stopped, "bench: ", "bench: going down; ", 1)
		step("the end", "STOPPING=1\nSTATUS="+leaving, "STATUS="+leaving)
	})
}

// Nobody is there: nothing runs.
func TestNoManager(t *testing.T) {
	asked := 0
	r := newRig(t, newFakeArm())
	s := &service{send: func(string) bool { asked++; return false }, watchdog: time.Second, writer: r.writer, guard: r.guard}
	s.run(context.Background())
	if asked != 1 {
		t.Errorf("told %d times", asked)
	}
}

func TestInWords(t *testing.T) {
	tests := map[string]safety.Snapshot{
		"idle":                          {LinkUp: true},
		"idle, the arm does not answer": {},
		"idle, laptop has control":      {LinkUp: true, Holder: "laptop"},
		"active, laptop steers":         {LinkUp: true, State: safety.Active, Holder: "laptop"},
		"held, laptop has control":      {LinkUp: true, State: safety.Held, Holder: "laptop"},
		"stopped, the arm does not answer (stop 7, link_lost EIO, station tv): a reset that names the stop ends it": {
			State: safety.Stopped, StopID: 7, Causes: []safety.Cause{{Kind: safety.CauseLinkLost, By: "EIO"}, {Kind: safety.CauseStation, By: "tv"}},
		},
	}
	for want, snap := range tests {
		if got := inWords(snap); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A station's name is no message to the service manager, and not as long as it likes.
func TestPrintable(t *testing.T) {
	if got := printable("tv\nWATCHDOG=1\x00é"); got != "tv?WATCHDOG=1?é" {
		t.Errorf("%q", got)
	}
	long := printable(strings.Repeat("é", mostStatus+1))
	if want := strings.Repeat("é", mostStatus) + "…"; long != want {
		t.Errorf("%d characters", len([]rune(long)))
	}
	if slices.Contains([]rune(printable(strings.Repeat("é", mostStatus))), '…') {
		t.Error("a text that fits is cut")
	}
}

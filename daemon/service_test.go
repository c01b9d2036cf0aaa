package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
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
	deaf bool          // it takes nothing
	slow time.Duration // it takes so long
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
	time.Sleep(m.slow)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.deaf {
		return false
	}
	m.told = append(m.told, state)
	return true
}

func (m *manager) listen() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deaf = false
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
		f := newFakeArm()
		release := f.holdUp("move")
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

// After a stall of everything the writer gets its time to make progress.
func TestWatchdogAfterAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, newFakeArm())
		r.run()
		m := &manager{slow: 700 * time.Millisecond}
		m.watch(r, 2*time.Second)
		pass(time.Minute)
		if n := count(t, r.metrics.WatchdogWithheld); n != 0 {
			t.Errorf("withheld %v times", n)
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
				f := newFakeArm()
				release := f.holdUp(call)
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
		f := newFakeArm()
		release := f.holdUp("open")
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
	t.Setenv("NOTIFY_SOCKET", "")
	r := newRig(t, newFakeArm())
	s := newService(r.writer, r.guard, zerolog.Nop(), "bench")
	s.run(context.Background())
	s.stopping()
}

// A manager that is busy hears of the start later.
func TestReadyIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, newFakeArm())
		r.run()
		m := &manager{deaf: true}
		m.watch(r, 0)
		pass(3 * statusStep)
		m.listen()
		pass(3 * statusStep)
		told, _ := m.since()
		if diff := cmp.Diff([]string{"READY=1\nSTATUS=bench: idle"}, told); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// A reload that the end overtakes does not make the daemon ready again.
func TestNotReadyAfterStopping(t *testing.T) {
	r := newRig(t, newFakeArm())
	m := &manager{}
	s := &service{send: m.take, guard: r.guard, arm: "bench"}
	s.stopping()
	s.reloaded("")
	told, _ := m.since()
	if len(told) != 1 || !strings.HasPrefix(told[0], "STOPPING=1\n") {
		t.Errorf("told %q", told)
	}
}

// A manager that does not read holds nothing up.
func TestManagerDoesNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const queue = 100_000 // far more than any system lets wait
	for range queue {
		if err = notify(path, "WATCHDOG=1"); err != nil {
			break
		}
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v, want %v", err, os.ErrDeadlineExceeded)
	}
}

// What is to be done stays in sight, whatever stations call themselves.
func TestRemarkStaysInSight(t *testing.T) {
	r := newRig(t, newFakeArm())
	for i := range 20 {
		r.guard.halt(safety.CauseStation, strings.Repeat(string(rune('a'+i)), 64))
	}
	s := &service{guard: r.guard, arm: "bench", remark: "a restart is needed"}
	if got := s.status(); !strings.HasSuffix(got, "…; a restart is needed") {
		t.Error(got)
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

package daemon

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	systemd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// service tells the service manager how the daemon does: that it is ready, what the arm
// does, in words, and that the writer makes progress. Where there is none it does nothing.
type service struct {
	send     func(state string) (told bool) // nil: there is no manager
	watchdog time.Duration                  // within which the manager wants to be fed; 0: it does not watch
	writer   *writer
	guard    *guard
	metrics  *metrics.Set
	log      zerolog.Logger
	arm      string

	passes  uint64 // of the writer, when it was fed last
	hungry  bool   // it was not fed the last time
	mu      sync.Mutex
	remark  string // behind the status: what is to be done about the configuration
	leaving bool
}

func newService(w *writer, g *guard, log zerolog.Logger, arm string) *service {
	s := &service{writer: w, guard: g, metrics: g.metrics, log: log, arm: arm}
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return s
	}
	deaf := log.Sample(&zerolog.BurstSampler{Burst: 1, Period: time.Minute}) // one line says as much as two a second
	s.send = func(state string) bool {
		err := notify(socket, state)
		if err != nil {
			deaf.Warn().Err(err).Msg("the service manager cannot be told")
		}
		return err == nil
	}
	var err error
	if s.watchdog, err = systemd.SdWatchdogEnabled(false); err != nil {
		log.Warn().Err(err).Msg("the service manager's watchdog")
	}
	return s
}

// notifyTime bounds how long a message waits for a manager that does not read.
const notifyTime = 50 * time.Millisecond

// notify sends state to a service manager's socket. (systemd.SdNotify waits for ever if the
// socket's queue is full, and nothing of the daemon may wait for the manager.)
func notify(socket, state string) error {
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetWriteDeadline(time.Now().Add(notifyTime)) // it cannot fail on an open socket
	_, err = conn.Write([]byte(state))
	return err
}

// Failed tells the service manager, if there is one, why the daemon did not start or has ended:
// it shows this as long as it does not try again.
func Failed(err error) {
	if socket := os.Getenv("NOTIFY_SOCKET"); socket != "" {
		_ = notify(socket, "STATUS="+printable(strings.ReplaceAll(err.Error(), "\n", "; "))) // the log says it too
	}
}

// managed reports whether there is a manager.
func (s *service) managed() bool { return s.send != nil }

// tell sends state, if there is a manager, and reports whether it took it.
func (s *service) tell(state string) (told bool) { return s.managed() && s.send(state) }

// statusStep is how often the status is looked at where nothing is to be fed.
const statusStep = time.Second

// feedsPerWatchdog is how often it is fed within its time: one that comes late is not fatal.
const feedsPerWatchdog = 4

// run says that the daemon is ready, and goes on telling until ctx ends. What could not be
// told is told again.
func (s *service) run(ctx context.Context) {
	if !s.managed() {
		return
	}
	step := statusStep
	if s.watchdog > 0 {
		step = s.watchdog / feedsPerWatchdog
	}
	ready, said := "READY=1\n", ""
	for {
		if now := ready + s.status(); now != said && s.tell(now) {
			said, ready = strings.TrimPrefix(now, ready), ""
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(step): // from here, also after a stall: the writer had one as well
		}
		if s.watchdog > 0 {
			s.feed()
		}
	}
}

// feed feeds the watchdog if the writer has made progress since the last time, and has it
// make some until the next: at rest it sleeps.
func (s *service) feed() {
	passes := s.writer.passes.Load()
	alive := passes != s.passes || s.writer.links()
	s.passes = passes
	if alive {
		if s.tell("WATCHDOG=1") {
			s.metrics.WatchdogFeeds.Inc()
		}
	} else {
		s.metrics.WatchdogWithheld.Inc()
		if !s.hungry {
			s.log.Error().Msg("the writer makes no progress: the watchdog is not fed")
		}
	}
	s.hungry = !alive
	s.guard.wakeWriter()
}

// linkPatience is how long the writer may be busy with opening or closing the arm, when
// nothing moves it. A driver gives up after 12 s at the latest, and closing a port whose
// controller takes no bytes takes the kernel 30 s more.
const linkPatience = time.Minute

// links reports whether the writer is busy with opening or closing the arm, and not for too
// long.
func (w *writer) links() bool {
	since := safety.Instant(w.linking.Load())
	return since != 0 && w.clock.now()-since < linkPatience
}

// reloading says that the configuration is read again; reloaded must follow.
func (s *service) reloading() { s.tell("RELOADING=1") }

// reloaded says that it has been, with a remark for the status. A daemon that goes down is
// not ready any more.
func (s *service) reloaded(remark string) {
	s.mu.Lock()
	s.remark = remark
	leaving := s.leaving
	s.mu.Unlock()
	if !leaving {
		s.tell("READY=1\n" + s.status())
	}
}

// stopping says that the daemon goes down.
func (s *service) stopping() {
	s.mu.Lock()
	s.leaving = true
	s.mu.Unlock()
	s.tell("STOPPING=1\n" + s.status())
}

// status is what the daemon does, in words.
func (s *service) status() string {
	s.mu.Lock()
	remark, leaving := s.remark, s.leaving
	s.mu.Unlock()
	words := inWords(s.guard.snapshot(nil))
	if leaving {
		words = "going down; " + words
	}
	status := "STATUS=" + printable(s.arm+": "+words)
	if remark != "" {
		status += "; " + printable(remark) // which no name of a station pushes out of sight
	}
	return status
}

// inWords says what the arm does, and what is to be done about it.
func inWords(s safety.Snapshot) string {
	link := ""
	if !s.LinkUp {
		link = ", the arm does not answer"
	}
	switch s.State {
	case safety.Stopped:
		words := fmt.Sprintf("stopped%s (stop %d", link, s.StopID)
		for _, c := range s.Causes {
			words += ", " + strings.TrimSpace(c.Kind.String()+" "+c.By)
		}
		return words + "): a reset that names the stop ends it"
	case safety.Active:
		return "active, " + s.Holder + " steers" + link
	}
	words := s.State.String() + link
	if s.Holder != "" {
		words += ", " + s.Holder + " has control"
	}
	return words
}

// mostStatus bounds each part of the status: what stations call themselves is in it.
const mostStatus = 300

// printable is text in one line: the manager would read a second one as a message of its own.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > mostStatus {
		text = string(runes[:mostStatus]) + "…"
	}
	return text
}

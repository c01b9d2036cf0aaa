package daemon

import (
	"context"
	"fmt"
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
	send     func(state string) (told bool)
	watchdog time.Duration // within which the manager wants to be fed; 0: it does not watch
	writer   *writer
	guard    *guard
	metrics  *metrics.Set
	log      zerolog.Logger
	arm      string

	passes  uint64 // of the writer, when it was fed last
	hungry  bool   // it was not fed the last time
	said    string // the status that was sent last
	mu      sync.Mutex
	remark  string // behind the status: what is to be done about the configuration
	leaving bool
}

func newService(w *writer, g *guard, log zerolog.Logger, arm string) *service {
	s := &service{writer: w, guard: g, metrics: g.metrics, log: log, arm: arm}
	s.send = func(state string) bool {
		told, err := systemd.SdNotify(false, state)
		if err != nil {
			log.Warn().Err(err).Msg("the service manager cannot be told")
		}
		return told
	}
	var err error
	if s.watchdog, err = systemd.SdWatchdogEnabled(false); err != nil {
		log.Warn().Err(err).Msg("the service manager's watchdog")
	}
	return s
}

// statusStep is how often the status is looked at where nothing is to be fed.
const statusStep = time.Second

// feedsPerWatchdog is how often it is fed within its time: one that comes late is not fatal.
const feedsPerWatchdog = 4

// run says that the daemon is ready, and goes on telling until ctx ends.
func (s *service) run(ctx context.Context) {
	s.said = s.status()
	if !s.send("READY=1\n" + s.said) {
		return
	}
	step := statusStep
	if s.watchdog > 0 {
		step = s.watchdog / feedsPerWatchdog
	}
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if s.watchdog > 0 {
			s.feed()
		}
		if now := s.status(); now != s.said {
			s.said = now
			s.send(now)
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
		s.metrics.WatchdogFeeds.Inc()
		s.send("WATCHDOG=1")
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
func (s *service) reloading() { s.send("RELOADING=1") }

// reloaded says that it has been, with a remark for the status.
func (s *service) reloaded(remark string) {
	s.mu.Lock()
	s.remark = remark
	s.mu.Unlock()
	s.send("READY=1\n" + s.status())
}

// stopping says that the daemon goes down.
func (s *service) stopping() {
	s.mu.Lock()
	s.leaving = true
	s.mu.Unlock()
	s.send("STOPPING=1\n" + s.status())
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
	if remark != "" {
		words += "; " + remark
	}
	return "STATUS=" + printable(s.arm+": "+words)
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

// mostStatus bounds the status: what stations call themselves is a part of it.
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

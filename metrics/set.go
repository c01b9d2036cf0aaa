package metrics

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/aether-arm/aetherd/safety"
)

// Options is what the metrics cannot know by themselves.
type Options struct {
	Version     string            // of aetherd
	Arm, Driver string            // name of the arm, and what drives it
	InsecureLAN bool              // stations on other machines can connect
	DecodeCodes []string          // every code of a line that cannot be decoded
	Status      func() GateStatus // called once a scrape, from any goroutine; not by New
}

// Set is every metric that the daemon counts as things happen, each child resolved.
type Set struct {
	Command     Port
	Stop        Port
	Closed      Closed
	Subscribers prometheus.Gauge

	DecodeErrors []prometheus.Counter // in the order of Options.DecodeCodes
	Verdicts     []prometheus.Counter // indexed by safety.Reason
	CommandAge   prometheus.Histogram // seconds
	NotifyEvents []prometheus.Counter // indexed by safety.EventKind, for the kinds that end a motion

	Stops       []prometheus.Counter // indexed by safety.CauseKind, for the kinds that latch a stop
	StopLatency prometheus.Histogram // seconds

	TickLateness  prometheus.Histogram // seconds
	WriteDuration prometheus.Histogram // seconds
	StuckWrites   prometheus.Counter
	Reconnects    prometheus.Counter

	WatchdogFeeds    prometheus.Counter
	WatchdogWithheld prometheus.Counter
	ReloadSuccessful prometheus.Gauge // 1 from the start
	RestartPending   prometheus.Gauge
}

// Port counts what one of the two listening ports carries.
type Port struct {
	Connections prometheus.Gauge
	Accepted    prometheus.Counter
	Frames      prometheus.Counter
}

// Closed counts why connections ended.
type Closed struct {
	EOF        prometheus.Counter // the station closed
	Error      prometheus.Counter // the connection failed
	NotReading prometheus.Counter // the station let its replies pile up
	Shutdown   prometheus.Counter // the daemon ends
	Refused    prometheus.Counter // too many stations
}

// New registers every metric on reg, together with those of the Go runtime and
// of the process, and panics when reg already has one of them.
func New(reg prometheus.Registerer, o Options) *Set {
	reg.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	b := builder{reg}
	b.gauge(InsecureLAN).Set(indicator(o.InsecureLAN))
	b.gauges(BuildInfo).WithLabelValues(o.Version, runtime.Version()).Set(1)
	b.gauges(ArmInfo).WithLabelValues(strings.ToValidUTF8(o.Arm, "\uFFFD"), o.Driver).Set(1)

	s := &Set{
		Subscribers: b.gauge(Subscribers),

		DecodeErrors: b.counterEach(DecodeErrors, o.DecodeCodes),
		Verdicts:     b.counterEach(Verdicts, names(safety.Reasons())),
		CommandAge:   b.histogram(CommandAge),
		NotifyEvents: b.counterEach(NotifyEvents, names(motionEnds)),

		Stops:       b.counterEach(Stops, names(safety.StopCauses())),
		StopLatency: b.histogram(StopLatency),

		TickLateness:  b.histogram(TickLateness),
		WriteDuration: b.histogram(WriteDuration),
		StuckWrites:   b.counter(StuckWrites),
		Reconnects:    b.counter(Reconnects),

		WatchdogFeeds:    b.counter(WatchdogFeeds),
		WatchdogWithheld: b.counter(WatchdogWithheld),
		ReloadSuccessful: b.gauge(ReloadSuccessful),
		RestartPending:   b.gauge(RestartPending),
	}
	s.ReloadSuccessful.Set(1)
	reg.MustRegister(newGate(o.Status))
	b.ports(&s.Command, &s.Stop)
	b.closed(&s.Closed)
	return s
}

// Count counts an event of the gate: a stop by its cause, the end of a motion by its
// outcome. It allocates nothing.
func (s *Set) Count(e safety.Event) {
	switch e.Kind {
	case safety.StopLatched:
		s.Stops[e.Cause.Kind].Inc()
	case safety.Done, safety.Superseded, safety.StoppedShort, safety.ExpiredUnbegun:
		s.NotifyEvents[e.Kind].Inc()
	}
}

// motionEnds are the events that a motion with notify can end in.
var motionEnds = []safety.EventKind{safety.Done, safety.Superseded, safety.StoppedShort, safety.ExpiredUnbegun}

func names[T fmt.Stringer](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = v.String()
	}
	return all
}

package metrics

import (
	"math"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/aether-arm/aetherd/safety"
)

// GateStatus is the safety gate at one moment.
type GateStatus struct {
	safety.Snapshot
	Counts        safety.Counts
	LatestStop    uint64  // number of the latest stop, 0 before the first; StopID is 0 after a reset
	TrackingError float64 // mm from the setpoint to the measured position; NaN where nothing is measured

	// Of the configuration in force.
	ConfigHash    string
	LimitsHash    string  // of what arms of one kind can have in common
	MaxStations   int     // on each port
	TrackingLimit float64 // mm of TrackingError that latch a stop
}

// gate exposes a GateStatus. A scrape collects all of it from one value, so it never sees
// two states at once, or the holder of one moment with the state of another.
type gate struct {
	status func() GateStatus

	state, stopped, stopID, stopCause, holder, held         *prometheus.Desc
	superseded, expired, setpoints, deadmanTrips, handovers *prometheus.Desc
	serialUp, target, setpoint, position, trackingError     *prometheus.Desc
	configInfo, maxStations, trackingLimit                  *prometheus.Desc
}

func newGate(status func() GateStatus) *gate {
	return &gate{
		status: status,

		state:     desc(GateState),
		stopped:   desc(Stopped),
		stopID:    desc(StopID),
		stopCause: desc(StopCause),
		holder:    desc(ControlHolder),
		held:      desc(ControlHeld),

		superseded:   desc(Superseded),
		expired:      desc(Expired),
		setpoints:    desc(Setpoints),
		deadmanTrips: desc(DeadmanTrips),
		handovers:    desc(ControlHandovers),

		serialUp:      desc(SerialUp),
		target:        desc(Target),
		setpoint:      desc(Setpoint),
		position:      desc(Position),
		trackingError: desc(TrackingError),

		configInfo:    desc(ConfigInfo),
		maxStations:   desc(ConnectionsLimit),
		trackingLimit: desc(TrackingLimit),
	}
}

func desc(name string) *prometheus.Desc {
	d := define(name)
	return prometheus.NewDesc(d.Name, d.Help, d.Labels, nil)
}

// Describe implements prometheus.Collector.
func (g *gate) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		g.state, g.stopped, g.stopID, g.stopCause, g.holder, g.held,
		g.superseded, g.expired, g.setpoints, g.deadmanTrips, g.handovers,
		g.serialUp, g.target, g.setpoint, g.position, g.trackingError,
		g.configInfo, g.maxStations, g.trackingLimit,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gate) Collect(ch chan<- prometheus.Metric) {
	s := g.status()
	out := sink(ch)

	for i, name := range safety.States() {
		out.gauge(g.state, indicator(safety.State(i) == s.State), name)
	}
	out.gauge(g.stopped, indicator(s.State == safety.Stopped))
	out.gauge(g.stopID, float64(s.LatestStop))
	for _, kind := range safety.StopCauses() {
		among := slices.ContainsFunc(s.Causes, func(c safety.Cause) bool { return c.Kind == kind })
		out.gauge(g.stopCause, indicator(among), kind.String())
	}
	out.gauge(g.held, indicator(s.Holder != ""))
	if s.Holder != "" {
		// A label value that is not UTF-8 would fail the whole scrape.
		out.gauge(g.holder, 1, strings.ToValidUTF8(s.Holder, "\uFFFD"))
	}

	out.counter(g.superseded, s.Counts.Superseded)
	out.counter(g.expired, s.Counts.Expired)
	out.counter(g.setpoints, s.Counts.Setpoints)
	out.counter(g.deadmanTrips, s.Counts.DeadmanTrips)
	out.counter(g.handovers, s.Counts.Handovers)

	out.gauge(g.serialUp, indicator(s.LinkUp))
	out.point(g.target, s.Target, s.HasTarget)
	out.point(g.setpoint, s.Setpoint, s.HasPosition)
	out.point(g.position, s.Position, s.HasPosition)
	out.gauge(g.trackingError, meters(s.TrackingError))

	out.gauge(g.configInfo, 1, s.ConfigHash, s.LimitsHash)
	out.gauge(g.maxStations, float64(s.MaxStations))
	out.gauge(g.trackingLimit, meters(s.TrackingLimit))
}

// sink takes the series of one scrape.
type sink chan<- prometheus.Metric

func (s sink) gauge(d *prometheus.Desc, v float64, labels ...string) {
	s <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (s sink) counter(d *prometheus.Desc, total uint64) {
	s <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(total))
}

// point exposes p, which is in mm, an axis each. A point that is not known is NaN,
// because zero would be a false one.
func (s sink) point(d *prometheus.Desc, p safety.Point, known bool) {
	if !known {
		p = safety.Point{X: math.NaN(), Y: math.NaN(), Z: math.NaN()}
	}
	s.gauge(d, meters(p.X), "x")
	s.gauge(d, meters(p.Y), "y")
	s.gauge(d, meters(p.Z), "z")
}

func meters(mm float64) float64 { return mm / 1000 }

func indicator(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

package metrics

import "github.com/prometheus/client_golang/prometheus"

// builder makes metrics from their definitions and registers them.
type builder struct{ reg prometheus.Registerer }

func (b builder) counter(name string) prometheus.Counter {
	d := define(name)
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: d.Name, Help: d.Help})
	b.reg.MustRegister(c)
	return c
}

func (b builder) counters(name string) *prometheus.CounterVec {
	d := define(name)
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: d.Name, Help: d.Help}, d.Labels)
	b.reg.MustRegister(v)
	return v
}

// counterEach resolves one counter a value of the only label of name.
func (b builder) counterEach(name string, values []string) []prometheus.Counter {
	v := b.counters(name)
	all := make([]prometheus.Counter, len(values))
	for i, value := range values {
		all[i] = v.WithLabelValues(value)
	}
	return all
}

func (b builder) gauge(name string) prometheus.Gauge {
	d := define(name)
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: d.Name, Help: d.Help})
	b.reg.MustRegister(g)
	return g
}

func (b builder) gauges(name string) *prometheus.GaugeVec {
	d := define(name)
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: d.Name, Help: d.Help}, d.Labels)
	b.reg.MustRegister(v)
	return v
}

func (b builder) histogram(name string) prometheus.Histogram {
	d := define(name)
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: d.Name, Help: d.Help, Buckets: d.Buckets})
	b.reg.MustRegister(h)
	return h
}

func (b builder) ports(command, stop *Port) {
	connections, accepted, frames := b.gauges(Connections), b.counters(ConnectionsAccepted), b.counters(Frames)
	resolve := func(port string) Port {
		return Port{
			Connections: connections.WithLabelValues(port),
			Accepted:    accepted.WithLabelValues(port),
			Frames:      frames.WithLabelValues(port),
		}
	}
	*command, *stop = resolve("command"), resolve("stop")
}

func (b builder) closed(c *Closed) {
	v := b.counters(ConnectionsClosed)
	*c = Closed{
		EOF:        v.WithLabelValues("eof"),
		Error:      v.WithLabelValues("error"),
		NotReading: v.WithLabelValues("not_reading"),
		Shutdown:   v.WithLabelValues("shutdown"),
		Refused:    v.WithLabelValues("refused"),
	}
}

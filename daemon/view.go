package daemon

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// view is what one station sees at one moment.
type view struct {
	safety.Snapshot
	joints arm.Angles // of Position
}

// view describes the gate and the arm to s. The lock is held.
func (g *guard) view(s *safety.Session) *view {
	return &view{Snapshot: g.gate.Snapshot(s), joints: g.joints}
}

// look is view that takes the lock.
func (g *guard) look(s *safety.Session) (v *view) {
	g.with(func(safety.Instant, *safety.Gate) { v = g.view(s) })
	return v
}

func (d *desk) stateOf(v *view) *codec.State {
	return &codec.State{Snapshot: v.Snapshot, Driver: d.driver, Joints: d.joints, Angles: v.joints[:len(d.joints)]}
}

// status is what a scrape sees.
func (d *desk) status() (s metrics.GateStatus) {
	d.guard.with(func(_ safety.Instant, gate *safety.Gate) {
		s.Snapshot = gate.Snapshot(nil)
		s.Counts = gate.Counts()
		s.LatestStop = gate.StopID()
		s.TrackingError = gate.TrackingError()
		c := d.settings.Load()
		s.ConfigHash, s.LimitsHash, s.MaxStations, s.TrackingLimit = c.welcome.ConfigHash, c.limits, c.Server.MaxStations, c.Safety.TrackingError
	})
	return s
}

package metrics

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/aether-arm/aetherd/safety"
)

func gather(t *testing.T, reg prometheus.Gatherer) map[string]*dto.MetricFamily {
	t.Helper()
	all, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*dto.MetricFamily{}
	for _, f := range all {
		byName[f.GetName()] = f
	}
	return byName
}

// series returns every series of the given metrics that is not zero, written
// as Prometheus writes it.
func series(t *testing.T, reg prometheus.Gatherer, names ...string) map[string]float64 {
	t.Helper()
	families := gather(t, reg)
	out := map[string]float64{}
	for _, name := range names {
		for _, m := range families[name].GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			key := strings.TrimPrefix(name, "aetherd_")
			if labels != nil {
				key += "{" + strings.Join(labels, ",") + "}"
			}
			if v := m.GetGauge().GetValue() + m.GetCounter().GetValue(); v != 0 {
				out[key] = v
			}
		}
	}
	return out
}

// A field of Set that is bound to another field's series would go unseen in the golden file.
func TestFieldsCountWhatTheySay(t *testing.T) {
	tests := []struct {
		name string
		do   func(*Set)
		want string
	}{
		{Connections, func(s *Set) { s.Command.Connections.Inc() }, `connections{port="command"}`},
		{Connections, func(s *Set) { s.Stop.Connections.Inc() }, `connections{port="stop"}`},
		{ConnectionsAccepted, func(s *Set) { s.Stop.Accepted.Inc() }, `connections_accepted_total{port="stop"}`},
		{ConnectionsClosed, func(s *Set) { s.Closed.EOF.Inc() }, `connections_closed_total{cause="eof"}`},
		{ConnectionsClosed, func(s *Set) { s.Closed.Error.Inc() }, `connections_closed_total{cause="error"}`},
		{ConnectionsClosed, func(s *Set) { s.Closed.NotReading.Inc() }, `connections_closed_total{cause="not_reading"}`},
		{ConnectionsClosed, func(s *Set) { s.Closed.Shutdown.Inc() }, `connections_closed_total{cause="shutdown"}`},
		{ConnectionsClosed, func(s *Set) { s.Closed.Refused.Inc() }, `connections_closed_total{cause="refused"}`},
		{Frames, func(s *Set) { s.Command.Frames.Inc() }, `frames_total{port="command"}`},
		{DecodeErrors, func(s *Set) { s.DecodeErrors[1].Inc() }, `decode_errors_total{code="missing_field"}`},
		{Verdicts, func(s *Set) { s.Verdicts[safety.Accepted].Inc() }, `verdicts_total{reason="ok"}`},
		{Verdicts, func(s *Set) { s.Verdicts[safety.StillMoving].Inc() }, `verdicts_total{reason="still_moving"}`},
		{NotifyEvents, func(s *Set) { s.NotifyEvents[safety.Done].Inc() }, `notify_events_total{outcome="done"}`},
		{NotifyEvents, func(s *Set) { s.NotifyEvents[safety.Superseded].Inc() }, `notify_events_total{outcome="superseded"}`},
		{NotifyEvents, func(s *Set) { s.NotifyEvents[safety.StoppedShort].Inc() }, `notify_events_total{outcome="stopped"}`},
		{NotifyEvents, func(s *Set) { s.NotifyEvents[safety.ExpiredUnbegun].Inc() }, `notify_events_total{outcome="expired"}`},
		{Stops, func(s *Set) { s.Stops[safety.CauseStation].Inc() }, `stops_total{source="station"}`},
		{Stops, func(s *Set) { s.Stops[safety.CauseShutdown].Inc() }, `stops_total{source="shutdown"}`},
		{Subscribers, func(s *Set) { s.Subscribers.Inc() }, `subscribers`},
		{StuckWrites, func(s *Set) { s.StuckWrites.Inc() }, `stuck_writes_total`},
		{Reconnects, func(s *Set) { s.Reconnects.Inc() }, `reconnects_total`},
		{WatchdogFeeds, func(s *Set) { s.WatchdogFeeds.Inc() }, `watchdog_feeds_total`},
		{WatchdogWithheld, func(s *Set) { s.WatchdogWithheld.Inc() }, `watchdog_withheld_total`},
		{RestartPending, func(s *Set) { s.RestartPending.Set(1) }, `config_restart_pending`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			s, reg := full()
			tt.do(s)
			if diff := cmp.Diff(map[string]float64{tt.want: 1}, series(t, reg, tt.name)); diff != "" {
				t.Errorf("series that are not zero (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInfo(t *testing.T) {
	reg := prometheus.NewRegistry()
	status := func() GateStatus {
		return GateStatus{ConfigHash: "0123456789ab", LimitsHash: "ba9876543210", MaxStations: 7, TrackingLimit: 50}
	}
	New(reg, Options{Version: "1.2.3", Arm: "bench\xff", Driver: "sim", InsecureLAN: true, Status: status})
	got := series(t, reg, InsecureLAN, ConfigInfo, ArmInfo, ConnectionsLimit, TrackingLimit, ReloadSuccessful, RestartPending)
	want := map[string]float64{
		"insecure_lan": 1, `config_info{hash="0123456789ab",limits="ba9876543210"}`: 1, `arm_info{arm="bench�",driver="sim"}`: 1,
		"connections_limit": 7, "tracking_error_limit_meters": 0.05, "config_last_reload_successful": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
}

func TestCount(t *testing.T) {
	tests := []struct {
		event safety.Event
		want  map[string]float64
	}{
		{safety.Event{Kind: safety.StopLatched, Cause: safety.Cause{Kind: safety.CauseStation}}, map[string]float64{`stops_total{source="station"}`: 1}},
		{safety.Event{Kind: safety.StopLatched, Cause: safety.Cause{Kind: safety.CauseTrackingError}}, map[string]float64{`stops_total{source="tracking_error"}`: 1}},
		{safety.Event{Kind: safety.Done, Tag: "1"}, map[string]float64{`notify_events_total{outcome="done"}`: 1}},
		{safety.Event{Kind: safety.Superseded}, map[string]float64{`notify_events_total{outcome="superseded"}`: 1}},
		{safety.Event{Kind: safety.StoppedShort, Cause: safety.Cause{Kind: safety.CauseDeadman}}, map[string]float64{`notify_events_total{outcome="stopped"}`: 1}},
		{safety.Event{Kind: safety.ExpiredUnbegun}, map[string]float64{`notify_events_total{outcome="expired"}`: 1}},
		{safety.Event{Kind: safety.StateChanged, State: safety.Stopped, Cause: safety.Cause{Kind: safety.CauseStation}}, map[string]float64{}},
		{safety.Event{Kind: safety.ControlChanged, Holder: "laptop"}, map[string]float64{}},
	}
	for _, tt := range tests {
		s, reg := full()
		s.Count(tt.event)
		if diff := cmp.Diff(tt.want, series(t, reg, Stops, NotifyEvents)); diff != "" {
			t.Errorf("series that are not zero after %+v (-want +got):\n%s", tt.event, diff)
		}
	}
}

func TestHotPathDoesNotAllocate(t *testing.T) {
	s, _ := full()
	stop := safety.Event{Kind: safety.StopLatched, Cause: safety.Cause{Kind: safety.CauseStation, By: "laptop"}}
	allocs := testing.AllocsPerRun(100, func() {
		countBatch(s, 16)
		s.Count(stop)
		s.Count(safety.Event{Kind: safety.Superseded, Tag: "7"})
	})
	if allocs != 0 {
		t.Errorf("one batch allocates %v times, want 0", allocs)
	}
}

package metrics

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aether-arm/aetherd/safety"
)

var (
	decisions = []string{
		GateState, Stopped, StopID, StopCause, ControlHolder, ControlHeld,
		Superseded, Expired, Setpoints, DeadmanTrips, ControlHandovers,
	}
	places = []string{SerialUp, Target, Setpoint, Position, TrackingError}
)

func TestGateDecisions(t *testing.T) {
	tests := []struct {
		status GateStatus
		want   map[string]float64
	}{
		{
			GateStatus{
				Snapshot: safety.Snapshot{State: safety.Active, Holder: "laptop"},
				Counts:   safety.Counts{Superseded: 7, Expired: 2, Setpoints: 90, DeadmanTrips: 3, Handovers: 1},
			},
			map[string]float64{
				`state{state="active"}`: 1, "control_held": 1, `control_holder{station="laptop"}`: 1,
				"superseded_total": 7, "expired_total": 2, "setpoints_total": 90, "deadman_trips_total": 3, "control_handovers_total": 1,
			},
		},
		{
			GateStatus{Snapshot: safety.Snapshot{State: safety.Held, Holder: "pendant"}, LatestStop: 4},
			map[string]float64{`state{state="held"}`: 1, "control_held": 1, `control_holder{station="pendant"}`: 1, "stop_id": 4},
		},
		{
			GateStatus{
				Snapshot: safety.Snapshot{State: safety.Stopped, StopID: 5, Causes: []safety.Cause{
					{Kind: safety.CauseStation, By: "laptop"}, {Kind: safety.CauseStation, By: "pendant"}, {Kind: safety.CauseLinkLost},
				}},
				LatestStop: 5,
			},
			map[string]float64{
				`state{state="stopped"}`: 1, "stopped": 1, "stop_id": 5,
				`stop_cause{cause="station"}`: 1, `stop_cause{cause="link_lost"}`: 1,
			},
		},
		{
			GateStatus{Snapshot: safety.Snapshot{State: safety.Idle}},
			map[string]float64{`state{state="idle"}`: 1},
		},
		{
			GateStatus{Snapshot: safety.Snapshot{State: safety.Active, Holder: "bad\xffname"}},
			map[string]float64{`state{state="active"}`: 1, "control_held": 1, `control_holder{station="bad�name"}`: 1},
		},
	}
	for _, tt := range tests {
		_, reg := exposing(func() GateStatus { return tt.status })
		if diff := cmp.Diff(tt.want, series(t, reg, decisions...)); diff != "" {
			t.Errorf("of %+v, series that are not zero (-want +got):\n%s", tt.status, diff)
		}
	}
}

func TestGatePlaces(t *testing.T) {
	nan := math.NaN()
	known := safety.Snapshot{
		LinkUp:      true,
		HasPosition: true,
		Position:    safety.Point{X: 1500, Y: -250, Z: 2},
		Setpoint:    safety.Point{X: 1450, Y: -240, Z: 1},
		HasTarget:   true,
		Target:      safety.Point{X: 1000, Y: -200, Z: 3},
	}
	noTarget, linkDown := known, known
	noTarget.HasTarget = false
	linkDown.LinkUp, linkDown.HasPosition = false, false

	tests := []struct {
		why    string
		status GateStatus
		want   map[string]float64
	}{
		{"millimetres become meters", GateStatus{Snapshot: known, TrackingError: 50}, map[string]float64{
			"serial_up":                 1,
			`position_meters{axis="x"}`: 1.5, `position_meters{axis="y"}`: -0.25, `position_meters{axis="z"}`: 0.002,
			`setpoint_meters{axis="x"}`: 1.45, `setpoint_meters{axis="y"}`: -0.24, `setpoint_meters{axis="z"}`: 0.001,
			`target_meters{axis="x"}`: 1, `target_meters{axis="y"}`: -0.2, `target_meters{axis="z"}`: 0.003,
			"tracking_error_meters": 0.05,
		}},
		{"no target, and nothing measured", GateStatus{Snapshot: noTarget, TrackingError: nan}, map[string]float64{
			"serial_up":                 1,
			`position_meters{axis="x"}`: 1.5, `position_meters{axis="y"}`: -0.25, `position_meters{axis="z"}`: 0.002,
			`setpoint_meters{axis="x"}`: 1.45, `setpoint_meters{axis="y"}`: -0.24, `setpoint_meters{axis="z"}`: 0.001,
			`target_meters{axis="x"}`: nan, `target_meters{axis="y"}`: nan, `target_meters{axis="z"}`: nan,
			"tracking_error_meters": nan,
		}},
		{"no link, so no position", GateStatus{Snapshot: linkDown, TrackingError: nan}, map[string]float64{
			`position_meters{axis="x"}`: nan, `position_meters{axis="y"}`: nan, `position_meters{axis="z"}`: nan,
			`setpoint_meters{axis="x"}`: nan, `setpoint_meters{axis="y"}`: nan, `setpoint_meters{axis="z"}`: nan,
			`target_meters{axis="x"}`: 1, `target_meters{axis="y"}`: -0.2, `target_meters{axis="z"}`: 0.003,
			"tracking_error_meters": nan,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			_, reg := exposing(func() GateStatus { return tt.status })
			if diff := cmp.Diff(tt.want, series(t, reg, places...), cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("series that are not zero (-want +got):\n%s", diff)
			}
		})
	}
}

// Every moment differs from the one before in every series, so a scrape that asked twice
// would show parts of two.
func TestScrapeIsOneMoment(t *testing.T) {
	moments := []GateStatus{
		{Snapshot: safety.Snapshot{State: safety.Active, Holder: "laptop", LinkUp: true}, LatestStop: 1, TrackingError: 1000},
		{Snapshot: safety.Snapshot{State: safety.Stopped}, LatestStop: 2, TrackingError: 2000},
	}
	wants := []map[string]float64{
		{`state{state="active"}`: 1, "control_held": 1, `control_holder{station="laptop"}`: 1, "stop_id": 1, "serial_up": 1, "tracking_error_meters": 1},
		{`state{state="stopped"}`: 1, "stopped": 1, "stop_id": 2, "tracking_error_meters": 2},
	}
	asked := 0
	_, reg := exposing(func() GateStatus {
		asked++
		return moments[(asked-1)%2]
	})
	if asked != 0 {
		t.Errorf("New asked for the status %d times, want 0", asked)
	}
	for scrapes := range 4 {
		got := series(t, reg, append([]string{SerialUp, TrackingError}, decisions...)...)
		if diff := cmp.Diff(wants[scrapes%2], got); diff != "" {
			t.Errorf("scrape %d (-want +got):\n%s", scrapes, diff)
		}
		if asked != scrapes+1 {
			t.Errorf("scrape %d asked for the status %d times in all, want %d", scrapes, asked, scrapes+1)
		}
	}
}

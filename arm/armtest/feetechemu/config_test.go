package feetechemu

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigSurvivesJSON(t *testing.T) {
	want := Config{
		Servos: []Servo{
			{ID: 1, Model: 2825, Position: 100, MaxSpeed: 3400, MaxAccel: 20000, Lag: 5, Gravity: -70, Low: 50, High: 4000, MultiTurn: true},
			{ID: 2},
		},
		Echo: true, ReturnDelay: 500, Latency: 1000, Voltage: 7.4, Temperature: 25, GoalEnables: true, ChainBreaks: true,
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Config
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

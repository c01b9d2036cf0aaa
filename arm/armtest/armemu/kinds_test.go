package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/safety"
)

func TestKindsReadTheirConfig(t *testing.T) {
	for name, build := range kinds {
		if _, err := build([]byte("{}"), 0); err != nil {
			t.Errorf("%s: nothing configured: %v", name, err)
		}
		if _, err := build([]byte(`{"no_such_field":1}`), 0); err == nil || !strings.Contains(err.Error(), "no_such_field") {
			t.Errorf("%s: unknown field: %v", name, err)
		}
	}
}

// A board that is configured by JSON is the one that the same Config makes.
func TestConfigSurvivesJSON(t *testing.T) {
	want := grblemu.Config{
		Settings: map[int]float64{120: 333.25, 20: 1}, HAL: true, Banner: true, Locked: true,
		Position: safety.Point{X: -1.5, Z: 1e-3}, WorkOffset: safety.Point{Y: 2},
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got grblemu.Config
	build := configured(func(cfg grblemu.Config, _ time.Duration) armtest.Machine { got = cfg; return nil })
	if _, err := build(text, 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

package feetech

import (
	"testing"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
)

// An adapter that keeps answers beyond the end of their cycle is refused, with what to do. One
// that is a bit slow is not, nor one answer that is late or lost.
func TestLatency(t *testing.T) {
	ids := []byte{11, 12, 13, 14, 9}
	for name, tc := range map[string]struct {
		option func(*feetechemu.Config)
		fault  string
		want   string
	}{
		"fast":                {func(c *feetechemu.Config) {}, "", ""},
		"slow":                {slowAdapter, "", ""},
		"some lost":           {slowAdapter, "lose 12", ""},
		"some damaged":        {slowAdapter, "corrupt 12", ""},
		"keeps them":          {func(c *feetechemu.Config) { c.Latency = 6000 }, "", "the answers of the servos take 13.8ms, and may take 8.3ms"},
		"keeps and loses":     {func(c *feetechemu.Config) { c.Latency = 6000 }, "lose 12", "set its latency timer to 1 ms"},
		"no answers":          {slowAdapter, "mute", ""}, // has a text of its own
		"the longest servos'": {func(c *feetechemu.Config) { c.Latency, c.ReturnDelay = 1500, 508 }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := busConfig(testConfig(), testStart, tc.option)
			onBus(t, cfg, func(t *testing.T, bus *Bus, board *armtest.Memory) {
				if tc.fault != "" {
					board.Command(tc.fault)
				}
				err := bus.checkLatency(t.Context(), ids)
				if (err == nil) != (tc.want == "") || err != nil && !contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
			})
		})
	}
}

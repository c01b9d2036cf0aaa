package config

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/arm"
)

// FuzzParse reads any bytes without a panic; what it accepts suits the safety gate
// and has no open port, and what it refuses it says where.
func FuzzParse(f *testing.F) {
	// Without its comments the fuzzer gets past its own minimizing.
	f.Add(regexp.MustCompile(`(?m)^#.*\n|^\n`).ReplaceAll(example(f), nil))
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := parse("aetherd.toml", doc)
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "aetherd.toml:") {
					t.Errorf("error without the file: %q", line)
				}
			}
			return
		}
		if err := c.Gate(arm.Capabilities{}).Validate(); err != nil {
			t.Errorf("accepted what the safety gate refuses: %v", err)
		}
		if c.Arm.Horizon <= 0 || c.Arm.WriteDeadline <= 0 {
			t.Errorf("accepted a horizon of %d ms and a write deadline of %d ms", c.Arm.Horizon, c.Arm.WriteDeadline)
		}
		for _, listen := range []string{c.Server.Listen, c.Server.StopListen, c.Ops.Listen} {
			if addr := netip.MustParseAddrPort(listen); !addr.Addr().IsLoopback() && !c.Server.InsecureLAN {
				t.Errorf("accepted to listen on %s", listen)
			}
		}
		if _, err := c.Driver(nil); err != nil && !strings.Contains(err.Error(), "change arm.") {
			t.Errorf("no driver, and no key to change: %v", err)
		}
		if c.Arm.Driver != "sim" && c.Safety.Start != "stopped" {
			t.Errorf("driver %s starts %s", c.Arm.Driver, c.Safety.Start)
		}
	})
}

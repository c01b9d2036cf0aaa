package docs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/daemon/config"
)

// readyFor is the ready configuration of each driver; the simulator needs none.
var readyFor = []struct{ driver, file string }{
	{config.DriverSim, ""},
	{config.DriverFeetech, "../deploy/arms/aether.toml"},
	{config.DriverGrbl, "../deploy/arms/grbl.toml"},
	{config.DriverMarlin, "../deploy/arms/marlin.toml"},
	{config.DriverUarm, "../deploy/arms/uarm.toml"},
	{config.DriverRoarm, "../deploy/arms/roarm.toml"},
}

// features are the rows of the table in arms.md.
var features = []struct {
	name string
	of   func(arm.Capabilities) string
}{
	{"joint angles are calculated", func(c arm.Capabilities) string { return either(c.HostIK, "by aetherd", "by the controller") }},
	{"position", func(c arm.Capabilities) string { return either(c.Measured, "measured", "as commanded") }},
	{"joints in `state`", func(c arm.Capabilities) string { return either(c.Joints == nil, "none", strings.Join(c.Joints, ", ")) }},
	{"horizon in its ready configuration", func(c arm.Capabilities) string { return fmt.Sprintf("%d ms", c.Horizon.Milliseconds()) }},
	{"after a stop", func(c arm.Capabilities) string {
		return either(c.StopsItself, "the controller brakes", "aetherd brakes")
	}},
	{"the best that a stop comes to", func(c arm.Capabilities) string { return c.StopEffect.String() }},
	{"gripper", func(c arm.Capabilities) string {
		return map[string]string{"none": "none", "open_close": "open and closed", "opening": "any opening"}[c.Gripper.String()]
	}},
	{"the gripper acts", func(c arm.Capabilities) string { return either(c.GripAtRest, "at rest", "at once") }},
	{"the gripper rides in every motion", func(c arm.Capabilities) string { return either(c.GripRides, "yes", "no") }},
	{"moves by itself when opened", func(c arm.Capabilities) string { return either(c.MovesOnOpen, "**yes**", "no") }},
	{"`relax` switches the motors off", func(c arm.Capabilities) string { return either(c.Relaxes, "yes", "no") }},
}

const (
	featuresBegin = "<!-- features:begin -->\n"
	featuresEnd   = "<!-- features:end -->"
)

var update = flag.Bool("update", false, "write the tables that are made from the code")

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// TestArmsTable holds the table of arms.md against what the drivers declare, each with its
// ready configuration, which has to be one that works.
func TestArmsTable(t *testing.T) {
	var can []arm.Capabilities
	head, rule := "| |", "|---|"
	for _, ready := range readyFor {
		c, err := config.Load(ready.file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Driver(nil)
		if err != nil {
			t.Fatalf("%s: %v", ready.file, err)
		}
		if got := d.Capabilities().Driver; got != ready.driver || c.Arm.Driver != ready.driver {
			t.Errorf("%s is for %q and drives %q, want %q", ready.file, c.Arm.Driver, got, ready.driver)
		}
		can = append(can, d.Capabilities())
		head += " `" + ready.driver + "` |"
		rule += "---|"
	}
	want := head + "\n" + rule + "\n"
	for _, f := range features {
		want += "| " + f.name + " |"
		for _, c := range can {
			want += " " + f.of(c) + " |"
		}
		want += "\n"
	}
	doc, err := os.ReadFile("arms.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(doc), featuresBegin)
	got, after, found := strings.Cut(rest, featuresEnd)
	if !found {
		t.Fatal("arms.md has no table between its marks")
	}
	if *update {
		if err := os.WriteFile("arms.md", []byte(before+featuresBegin+want+featuresEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arms.md (-drivers +document):\n%s", diff)
	}
}

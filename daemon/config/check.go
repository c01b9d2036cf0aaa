package config

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
)

// anHour bounds every time: a longer one is as good as off.
const anHour = 60 * 60 * 1000 // ms

type bounds struct{ min, max float64 }

// ranges are the bounds of every number. None of the lower bounds of a time-out or a
// limit is zero: nothing here can be switched off by a number, but for the simulator's
// faults. Lengths are bounded so that a value in micrometres is noticed.
var ranges = union(daemonRanges, armRanges, jointRanges())

func union(parts ...map[string]bounds) map[string]bounds {
	all := map[string]bounds{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

var daemonRanges = map[string]bounds{
	"server.max_stations":         {1, 1e6},
	"server.outbound_limit_bytes": {4096, 64 << 20}, // from one line
	"safety.lease_ms":             {1, anHour},
	"safety.deadman_ms":           {1, anHour},
	"safety.rate_per_s":           {1, 1e6},
	"safety.burst":                {1, 1e6},
	"safety.tracking_error_mm":    {0.1, 1000},
	"safety.workspace.x":          {-10000, 10000},
	"safety.workspace.y":          {-10000, 10000},
	"safety.workspace.z":          {-10000, 10000},
	"safety.motion.speed":         {0.1, 10000},
	"safety.motion.accel":         {1, 100000},
	"safety.motion.stop_accel":    {1, 100000},
	"safety.motion.tick_hz":       {20, 500},
}

// choices are the texts that a key may have.
var choices = map[string][]string{
	"log.level":      {"trace", "debug", "info", "warn", "error"},
	"log.format":     {"auto", "console", "json"},
	"safety.start":   {startStopped, startIdle},
	"safety.control": {controlExclusive, controlShared},
	"safety.outside": {outsideReject, outsideClamp},
	"arm.driver":     {DriverSim, DriverFeetech, DriverGrbl, DriverMarlin, DriverUarm, DriverRoarm},
	"arm.uarm.tool":  {"gripper", "pump"},
}

// checker reports every value of a Config that cannot work or is not safe.
type checker struct {
	*Config
	report *report
	given  map[string]bool // keys that stand in the file
}

func (c *checker) check() {
	defaults := leavesOf(Default())
	for i, leaf := range leavesOf(c.Config) {
		c.checkRange(leaf, defaults[i])
		c.checkWord(leaf)
	}
	c.checkListen()
	c.checkStart()
	c.checkWorkspace()
	c.checkOrder("safety.deadman_ms", c.Safety.Deadman, "safety.lease_ms", c.Safety.Lease)
	c.checkOrder("arm.reopen_min_ms", c.Arm.ReopenMin, "arm.reopen_max_ms", c.Arm.ReopenMax)
	c.checkMotion()
	c.checkArm()
	c.checkStations()
}

func (c *checker) checkRange(leaf, fallback leaf) {
	bounds, ok := ranges[leaf.key]
	if !ok {
		return
	}
	for _, x := range leaf.numbers() {
		if x >= bounds.min && x <= bounds.max {
			continue
		}
		why := "out of range"
		if x == 0 {
			why = "zero does not mean off"
		}
		c.report.add(leaf.key, " = %s: %s; write %s from %s to %s, such as the default %s", leaf, why,
			wanted(leaf.value.Type(), leaf.key), formatNumber(bounds.min), formatNumber(bounds.max), fallback)
		return
	}
}

func (c *checker) checkWord(leaf leaf) {
	words, ok := choices[leaf.key]
	if ok && !slices.Contains(words, leaf.value.String()) {
		c.report.add(leaf.key, " = %s: not a choice; write %s", leaf, oneOf(words))
	}
}

func oneOf(words []string) string {
	return `"` + strings.Join(words, `" or "`) + `"`
}

// checkStart refuses to let a real arm move without a reset after boot.
func (c *checker) checkStart() {
	if c.Safety.Start == startIdle && c.realArm() && !c.report.faulty["safety.start"] {
		c.report.add("safety.start", ` = "idle": boot is a stop on every arm but the simulator; write "stopped", or remove the key`)
	}
}

func (c *checker) checkWorkspace() {
	w := c.Safety.Workspace
	for _, axis := range []struct {
		key   string
		bound [2]float64
	}{{"x", w.X}, {"y", w.Y}, {"z", w.Z}} {
		key := "safety.workspace." + axis.key
		if c.realArm() && !c.given[key] {
			c.report.add(key, " is missing: the default is the simulator's workspace; write %s = [lower, upper], the mm that your arm can reach safely", axis.key)
			continue
		}
		if !c.report.faulty[key] && axis.bound[0] >= axis.bound[1] {
			c.report.add(key, " = [%s, %s]: there is nothing between the bounds; write the lower one first",
				formatNumber(axis.bound[0]), formatNumber(axis.bound[1]))
		}
	}
}

// checkOrder refuses a low time above the high one. Either may be the mistake.
func (c *checker) checkOrder(lowKey string, low Millis, highKey string, high Millis) {
	if low > high && !c.report.faulty[lowKey] && !c.report.faulty[highKey] {
		c.report.add(lowKey, " = %d: more than %s = %d; write at most %[3]d, or raise %[2]s", low, highKey, high)
	}
}

// longestStop is how long in s an arm at its top speed may take to stand. It is a choice: from
// 250 mm/s, the default, that is 125 mm farther.
const longestStop = 1.0

func (c *checker) checkMotion() {
	const speed, accel, stop = "safety.motion.speed", "safety.motion.accel", "safety.motion.stop_accel"
	m, faulty := c.Safety.Motion, c.report.faulty
	if least := m.Speed / longestStop; m.StopAccel < least && !faulty[speed] && !faulty[stop] {
		c.report.add(stop, " = %s: a stop from %s mm/s would take longer than %g s; write at least %s, or lower %s",
			formatNumber(m.StopAccel), formatNumber(m.Speed), longestStop, formatNumber(math.Ceil(least)), speed)
	}
	if m.StopAccel < m.Accel && !faulty[accel] && !faulty[stop] {
		c.report.add(stop, " = %s: a stop would be slower than a move; write at least %s, which is %s",
			formatNumber(m.StopAccel), formatNumber(m.Accel), accel)
	}
	const tick, horizon = "safety.motion.tick_hz", "arm.horizon_ms"
	if faulty[tick] || faulty[horizon] {
		return
	}
	if least := (1000 + m.TickHz - 1) / m.TickHz; c.Arm.Horizon < Millis(least) {
		c.report.add(horizon, " = %d: shorter than one setpoint of %d ms; write at least %[2]d, or raise %s", c.Arm.Horizon, least, tick)
	}
}

const longestName = 64 // bytes

func (c *checker) checkName(key, name string) {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if name == "" || len(name) > longestName || strings.ContainsFunc(name, unprintable) {
		c.report.add(key, " = %q: write a name of 1 to %d printable bytes", name, longestName)
	}
}

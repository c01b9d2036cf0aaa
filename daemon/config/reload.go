package config

import (
	"reflect"
	"slices"
	"strings"
)

// live are the keys that a daemon can put in force while it runs. What else has changed
// takes a restart: the ports are open, and the driver was made from the rest.
var live = []string{
	"server.max_stations",
	"server.outbound_limit_bytes",
	"log.level",
	"safety.lease_ms",
	"safety.deadman_ms",
	"safety.outside",
	"safety.rate_per_s",
	"safety.burst",
	"safety.tracking_error_mm",
	"safety.workspace.x",
	"safety.workspace.y",
	"safety.workspace.z",
	speedKey,
	"safety.motion.accel",
	"safety.motion.stop_accel",
}

const (
	speedKey   = "safety.motion.speed"
	stationKey = "station"
)

// Reload is what a file that was read again comes to in a daemon that runs.
type Reload struct {
	Config  *Config  // to be in force
	Changed []string // keys, and "station", that it changes
	Restart []string // those that the file changes and only a restart applies
}

// Reload returns what next comes to for a daemon that was started with c and has inForce
// now. The speed can be lowered, and raised again up to that of c, which the driver was
// made for; a higher one takes a restart. So do the limits and roles of a file for another
// arm, as one is that is only half written: the driver comes behind them.
func (c *Config) Reload(inForce, next *Config) Reload {
	merged := *inForce
	r := Reload{Config: &merged}
	otherArm := next.Arm.Driver != c.Arm.Driver || next.Arm.Serial.Port != c.Arm.Serial.Port
	into, started := leavesOf(&merged), leavesOf(c)
	for i, wanted := range leavesOf(next) {
		running, applies := started[i], slices.Contains(live, wanted.key)
		if applies {
			running = into[i]
		}
		if strings.HasPrefix(wanted.key, "safety.") && otherArm ||
			wanted.key == speedKey && next.Safety.Motion.Speed > c.Safety.Motion.Speed {
			applies = false
		}
		switch {
		case wanted.String() == running.String():
		case applies:
			into[i].value.Set(wanted.value)
			r.Changed = append(r.Changed, wanted.key)
		default:
			r.Restart = append(r.Restart, wanted.key)
		}
	}
	switch {
	case reflect.DeepEqual(inForce.Stations, next.Stations):
	case otherArm:
		r.Restart = append(r.Restart, stationKey)
	default:
		merged.Stations = next.Stations
		r.Changed = append(r.Changed, stationKey)
	}
	return r
}

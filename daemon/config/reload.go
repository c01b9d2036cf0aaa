package config

import (
	"reflect"
	"slices"
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

const speedKey = "safety.motion.speed"

// Reload is what a file that was read again comes to in a daemon that runs.
type Reload struct {
	Config  *Config  // to be in force
	Changed []string // keys, and "station", that it changes
	Restart []string // keys that the file changes and only a restart applies
}

// Reload returns what next comes to for a daemon that was started with c and has inForce
// now. The speed can be lowered, and raised again up to that of c, which the driver was
// made for; a higher one takes a restart.
func (c *Config) Reload(inForce, next *Config) Reload {
	merged := *inForce
	merged.Stations = next.Stations
	r := Reload{Config: &merged}
	into, started := leavesOf(&merged), leavesOf(c)
	for i, wanted := range leavesOf(next) {
		faster := wanted.key == speedKey && next.Safety.Motion.Speed > c.Safety.Motion.Speed
		switch {
		case !slices.Contains(live, wanted.key) || faster:
			if wanted.String() != started[i].String() {
				r.Restart = append(r.Restart, wanted.key)
			}
		case wanted.String() != into[i].String():
			into[i].value.Set(wanted.value)
			r.Changed = append(r.Changed, wanted.key)
		}
	}
	if !reflect.DeepEqual(inForce.Stations, next.Stations) {
		r.Changed = append(r.Changed, "station")
	}
	return r
}

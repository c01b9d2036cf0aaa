package config

import "time"

// Config is the configuration file, every key of it. The tags are the keys in
// TOML; the keys' names end in their unit where that is not obvious. A Config from
// Load or Default is valid: check.go says what that means.
type Config struct {
	Server   Server    `toml:"server"`
	Ops      Ops       `toml:"ops"`
	Log      Log       `toml:"log"`
	Safety   Safety    `toml:"safety"`
	Arm      Arm       `toml:"arm"`
	Stations []Station `toml:"station"`
}

// Server is where stations connect.
type Server struct {
	Listen        string `toml:"listen"`      // IP and port for commands; port 0 takes a free one
	StopListen    string `toml:"stop_listen"` // IP and port that take only stop, ping and state
	InsecureLAN   bool   `toml:"insecure_lan"`
	MaxStations   int    `toml:"max_stations"`
	OutboundLimit int    `toml:"outbound_limit_bytes"` // unread bytes at which a station is closed
}

// Ops is the HTTP server for metrics and health.
type Ops struct {
	Listen string `toml:"listen"`
	Pprof  bool   `toml:"pprof"`
}

// Log is what is logged, and how.
type Log struct {
	Level  string `toml:"level"`
	Format string `toml:"format"`
}

// Safety is what the safety gate decides by.
type Safety struct {
	Start         string    `toml:"start"` // "stopped" or "idle"
	Control       string    `toml:"control"`
	Lease         Millis    `toml:"lease_ms"`   // a silent holder loses control after this
	Deadman       Millis    `toml:"deadman_ms"` // a moving holder must be heard from within this
	Outside       string    `toml:"outside"`
	Rate          float64   `toml:"rate_per_s"`        // requests per second and connection
	Burst         int       `toml:"burst"`             // requests at once
	TrackingError float64   `toml:"tracking_error_mm"` // between setpoint and measurement; more latches a stop
	Workspace     Workspace `toml:"workspace"`
	Motion        Motion    `toml:"motion"`
}

// Workspace is the box that targets must lie in: lower and upper bound of
// each axis in mm, in the arm's base frame.
type Workspace struct {
	X [2]float64 `toml:"x"`
	Y [2]float64 `toml:"y"`
	Z [2]float64 `toml:"z"`
}

// Motion bounds the motion of the setpoint.
type Motion struct {
	Speed     float64 `toml:"speed"`      // mm/s
	Accel     float64 `toml:"accel"`      // mm/s²
	StopAccel float64 `toml:"stop_accel"` // mm/s², at least Accel
	TickHz    int     `toml:"tick_hz"`    // setpoints per second
}

// Station gives a role to the stations that match all of its keys but "".
type Station struct {
	Name    string `toml:"name"`
	Address string `toml:"address"` // an IP or a CIDR prefix
	Role    string `toml:"role"`
}

// Millis is a time in whole milliseconds.
type Millis int64

// Duration returns m as a time.Duration.
func (m Millis) Duration() time.Duration { return time.Duration(m) * time.Millisecond }

// What Safety has words for.
const (
	startStopped = "stopped"
	startIdle    = "idle"

	controlExclusive = "exclusive"
	controlShared    = "shared"

	outsideReject = "reject"
	outsideClamp  = "clamp"
)

// Default returns the configuration that holds where the file is silent. The
// workspace is that of the simulator; a real arm's must be written.
func Default() *Config {
	return &Config{
		Server: Server{
			Listen:        "127.0.0.1:5000",
			StopListen:    "127.0.0.1:5001",
			MaxStations:   4096,
			OutboundLimit: 256 << 10,
		},
		Ops: Ops{Listen: "127.0.0.1:5002"},
		Log: Log{Level: "info", Format: "auto"},
		Safety: Safety{
			Start:         startIdle,
			Control:       controlExclusive,
			Lease:         5000,
			Deadman:       2000,
			Outside:       outsideReject,
			Rate:          200,
			Burst:         50,
			TrackingError: 50,
			Workspace: Workspace{
				X: [2]float64{-300, 300},
				Y: [2]float64{-300, 300},
				Z: [2]float64{0, 400},
			},
			// 250 mm/s is the reduced speed of ISO 10218-1.
			Motion: Motion{Speed: 250, Accel: 1000, StopAccel: 2500, TickHz: 100},
		},
		Arm: defaultArm(),
	}
}

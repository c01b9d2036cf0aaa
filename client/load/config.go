package load

import (
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Bounds of a run.
const (
	MaxStations = 10_000
	MaxDepth    = 1024
	MaxDuration = 10 * time.Minute
	MaxWarmup   = time.Minute
	MaxRate     = 100_000 // requests a second of a station
)

// Request is what the stations ask.
type Request uint8

const (
	Ping    Request = iota // costs the daemon as little as a request can; the stop port takes it too
	State                  // as well
	Check                  // decodes a target and judges it; moves nothing
	Command                // moves the arm
)

var requestNames = [...]string{"ping", "state", "check", "command"}

func (r Request) String() string { return requestNames[r] }

// ParseRequest returns the request of that name.
func ParseRequest(name string) (Request, bool) {
	for i, n := range requestNames {
		if n == name {
			return Request(i), true
		}
	}
	return Ping, false
}

// Peer is what answers.
type Peer uint8

const (
	Aetherd Peer = iota // every reply carries the id of its request
	Base                // a server of the base exchange only: no ids, a reply a request
	Echo                // sends every line back
)

// Config is a load.
type Config struct {
	Peer     Peer
	Address  string // of the command port or, for Ping and State, of the stop port
	Stations int    // connections, from 1 to MaxStations
	Depth    int    // requests in flight of each at most, from 1 to MaxDepth
	Duration time.Duration
	Warmup   time.Duration // before that, under the same load; is not measured
	Rate     float64       // requests a second of each station, from their schedule; 0: a closed loop
	Request  Request

	// Targets are those of Check and Command, in turn, in mm: the daemon refuses what is
	// outside of its workspace.
	Targets []safety.Point
	Gripper safety.Gripper // beside the targets; GripperUnchanged: the request is a move
}

// Check returns everything that is wrong with c.
func (c *Config) Check() error {
	var errs []error
	within := func(name string, is bool, value, low, high any) {
		if !is {
			errs = append(errs, fmt.Errorf("%s is %v: it must be from %v to %v", name, value, low, high))
		}
	}
	within("stations", c.Stations >= 1 && c.Stations <= MaxStations, c.Stations, 1, MaxStations)
	within("depth", c.Depth >= 1 && c.Depth <= MaxDepth, c.Depth, 1, MaxDepth)
	within("duration", c.Duration >= time.Millisecond && c.Duration <= MaxDuration, c.Duration, time.Millisecond, MaxDuration)
	within("warmup", c.Warmup >= 0 && c.Warmup <= MaxWarmup, c.Warmup, 0, MaxWarmup)
	within("rate", c.Rate == 0 || c.Rate >= 0.01 && c.Rate <= MaxRate, c.Rate, 0.01, MaxRate)
	if c.Peer > Echo || c.Peer != Aetherd && c.Request != Command {
		errs = append(errs, errors.New("servers of the base exchange are asked commands"))
	}
	if c.Request > Command {
		errs = append(errs, errors.New("the request is not one that this package knows"))
	}
	if c.Request >= Check && len(c.Targets) == 0 {
		errs = append(errs, fmt.Errorf("%s needs a target", c.Request))
	}
	for _, p := range c.Targets {
		if !p.Finite() {
			errs = append(errs, fmt.Errorf("the target %v is not finite", p))
		}
	}
	return errors.Join(errs...)
}

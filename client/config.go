package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/codec"
)

// Config says where the daemon is and how to treat it. Its zero value is a daemon on this
// machine and the defaults.
type Config struct {
	// Address is the command port, "host:port" or only a host; "": 127.0.0.1:5000.
	Address string

	// StopAddress is the stop port; "": the host of Address and the port after that of
	// Address, as aetherd itself has it by default.
	StopAddress string

	// Name is what other stations are told, and what the daemon's configuration gives a
	// role to; "": the daemon goes by the address.
	Name string

	// Deadman tightens how long the station may be silent while it moves the arm; 0: as the
	// daemon has it. 100 to 250 ms is usual for a station that streams targets.
	Deadman time.Duration

	ConnectTimeout time.Duration // to connect and be welcomed, and of a whole stop; 0: 3 s
	ReplyTimeout   time.Duration // without a reply that is due, the connection is given up; 0: 2 s

	// A lost connection is tried again after FirstRetry, then after twice as long each time,
	// up to LastRetry, each wait shortened at random by up to a half. 0: 100 ms and 5 s.
	FirstRetry, LastRetry time.Duration

	// InFlight is how many requests may wait for their replies; 0: 256.
	InFlight int

	// DialContext makes connections, through a tunnel for example; nil: TCP with keep-alive.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	defaultHost = "127.0.0.1"
	defaultPort = "5000"
)

// complete returns c with every default filled in.
func (c Config) complete() (Config, error) {
	var errs []error
	fill := func(name string, v *time.Duration, value time.Duration) {
		if *v < 0 {
			errs = append(errs, fmt.Errorf("%s is %v: it must not be negative", name, *v))
		}
		if *v == 0 {
			*v = value
		}
	}
	fill("ConnectTimeout", &c.ConnectTimeout, 3*time.Second)
	fill("ReplyTimeout", &c.ReplyTimeout, 2*time.Second)
	fill("FirstRetry", &c.FirstRetry, 100*time.Millisecond)
	fill("LastRetry", &c.LastRetry, max(5*time.Second, c.FirstRetry))
	if c.LastRetry < c.FirstRetry {
		errs = append(errs, fmt.Errorf("LastRetry %v is below FirstRetry %v", c.LastRetry, c.FirstRetry))
	}
	if c.InFlight < 0 {
		errs = append(errs, fmt.Errorf("InFlight is %d: it must not be negative", c.InFlight))
	}
	if c.InFlight == 0 {
		c.InFlight = 256
	}
	if c.DialContext == nil {
		c.DialContext = dialTCP
	}
	if err := c.completeAddresses(); err != nil {
		errs = append(errs, err)
	}
	if _, err := encode(c.hello(), 1); err != nil {
		errs = append(errs, err)
	}
	return c, errors.Join(errs...)
}

// Addresses returns where the command port and the stop port are, with what c leaves out.
func (c Config) Addresses() (command, stop string, err error) {
	err = c.completeAddresses()
	return c.Address, c.StopAddress, err
}

func (c *Config) completeAddresses() error {
	if c.Address == "" {
		c.Address = defaultHost
	}
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		c.Address = net.JoinHostPort(strings.Trim(c.Address, "[]"), defaultPort)
	}
	host, port, err := net.SplitHostPort(c.Address)
	if err != nil {
		return fmt.Errorf("the address: %w", err)
	}
	if c.StopAddress != "" {
		if _, _, err := net.SplitHostPort(c.StopAddress); err != nil {
			return fmt.Errorf("the stop port's address: %w", err)
		}
		return nil
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number+1 > 65535 {
		return fmt.Errorf("the address %q: port %q has no next one for the stop port: set StopAddress", c.Address, port)
	}
	c.StopAddress = net.JoinHostPort(host, strconv.FormatUint(number+1, 10))
	return nil
}

// hello is the first request of every connection.
func (c *Config) hello() *codec.Request {
	return &codec.Request{Type: codec.TypeHello, Name: []byte(c.Name), Deadman: c.Deadman}
}

// dialTCP notices a peer that vanished within about 8 s, also where nothing is asked.
func dialTCP(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: time.Second, Count: 3,
	}}
	return d.DialContext(ctx, network, address)
}

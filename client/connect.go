package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"syscall"
)

// connect opens a connection to the command port and is welcomed there.
func (c *Client) connect(ctx context.Context) (*link, Welcome, error) {
	address := c.cfg.Address
	ctx, cancel := context.WithTimeout(ctx, c.cfg.ConnectTimeout)
	defer cancel()
	l, err := c.cfg.open(ctx, address, c.publish)
	if err != nil {
		return nil, Welcome{}, fmt.Errorf("connect to aetherd at %s: %w%s", address, err, dialHint(err))
	}
	w, err := l.greet(ctx, &c.cfg)
	if err != nil {
		l.close(err)
		return nil, Welcome{}, fmt.Errorf("connect to aetherd at %s: %w%s", address, err, greetHint(err))
	}
	return l, w, nil
}

// Connect opens a connection to the command port, for a program that speaks the protocol by
// itself. An error says what to do about it.
func (c Config) Connect(ctx context.Context) (net.Conn, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.ConnectTimeout)
	defer cancel()
	conn, err := c.DialContext(ctx, "tcp", c.Address)
	if err != nil {
		return nil, fmt.Errorf("connect to aetherd at %s: %w%s", c.Address, err, dialHint(err))
	}
	return conn, nil
}

// open makes a connection to address.
func (c *Config) open(ctx context.Context, address string, publish func(*reply)) (*link, error) {
	conn, err := c.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return newLink(conn, c, publish), nil
}

// greet says hello.
func (l *link) greet(ctx context.Context, cfg *Config) (Welcome, error) {
	r, err := l.do(ctx, cfg.hello())
	if err == nil {
		return r.welcome()
	}
	reason := l.reason()
	var turnedAway *Error
	switch {
	case errors.As(reason, &turnedAway):
		return Welcome{}, turnedAway
	case errors.Is(err, ErrNotConnected): // it ended before the hello was in the queue
		return Welcome{}, lost(reason)
	}
	return Welcome{}, err
}

// dialHint says what to do about a connection that was not made.
func dialHint(err error) string {
	switch {
	case refused(err):
		return ": is aetherd running there, and is the address right?"
	case errors.Is(err, context.DeadlineExceeded):
		return ": nothing answers there: is the address right, is the machine on, does a firewall drop it?"
	}
	return ""
}

// greetHint says what to do about a connection on which there was no welcome.
func greetHint(err error) string {
	switch {
	case errors.Is(err, ErrWrongPort):
		return ": that is aetherd's stop port; the command port is usually the one below"
	case errors.Is(err, ErrProtocol):
		return ": is that aetherd's command port?"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrConnectionLost):
		return ": something listens there and does not welcome a station: is that aetherd's command port?"
	}
	return ""
}

// wsaRefused is ECONNREFUSED of Windows' sockets, which package syscall does not name.
const wsaRefused = syscall.Errno(10061)

func refused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || runtime.GOOS == "windows" && errors.Is(err, wsaRefused)
}

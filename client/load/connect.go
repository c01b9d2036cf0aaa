package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aether-arm/aetherd/client"
)

// dialers is how many connections are made at a time: fewer than a listener's backlog.
const dialers = 64

// connect opens the connections of all stations, or none. Aetherd has answered a ping on each.
func connect(ctx context.Context, cfg *Config) ([]net.Conn, error) {
	n := cfg.Stations
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	conns := make([]net.Conn, n)
	var (
		next, open atomic.Int64
		work       sync.WaitGroup
	)
	for range min(dialers, n) {
		work.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				conn, err := greet(ctx, cfg)
				if err != nil {
					cancel(err)
					return
				}
				conns[i] = conn
				open.Add(1)
			}
		})
	}
	work.Wait()
	if ctx.Err() == nil {
		return conns, nil
	}
	hangUp(conns)
	err := context.Cause(ctx)
	if n == 1 || errors.Is(err, context.Canceled) {
		return nil, err
	}
	return nil, fmt.Errorf("%d of %d stations could connect: %w%s", open.Load(), n, err, hint(err))
}

// hint says what to do about a connection that was one too many.
func hint(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE):
		return ": this process may have no more open files: raise the limit (ulimit -n), which has to be above the number of stations"
	case errors.Is(err, client.ErrTooManyStations):
		return ": raise server.max_stations in the daemon's configuration, and its limit of open files"
	}
	return ""
}

func hangUp(conns []net.Conn) {
	for _, c := range conns {
		if c != nil {
			_ = c.Close()
		}
	}
}

const (
	greeting = `{"type":"ping","id":1}` + "\n"
	greeted  = `{"status":"ok","message":"pong","id":1}` + "\n"
)

// greet opens a connection and has aetherd answer on it.
func greet(ctx context.Context, cfg *Config) (net.Conn, error) {
	conn, err := client.Config{Address: cfg.Address}.Connect(ctx)
	if err != nil || cfg.Peer != Aetherd {
		return conn, err
	}
	if err := pong(conn); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("station at %s: %w", cfg.Address, err)
	}
	return conn, nil
}

func pong(conn net.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte(greeting)); err != nil {
		return lost(err)
	}
	line, err := bufio.NewReaderSize(conn, 4096).ReadSlice('\n')
	if err != nil {
		return lost(err)
	}
	if string(line) == greeted {
		return conn.SetDeadline(time.Time{})
	}
	code, err := verdict(line)
	if err != nil {
		return err
	}
	if closing(code) {
		return &client.Error{Code: client.Code(code)}
	}
	return fmt.Errorf("%w: %.80q answers a ping", client.ErrProtocol, line)
}

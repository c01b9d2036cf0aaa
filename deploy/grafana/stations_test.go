package grafana

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

var (
	near   = safety.Point{X: 200, Y: 20, Z: 150}
	far    = safety.Point{X: 200, Y: 280, Z: 150}
	beyond = safety.Point{X: 200, Y: 20, Z: 1000}
)

func dial(t *testing.T, cfg client.Config) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// speak connects and sends lines as they are.
func speak(t *testing.T, cfg client.Config, lines ...string) net.Conn {
	t.Helper()
	conn, err := cfg.Connect(t.Context())
	must(t, err)
	for _, line := range lines {
		_, err := fmt.Fprintln(conn, line)
		must(t, err)
	}
	return conn
}

// work does everything once, with the left arm, that a dashboard shows, and leaves it stopped.
func work(t *testing.T, cfg client.Config, p *server) {
	t.Helper()
	ctx := t.Context()
	must(t, speak(t, cfg, `{"type":"nonsense"}`, `{"type":"move"`, `hello`).Close())
	watcher := speak(t, cfg, `{"type":"subscribe","rate_hz":1}`)
	t.Cleanup(func() { watcher.Close() })

	c := dial(t, cfg)
	_, err := c.Move(ctx, far) // longer than the deadman, and nothing is heard of the station meanwhile
	must(t, err)
	p.comes(t, "the deadman trips", `aetherd_deadman_trips_total{instance="left"} > 0`)
	_, err = c.MoveAndWait(ctx, near)
	must(t, err)
	_, err = c.Move(ctx, far, client.Notify())
	must(t, err)
	_, err = c.MoveAndWait(ctx, near)
	must(t, err)
	if _, err := c.Move(ctx, beyond); !errors.Is(err, client.ErrOutOfWorkspace) {
		t.Fatal(err)
	}
	_, err = c.Stop(ctx)
	must(t, err)
}

// stream moves an arm to and fro until the test ends.
func stream(t *testing.T, cfg client.Config) {
	t.Helper()
	c := dial(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	running.Go(func() {
		for to, next := near, far; ctx.Err() == nil; to, next = next, to {
			if _, err := c.MoveAndWait(ctx, to); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	})
}

// nobody is an address where nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

//go:build unix

package client

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/codec"
)

// deaf is a command port that welcomes one station, and then reads nothing before it is told to. It
// takes so little that most of what the station writes stays in the station's system, as where the
// network is down.
type deaf struct {
	address string
	listen  chan struct{}
	heard   chan string // all that came after the hello
}

func newDeaf(t *testing.T) *deaf {
	t.Helper()
	narrow := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) { failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1024) })
		return errors.Join(err, failed)
	}}
	l, err := narrow.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &deaf{l.Addr().String(), make(chan struct{}), make(chan string, 1)}
	go func() {
		conn, err := l.Accept()
		_ = l.Close()
		if err != nil {
			d.heard <- err.Error()
			return
		}
		defer conn.Close()
		in := bufio.NewReaderSize(conn, 16)
		_, _ = in.ReadString('\n')
		_, _ = io.WriteString(conn, welcome+`h","id":1}`+"\n")
		<-d.listen
		rest, _ := io.ReadAll(in)
		d.heard <- string(rest)
	}()
	return d
}

// watched tells how many lines the system has taken.
type watched struct {
	*net.TCPConn
	lines chan<- int
}

func (w watched) Write(b []byte) (int, error) {
	n, err := w.TCPConn.Write(b)
	w.lines <- bytes.Count(b[:n], []byte("\n"))
	return n, err
}

// After a connection was given up nothing of it arrives any more: motion that the program believes
// lost must not come when the network is back. Only a stop may.
func TestNothingArrivesLate(t *testing.T) {
	const motions = 2000
	tests := []struct {
		name    string
		timeout time.Duration // for replies
		close   bool
		last    codec.Type
		all     bool // arrives
	}{
		{"no answer", 2 * time.Second, false, codec.TypeMove, false},
		{"closed", time.Minute, true, codec.TypeMove, false},
		{"closed before the answer to a stop", time.Minute, true, codec.TypeStop, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDeaf(t)
			lines := make(chan int, 2*motions)
			cfg := Config{Address: d.address, StopAddress: "127.0.0.1:1", ReplyTimeout: test.timeout, InFlight: 2 * motions}
			cfg.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialTCP(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return watched{conn.(*net.TCPConn), lines}, nil
			}
			c, err := Dial(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			l, err := c.current()
			if err != nil {
				t.Fatal(err)
			}
			var ended sync.WaitGroup
			for i := range motions {
				r := &codec.Request{Type: codec.TypeMove}
				if i == motions-1 {
					r.Type = test.last
				}
				ended.Add(1)
				if _, err := l.post(r, nil, func(*reply, error) { ended.Done() }); err != nil {
					t.Fatal(err)
				}
			}
			for written := 0; written < 1+motions; { // with the hello
				written += <-lines
			}
			if test.close {
				_ = c.Close()
			}
			ended.Wait()
			close(d.listen)
			if came := strings.Count(<-d.heard, "\n"); (came == motions) != test.all {
				t.Errorf("%d of %d requests arrived", came, motions)
			}
		})
	}
}

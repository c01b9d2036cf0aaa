package client

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// The promise: whatever was asked for when the connection broke, only hello and subscribe
// are sent again.
func TestReconnectSendsNoMotionAgain(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		p := safety.Point{X: 1, Y: 2, Z: 3}
		moved := going(func() error { _, err := c.MoveAndWait(t.Context(), p); return err })
		daemon.reply(daemon.want("move"), accepted)
		synctest.Wait()
		calls := []<-chan error{
			moved, // accepted, and not at its end
			going(func() error { _, err := c.Move(t.Context(), p); return err }),
			going(func() error { _, err := c.Command(t.Context(), p, safety.GripperOpen); return err }),
			going(func() error { _, err := c.Grip(t.Context(), safety.GripperOpen); return err }),
			going(func() error { return c.Take(t.Context()) }),
			going(func() error { return c.Reset(t.Context(), 1) }),
			going(func() error { _, err := c.Relax(t.Context()); return err }),
		}
		synctest.Wait() // some are on their way, some in the queue
		daemon.close()
		for _, r := range calls {
			if err := <-r; !errors.Is(err, ErrConnectionLost) {
				t.Errorf("a call that waited: %v", err)
			}
		}
		if _, err := c.Move(t.Context(), p); !errors.Is(err, ErrNotConnected) {
			t.Errorf("a motion without a connection: %v", err)
		}
		again := s.greet("one")
		again.wantSilence(time.Minute)
		if n := c.Connection(); !n.Up || n.Number != 2 || n.ConfigChanged {
			t.Errorf("after it: %+v", n)
		}
	})
}

func TestConfigChange(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		for i, hash := range []string{"two", "two", "one"} {
			daemon.close()
			daemon = s.greet(hash)
			synctest.Wait()
			n := c.Connection()
			if n.ConfigChanged != (hash != "one") || c.Welcome().ConfigHash != hash || n.Number != i+2 {
				t.Errorf("connection %d, configuration %s: %+v", i+2, hash, n)
			}
		}
	})
}

// The waits grow from FirstRetry to LastRetry, each shortened by up to a half, and begin
// anew after a success.
func TestBackoff(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		_, daemon, _ := s.connected()
		for range 2 {
			daemon.close()
			full := 100 * time.Millisecond
			spread := false
			for range 12 {
				began := time.Now()
				(<-s.command).refuse()
				if wait := time.Since(began); wait < full/2 || wait > full {
					t.Errorf("a wait of %v, want from %v to %v", wait, full/2, full)
				} else if wait < full {
					spread = true
				}
				full = min(2*full, 5*time.Second)
			}
			if !spread {
				t.Error("the waits are not spread at random")
			}
			daemon = s.greet("one")
			synctest.Wait()
		}
	})
}

func TestConnectionsTellEveryState(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		seen := make(chan Connection)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for n := range c.Connections(t.Context()) {
				seen <- n
			}
		}()
		if n := <-seen; !n.Up || n.Number != 1 || n.Err != nil {
			t.Errorf("at first %+v", n)
		}
		daemon.close()
		if n := <-seen; n.Up || !errors.Is(n.Err, ErrConnectionLost) || !errors.Is(n.Err, io.EOF) {
			t.Errorf("lost: %+v", n)
		}
		(<-s.command).refuse()
		if n := <-seen; n.Up || !errors.Is(n.Err, errRefused) || n.Attempts != 1 {
			t.Errorf("refused: %+v", n)
		}
		full := (<-s.command).accept() // a daemon that is full
		full.want("hello")
		full.tell(`{"status":"error","message":"Connection refused","code":"too_many_stations"}`)
		if n := <-seen; n.Up || !errors.Is(n.Err, ErrTooManyStations) || n.Attempts != 2 {
			t.Errorf("turned away: %+v", n)
		}
		s.greet("one")
		if n := <-seen; !n.Up || n.Number != 2 || n.Err != nil || n.Attempts != 0 {
			t.Errorf("back: %+v", n)
		}
		go c.Close()
		if n := <-seen; n.Up || !errors.Is(n.Err, ErrClosed) {
			t.Errorf("closed: %+v", n)
		}
		<-ended
	})
}

func TestCloseWhileReconnecting(t *testing.T) {
	for _, phase := range []string{"waiting", "dialing", "greeting"} {
		t.Run(phase, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				c, daemon, _ := s.connected()
				daemon.close()
				synctest.Wait()
				switch phase {
				case "dialing":
					time.Sleep(time.Second) // of the bubble: the client stands before the door
				case "greeting":
					(<-s.command).accept().want("hello")
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestDialFails(t *testing.T) {
	tests := []struct {
		name   string
		answer func(*knock)
		want   error
		text   string
	}{
		{"turned away", func(k *knock) {
			k.accept().tell(`{"status":"error","message":"Connection refused","code":"shutting_down"}`)
		}, ErrShuttingDown, "Reconnect later"},
		{"turned away after hello", func(k *knock) {
			p := k.accept()
			p.want("hello")
			p.tell(`{"status":"error","message":"Connection refused","code":"too_many_stations"}`)
		}, ErrTooManyStations, "raise the limit"},
		{"stop port", func(k *knock) {
			p := k.accept()
			p.reply(p.want("hello"), `{"status":"error","message":"Command refused","code":"wrong_port"`)
		}, ErrWrongPort, "that is aetherd's stop port"},
		{"older daemon", func(k *knock) {
			p := k.accept()
			p.reply(p.want("hello"), `{"status":"error","message":"Invalid command","code":"unsupported_version","field":"version"`)
		}, ErrUnsupportedVersion, "another daemon"},
		{"newer daemon", func(k *knock) {
			p := k.accept()
			p.reply(p.want("hello"), strings.Replace(welcome, `"protocol":1`, `"protocol":2`, 1)+`x"`)
		}, ErrProtocol, "speaks version 2, this client version 1"},
		{"unknown gripper", func(k *knock) {
			p := k.accept()
			p.reply(p.want("hello"), strings.Replace(welcome, `"opening"`, `"tentacle"`, 1)+`x"`)
		}, ErrProtocol, "tentacle"},
		{"unknown role", func(k *knock) {
			p := k.accept()
			p.reply(p.want("hello"), strings.Replace(welcome, `"operator"`, `"king"`, 1)+`x"`)
		}, ErrProtocol, "king"},
		{"silent", func(k *knock) { k.accept().want("hello") }, ErrConnectionLost, "does not welcome a station"},
		{"closed", func(k *knock) { p := k.accept(); p.want("hello"); p.close() }, io.EOF, "does not welcome a station"},
		{"HTTP", func(k *knock) {
			p := k.accept()
			p.want("hello")
			p.tell("HTTP/1.1 400 Bad Request")
		}, ErrProtocol, "an HTTP server"},
		{"roles reversed", func(k *knock) {
			p := k.accept()
			p.want("hello")
			p.tell(`{"left_hand":{"grab":"Open"},"right_hand":{"xyz":null}}`)
		}, ErrProtocol, "hand stream of an Aether laptop"},
		{"refused", (*knock).refuse, errRefused, "connect to aetherd at arm:5000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				dialed := s.dialing(s.config())
				test.answer(<-s.command)
				d := <-dialed
				if d.err == nil || !errors.Is(d.err, test.want) || !strings.Contains(d.err.Error(), test.text) {
					t.Errorf("got %v, want %v with %q", d.err, test.want, test.text)
				}
			})
		})
	}
}

// A program that talks first may end the connection before the hello is in the queue.
func TestTalksBeforeTheHello(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		cfg, err := s.config().complete()
		if err != nil {
			t.Fatal(err)
		}
		conn, laptop := net.Pipe()
		l := newLink(conn, &cfg, nil)
		if _, err := laptop.Write([]byte(`{"left_hand":{"grab":"Open"},"right_hand":{"xyz":null}}` + "\n")); err != nil {
			t.Fatal(err)
		}
		<-l.gone
		if _, err := l.greet(t.Context(), &cfg); !errors.Is(err, ErrProtocol) || !strings.Contains(err.Error(), "hand stream") {
			t.Errorf("got %v", err)
		}
		<-l.ended
	})
}

func TestDialGivesUpWithItsContext(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := Dial(ctx, s.config())
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "nothing answers there") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// A stop port that does not answer delays Dial, and does not fail it.
func TestDialWithoutStopPort(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		dialed := s.dialing(s.config())
		s.greet("one")
		(<-s.stop).refuse()
		d := <-dialed
		if d.err != nil {
			t.Fatal(d.err)
		}
		defer d.client.Close()
		if err := d.client.StopPort(); !errors.Is(err, errRefused) || !strings.Contains(err.Error(), stopAddress) {
			t.Errorf("the stop port: %v", err)
		}
		for range 5 {
			(<-s.stop).refuse()
		}
		stop := s.warm() // it is tried again
		synctest.Wait()
		if err := d.client.StopPort(); err != nil {
			t.Errorf("the stop port, later: %v", err)
		}
		stop.close()
		began := time.Now()
		(<-s.stop).refuse()
		if waited := time.Since(began); waited > 100*time.Millisecond {
			t.Errorf("lost, it was tried again after %v, want FirstRetry", waited)
		}
	})
}

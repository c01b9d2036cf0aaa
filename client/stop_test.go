package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

func stopped(n int) string { return fmt.Sprintf(`{"status":"ok","message":"Stopped","stop_id":%d`, n) }

// stopping stops in a goroutine.
func stopping(ctx context.Context, c *Client) <-chan attempt {
	result := make(chan attempt, 1)
	go func() {
		id, err := c.Stop(ctx)
		result <- attempt{id, err}
	}()
	return result
}

func wantStop(t *testing.T, result <-chan attempt, id uint64) {
	t.Helper()
	if a := <-result; a.err != nil || a.stopID != id {
		t.Errorf("the stop is %d, %v; want %d", a.stopID, a.err, id)
	}
}

// The command connection is full of requests, and its daemon does not read: the stop has its
// own, and nothing of it goes anywhere else.
func TestStopDoesNotWaitBehindRequests(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, _, stop := s.connected()
		var moves []<-chan error
		for range c.cfg.InFlight {
			moves = append(moves, going(func() error { _, err := c.Move(t.Context(), safety.Point{}); return err }))
		}
		synctest.Wait()
		began := time.Now()
		result := stopping(t.Context(), c)
		stop.reply(stop.want("stop"), stopped(7))
		wantStop(t, result, 7)
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %v", took)
		}
		for _, m := range moves {
			if err := <-m; !errors.Is(err, ErrConnectionLost) {
				t.Error(err)
			}
		}
	})
}

// Without the stop port the stop goes over the command port, ahead of what is not written.
func TestStopOverCommandPort(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, stop := s.connected()
		stop.close()
		synctest.Wait()
		if err := c.StopPort(); !errors.Is(err, ErrConnectionLost) {
			t.Errorf("the stop port: %v", err)
		}
		first := going(func() error { _, err := c.Ping(t.Context()); return err })
		synctest.Wait() // being written
		second := going(func() error { _, err := c.Move(t.Context(), safety.Point{}); return err })
		synctest.Wait() // in the queue
		result := stopping(t.Context(), c)
		synctest.Wait()
		daemon.reply(daemon.want("ping"), pong)
		daemon.reply(daemon.want("stop"), stopped(1))
		daemon.reply(daemon.want("move"), `{"status":"error","message":"Command refused","code":"stopped","stop_id":1`)
		wantStop(t, result, 1)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if err := <-second; !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
	})
}

// A stop port that says nothing is given 100 ms. Then every way is tried at once, and the
// highest number counts, which is the stop that a reset has to name.
func TestStopTriesEveryWay(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, stop := s.connected()
		began := time.Now()
		result := stopping(t.Context(), c)
		stop.want("stop")
		onStopPort := (<-s.stop).accept()
		if waited := time.Since(began); waited != hedge {
			t.Errorf("the next ways were tried after %v", waited)
		}
		onCommandPort := (<-s.command).accept()
		asked := daemon.want("stop")
		daemon.reply(asked, stopped(1))
		onStopPort.reply(onStopPort.want("stop"), stopped(3))
		onCommandPort.want("stop") // and no answer
		wantStop(t, result, 3)
		onStopPort.wantEnd()
		onCommandPort.wantEnd()
	})
}

// A way that fails at once does not cost the 100 ms.
func TestStopGoesOnWhereAWayFails(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, stop := s.connected()
		began := time.Now()
		result := stopping(t.Context(), c)
		stop.want("stop")
		stop.close()
		daemon.reply(daemon.want("stop"), stopped(2))
		(<-s.stop).refuse()
		(<-s.command).refuse()
		wantStop(t, result, 2)
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}

func TestStopSaysWhatFailed(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, stop := s.connected()
		stop.close()
		(<-s.stop).refuse() // and not for the stop
		daemon.close()
		synctest.Wait()
		result := stopping(t.Context(), c)
		(<-s.stop).refuse()
		k := (<-s.command).accept() // of the stop, or of the reconnecting client
		k.tell("SSH-2.0-OpenSSH_9.2")
		k = (<-s.command).accept()
		k.tell("SSH-2.0-OpenSSH_9.2")
		a := <-result
		if a.err == nil || !errors.Is(a.err, errRefused) || !errors.Is(a.err, ErrProtocol) {
			t.Fatalf("got %v", a.err)
		}
		for _, part := range []string{"no way succeeded", "stop port " + stopAddress, "command port " + commandAddress, "SSH-2.0"} {
			if !strings.Contains(a.err.Error(), part) {
				t.Errorf("%v\ndoes not say %q", a.err, part)
			}
		}
	})
}

// A program that is told to end wants to stop the arm with a context that has ended.
func TestStopWithEndedContext(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, _, stop := s.connected()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		answered := stopping(ctx, c)
		stop.reply(stop.want("stop"), stopped(1))
		wantStop(t, answered, 1)
		if a := <-stopping(ctx, c); !errors.Is(a.err, context.Canceled) {
			t.Errorf("got %+v", a)
		}
		stop.want("stop")
		closed := going(c.Close)
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

// A way that is still under way when another has succeeded is waited for by Close.
func TestCloseWaitsForStops(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, stop := s.connected()
		stop.close()
		(<-s.stop).refuse() // and not for the stop
		result := stopping(t.Context(), c)
		asked := daemon.want("stop")
		time.Sleep(hedge) // of the bubble
		slow := <-s.command
		daemon.reply(asked, stopped(1))
		wantStop(t, result, 1)
		closed := going(c.Close)
		synctest.Wait()
		select {
		case <-closed:
			t.Error("closed before a way of the stop had ended")
		default:
		}
		slow.refuse()
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

func TestStopWithoutClient(t *testing.T) {
	for _, stopPort := range []bool{true, false} {
		t.Run(fmt.Sprintf("stop port %v", stopPort), func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				result := make(chan attempt, 1)
				go func() {
					id, err := Stop(t.Context(), s.config())
					result <- attempt{id, err}
				}()
				k := <-s.stop
				if !stopPort {
					k.refuse()
					k = <-s.command
				}
				daemon := k.accept()
				daemon.reply(daemon.want("stop"), stopped(4))
				wantStop(t, result, 4)
				daemon.wantEnd()
			})
		})
	}
}

package recording

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/internal/elapsed"
	"github.com/aether-arm/aetherd/safety"
)

// Arm is what Play needs of a client.Client.
type Arm interface {
	Move(context.Context, safety.Point, ...client.Option) (*client.Motion, error)
	Grip(context.Context, safety.Gripper, ...client.Option) (*client.Motion, error)
	Ping(context.Context) (time.Duration, error)
	Subscribe(ctx context.Context, rate float64) iter.Seq2[client.Event, error]
}

// Options say how to play.
type Options struct {
	Factor  float64        // of the recorded speed
	Welcome client.Welcome // what holds at the arm
	Lagging func(Lag)      // is told once of each time the arm falls behind; nil: nobody is
}

// Lag is how far the arm is from where it should be.
type Lag struct {
	At       time.Duration // since the beginning of the playback
	Distance float64       // mm
}

// Played is what a playback did.
type Played struct {
	Sent int // requests to move
	Late int // periods in which none could be sent, so that what was due in them was skipped
	Most Lag // the most that the arm was behind; of a track of positions only
}

// The stream of a playback.
const (
	period        = 20 * time.Millisecond  // between two motions
	longestPeriod = 100 * time.Millisecond // where the daemon takes fewer
	ttl           = 100 * time.Millisecond // for a motion to begin in

	// Deadman is what a station that plays should ask for where its network is good, and
	// MinDeadman the least: some periods.
	Deadman    = 250 * time.Millisecond
	MinDeadman = 2 * period
)

// ErrSilent: this process, or the network, did nothing for the deadman. An arm that moved was
// held then, and one that stood may have been moved by others.
var ErrSilent = errors.New("nothing could be sent in time")

// Play streams t from its beginning to its end, and returns when the arm is there. At each
// moment it sends what is due then, with one request in flight: where it is late it skips, and
// never sends what was due earlier. It returns at once, and sends nothing more, when a request
// is refused, the arm is stopped or held, another station moves it, or the connection is lost;
// when it has been silent for the deadman, it returns ErrSilent.
func Play(ctx context.Context, arm Arm, t *Track, o Options) (Played, error) {
	p, err := newPlayback(arm, t, o)
	if err != nil {
		return Played{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { p.watch(ctx, cancel) })
	if err = p.run(ctx); errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	cancel(nil)
	watch.Wait()
	p.played.Most = p.most
	return p.played, err
}

// playback is one run of Play.
type playback struct {
	arm    Arm
	track  *Track
	o      Options
	every  time.Duration
	fast   float64 // mm/s, of the fastest part of the playback
	most   Lag     // of the goroutine that watches, until it has ended
	begun  time.Time
	played Played

	heard   time.Time // when the last request that was answered was sent
	move    pending   // the newest that was sent
	grip    pending   // as well
	gripped int       // its line
}

// pending is a motion whose end matters.
type pending struct {
	motion *client.Motion
	ended  <-chan struct{} // of motion; nil when that is done, or there is none
}

func newPending(m *client.Motion) pending { return pending{m, m.Ended()} }

// end takes the outcome of the motion, which has ended.
func (p *pending) end(ctx context.Context) error {
	p.ended = nil
	outcome, err := p.motion.Wait(ctx)
	if err != nil {
		return err
	}
	return outcome.Err()
}

func newPlayback(arm Arm, t *Track, o Options) (*playback, error) {
	// A fifth of what the daemon takes is left for the gripper.
	every := max(period, time.Duration(1.25*float64(time.Second)/o.Welcome.Rate))
	if every > longestPeriod {
		return nil, fmt.Errorf("the daemon takes %g requests a second, and a playback needs %g: raise rate_per_s in its configuration", o.Welcome.Rate, 1.25*float64(time.Second/longestPeriod))
	}
	if o.Welcome.Deadman < 2*every {
		return nil, fmt.Errorf("the daemon's deadman of %v is too short for a motion every %v: raise deadman_ms in its configuration", o.Welcome.Deadman, every)
	}
	now := time.Now()
	return &playback{arm: arm, track: t, o: o, every: every, fast: t.TopSpeed() * o.Factor, begun: now, heard: now}, nil
}

// at returns the moment of the recording that is due at the moment now of the playback.
func (p *playback) at(now time.Duration) time.Duration {
	return time.Duration(float64(now) * p.o.Factor)
}

func (p *playback) run(ctx context.Context) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		now := time.Now()
		if err := p.inTime(now); err != nil {
			return err
		}
		at := p.at(now.Sub(p.begun))
		sent, err := p.send(ctx, now, at)
		switch {
		case err != nil:
			return err
		case sent && at >= p.track.Length:
			return p.finish(ctx, tick.C)
		}
		if err := p.wait(ctx, tick.C); err != nil {
			return err
		}
	}
}

// inTime counts the periods in which nothing was sent, until they are too many. The clock of a
// machine that slept tells only by the time of day.
func (p *playback) inTime(now time.Time) error {
	silent := elapsed.Between(p.heard, now)
	if deadman := p.o.Welcome.Deadman; silent >= deadman {
		return fmt.Errorf("%w for %v, and the deadman is %v: it does not go on by itself. Play again when this machine and the network have time", ErrSilent, silent.Round(time.Millisecond), deadman)
	}
	if missed := int(silent/p.every) - 1; missed > 0 {
		p.played.Late += missed
	}
	return nil
}

// wait waits for the next period, or for the end of what is under way by somebody else.
func (p *playback) wait(ctx context.Context, tick <-chan time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.move.ended:
			if err := late(p.move.end(ctx)); err != nil {
				return err
			}
		case <-p.grip.ended:
			if err := p.grip.end(ctx); err != nil {
				return err
			}
		case <-tick:
			return nil
		}
	}
}

// late returns err unless it only says that a motion was not begun in time, as any that is not
// sent in time.
func late(err error) error {
	var u *client.Unfinished
	if errors.Is(err, client.ErrExpired) || errors.As(err, &u) && u.End == client.Expired {
		return nil
	}
	return err
}

// finish waits until the arm is where it was sent last.
func (p *playback) finish(ctx context.Context, tick <-chan time.Time) error {
	for p.move.ended != nil || p.grip.ended != nil {
		var err error
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-p.move.ended:
			err = p.move.end(ctx)
		case <-p.grip.ended:
			err = p.grip.end(ctx)
		case <-tick:
			_, err = p.arm.Ping(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// send sends what is due at the moment at of the recording, and reports whether the daemon
// took all of it.
func (p *playback) send(ctx context.Context, now time.Time, at time.Duration) (sent bool, err error) {
	if g, due := p.track.GripAt(at); due && g.Line != p.gripped {
		// Without a TTL: an arm that grips at rest only has to brake before.
		m, err := p.arm.Grip(ctx, g.Gripper, client.Notify())
		if err != nil {
			return false, err
		}
		p.grip, p.gripped = newPending(m), g.Line
	}
	s := p.track.At(at)
	if s.At > at { // only the gripper has something to do yet
		_, err := p.arm.Ping(ctx)
		p.heard = now
		return true, err
	}
	opts := []client.Option{client.Notify()}
	if at < p.track.Length { // the last one stays until the arm is there
		opts = append(opts, client.Expires(now.Add(ttl)))
	}
	if speed := p.speed(s); speed > 0 {
		opts = append(opts, client.Speed(speed))
	}
	m, err := p.arm.Move(ctx, s.Point, opts...)
	if err != nil {
		return false, late(err)
	}
	p.played.Sent++
	p.heard, p.move = now, newPending(m)
	return true, nil
}

// Room that the arm has to catch up where it is behind.
const (
	catchUp    = 1.5 // times the fastest part of the playback
	catchUpMin = 20  // mm/s on top of that
)

// speed returns how fast the arm may go to s, in mm/s; 0: as fast as it may. After a late
// moment it shall not dash.
func (p *playback) speed(s Sample) float64 {
	limit, factor := p.o.Welcome.Speed, p.o.Factor
	switch {
	case !p.track.Requests:
		return min(catchUp*p.fast+catchUpMin, limit)
	case s.Speed > 0:
		return min(s.Speed*factor, limit)
	case factor < 1:
		return limit * factor
	}
	return 0
}

// lagTolerance is how far in mm an arm may be behind beyond what its acceleration explains.
const lagTolerance = 10

// watch compares where the arm is with where it is due, until ctx ends. A connection that is
// lost ends the playback: it may be back before the next motion.
func (p *playback) watch(ctx context.Context, end context.CancelCauseFunc) {
	v := min(p.fast, p.o.Welcome.Speed)
	// The arm keeps the distance in which it can brake, v²/2a, behind a point that moves.
	limit := lagTolerance + v*v/(2*p.o.Welcome.Accel)
	lagging := false
	for e, err := range p.arm.Subscribe(ctx, 10) {
		if err != nil {
			return
		}
		if e.Kind == client.ConnectionEvent {
			end(client.ErrConnectionLost)
			return
		}
		if p.track.Requests || e.Kind != client.StateEvent || !e.State.HasPosition {
			continue
		}
		now := time.Since(p.begun)
		lag := Lag{now, p.track.At(p.at(now)).Point.Sub(e.State.Position).Norm()}
		if lag.Distance > p.most.Distance {
			p.most = lag
		}
		if over := lag.Distance > limit; over != lagging {
			if lagging = over; over && p.o.Lagging != nil {
				p.o.Lagging(lag)
			}
		}
	}
}

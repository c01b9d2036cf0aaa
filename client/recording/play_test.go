package recording

import (
	"context"
	"errors"
	"iter"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// stand is an arm that notes what it is sent and when, and follows at once.
type stand struct {
	begun time.Time
	moves []move
	grips []move
	pings []time.Duration

	delay func(n int) time.Duration // of the reply to the n-th motion; nil: none
	fail  func(n int) error         // the verdict
	lag   float64                   // mm that its state is behind
	lost  time.Duration             // the connection is, and is back at once; 0: never
}

type move struct {
	At      time.Duration
	X       float64
	Gripper safety.Gripper
}

func (s *stand) Move(ctx context.Context, p safety.Point, _ ...client.Option) (*client.Motion, error) {
	n := len(s.moves)
	if n > 10_000 {
		return nil, errors.New("it does not end")
	}
	s.moves = append(s.moves, move{At: time.Since(s.begun), X: p.X})
	if s.delay != nil {
		time.Sleep(s.delay(n)) // of the bubble's clock
	}
	if s.fail != nil && s.fail(n) != nil {
		return nil, s.fail(n)
	}
	return new(client.Motion), ctx.Err()
}

func (s *stand) Grip(_ context.Context, g safety.Gripper, _ ...client.Option) (*client.Motion, error) {
	s.grips = append(s.grips, move{At: time.Since(s.begun), Gripper: g})
	return new(client.Motion), nil
}

func (s *stand) Ping(context.Context) (time.Duration, error) {
	s.pings = append(s.pings, time.Since(s.begun))
	return 0, nil
}

func (s *stand) Subscribe(ctx context.Context, rate float64) iter.Seq2[client.Event, error] {
	return func(yield func(client.Event, error) bool) {
		if s.lost > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(s.lost):
				yield(client.Event{Kind: client.ConnectionEvent, Connection: client.Connection{Up: true, Number: 2}}, nil)
			}
			return
		}
		for ctx.Err() == nil {
			at := time.Since(s.begun).Seconds() * 100 // along ramp
			if !yield(client.Event{State: client.State{HasPosition: true, Position: safety.Point{X: at - s.lag, Z: 100}}}, nil) {
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(float64(time.Second) / rate)):
			}
		}
	}
}

// ramp goes along x at 100 mm/s for two seconds.
func ramp() *Track {
	xs := make([]float64, 101)
	for i := range xs {
		xs[i] = 2 * float64(i)
	}
	return line(xs...)
}

// play plays to s in a bubble of time.
func play(t *testing.T, s *stand, track *Track, factor float64, o Options) (played Played, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s.begun = time.Now()
		o.Factor = factor
		if o.Welcome = simulator; track == nil {
			track = ramp()
		}
		played, err = Play(t.Context(), s, track, o)
	})
	return played, err
}

// Each motion goes out at its moment, to what is due in that moment, at every speed.
func TestPlaybackKeepsTime(t *testing.T) {
	for _, factor := range []float64{0.5, 1, 2} {
		s := &stand{}
		played, err := play(t, s, nil, factor, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for n, m := range s.moves {
			want := move{At: time.Duration(n) * 20 * ms, X: min(2*factor*float64(n), 200)}
			if m.At != want.At || math.Abs(m.X-want.X) > 1e-6 {
				t.Fatalf("at speed %v, motion %d: %+v, want %+v", factor, n, m, want)
			}
		}
		last := s.moves[len(s.moves)-1]
		if took := time.Duration(2 / factor * float64(time.Second)); last.At != took || last.X != 200 || played.Late != 0 || played.Sent != len(s.moves) {
			t.Errorf("at speed %v: the last is %+v, want %v; %+v", factor, last, took, played)
		}
	}
}

// Late replies: what was due meanwhile is skipped, and each motion that is sent is due when it
// is sent.
func TestLatePlaybackSkips(t *testing.T) {
	s := &stand{delay: func(n int) time.Duration { return time.Duration(n%4) * 45 * ms }}
	played, err := play(t, s, nil, 1, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n, m := range s.moves {
		if due := min(m.At.Seconds()*100, 200); math.Abs(m.X-due) > 1e-6 {
			t.Errorf("motion %d at %v: x is %v, due is %v", n, m.At, m.X, due)
		}
	}
	if last := s.moves[len(s.moves)-1]; last.X != 200 || last.At > 2200*ms {
		t.Errorf("it ends with %+v", last)
	}
	if played.Late == 0 || played.Sent > 60 {
		t.Errorf("%+v", played)
	}
}

// After a silence of the deadman the arm is held: nothing more is sent.
func TestSilentPlaybackEnds(t *testing.T) {
	s := &stand{delay: func(n int) time.Duration {
		if n == 10 {
			return 250 * ms
		}
		return 0
	}}
	_, err := play(t, s, nil, 1, Options{})
	if !errors.Is(err, ErrSilent) || len(s.moves) != 11 {
		t.Errorf("%v after %d motions", err, len(s.moves))
	}
}

// A connection that is lost ends it, also where it is back before the next motion.
func TestPlaybackEndsWithTheConnection(t *testing.T) {
	for _, requests := range []bool{false, true} {
		track := ramp()
		track.Requests = requests
		s := &stand{lost: 410 * ms}
		if _, err := play(t, s, track, 1, Options{}); !errors.Is(err, client.ErrConnectionLost) || len(s.moves) != 21 {
			t.Errorf("requests %t: %v after %d motions", requests, err, len(s.moves))
		}
	}
}

// A refusal ends it at once. One because the motion came too late there is only late.
func TestRefusedPlaybackEnds(t *testing.T) {
	refusal := func(at int, code client.Code) func(int) error {
		return func(n int) error {
			if n == at {
				return &client.Error{Code: code}
			}
			return nil
		}
	}
	s := &stand{fail: refusal(10, client.ErrNotInControl)}
	if _, err := play(t, s, nil, 1, Options{}); !errors.Is(err, client.ErrNotInControl) || len(s.moves) != 11 {
		t.Errorf("%v after %d motions", err, len(s.moves))
	}
	// The last one, which is sent again then.
	s = &stand{fail: refusal(100, client.ErrExpired)}
	if _, err := play(t, s, nil, 1, Options{}); err != nil || len(s.moves) != 102 || s.moves[101].X != 200 {
		t.Errorf("%v after %d motions", err, len(s.moves))
	}
	always := func(int) error { return &client.Error{Code: client.ErrExpired} }
	s = &stand{fail: always}
	if _, err := play(t, s, nil, 1, Options{}); !errors.Is(err, ErrSilent) {
		t.Errorf("%v after %d motions", err, len(s.moves))
	}
}

func TestInterruptedPlaybackEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 410*ms)
		defer cancel()
		s := &stand{begun: time.Now()}
		if _, err := Play(ctx, s, ramp(), Options{Factor: 1, Welcome: simulator}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if len(s.moves) != 21 {
			t.Errorf("%d motions in 0.41 s", len(s.moves))
		}
	})
}

// The gripper is told what is due, once; changes that were overtaken are left out.
func TestPlaybackGrips(t *testing.T) {
	track := ramp()
	track.Grips = []Grip{{0, safety.GripperOpen, 2}, {500 * ms, safety.GripperClosed, 27}, {1000 * ms, safety.GripperOpen, 52}, {1010 * ms, safety.GripperAt(40), 53}}
	s := &stand{}
	if _, err := play(t, s, track, 1, Options{}); err != nil {
		t.Fatal(err)
	}
	// 1000 ms is a moment of the playback, 1010 ms is between two.
	want := []move{{At: 0, Gripper: safety.GripperOpen}, {At: 500 * ms, Gripper: safety.GripperClosed}, {At: 1000 * ms, Gripper: safety.GripperOpen}, {At: 1020 * ms, Gripper: safety.GripperAt(40)}}
	if diff := cmp.Diff(want, s.grips); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Requests hold until the next one; before the first one only pings go out.
func TestPlaybackOfRequests(t *testing.T) {
	track := &Track{Requests: true, Length: 100 * ms,
		Samples: []Sample{{At: 40 * ms, Point: safety.Point{X: 10}, Line: 2}, {At: 100 * ms, Point: safety.Point{X: 200}, Line: 3}},
		Grips:   []Grip{{0, safety.GripperClosed, 1}}}
	s := &stand{}
	if _, err := play(t, s, track, 1, Options{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]move{{40 * ms, 10, 0}, {60 * ms, 10, 0}, {80 * ms, 10, 0}, {100 * ms, 200, 0}}, s.moves); diff != "" {
		t.Errorf("motions: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]time.Duration{0, 20 * ms}, s.pings); diff != "" {
		t.Errorf("pings: -want +got\n%s", diff)
	}
}

func TestPlaybackTellsLag(t *testing.T) {
	for lag, told := range map[float64]int{0: 0, 14: 0, 30: 1} { // 100 mm/s brake in 5 mm, 10 are tolerated
		n := 0
		played, err := play(t, &stand{lag: lag}, nil, 1, Options{Lagging: func(Lag) { n++ }})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(played.Most.Distance-lag) > 1e-6 || n != told {
			t.Errorf("%v mm behind: told %d times, %+v", lag, n, played.Most)
		}
	}
}

// A daemon that takes fewer motions gets fewer; one that takes too few cannot play.
func TestPlaybackKeepsTheRate(t *testing.T) {
	for rate, every := range map[float64]time.Duration{200: 20 * ms, 25: 50 * ms, 10: 0} {
		w := simulator
		w.Rate = rate
		p, err := newPlayback(&stand{}, ramp(), Options{Factor: 1, Welcome: w})
		if every == 0 {
			if err == nil {
				t.Errorf("%v requests a second: one every %v", rate, p.every)
			}
		} else if err != nil || p.every != every {
			t.Errorf("%v requests a second: %v", rate, err)
		}
	}
	w := simulator
	w.Deadman = 30 * ms
	if _, err := newPlayback(&stand{}, ramp(), Options{Factor: 1, Welcome: w}); err == nil {
		t.Error("a deadman of 30 ms is long enough")
	}
}

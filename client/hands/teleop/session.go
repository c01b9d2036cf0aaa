package teleop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/safety"
)

// Config says how Run leads the arm.
type Config struct {
	Hands  hands.Config
	Source Source
	Speed  float64       // of the arm, mm/s; 0: the daemon's limit
	TTL    time.Duration // of each target

	// Recorded: the source is no person. Whatever keeps the arm from being moved ends the run, so
	// that a reset, which somebody else may send, does not set it going.
	Recorded bool

	// DryRun moves nothing and takes no control: it asks the daemon for its verdicts.
	DryRun bool

	Stopped func(*client.State) string // says why the arm is stopped, and how to go on
	Engaged func()                     // is called when the clutch engages for the first time
	Tell    func(Event)                // takes what happens; it must not block
}

// EventKind says what an Event tells.
type EventKind uint8

const (
	Tick       EventKind = iota // ten times a second, and at the end: how it stands
	ClutchTurn                  // the clutch, or what keeps it from engaging, has changed
	SourceTurn                  // the source is connected, or not
	DaemonTurn                  // the daemon is
	Sent                        // a target was answered: Status.Sent says which, Status.Verdict how
	Gripped                     // the gripper was told Status.Gripper
)

// Event is one thing that happens, with how it all stands.
type Event struct {
	Kind EventKind
	Status
}

// Status is how it stands.
type Status struct {
	hands.Status
	SourceUp, DaemonUp   bool
	SourceErr, DaemonErr error // why not
	Unreadable           error // the last line that could not be read, on this connection

	Targets int            // sent
	Sent    safety.Point   // the last one, mm
	Verdict error          // the daemon's on it
	Latency time.Duration  // until the daemon answered it
	Gripper safety.Gripper // told last
}

// ErrConfigChanged is a daemon that came back with another safety configuration: the box may
// not be in its workspace any longer.
var ErrConfigChanged = errors.New("the daemon has come back with another safety configuration: begin again")

// stateRate is how often the arm is looked at, Hz: as often as the daemon tells.
const stateRate = 50

// session is one run.
type session struct {
	cfg     Config
	clutch  *hands.Clutch
	sender  *sender
	clock   *clock
	welcome client.Welcome
	status  Status
	engaged bool      // has been
	heard   time.Time // the source, last

	news    chan News
	ended   chan error // of the source
	events  chan client.Event
	results chan result
}

// Run lets the source lead the arm until ctx or the source ends. An error says why it cannot
// go on, and is nil where a recording has ended. At the end the arm is released.
func Run(ctx context.Context, arm *client.Client, cfg Config) error {
	s := &session{
		cfg: cfg, clock: newClock(), welcome: arm.Welcome(), status: Status{DaemonUp: true},
		news: make(chan News), ended: make(chan error, 1), events: make(chan client.Event), results: make(chan result),
	}
	s.cfg.Hands.Gripper = s.welcome.Gripper != safety.NoGripper
	s.clutch = hands.NewClutch(s.cfg.Hands)
	s.status.Status = s.clutch.Status()
	s.sender = &sender{arm: arm, moving: s.options(), dry: cfg.DryRun, within: cfg.Hands.Stale, wake: make(chan struct{}, 1)}
	inner, end := context.WithCancel(ctx)
	s.sender.told = func(r result) { pass(inner, s.results, r) }
	var work sync.WaitGroup
	work.Go(func() { s.ended <- cfg.Source.Run(inner, func(n News) { pass(inner, s.news, n) }) })
	work.Go(func() { s.watch(inner, arm) })
	work.Go(s.sender.run)
	err := s.loop(ctx)
	if s.status.State == hands.Engaged {
		s.sender.hold()
	}
	end()
	s.sender.end()
	work.Wait()
	return err
}

// pass hands v over, unless ctx ends before.
func pass[T any](ctx context.Context, to chan<- T, v T) {
	select {
	case to <- v:
	case <-ctx.Done():
	}
}

// options are those of every move.
func (s *session) options() (opts []client.Option) {
	if s.cfg.Speed > 0 {
		opts = append(opts, client.Speed(s.cfg.Speed))
	}
	if s.cfg.DryRun {
		opts = append(opts, client.CheckOnly())
	}
	return opts
}

// watch passes on what the daemon tells of the arm.
func (s *session) watch(ctx context.Context, arm *client.Client) {
	for e, err := range arm.Subscribe(ctx, stateRate) {
		if err != nil {
			e = client.Event{Kind: client.ConnectionEvent, Connection: client.Connection{Err: err}}
		}
		pass(ctx, s.events, e)
	}
}

func (s *session) loop(ctx context.Context) error {
	look := time.NewTicker(time.Second / 10)
	defer look.Stop()
	defer s.tell(Tick)
	stale := time.NewTimer(time.Hour)
	defer stale.Stop()
	for {
		if at, due := s.clutch.Next(); due {
			stale.Reset(at - s.clock.now())
		} else {
			stale.Stop()
		}
		select {
		case n := <-s.news:
			s.hear(n)
		case e := <-s.events:
			if err := s.observe(&e); err != nil {
				return err
			}
		case r := <-s.results:
			if err := s.settle(&r); err != nil {
				return err
			}
		case <-stale.C:
			s.do(s.clutch.Tick(s.clock.now()))
		case <-look.C:
			s.tell(Tick)
		case err := <-s.ended:
			return cmp.Or(ctx.Err(), err) // at the end of ctx the source ends as well
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hear takes news of the source.
func (s *session) hear(n News) {
	now := s.clock.now()
	s.heard = time.Now()
	switch n.Kind {
	case Seen:
		s.do(s.clutch.Frame(now, n.Frame, s.sender.room()))
	case Unreadable:
		s.status.Unreadable = n.Err
		s.do(s.clutch.Bad(now))
	case Connected:
		s.status.SourceUp, s.status.SourceErr, s.status.Unreadable = true, nil, nil
		s.tell(SourceTurn)
	case Broken:
		s.do(s.clutch.Gone(now, "the laptop's connection is lost"))
		s.status.SourceUp, s.status.SourceErr = false, n.Err
		s.tell(SourceTurn)
	}
}

// observe takes what the daemon tells.
func (s *session) observe(e *client.Event) error {
	now := s.clock.now()
	switch e.Kind {
	case client.StateEvent:
		a := s.armOf(&e.State)
		s.do(s.clutch.Arm(now, a))
		if a.Blocked != "" && s.ends() {
			return blocked(&e.State, a.Blocked)
		}
	case client.ConnectionEvent:
		c := &e.Connection
		s.status.DaemonUp, s.status.DaemonErr = c.Up, c.Err
		switch {
		case !c.Up:
			s.do(s.clutch.Arm(now, hands.Arm{Blocked: "there is no connection to the daemon"}))
			if s.ends() {
				return c.Err
			}
		case c.ConfigChanged:
			return ErrConfigChanged
		default:
			s.do(s.clutch.Drop(now, "the connection to the daemon was lost"))
			s.welcome = c.Welcome
		}
		s.tell(DaemonTurn)
	}
	return nil
}

// ends reports whether what keeps the arm from being moved ends the run.
func (s *session) ends() bool { return s.cfg.Recorded && !s.cfg.DryRun }

// settle takes the daemon's answer to an order.
func (s *session) settle(r *result) error {
	if !s.sender.current(r) {
		return nil // the clutch has been lost since
	}
	s.status.Targets++
	s.status.Sent, s.status.Verdict, s.status.Latency = r.target, r.err, r.took
	s.tell(Sent)
	if r.err != nil {
		s.do(s.clutch.Drop(s.clock.now(), r.err.Error()))
		if s.ends() {
			return r.err
		}
		return nil
	}
	if r.gripper != safety.GripperUnchanged {
		s.status.Gripper = r.gripper
		s.tell(Gripped)
	}
	return nil
}

// do carries out what the clutch has decided.
func (s *session) do(a hands.Action) {
	if a.Release {
		s.sender.hold()
	}
	if a.Move {
		s.sender.send(order{target: a.Target, gripper: a.Gripper, expires: s.heard.Add(s.cfg.TTL)})
	}
	before := s.status.Status
	s.status.Status = s.clutch.Status()
	now := &s.status.Status
	if now.State == hands.Engaged && !s.engaged {
		s.engaged = true
		if s.cfg.Engaged != nil {
			s.cfg.Engaged()
		}
	}
	if before.State != now.State || before.Why != now.Why || before.Arm.Blocked != now.Arm.Blocked {
		s.tell(ClutchTurn)
	}
}

func (s *session) tell(kind EventKind) { s.cfg.Tell(Event{kind, s.status}) }

// Advice says what is to be done for the clutch to engage, or "".
func (s *Status) Advice() string {
	switch {
	case s.State == hands.Engaged:
		return ""
	case s.Arm.Blocked != "":
		return s.Arm.Blocked
	case s.Outside > 0:
		return fmt.Sprintf("the arm is %.0f mm outside of the box, where no hand gets: move it in, or give another --box", s.Outside)
	case s.Apart:
		return "the arm can be moved again: take the hand away from it, then come back"
	case s.Seen && s.Way != "":
		return "move the hand " + s.Way
	case s.Seen:
		return "hold the hand still"
	}
	return "show the hand to the camera"
}

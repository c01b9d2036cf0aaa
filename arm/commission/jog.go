package commission

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm/feetech"
)

const (
	// DefaultSpeed, LeastSpeed and TopSpeed are those of a jog, in degrees/s.
	DefaultSpeed = 5.0
	LeastSpeed   = 1.0
	TopSpeed     = 20.0
)

const (
	jogEvery = 30 * time.Millisecond // between two goals
	jogAccel = 5000                  // counts/s²: the top speed is there after 50 ms

	// slack is how far a servo may stay off where it should be, in counts. Under half of its
	// torque an ST3215 sags by 20 to 30 (TheRobotStudio/SO-ARM100, issue 134).
	slack = 60
	// hardest is the load, in %, above which a servo pushes against something; in
	// motion it passes that for a moment.
	hardest     = 70.0
	hardestTime = 300 * time.Millisecond

	// settleTime is how long a servo may take to come to rest at its goal.
	settleTime = time.Second
	// holdTime is how long a servo may take to stand still after it was told to hold, and stillTime
	// how long it must have stood: at the least speed it would turn by 3 counts meanwhile.
	holdTime  = time.Second
	stillTime = 250 * time.Millisecond
)

// errStopped means that a person stopped it.
var errStopped = errors.New("stopped")

// jog is one run of Jog.
type jog struct {
	*Console
	bus   Bus
	axis  Axis
	crawl crawl
	last  feetech.Servo // as it was read last
	heavy time.Time     // since when it pushes hard; zero: it does not
}

// Jog turns one axis by some degrees at a speed in degrees/s, after consent, and ends with
// the axis holding. Enter or the end of ctx stops it, and so does a servo that does not follow.
func Jog(ctx context.Context, c *Console, b Bus, axis Axis, by, speed float64) error {
	if !(speed >= LeastSpeed && speed <= TopSpeed) {
		return fmt.Errorf("speed %g°/s: must be %g to %g", speed, LeastSpeed, TopSpeed)
	}
	if err := c.CanAsk(); err != nil {
		return err
	}
	j := &jog{Console: c, bus: b, axis: axis}
	err := j.prepare(ctx, by, speed)
	j.end()
	if err != nil {
		if ctx.Err() != nil {
			err = errInterrupted
		}
		return fmt.Errorf("%w; nothing was moved", err)
	}
	if err = j.run(ctx); ctx.Err() != nil {
		err = errStopped
	}
	j.end()
	return j.finish(ctx, err)
}

// prepare says what is going to happen, and asks.
func (j *jog) prepare(ctx context.Context, by, speed float64) (err error) {
	if err := j.bus.Check(ctx, j.axis.ID); err != nil {
		return err
	}
	if j.last, err = read(ctx, j.bus, j.axis.ID); err != nil {
		return err
	}
	if err := checkTurn(j.last); err != nil {
		return err
	}
	if j.last.Faults != 0 {
		return fmt.Errorf("%s reports: %v", j.axis.Name, j.last.Faults)
	}
	from := j.start()
	to, err := j.axis.target(from, by)
	if err != nil {
		return err
	}
	j.crawl = crawl{to: to, speed: speed * countsPerDegree}
	what := feetech.ModelName(j.last.Model)
	if servo := servoName(j.last.ID); servo != j.axis.Name {
		what = servo + ", " + what
	}
	torque := fmt.Sprintf("It holds already, at %s.", j.axis.text(j.last.Position))
	switch {
	case !j.last.Torque:
		torque = "Its torque goes on, where it stands."
	case from != j.last.Goal:
		torque = "It is on, with a goal elsewhere: it is told where it stands instead."
	}
	j.say("%s (%s) goes from %s to %s, at %g°/s. %s\nKeep clear of the arm. Enter or Ctrl-C stops it.\n",
		j.axis.Name, what, j.axis.text(from), j.axis.text(to), speed, torque)
	return j.Consent(ctx, "Move it?")
}

// start returns where the goals begin: at the goal that holds a load, as the servo would sink if
// they began where it stands, or else where it stands.
func (j *jog) start() int {
	off := j.last.Goal - j.last.Position
	if j.last.Torque && off >= -slack && off <= slack && j.last.Goal >= 0 && j.last.Goal <= lastCount {
		return j.last.Goal
	}
	return j.last.Position
}

// run turns the axis until it is there. It returns why it ended before, if it did.
func (j *jog) run(ctx context.Context) error {
	if err := j.begin(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(jogEvery)
	defer tick.Stop()
	told := time.Now()
	for arrived := told; ; {
		if err := j.tell(ctx, j.crawl.position()); err != nil {
			return err
		}
		if err := j.pause(ctx, tick.C); err != nil {
			return err
		}
		if err := j.look(ctx); err != nil {
			return err
		}
		if err := j.judge(); err != nil {
			return err
		}
		j.live(j.axis.text(j.last.Position))
		now := time.Now()
		switch {
		case !j.crawl.done():
			j.crawl.advance(now.Sub(told))
			arrived = now
		case j.rests() || now.Sub(arrived) > settleTime:
			return nil
		}
		told = now
	}
}

// begin switches the torque on where the axis stands, unless it is on: then a servo keeps the goal
// that holds its load.
func (j *jog) begin(ctx context.Context) error {
	asked := j.last.Position
	if err := j.look(ctx); err != nil {
		return err
	}
	if is := j.last.Position; is-asked > slack || asked-is > slack {
		return errors.New("it has been moved since the question")
	}
	if !j.last.Torque {
		if err := j.bus.Torque(ctx, j.axis.ID, true); err != nil {
			return err
		}
		if err := j.look(ctx); err != nil {
			return err
		}
	}
	j.crawl = newCrawl(j.start(), j.crawl.to, j.crawl.speed)
	return nil
}

// pause waits for the next tick, or a stop.
func (j *jog) pause(ctx context.Context, tick <-chan time.Time) error {
	entered := j.entered()
	for {
		select {
		case <-ctx.Done():
			return errStopped
		case _, ok := <-entered:
			if ok {
				return errStopped
			}
			entered = nil // nobody is there who could press Enter
		case <-tick:
			return nil
		}
	}
}

// look reads the servo.
func (j *jog) look(ctx context.Context) error {
	s, err := read(ctx, j.bus, j.axis.ID)
	if err == nil {
		j.last = s
	}
	return err
}

// tell gives the servo a goal.
func (j *jog) tell(ctx context.Context, position int) error {
	speed := int(j.crawl.speed) + 1
	return patiently(func() error { return j.bus.Goal(ctx, j.axis.ID, position, speed, jogAccel) })
}

// judge returns why the axis must not go on.
func (j *jog) judge() error {
	s := j.last
	switch {
	case s.Faults != 0:
		return fmt.Errorf("it reports: %v", s.Faults)
	case !s.Torque:
		return errors.New("its torque went off")
	case j.crawl.behind(s.Position) > slack:
		return fmt.Errorf("it does not follow: it is %.1f° behind; something holds it, or it is too weak", degrees(j.crawl.behind(s.Position)))
	}
	if s.Load < hardest && s.Load > -hardest {
		j.heavy = time.Time{}
		return nil
	}
	if j.heavy.IsZero() {
		j.heavy = time.Now()
	}
	if time.Since(j.heavy) >= hardestTime {
		return fmt.Errorf("it pushes with %.0f %% of its torque: something holds it, or it is too weak", max(s.Load, -s.Load))
	}
	return nil
}

// rests reports whether the axis stands where it shall. Under a load it does not come there.
func (j *jog) rests() bool {
	const near = 2 // counts
	off := j.last.Position - j.crawl.to
	return !j.last.Moving && off >= -near && off <= near
}

// finish makes the axis hold where it is after a stop, and says how it ended.
func (j *jog) finish(ctx context.Context, why error) error {
	ctx = context.WithoutCancel(ctx)
	err := j.look(ctx)
	if err == nil && why != nil && j.last.Torque {
		err = j.tell(ctx, j.last.Position)
	}
	still := false
	if err == nil {
		still, err = j.stands(ctx)
	}
	switch {
	case err != nil:
		return errors.Join(why, fmt.Errorf("%s cannot be told to hold: it ends what it was told, less than 0.1 s of motion: %w", j.axis.Name, err))
	case !still:
		return j.letGo(ctx, why)
	case why == nil || errors.Is(why, errStopped):
		j.say("%s stands at %s, and holds.\n", j.axis.Name, j.axis.text(j.last.Position))
		return nil
	case !j.last.Torque:
		return fmt.Errorf("%s was stopped at %s: %w; its torque is off", j.axis.Name, j.axis.text(j.last.Position), why)
	}
	return fmt.Errorf("%s was stopped at %s, and holds: %w", j.axis.Name, j.axis.text(j.last.Position), why)
}

// stands waits until the axis stands still, and returns whether it does in the end. A servo whose
// EEPROM has another mode than that of position turns on and on, whatever its goal is.
func (j *jog) stands(ctx context.Context) (bool, error) {
	const noise = 2 // counts
	for range holdTime / stillTime {
		was := j.last.Position
		time.Sleep(stillTime)
		if err := j.look(ctx); err != nil {
			return false, err
		}
		if by := j.last.Position - was; !j.last.Torque || by >= -noise && by <= noise {
			return true, nil
		}
	}
	return false, nil
}

// letGo switches the torque off, as nothing else stops the servo.
func (j *jog) letGo(ctx context.Context, why error) error {
	err := fmt.Errorf("%s does not stand still when it is told to hold: is its register 33, the mode, 0? Its torque was switched off", j.axis.Name)
	return errors.Join(why, err, patiently(func() error { return j.bus.Torque(ctx, j.axis.ID, false) }))
}

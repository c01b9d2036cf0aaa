package commission

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/feetech"
	"github.com/aether-arm/aetherd/arm/kinematics"
)

// sampleEvery is how often a joint is read while a hand turns it. At 360°/s it comes
// 7° farther meanwhile, of the 180° that would be mistaken.
const sampleEvery = 20 * time.Millisecond

// measure leads through the joints, and returns what it found.
func (k *calibration) measure(ctx context.Context) (m [kinematics.Joints]measured, err error) {
	for i := range m {
		if err := k.again(ctx, func() error { return k.measureRange(ctx, i, &m[i]) }); err != nil {
			return m, err
		}
	}
	if err := k.again(ctx, func() error { return k.measureReference(ctx, &m) }); err != nil {
		return m, err
	}
	for i := range m {
		if err := k.again(ctx, func() error { return k.measureDirection(ctx, i, &m[i]) }); err != nil {
			return m, err
		}
	}
	if k.arm.Claw.ID == 0 {
		return m, nil
	}
	return m, k.again(ctx, func() error { return k.measureClaw(ctx) })
}

// again does a step until no servo falls silent in it for long. One that loses its power comes back
// with its torque off.
func (k *calibration) again(ctx context.Context, step func() error) error {
	for {
		err := step()
		if !errors.Is(err, feetech.ErrNoAnswer) && !errors.Is(err, errUnseen) {
			return err
		}
		k.end()
		if err := k.enter(ctx, "  %v: check its cable and the power, then press Enter to do this again. ", err); err != nil {
			return err
		}
	}
}

// follow watches a joint from before the prompt until after Enter is pressed.
func (k *calibration) follow(ctx context.Context, i int, prompt string, show func(travel) string) (t travel, err error) {
	sample := func() error {
		s, err := read(ctx, k.bus, *k.id(i))
		if err == nil {
			err = t.add(s.Position)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name(i), err)
		}
		return nil
	}
	if err := sample(); err != nil {
		return t, err
	}
	k.prompt("%s", prompt)
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		k.live(show(t))
		select {
		case <-ctx.Done():
			return t, ctx.Err()
		case line, ok := <-k.entered():
			if _, err := k.answered(line, ok); err != nil {
				return t, err
			}
			return t, sample()
		case <-tick.C:
		}
		if err := sample(); err != nil {
			return t, err
		}
	}
}

func (k *calibration) measureRange(ctx context.Context, i int, m *measured) error {
	prompt := fmt.Sprintf("\n%s: move it by hand through its whole range, to both ends. Then press Enter.\n", title(i))
	for {
		t, err := k.follow(ctx, i, prompt, travel.rangeText)
		if err != nil {
			return err
		}
		k.say("  %s\n", t.rangeText())
		if degrees(t.high-t.low) >= leastRange {
			m.low, m.high = t.low, t.high
			return nil
		}
		prompt = fmt.Sprintf("  That is less than %g°. Is servo %d that of the %s? Move it to both ends, then press Enter.\n", leastRange, *k.id(i), name(i))
	}
}

func (t travel) rangeText() string {
	return fmt.Sprintf("%d counts, from %d to %d: %.1f°", t.last, t.low, t.high, degrees(t.high-t.low))
}

// outside is how far a joint may be beyond the range that was measured, in degrees, and
// still be believed: nobody presses it into its ends twice in the same way.
const outside = 2.0

func (k *calibration) measureReference(ctx context.Context, m *[kinematics.Joints]measured) error {
	for prompt := referencePosture; ; {
		if err := k.enter(ctx, "%s", prompt); err != nil {
			return err
		}
		var wrong []string
		for i := range m {
			s, err := read(ctx, k.bus, *k.id(i))
			if err != nil {
				return fmt.Errorf("%s: %w", name(i), err)
			}
			m[i].reference = s.Position
			if slack := counts(outside); s.Position < m[i].low-slack || s.Position > m[i].high+slack {
				wrong = append(wrong, fmt.Sprintf("the %s at %d counts, outside of %d to %d", name(i), s.Position, m[i].low, m[i].high))
			}
		}
		if len(wrong) == 0 {
			return nil
		}
		prompt = fmt.Sprintf("  That cannot be: %s.\n  Hold it in the reference posture, and press Enter. If a range was too small:\n  Ctrl-C, and begin again. ",
			strings.Join(wrong, ", "))
	}
}

func (k *calibration) measureDirection(ctx context.Context, i int, m *measured) error {
	prompt := fmt.Sprintf("\n%s: %s a little, by 10° or so. Then press Enter.\n", title(i), reference[i].turn)
	for {
		t, err := k.follow(ctx, i, prompt, travel.turnText)
		if err != nil {
			return err
		}
		k.say("  %s\n", t.turnText())
		if m.direction, err = t.direction(); err == nil {
			return nil
		}
		prompt = fmt.Sprintf("  %v: %s, only that way, then press Enter.\n", err, reference[i].turn)
	}
}

func (t travel) turnText() string {
	return fmt.Sprintf("%d counts, turned by %+d: %.1f°", t.last, t.last-t.first, degrees(max(t.last-t.first, t.first-t.last)))
}

// measureClaw watches the claw from open to closed: the way between must not go over the
// end of the turn.
func (k *calibration) measureClaw(ctx context.Context) error {
	open := "\nClaw: open it as far as it shall open. Then press Enter.\n"
	for {
		if _, err := k.follow(ctx, clawIndex, open, travel.turnText); err != nil {
			return err
		}
		t, err := k.follow(ctx, clawIndex, "Claw: close it, without anything in it. Then press Enter.\n", travel.turnText)
		if err != nil {
			return err
		}
		k.say("  open at %d counts, closed at %d: %.1f°\n", t.first, t.last, degrees(max(t.last-t.first, t.first-t.last)))
		if max(t.last-t.first, t.first-t.last) >= counts(leastTurn) {
			k.arm.Claw.Open, k.arm.Claw.Closed = t.first, t.last
			return nil
		}
		open = fmt.Sprintf("  That is less than %g°. Open it, then press Enter.\n", leastTurn)
	}
}

// title is a name at the beginning of a sentence.
func title(i int) string {
	n := name(i)
	return strings.ToUpper(n[:1]) + n[1:]
}

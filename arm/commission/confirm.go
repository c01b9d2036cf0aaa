package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm/kinematics"
)

const confirmPrompt = `
Check it: move the arm by hand. Are its angles and its tool point (x forward,
y left, z up) what you see? Press Enter if they are, Ctrl-C if not.
`

// confirm shows where the measured arm believes that it is, until Enter is pressed. A joint
// that counts the wrong way, or two that were mixed up, show here before anything moves.
func (k *calibration) confirm(ctx context.Context) error {
	k.prompt(confirmPrompt)
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for {
		text, err := k.whereabouts(ctx)
		if err != nil {
			return err
		}
		k.live(text)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line, ok := <-k.entered():
			if _, err := k.answered(line, ok); err != nil {
				return err
			}
			k.say("  %s\n", text)
			return nil
		case <-tick.C:
		}
	}
}

// whereabouts reads the joints.
func (k *calibration) whereabouts(ctx context.Context) (text string, err error) {
	arm := k.arm.kinematics()
	var q kinematics.Posture
	for i, j := range k.arm.Joints {
		s, err := read(ctx, k.bus, j.ID)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name(i), err)
		}
		q[i] = radians(j.angle(s.Position))
		text += fmt.Sprintf("%s %.1f° ", name(i), j.angle(s.Position))
	}
	p := arm.Forward(q)
	return text + fmt.Sprintf(" tool %.0f, %.0f, %.0f mm", p.X, p.Y, p.Z), nil
}

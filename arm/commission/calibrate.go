package commission

import (
	"context"
	"fmt"
)

// calibration is one run of Calibrate.
type calibration struct {
	*Console
	bus   Bus
	arm   Arm
	sent  bool   // servos have been spoken to
	limp  bool   // every torque is off
	saved bool   // the file has been replaced
	old   string // where it stays, once saved
}

// Calibrate leads a person through measuring the arm on the bus that is open at port, prints the
// tables for the configuration, and puts them into file, if that is not "". What it does not
// measure it takes from present, and proposes what else it finds there. Wherever it ends, the torque
// is off once it has been switched off, and the file is as it was unless everything is done.
func Calibrate(ctx context.Context, c *Console, b Bus, port, file string, present Arm) error {
	if err := c.CanAsk(); err != nil {
		return err
	}
	k := &calibration{Console: c, bus: b, arm: present}
	err := k.run(ctx, port, file)
	if err == nil {
		return nil
	}
	k.end()
	if ctx.Err() != nil {
		err = errInterrupted
	}
	return fmt.Errorf("%w; %s", err, k.left())
}

// left says how things stand after an error.
func (k *calibration) left() string {
	switch {
	case k.saved:
		return fmt.Sprintf("the configuration was written, the old file is %s; the torque is off", k.old)
	case k.limp:
		return "nothing was written; the torque is off"
	case k.sent:
		return "nothing was written; the torque of some servos may be off"
	}
	return "nothing was written, and nothing was sent to the servos"
}

func (k *calibration) run(ctx context.Context, port, file string) error {
	k.say(calibrateIntro, port)
	if err := k.askIDs(ctx); err != nil {
		return err
	}
	if err := k.Consent(ctx, fmt.Sprintf("Torque goes off on the servos %s: the arm falls. Do you hold it?", k.idList())); err != nil {
		return err
	}
	if err := k.connect(ctx); err != nil {
		return err
	}
	m, err := k.measure(ctx)
	if err != nil {
		return err
	}
	for i := range m {
		k.arm.Joints[i] = m[i].joint(k.arm.Joints[i], reference[i].angle)
	}
	if err := k.askLinks(ctx); err != nil {
		return err
	}
	if err := k.arm.validate(); err != nil {
		return fmt.Errorf("what was measured cannot work: %w", err)
	}
	if err := k.again(ctx, func() error { return k.confirm(ctx) }); err != nil {
		return err
	}
	k.say("\nFor the configuration; the limits are %g° inside of the ranges:\n\n%s\n", Margin, k.arm.Block())
	return k.write(ctx, file)
}

const calibrateIntro = `This measures the arm on %s, joint by joint, by hand.
The torque of its servos goes off, and THE ARM FALLS then: hold or support it.
Nothing here moves it, and no servo's EEPROM is written. Ctrl-C ends it.

Which servo turns what? "aetherd arm scan" lists them.
`

// write puts the tables into the file.
func (k *calibration) write(ctx context.Context, file string) (err error) {
	if file == "" {
		k.say("Put them into the configuration. Then: aetherd check -c FILE\nThe torque stays off.\n")
		return nil
	}
	err = k.Consent(ctx, fmt.Sprintf("Put these tables into %s? The old file stays beside it, under a new name.", file))
	if err != nil {
		return err
	}
	if k.old, k.saved, err = save(file, k.arm); err != nil {
		return err
	}
	k.say("%s is written; the old file is %s.\nNext: aetherd check -c %s\nThe torque stays off.\n", file, k.old, file)
	return nil
}

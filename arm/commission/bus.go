package commission

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/feetech"
)

// Bus is what this package needs of a *feetech.Bus.
type Bus interface {
	Ping(ctx context.Context, id int) error
	Check(ctx context.Context, id int) error
	Read(ctx context.Context, id int) (feetech.Servo, error)
	Torque(ctx context.Context, id int, on bool) error
	Goal(ctx context.Context, id, position, speed, accel int) error
}

const (
	lastID    = 253 // 254 is everybody
	lastCount = feetech.CountsPerTurn - 1
)

// OpenBus opens the port of a bus. Where another program has it, the error says which, and
// what to do.
func OpenBus(path string, baud int) (*feetech.Bus, error) {
	b, err := feetech.OpenBus(arm.Serial{Path: path, Baud: baud}.Opener(nil))
	if errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EWOULDBLOCK) {
		return nil, inUse(path, arm.Holders(path), err)
	}
	return b, err
}

func inUse(path string, holders []arm.Holder, err error) error {
	for _, h := range holders {
		if h.Name == "aetherd" {
			return fmt.Errorf("aetherd is running on this port; stop it first: it is process %d, as a service it stops with \"systemctl stop aetherd\": %w", h.PID, err)
		}
	}
	if len(holders) > 0 {
		return fmt.Errorf("%s (process %d) has the port; end it first: %w", holders[0].Name, holders[0].PID, err)
	}
	return fmt.Errorf("%w; \"sudo fuser -v %s\" tells which: end it first", err, path)
}

// tries is how often in a row a servo may leave a question without an answer. One takes 25 or
// 50 ms, and this computer may be busy for a moment.
const tries = 20

// patiently repeats what a servo did not answer.
func patiently(do func() error) (err error) {
	for range tries {
		if err = do(); !errors.Is(err, feetech.ErrNoAnswer) {
			return err
		}
	}
	return err
}

func read(ctx context.Context, b Bus, id int) (s feetech.Servo, err error) {
	err = patiently(func() error {
		s, err = b.Read(ctx, id)
		return err
	})
	return s, err
}

// The low byte of a model number is the series. Only these have CountsPerTurn.
const (
	seriesSMS = 8
	seriesSTS = 9
)

// checkModel refuses a servo whose counts mean something else.
func checkModel(s feetech.Servo) error {
	if series := s.Model & 0xFF; series != seriesSMS && series != seriesSTS {
		return fmt.Errorf("servo %d is a %s: only those of the series STS and SMS have %d counts a turn",
			s.ID, feetech.ModelName(s.Model), feetech.CountsPerTurn)
	}
	return nil
}

// checkTurn refuses a servo that stands where no goal can be.
func checkTurn(s feetech.Servo) error {
	if s.Position < 0 || s.Position > lastCount {
		return fmt.Errorf("servo %d stands at %d counts, outside of its one turn, 0 to %d: it counts several turns. "+
			"Clear bit 4 of its register 18 with the vendor's tool, and switch its power off and on", s.ID, s.Position, lastCount)
	}
	return nil
}

package screen

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"github.com/aether-arm/aetherd/client"
)

// Arm is the station that a screen is for; a *client.Client is one.
type Arm interface {
	Stop(ctx context.Context) (stopID uint64, err error)
	Reset(ctx context.Context, stopID uint64, opts ...client.Option) error
	Ping(ctx context.Context) (time.Duration, error)
	Connection() client.Connection
}

// Screen is what a terminal shows and what its keys do.
type Screen interface {
	// Update takes a message: tea's, a client.Event, a Tick, or what became of a command.
	Update(now time.Time, msg tea.Msg) tea.Cmd
	View() tea.View
}

// Tick comes once a period.
type Tick struct{}

// Source is where the arm's events come from; a *client.Client is one.
type Source interface {
	Subscribe(ctx context.Context, rate float64) iter.Seq2[client.Event, error]
}

// Terminal is where a screen is shown.
type Terminal struct {
	In, Out *os.File
	Period  time.Duration // of Tick
	Rate    float64       // of the arm's states, Hz
}

// ErrStuck: the terminal takes nothing, so that the screen could not be left. Nor would it
// take a word about that.
var ErrStuck = errors.New("the terminal is stuck")

// patience is how long a terminal may take nothing when the program is to end.
const patience = 2 * time.Second

// Run shows s until it quits (nil), Ctrl-C (ErrInterrupted), ctx ends, or something fails.
func (t Terminal) Run(ctx context.Context, s Screen, events Source) error {
	before, err := term.GetState(int(t.In.Fd()))
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	outer := &program{screen: s}
	p := tea.NewProgram(outer, tea.WithContext(life), tea.WithoutSignalHandler(),
		tea.WithInput(t.In), tea.WithOutput(t.Out), tea.WithEnvironment(environment()))
	feeding := t.feed(life, p, events)

	finished := make(chan error, 1)
	go func() {
		_, err := p.Run()
		finished <- err
	}()
	select {
	case err = <-finished:
	case <-ctx.Done():
		go p.Quit() // rather than to end life: that leaves a reader of the terminal behind
		select {
		case err = <-finished:
		case <-time.After(patience):
			// It waits for a terminal that takes nothing, and the screen cannot be left.
			return errors.Join(ErrStuck, term.Restore(int(t.In.Fd()), before))
		}
	}
	end()
	feeding.Wait()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: %w", ctx.Err())
	case err != nil:
		return fmt.Errorf("terminal: %w", err)
	}
	return outer.err
}

// feed sends p the arm's events and ticks until ctx ends.
func (t Terminal) feed(ctx context.Context, p *tea.Program, events Source) *sync.WaitGroup {
	var feeding sync.WaitGroup
	feeding.Go(func() {
		for e, err := range events.Subscribe(ctx, t.Rate) {
			if err != nil {
				p.Send(ended{err})
				return
			}
			p.Send(e)
		}
	})
	feeding.Go(func() {
		tick := time.NewTicker(t.Period)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.Send(Tick{})
			case <-ctx.Done():
				return
			}
		}
	})
	return &feeding
}

// environment is that of the process. no-color.org has any value of NO_COLOR count; the
// library wants a true one.
func environment() []string {
	env := os.Environ()
	if os.Getenv("NO_COLOR") != "" {
		env = append(env, "NO_COLOR=1")
	}
	return env
}

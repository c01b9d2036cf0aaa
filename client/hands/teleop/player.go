package teleop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aether-arm/aetherd/client/hands"
)

// Player plays a recording in place of a laptop: lines with t_ms at their times, others at
// Rate.
type Player struct {
	Rate float64 // lines per second, where the lines have no times
	Loop bool    // begin again at the end

	file  io.ReadSeeker
	timed bool
	first hands.Frame // with a hand
	skip  int         // lines before it

	hold  bool
	begun chan struct{}
	once  sync.Once
}

// NewPlayer reads file once, and returns an error where there is no hand in it.
func NewPlayer(file io.ReadSeeker) (*Player, error) {
	p := &Player{Rate: 30, file: file, begun: make(chan struct{})}
	lines := hands.NewLines(file)
	for n := 0; ; n++ {
		line, err := lines.Next()
		switch {
		case errors.Is(err, hands.ErrLineTooLong):
			continue
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("no hand in its %d lines: lines of hand state have a member right_hand", n)
		case err != nil:
			return nil, err
		}
		news := read(line)
		if news.Kind == Seen && news.Frame.Seen {
			p.first, p.skip, p.timed = news.Frame, n, news.Frame.HasAt
			return p, nil
		}
	}
}

// First returns the first frame with a hand.
func (p *Player) First() hands.Frame { return p.first }

// HoldFirst has Run begin with the first frame that has a hand, and stay there until Begin.
func (p *Player) HoldFirst() { p.hold = true }

// Begin lets a player go on that holds its first frame.
func (p *Player) Begin() { p.once.Do(func() { close(p.begun) }) }

// Run plays until the end.
func (p *Player) Run(ctx context.Context, tell func(News)) error {
	tell(News{Kind: Connected})
	for {
		skip := 0
		if p.hold {
			skip = p.skip
			p.repeatFirst(ctx, tell)
			p.hold = false
		}
		if err := p.play(ctx, skip, tell); err != nil || !p.Loop {
			return err
		}
		if !sleep(ctx, time.Duration(float64(time.Second)/p.Rate)) { // as between two lines
			return nil
		}
	}
}

// repeatFirst shows the first hand, as one that is held still, until Begin.
func (p *Player) repeatFirst(ctx context.Context, tell func(News)) {
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	for {
		tell(News{Kind: Seen, Frame: p.first})
		select {
		case <-tick.C:
		case <-p.begun:
			return
		case <-ctx.Done():
			return
		}
	}
}

// play plays the file once, from the line after skip lines on.
func (p *Player) play(ctx context.Context, skip int, tell func(News)) error {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	began := time.Now()
	var from, due time.Duration // of the first line that is played; of this one, after it
	for n, lines := 0, hands.NewLines(p.file); ; n++ {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		news := News{Kind: Unreadable, Err: err}
		if err == nil {
			news = read(line)
		} else if !errors.Is(err, hands.ErrLineTooLong) {
			return err
		}
		if n < skip {
			continue
		}
		if n == skip {
			from = news.Frame.At
		}
		due = p.due(n-skip, &news.Frame, from, due)
		if !sleep(ctx, time.Until(began.Add(due))) {
			return nil
		}
		tell(news)
	}
}

// due returns when the nth line is, after the first one.
func (p *Player) due(n int, f *hands.Frame, from, before time.Duration) time.Duration {
	switch {
	case !p.timed:
		return time.Duration(float64(n) / p.Rate * float64(time.Second))
	case !f.HasAt: // one that could not be read
		return before
	}
	return max(before, f.At-from)
}

// sleep waits, and returns false where ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

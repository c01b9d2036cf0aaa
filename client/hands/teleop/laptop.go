package teleop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"github.com/aether-arm/aetherd/client/hands"
)

// DefaultPort is where Aether's laptop program listens.
const DefaultPort = "8765"

const (
	connectTimeout = 3 * time.Second
	// silence is how long a connection may say nothing before it is made anew. The clutch has
	// been lost long before.
	silence    = 5 * time.Second
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Laptop is Aether's laptop program: a server that streams hand state, which is only read. A
// connection that is lost is made again, after 100 ms, then after twice as long each time, up
// to 5 s, each wait shortened at random by up to a half.
type Laptop struct {
	Address string    // host:port
	Record  *Recorder // takes every line; nil: nobody does

	silence time.Duration // 0: silence
}

// Run reads the laptop until ctx ends. It returns an error where another program listens
// there, or the recording cannot be written.
func (l *Laptop) Run(ctx context.Context, tell func(News)) error {
	wait := firstRetry
	for {
		heard, err := l.attend(ctx, tell)
		var failed *recordError
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, hands.ErrNotHands), errors.As(err, &failed):
			return err
		case heard:
			wait = firstRetry
		}
		tell(News{Kind: Broken, Err: err})
		select {
		case <-time.After(wait - rand.N(wait/2)):
		case <-ctx.Done():
			return nil
		}
		wait = min(2*wait, lastRetry)
	}
}

// attend reads one connection until it ends, and returns whether it was the laptop.
func (l *Laptop) attend(ctx context.Context, tell func(News)) (heard bool, err error) {
	dial := net.Dialer{Timeout: connectTimeout}
	conn, err := dial.DialContext(ctx, "tcp", l.Address)
	if err != nil {
		return false, fmt.Errorf("%w: does Aether's laptop program run there, and is the address right?", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	tell(News{Kind: Connected})
	for lines := hands.NewLines(conn); ; {
		_ = conn.SetReadDeadline(time.Now().Add(l.patience()))
		line, err := lines.Next()
		if err != nil && !errors.Is(err, hands.ErrLineTooLong) {
			return heard, l.ended(heard, err)
		}
		news := News{Kind: Unreadable, Err: err}
		if err == nil {
			news = read(line)
		}
		if !heard && errors.Is(news.Err, hands.ErrNotHands) {
			return false, fmt.Errorf("%s: %w", l.Address, news.Err)
		}
		heard = heard || news.Kind == Seen
		if err := l.Record.add(line, news.Kind == Seen); err != nil {
			return heard, err
		}
		tell(news)
	}
}

// ended says why a connection ended.
func (l *Laptop) ended(heard bool, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) && !heard:
		return fmt.Errorf("%s says nothing: is that Aether's laptop program? (aetherd and web servers wait to be asked)", l.Address)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s has been silent for %v", l.Address, l.patience())
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s has closed the connection", l.Address)
	}
	return err
}

func (l *Laptop) patience() time.Duration {
	if l.silence > 0 {
		return l.silence
	}
	return silence
}

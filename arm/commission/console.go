package commission

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

var (
	// ErrRefused means that a person did not agree.
	ErrRefused = errors.New("not confirmed")
	// ErrNobody means that there is no person to ask.
	ErrNobody = errors.New("the input is not a terminal, so nobody can be asked; to go on without being asked, add --yes")

	errNoInput     = errors.New("the input has ended")
	errInterrupted = errors.New("interrupted")
)

// Options say who is at the other end of a Console.
type Options struct {
	Asks  bool   // the input is a terminal: somebody can be asked
	Live  bool   // the output is a terminal: a line can be written over
	Yes   bool   // every consent has been given
	Flush func() // drops what was typed and not read; may be nil
}

// Console is the dialogue with a person, for one goroutine.
type Console struct {
	in      io.Reader
	out     io.Writer
	options Options
	lines   chan string // nil until the first question; closed at the end of the input
	done    chan struct{}
	shown   string // by live, on the last line
	shownAt time.Time
	open    bool // the last line has no end yet
}

// NewConsole makes a Console. It begins to read with the first question.
func NewConsole(in io.Reader, out io.Writer, o Options) *Console {
	return &Console{in: in, out: out, options: o, done: make(chan struct{})}
}

// Close ends the reading, once the input returns what is being waited for.
func (c *Console) Close() { close(c.done) }

// entered returns where lines come in.
func (c *Console) entered() <-chan string {
	if c.lines == nil {
		c.lines = make(chan string)
		go c.read()
	}
	return c.lines
}

func (c *Console) read() {
	defer close(c.lines)
	for lines := bufio.NewScanner(c.in); lines.Scan(); {
		select {
		case c.lines <- strings.TrimSpace(lines.Text()):
		case <-c.done:
			return
		}
	}
}

// forget drops what was typed too early, so that it does not answer the next question.
func (c *Console) forget() {
	if c.options.Flush == nil {
		return
	}
	c.options.Flush()
	for {
		select {
		case _, ok := <-c.entered():
			if ok {
				continue
			}
		default:
		}
		return
	}
}

// prompt writes a question, and drops what was typed before it.
func (c *Console) prompt(format string, args ...any) {
	c.forget()
	c.say(format, args...)
	c.open, c.shown = true, ""
}

// line waits for the answer.
func (c *Console) line(ctx context.Context) (string, error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case line, ok := <-c.entered():
		return c.answered(line, ok)
	}
}

// answered takes what came from entered. A terminal has ended the line itself.
func (c *Console) answered(line string, ok bool) (string, error) {
	if !ok {
		return "", errNoInput
	}
	c.open = false
	switch {
	case !c.options.Asks:
		c.say("\n")
	case c.shown != "": // perhaps after the answer
		c.say(overwrite)
	}
	return line, nil
}

// end ends the last line, if a question was left without an answer.
func (c *Console) end() {
	if c.open {
		c.open = false
		c.say("\n")
	}
}

func (c *Console) say(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// live writes over the last line, some times a second. Where that is not possible it writes nothing.
func (c *Console) live(text string) {
	if c.options.Live && text != c.shown && time.Since(c.shownAt) >= liveEvery {
		c.shown, c.shownAt = text, time.Now()
		c.say("%s  %s ", overwrite, text)
	}
}

const (
	liveEvery = 100 * time.Millisecond
	overwrite = "\r\x1b[K" // back to the beginning of the line, which is erased
)

// CanAsk returns ErrNobody if a consent cannot be had.
func (c *Console) CanAsk() error {
	if c.options.Asks || c.options.Yes {
		return nil
	}
	return ErrNobody
}

// Consent asks a question that only "y" or "yes" agrees to.
func (c *Console) Consent(ctx context.Context, question string) error {
	if err := c.CanAsk(); err != nil {
		return err
	}
	if c.options.Yes {
		c.say("%s yes (--yes)\n", question)
		return nil
	}
	c.prompt("%s [y/N] ", question)
	answer, err := c.line(ctx)
	if err != nil {
		return err
	}
	if a := strings.ToLower(answer); a != "y" && a != "yes" {
		return ErrRefused
	}
	return nil
}

// enter waits until Enter is pressed.
func (c *Console) enter(ctx context.Context, format string, args ...any) error {
	c.prompt(format, args...)
	_, err := c.line(ctx)
	return err
}

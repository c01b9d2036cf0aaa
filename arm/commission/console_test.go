package commission

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// terminal is a Console, and the pipe that types into it.
func terminal(t *testing.T, o Options) (c *Console, typed *io.PipeWriter, shown *bytes.Buffer) {
	in, typed := io.Pipe()
	shown = &bytes.Buffer{}
	c = NewConsole(in, shown, o)
	t.Cleanup(func() {
		c.Close()
		_ = typed.Close()
	})
	return c, typed, shown
}

// Enter that was pressed before a question does not answer it.
func TestTypedTooEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flushed := 0
		c, typed, _ := terminal(t, Options{Asks: true, Flush: func() { flushed++ }})
		c.entered()
		fmt.Fprintln(typed, "y")
		synctest.Wait()
		done := make(chan error)
		go func() { done <- c.Consent(t.Context(), "Move?") }()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("answered: %v", err)
		default:
		}
		if flushed == 0 {
			t.Error("what the terminal holds was not dropped")
		}
		fmt.Fprintln(typed, "y")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestConsent(t *testing.T) {
	for answer, want := range map[string]error{
		"y": nil, "yes": nil, " Y ": nil, "": ErrRefused, "n": ErrRefused, "yess": ErrRefused, "j": ErrRefused,
	} {
		synctest.Test(t, func(t *testing.T) {
			c, typed, _ := terminal(t, Options{Asks: true})
			go fmt.Fprintln(typed, answer)
			if err := c.Consent(t.Context(), "Move?"); !errors.Is(err, want) {
				t.Errorf("%q: %v", answer, err)
			}
		})
	}
	c, _, _ := terminal(t, Options{})
	if err := c.Consent(t.Context(), "Move?"); !errors.Is(err, ErrNobody) {
		t.Errorf("nobody: %v", err)
	}
	c, _, shown := terminal(t, Options{Yes: true})
	if err := c.Consent(t.Context(), "Move?"); err != nil || shown.String() != "Move? yes (--yes)\n" {
		t.Errorf("--yes: %v, %q", err, shown)
	}
}

// A line is written over on a terminal only, and not oftener than can be read.
func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, shown := terminal(t, Options{Live: true})
		for i := range 10 {
			c.live(strconv.Itoa(i))
			time.Sleep(liveEvery / 2)
		}
		if got, want := shown.String(), "\r\x1b[K  0 \r\x1b[K  2 \r\x1b[K  4 \r\x1b[K  6 \r\x1b[K  8 "; got != want {
			t.Errorf("%q", got)
		}
		shown.Reset()
		c.live("8")
		if got := shown.String(); got != "" {
			t.Errorf("wrote the same again: %q", got)
		}
		c, _, shown = terminal(t, Options{Asks: true})
		if c.live("x"); shown.Len() > 0 {
			t.Errorf("%q", shown)
		}
	})
}

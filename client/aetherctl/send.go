package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
)

func sendCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "send",
		Short: "Send lines of standard input as they are, print what the daemon answers",
		Long: `Send lines of standard input as they are, and print every line of the daemon.

At the end of the input it stays until every line is answered, and then as long as --for
says: the daemon decelerates the arm when the station that moves it hangs up. The exit
status is that of the first refusal. It says no hello; that is a line like others.`,
		Example: `  echo '{"type":"state"}' | aetherctl send
  aetherctl send --for 3s < script.ndjson`,
		Args: usage(cobra.NoArgs),
	}
	stay := c.Flags().Duration("for", 0, "stay so long after the last answer, and print what comes")
	c.RunE = func(c *cobra.Command, _ []string) error {
		conn, err := s.Connect(c.Context())
		if err != nil {
			return err
		}
		defer conn.Close()
		x := &exchange{in: make(chan input, 1), lines: make(chan []byte), lost: make(chan error, 1), patience: s.ConnectTimeout, stay: *stay}
		ctx, cancel := context.WithCancel(c.Context())
		defer cancel()
		go x.write(c.InOrStdin(), conn)
		go x.read(ctx, conn)
		return x.run(ctx, c.OutOrStdout())
	}
	return c
}

// exchange carries lines as they are over one connection.
type exchange struct {
	in    chan input  // at its end
	lines chan []byte // of the daemon
	lost  chan error

	patience time.Duration // for an answer that is due
	stay     time.Duration
}

// input is what came in.
type input struct {
	lines int
	err   error // why no more came, nil at its end
}

// write sends every line of in. A reader of standard input that waits cannot be woken: it ends
// with the process.
func (x *exchange) write(in io.Reader, conn net.Conn) {
	sent := 0
	for r := bufio.NewReader(in); ; {
		line, err := r.ReadBytes('\n')
		if text := bytes.TrimRight(line, "\r\n"); len(text) > 0 {
			sent++
			if _, err := conn.Write(append(text, '\n')); err != nil {
				return // the reader sees it too, behind what the daemon said last
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			x.in <- input{lines: sent}
			return
		case err != nil: // what was read is sent
			x.in <- input{sent, fmt.Errorf("standard input: %w", err)}
			return
		}
	}
}

func (x *exchange) read(ctx context.Context, conn net.Conn) {
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadBytes('\n')
		if err != nil {
			x.lost <- err
			return
		}
		select {
		case x.lines <- line:
		case <-ctx.Done():
			return
		}
	}
}

// run prints what comes until everything is answered.
func (x *exchange) run(ctx context.Context, out io.Writer) error {
	var failure error // the first refusal, or what broke the input
	due, answered := -1, 0
	overdue := time.NewTimer(0)
	overdue.Stop()
	for {
		select {
		case line := <-x.lines:
			if _, err := out.Write(line); err != nil {
				return err
			}
			answer, err := verdict(line)
			if !answer {
				continue // an event, which is no sign that an answer comes
			}
			answered++
			if failure == nil {
				failure = err
			}
		case in := <-x.in:
			due = in.lines
			if failure == nil {
				failure = in.err
			}
		case <-overdue.C:
			if answered < due {
				return fmt.Errorf("%d of %d lines have no answer: %w", due-answered, due, context.DeadlineExceeded)
			}
			return failure
		case err := <-x.lost:
			return fmt.Errorf("%w, %d lines were answered: %w", client.ErrConnectionLost, answered, err)
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case due < 0:
		case answered < due:
			overdue.Reset(x.patience)
		default:
			overdue.Reset(x.stay)
		}
	}
}

// verdict reports whether line is an answer, and which refusal it is.
func verdict(line []byte) (answer bool, refusal error) {
	var reply struct {
		Status string      `json:"status"`
		Code   client.Code `json:"code"`
		Field  string      `json:"field"`
		StopID uint64      `json:"stop_id"`
		Holder string      `json:"holder"`
	}
	if err := json.Unmarshal(line, &reply); err != nil || reply.Status == "" {
		return false, nil
	}
	if reply.Status == "ok" {
		return true, nil
	}
	return true, &client.Error{Code: reply.Code, Field: reply.Field, StopID: reply.StopID, Holder: reply.Holder}
}

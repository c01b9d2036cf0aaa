package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/safety"
)

// appendCommand appends the command that sends the arm to p, in the base exchange.
func appendCommand(dst []byte, p safety.Point) []byte {
	return fmt.Appendf(dst, `{"type":"command","x":%.3f,"y":%.3f,"z":%.3f,"gripper":"open"}`+"\n", p.X, p.Y, p.Z)
}

// flood keeps requests in flight, whatever the replies say, until ctx ends. Unlike a load it
// measures nothing and goes on behind a stop. It calls flowing when every station was answered.
func flood(ctx context.Context, address string, s shape, flowing func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var stations, unanswered sync.WaitGroup
	unanswered.Add(s.stations)
	stations.Go(func() {
		unanswered.Wait()
		flowing()
	})
	for i := range s.stations {
		lines, ends := script(s.depth, i)
		conn, err := net.Dial("tcp", address)
		if err != nil {
			cancel(err)
			unanswered.Done()
			continue
		}
		leave := context.AfterFunc(ctx, func() { _ = conn.Close() })
		stations.Go(func() {
			defer leave()
			cancel(refill(conn, lines, ends, sync.OnceFunc(unanswered.Done)))
		})
	}
	stations.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// script returns commands, and where each ends. Their targets begin with another one for each
// station, so that the last one of a batch, which the arm goes to, is not always the same.
func script(commands, first int) (lines []byte, ends []int) {
	for i := range commands {
		lines = appendCommand(lines, round[(first+i)%len(round)])
		ends = append(ends, len(lines))
	}
	return lines, ends
}

// refill sends all lines, and then as many of them as replies come, until it fails.
func refill(conn io.ReadWriter, lines []byte, ends []int, answered func()) error {
	defer answered()
	replies := make([]byte, 64<<10)
	for n := len(ends); ; {
		if n > 0 {
			if _, err := conn.Write(lines[:ends[n-1]]); err != nil {
				return err
			}
		}
		got, err := conn.Read(replies)
		if err != nil {
			return err
		}
		answered()
		n = bytes.Count(replies[:got], []byte{'\n'})
	}
}

func floodCommand() *cobra.Command {
	return &cobra.Command{
		Use: "flood ADDRESS STATIONS DEPTH", Short: "Keep commands in flight until standard input ends", Hidden: true,
		Args: cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			stations, err1 := strconv.Atoi(args[1])
			depth, err2 := strconv.Atoi(args[2])
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
			ctx, cancel := context.WithCancel(c.Context())
			defer cancel()
			go func() {
				_, _ = io.Copy(io.Discard, os.Stdin)
				cancel()
			}()
			return flood(ctx, args[0], shape{stations, depth}, func() { fmt.Fprintln(c.OutOrStdout(), flowing) })
		},
	}
}

// flowing is what a flood says when it has begun.
const flowing = "flowing"

// startFlood floods c from another process until the function that it returns is called. It
// returns when the flood has begun.
func startFlood(c *contestant, s shape) (end func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "flood", c.address, strconv.Itoa(s.stations), strconv.Itoa(s.depth))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	end = func() error { return errors.Join(stdin.Close(), cmd.Wait()) }
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != flowing+"\n" {
		return nil, errors.Join(fmt.Errorf("the flood says %q: %w", line, err), end())
	}
	return end, nil
}

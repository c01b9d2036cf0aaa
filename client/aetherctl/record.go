package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/recording"
	"github.com/aether-arm/aetherd/codec"
)

func recordCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "record [FILE]",
		Short: "Record what the arm does, for play",
		Long: `Record where the arm is, where it is sent, and what happens to it, until Ctrl-C or for the
time that --for says. Without FILE the lines go to standard output. It takes no control
and keeps nobody's motion alive: it can run beside whatever moves the arm.

Each line is a JSON object that begins with t_ms, the time since the first line. A lost
connection is a line too, and the recording goes on when it is back.`,
		Example: `  aetherctl record wave.ndjson
  aetherctl record --for 10s | jq .position`,
		Args: usage(cobra.MaximumNArgs(1)),
	}
	rate := c.Flags().Float64("rate", codec.MaxRate, "states a second, at most 50")
	length := c.Flags().Duration("for", 0, "end after so long")
	force := c.Flags().Bool("force", false, "overwrite FILE if it is there")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case !(*rate >= codec.MinRate && *rate <= codec.MaxRate):
			return usagef(c, "--rate is %g: it must be from %g to %d", *rate, codec.MinRate, codec.MaxRate)
		case *length < 0 || c.Flags().Changed("for") && *length == 0:
			return usagef(c, "--for is %v: it must be above 0", *length)
		}
		return s.with(c, func(ctx context.Context, arm *client.Client) error {
			if *length > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, *length)
				defer cancel()
			}
			if len(args) == 0 {
				return recordTo(ctx, arm, recording.NewRecorder(c.OutOrStdout()), *rate)
			}
			return s.recordFile(ctx, c, arm, args[0], *rate, *force)
		})
	}
	return c
}

// recordFile records to a file, and tells what is in it.
func (s *station) recordFile(ctx context.Context, c *cobra.Command, arm *client.Client, name string, rate float64, force bool) error {
	f, err := createRecording(name, force)
	if err != nil {
		return err
	}
	r := recording.NewRecorder(f)
	fmt.Fprintf(c.ErrOrStderr(), "Recording to %s. Ctrl-C ends it.\n", name)
	err = recordTo(ctx, arm, r, rate)
	if closing := f.Close(); err == nil && closing != nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("%w\n%s has %d states (%.1f s), each line whole: aetherctl play can play them", err, name, r.States, r.Length.Seconds())
	}
	return s.print(c, fmt.Sprintf("%s has %d states (%.1f s).", name, r.States, r.Length.Seconds()), struct {
		ok
		File    string  `json:"file"`
		States  int     `json:"states"`
		Seconds float64 `json:"seconds"`
	}{done, name, r.States, r.Length.Round(time.Millisecond).Seconds()})
}

// recordTo records until ctx ends, which is its good end.
func recordTo(ctx context.Context, arm *client.Client, r *recording.Recorder, rate float64) error {
	w := arm.Welcome()
	begun := time.Now()
	if err := r.Begin(begun, &w, rate); err != nil {
		return fmt.Errorf("the recording ends: %w", err)
	}
	for e, err := range arm.Subscribe(ctx, rate) {
		if err != nil {
			return err
		}
		if err := r.Add(time.Since(begun), e); err != nil {
			return fmt.Errorf("the recording ends after %d states (%.1f s): %w", r.States, r.Length.Seconds(), err)
		}
	}
	return nil
}

// recordingFile is a file that has whole lines only: of one that does not fit, nothing stays.
type recordingFile struct {
	*os.File
	size int64 // of the whole lines
}

// createRecording creates name, which must not be there unless force says so. What is no plain
// file, a pipe for example, cannot be overwritten.
func createRecording(name string, force bool) (*recordingFile, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if info, err := os.Stat(name); force || err == nil && !info.Mode().IsRegular() {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s is there already: give another name, or --force to overwrite it", name)
	}
	if err != nil {
		return nil, err
	}
	return &recordingFile{File: f}, nil
}

func (f *recordingFile) Write(line []byte) (int, error) {
	n, err := f.File.Write(line)
	if err != nil {
		if n > 0 && f.Truncate(f.size) == nil {
			_, _ = f.Seek(f.size, io.SeekStart)
		}
		return n, err
	}
	f.size += int64(n)
	return n, nil
}

//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/recording"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// playerPatience is how long a process may take for what it does at once.
const playerPatience = 30 * time.Second

// player is aetherctl in a process of its own.
type player struct {
	*exec.Cmd
	t     *testing.T
	out   *bufio.Reader // standard output, as it comes
	errs  bytes.Buffer  // standard error; valid after exit
	ended bool
}

func runPlayer(t *testing.T, a *daemontest.Daemon, args ...string) *player {
	t.Helper()
	p := &player{Cmd: exec.Command("aetherctl", args...), t: t}
	p.Env = append(os.Environ(), "AETHERD_ADDRESS="+a.Command, "AETHERD_STOP_ADDRESS="+a.Stop, "AETHERD_NAME=player")
	p.Stderr = &p.errs
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !p.ended {
			_ = p.Process.Kill()
			_ = p.Wait()
		}
	})
	return p
}

// line waits for a line of standard output that has text.
func (p *player) line(text string) string {
	p.t.Helper()
	for {
		line, err := p.out.ReadString('\n')
		if err != nil {
			p.t.Fatalf("%v before a line with %q", err, text)
		}
		if strings.Contains(line, text) {
			return line
		}
	}
}

// exit waits for the end, and returns the rest of standard output and the exit status.
func (p *player) exit() (rest string, status int) {
	p.t.Helper()
	kill := time.AfterFunc(playerPatience, func() { _ = p.Process.Kill() })
	defer kill.Stop()
	var b strings.Builder
	_, _ = p.out.WriteTo(&b)
	err := p.Wait()
	p.ended = true
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return b.String(), p.ProcessState.ExitCode()
}

func (p *player) signal(s os.Signal) {
	p.t.Helper()
	if err := p.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// onlooker is a second station.
func onlooker(t *testing.T, a *daemontest.Daemon) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), client.Config{Address: a.Command, StopAddress: a.Stop, Name: "onlooker"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// until waits for a state.
func until(t *testing.T, c *client.Client, what string, is func(*client.State) bool) client.State {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), playerPatience)
	defer cancel()
	var last client.State
	for e, err := range c.Subscribe(ctx, 50) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == client.StateEvent {
			if last = e.State; is(&last) {
				return last
			}
		}
	}
	t.Fatalf("never %s; the last state is %+v", what, last)
	return last
}

func readTrack(t *testing.T, file string) *recording.Track {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	track, err := recording.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return track
}

// moving returns when the arm left its first point and when it came to its last one, to 1 mm.
func moving(track *recording.Track) (from, to time.Duration) {
	for _, s := range track.Samples {
		if from = s.At; s.Point.Sub(track.First()).Norm() > 1 {
			break
		}
	}
	for _, s := range track.Samples {
		if s.Point.Sub(track.Last()).Norm() > 1 {
			to = s.At
		}
	}
	return from, to
}

// A motion that was recorded and is played is the same motion, once more: the same way, in the
// same order, in the same time.
func TestRecordAndPlay(t *testing.T) {
	a := daemontest.Start(t)
	dir := t.TempDir()
	original, repeated := filepath.Join(dir, "original.ndjson"), filepath.Join(dir, "repeated.ndjson")
	arm := onlooker(t, a)

	record := func(file string, do func()) *recording.Track {
		r := runPlayer(t, a, "record", file)
		until(t, arm, "with a recording", func(*client.State) bool {
			text, _ := os.ReadFile(file)
			return bytes.Count(text, []byte("\n")) > 5
		})
		do()
		r.signal(os.Interrupt)
		if _, status := r.exit(); status != exitDone {
			t.Fatalf("record: status %d: %s", status, &r.errs)
		}
		return readTrack(t, file)
	}
	first := record(original, func() {
		for _, p := range []safety.Point{{X: 200, Y: 100, Z: 150}, {X: 150, Y: 100, Z: 220}, {X: 150, Y: 0, Z: 150}, {X: 200, Z: 150}} {
			if _, err := arm.MoveAndWait(t.Context(), p, client.Speed(100)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := arm.GripAndWait(t.Context(), safety.GripperAt(40)); err != nil {
			t.Fatal(err)
		}
		if err := arm.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if len(first.Grips) != 1 || first.Grips[0].Gripper != safety.GripperAt(40) {
		t.Fatalf("the gripper in the recording: %+v", first.Grips)
	}
	second := record(repeated, func() {
		p := runPlayer(t, a, "play", "--deadman", "2s", original)
		if out, status := p.exit(); status != exitDone || !strings.HasPrefix(out, "Played ") {
			t.Fatalf("play: status %d, %q: %s", status, out, &p.errs)
		}
	})

	from, to := moving(first)
	from2, to2 := moving(second)
	if ratio := float64(to2-from2) / float64(to-from); ratio < 0.8 || ratio > 1.4 {
		t.Errorf("it took %v, and %v when it was repeated", to-from, to2-from2)
	}
	off := apart(first, second, from2-from)
	t.Logf("%v and %v; at most %.1f mm apart", to-from, to2-from2, off)
	if off > 40 {
		t.Errorf("the arm was %.1f mm from where it was before", off)
	}
	if last := until(t, arm, "there", func(*client.State) bool { return true }); last.Position.Sub(first.Last()).Norm() > 1 || last.Gripper != safety.GripperAt(40) {
		t.Errorf("it ends at %+v", last)
	}
}

// apart returns how far b, that much later, is from a at most, where that is least: the arm
// is behind by what it needs to accelerate.
func apart(a, b *recording.Track, later time.Duration) float64 {
	least := math.Inf(1)
	for shift := -100 * time.Millisecond; shift < 400*time.Millisecond; shift += 10 * time.Millisecond {
		most := 0.0
		for _, s := range a.Samples {
			most = max(most, b.At(s.At+later+shift).Point.Sub(s.Point).Norm())
		}
		least = min(least, most)
	}
	return least
}

// kill -9 at some moment: every line but the last one is whole, and play takes what is there.
func TestRecordKilled(t *testing.T) {
	a := daemontest.Start(t)
	file := filepath.Join(t.TempDir(), "killed.ndjson")
	p := runPlayer(t, a, "record", file)
	until(t, onlooker(t, a), "with a recording", func(*client.State) bool {
		text, _ := os.ReadFile(file)
		return bytes.Count(text, []byte("\n")) > 20
	})
	p.signal(os.Kill)
	p.exit()
	if track := readTrack(t, file); len(track.Samples) < 20 {
		t.Errorf("%d samples", len(track.Samples))
	}
	check := runPlayer(t, a, "play", "--check", file)
	if out, status := check.exit(); status != exitDone || !strings.Contains(out, "can be played") {
		t.Errorf("status %d, %q: %s", status, out, &check.errs)
	}
}

// The daemon goes and comes back: both are lines, and the recording goes on.
func TestRecordAcrossARestart(t *testing.T) {
	a, err := daemontest.Launch(daemontest.ComesBack)
	if err != nil {
		t.Fatal(err)
	}
	p := runPlayer(t, a, "record")
	p.line(`"state":"idle"`)
	if err := a.End(); err != nil {
		t.Fatal(err)
	}
	if line := p.line(`"event":"connection"`); !strings.Contains(line, `"up":false,"error":"`) {
		t.Errorf("at the loss: %s", line)
	}
	daemontest.Start(t, daemontest.Again(a.Addresses))
	p.line(`"event":"connection","up":true`)
	p.line(`"state":"idle"`)
	p.signal(syscall.SIGTERM)
	if _, status := p.exit(); status != exitDone {
		t.Errorf("status %d: %s", status, &p.errs)
	}
}

// Recording keeps no motion alive and holds no control.
func TestRecordFeedsNoDeadman(t *testing.T) {
	a := daemontest.Start(t, func(c *config.Config) { c.Safety.Deadman = 200 })
	p := runPlayer(t, a, "record")
	p.line(`"state":"idle"`)
	arm := onlooker(t, a)
	m, err := arm.Move(t.Context(), safety.Point{X: -200, Z: 150}, client.Notify())
	if err != nil {
		t.Fatal(err)
	}
	if o, err := m.Wait(t.Context()); err != nil || o.End != client.Stopped || o.Cause != "deadman" {
		t.Errorf("%+v, %v", o, err)
	}
	if line := p.line(`"state":"held"`); !strings.Contains(line, `"holder":"onlooker"`) && !strings.Contains(line, `"holder":null`) {
		t.Error(line)
	}
	p.signal(os.Interrupt)
	p.exit()
}

// A disk that is full in the middle of a line: the file ends with the line before.
func TestRecordingFileKeepsWholeLines(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ) // which is an error of the write then
	defer signal.Reset(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "full.ndjson")
	f, err := createRecording(file, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	small := limit
	small.Cur = 1000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	r := recording.NewRecorder(f)
	err = r.Begin(time.Now(), &client.Welcome{}, 50)
	for i := time.Duration(1); err == nil && i < 1000; i++ {
		err = r.Add(i*20*time.Millisecond, client.Event{Kind: client.StateEvent, State: client.State{State: "idle", HasPosition: true}})
	}
	if restore := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); restore != nil {
		t.Fatal(restore)
	}
	if !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("%v after %d states", err, r.States)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); text[len(text)-1] != '\n' || n != r.States+1 {
		t.Errorf("%d lines of %d states, the end is %q", n, r.States, text[len(text)-20:])
	}
}

package screen

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fakeArm notes what is asked of it.
type fakeArm struct {
	mu         sync.Mutex
	asked      []string
	connection client.Connection
	err        error // of every motion
}

func newFakeArm() *fakeArm {
	return &fakeArm{connection: client.Connection{Up: true, Number: 1, Welcome: client.Welcome{
		Arm: "arm", Driver: "sim", Gripper: safety.OpeningGripper, ConfigHash: "0123",
		Min: safety.Point{X: -300, Y: -300}, Max: safety.Point{X: 300, Y: 300, Z: 400}, Speed: 250,
	}}}
}

func (f *fakeArm) note(format string, values ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, values...))
}

// calls returns what was asked, and forgets it.
func (f *fakeArm) calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

func (f *fakeArm) Connection() client.Connection { return f.connection }

func (f *fakeArm) Stop(context.Context) (uint64, error) { f.note("stop"); return 1, nil }

func (f *fakeArm) Reset(_ context.Context, id uint64, _ ...client.Option) error {
	f.note("reset %d", id)
	return nil
}

func (f *fakeArm) Ping(context.Context) (time.Duration, error) {
	f.note("ping")
	return time.Millisecond, nil
}

func (f *fakeArm) Move(_ context.Context, p safety.Point, _ ...client.Option) (*client.Motion, error) {
	f.note("move %.1f %.1f %.1f", p.X, p.Y, p.Z)
	return nil, f.err
}

func (f *fakeArm) Grip(_ context.Context, g safety.Gripper, _ ...client.Option) (*client.Motion, error) {
	f.note("grip %v", g)
	return nil, f.err
}

func (f *fakeArm) Take(context.Context, ...client.Option) error    { f.note("take"); return nil }
func (f *fakeArm) Release(context.Context, ...client.Option) error { f.note("release"); return nil }

// viewer plays the program around a screen: it runs commands at once and tells their outcome.
type viewer struct {
	Screen
	now time.Time
}

func (v *viewer) tell(messages ...tea.Msg) {
	for _, m := range messages {
		if d, is := m.(later); is {
			v.now = v.now.Add(time.Duration(d))
			continue
		}
		v.run(v.Update(v.now, m))
	}
}

// later is not a message: that much time passes before the next one.
type later time.Duration

func (v *viewer) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch m := cmd().(type) {
	case nil, tea.RawMsg:
	case tea.BatchMsg:
		for _, c := range m {
			v.run(c)
		}
	case tea.QuitMsg:
		v.fake().note("quit")
	case ended:
		v.fake().note("interrupt")
	default:
		v.tell(m)
	}
}

func (v *viewer) fake() *fakeArm {
	switch s := v.Screen.(type) {
	case *Watch:
		return s.arm.(*fakeArm)
	case *Jog:
		return s.arm.(*fakeArm)
	}
	panic(reflect.TypeOf(v.Screen))
}

func (v *viewer) plain() string { return ansi.Strip(v.View().Content) }

// key is the press of a key by its name.
func key(name string) tea.KeyPressMsg {
	switch name {
	case "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	case "ctrl+c":
		return tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}
	case "up":
		return tea.KeyPressMsg{Code: tea.KeyUp}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// golden compares a view with its file, and checks that it fits the terminal.
func golden(t *testing.T, name string, size tea.WindowSizeMsg, got string) {
	t.Helper()
	lines := strings.Split(got, "\n")
	if len(lines) > size.Height {
		t.Errorf("%s: %d lines in %d", name, len(lines), size.Height)
	}
	for i, l := range lines {
		if ansi.StringWidth(l) > size.Width {
			t.Errorf("%s, %dx%d: line %d is wider: %q", name, size.Width, size.Height, i, l)
		}
		lines[i] = strings.TrimRight(l, " ")
	}
	got = strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
	path := filepath.Join("testdata", fmt.Sprintf("%s_%dx%d.txt", name, size.Width, size.Height))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -update rewrites):\n%s", path, diff)
	}
}

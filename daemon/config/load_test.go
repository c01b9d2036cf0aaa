package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

const exampleFile = "../../deploy/aetherd.toml"

func example(t testing.TB) []byte {
	t.Helper()
	doc, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDefault(t *testing.T) {
	got, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Errorf("Load of no file (-Default +got):\n%s", diff)
	}
	empty, err := parse("aetherd.toml", nil)
	if err != nil {
		t.Fatalf("the defaults do not pass their own checks:\n%v", err)
	}
	if diff := cmp.Diff(Default(), empty); diff != "" {
		t.Errorf("an empty file (-Default +got):\n%s", diff)
	}
}

func TestExampleIsTheDefault(t *testing.T) {
	got, err := Load(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Safety.Start = startStopped // it is what the package installs: nothing moves after a crash
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", exampleFile, diff)
	}
}

// In the example, keys that have no default to show are commented out.
var commentedOut = regexp.MustCompile(`(?m)^# (\[\[[a-z]+\]\]|[a-z_]+ = .*)$`)

func TestExampleShowsEveryKey(t *testing.T) {
	doc := commentedOut.ReplaceAll(example(t), []byte("$1"))
	var tree map[string]any
	if err := toml.Unmarshal(doc, &tree); err != nil {
		t.Fatal(err)
	}
	d := decoder{report: &report{faulty: map[string]bool{}}, given: map[string]bool{}}
	d.decode(tree, Default())
	var shown []string
	for key := range d.given {
		shown = append(shown, strings.ReplaceAll(key, "station[0]", "station"))
	}
	slices.Sort(shown)
	want := keysOf(reflect.TypeFor[Config](), "")
	slices.Sort(want)
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("keys (-Config +%s):\n%s", exampleFile, diff)
	}
}

// What the example has commented out is right too, for an arm of its own.
func TestExampleUncommented(t *testing.T) {
	doc := commentedOut.ReplaceAllString(string(example(t)), "$1")
	got, err := parse("aetherd.toml", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Safety.Start = startStopped
	want.Stations = []Station{{Name: "pendant", Address: "127.0.0.1", Role: "supervisor"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("uncommented (-want +got):\n%s", diff)
	}
}

// A number without bounds, or a bound of no number, would be a limit that is not checked.
func TestEveryNumberHasBounds(t *testing.T) {
	var numbers, bounded []string
	for _, leaf := range leavesOf(Default()) {
		if leaf.numbers() != nil {
			numbers = append(numbers, leaf.key)
		}
	}
	for key := range ranges {
		bounded = append(bounded, key)
	}
	slices.Sort(numbers)
	slices.Sort(bounded)
	if diff := cmp.Diff(numbers, bounded); diff != "" {
		t.Errorf("keys (-numbers +ranges):\n%s", diff)
	}
}

// A computer of 32 bits must not cut a number off.
func TestNumberTooLargeForItsField(t *testing.T) {
	narrow := int32(7)
	if setScalar(int64(1)<<32+1, reflect.ValueOf(&narrow).Elem()) || narrow != 7 {
		t.Errorf("2^32+1 was read as %d", narrow)
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing.toml")
	_, err := Load(path)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want that %s does not exist", err, path)
	}
}

// The files hold documents, and for each what differs from the default, or every error.
func TestFiles(t *testing.T) {
	datadriven.Walk(t, "testdata/files", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			c, err := parse("aetherd.toml", []byte(d.Input))
			if err != nil {
				return err.Error() + "\n"
			}
			return changes(c)
		})
	})
}

// changes lists what differs from the default configuration.
func changes(c *Config) string {
	var out strings.Builder
	defaults := leavesOf(Default())
	for i, leaf := range leavesOf(c) {
		if leaf.String() != defaults[i].String() {
			out.WriteString(leaf.key + " = " + leaf.String() + "\n")
		}
	}
	for _, s := range c.Stations {
		out.WriteString("station " + strings.Join([]string{s.Name, s.Address, s.Role}, ",") + "\n")
	}
	if out.Len() == 0 {
		return "the default\n"
	}
	return out.String()
}

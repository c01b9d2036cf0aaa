package recording

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/safety"
)

const ms = time.Millisecond

// at is a line of a recording.
func at(t, x float64) string {
	return fmt.Sprintf(`{"t_ms":%g,"state":"active","position":{"x":%g,"y":0,"z":100}}`, t, x) + "\n"
}

func TestReadRecordings(t *testing.T) {
	one := []Sample{{Point: safety.Point{X: 5, Z: 100}, Line: 1}}
	for name, c := range map[string]struct {
		text string
		want Track
	}{
		"one state": {at(0, 5), Track{Samples: one}},
		"of a station that says more": {`{"t_ms":0,"new":[1,{"x":2}],"state":"idle","position":{"x":5,"y":0,"z":100,"w":1}}` + "\r\n\n",
			Track{Samples: one}},
		"the end is no line": {strings.TrimSuffix(at(0, 5), "\n"), Track{Samples: one}},
		"the last line is cut off": {at(0, 5) + at(20, 6)[:30],
			Track{Samples: one, Cut: true}},
		"stops, losses, an unknown event": {at(0, 5) +
			`{"t_ms":20,"event":"connection","up":false,"error":"x"}` + "\n" +
			`{"t_ms":30,"event":"connection","up":true}` + "\n" +
			`{"t_ms":30,"event":"fireworks","up":false}` + "\n" +
			`{"t_ms":40,"state":"stopped","position":null}` + "\n" +
			`{"t_ms":60,"state":"stopped","position":null}` + "\n" +
			`{"t_ms":80,"state":"idle","position":null}` + "\n" +
			`{"t_ms":90,"state":"stopped","position":null}` + "\n",
			Track{Samples: one, Stops: 2, Losses: 1}},
		"of two at one time the later": {at(0, 4) + at(0, 5), Track{Samples: []Sample{{Point: one[0].Point, Line: 2}}}},
		"time begins with the first point": {
			`{"t_ms":40,"state":"active","position":null,"gripper":"open"}` + "\n" + at(1040.5, 5) + `{"t_ms":1060.5,"state":"active","position":null,"gripper":20}` + "\n",
			Track{Samples: []Sample{{Point: one[0].Point, Line: 2}}, Grips: []Grip{{0, safety.GripperOpen, 1}, {20 * ms, safety.GripperAt(20), 3}}, Length: 20 * ms}},
		"requests": {
			`{"t_ms":10,"type":"grip","gripper":"open","id":7}` + "\n" +
				`{"type":"move","x":1,"y":2,"z":3,"speed":50,"t_ms":20}` + "\n" +
				`{"t_ms":30,"type":"command","x":4,"y":5,"z":6,"gripper":"close"}` + "\n",
			Track{Requests: true, Length: 20 * ms,
				Samples: []Sample{{10 * ms, safety.Point{X: 1, Y: 2, Z: 3}, 50, 2}, {20 * ms, safety.Point{X: 4, Y: 5, Z: 6}, 0, 3}},
				Grips:   []Grip{{0, safety.GripperOpen, 1}, {20 * ms, safety.GripperClosed, 3}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(iotest.OneByteReader(strings.NewReader(c.text)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// A file that cannot be played is told with the line and what to do.
func TestReadFails(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"", "no point in it"},
		{"\n\n", "no point in it"},
		{`{"t_ms":0,"state":"idle","position":null}` + "\n", "no point in it"},
		{`{"t_ms":0,"type":"grip","gripper":"open"}` + "\n", "no point in it"},
		{at(0, 1) + "nonsense\n" + at(20, 1), "line 2: not a JSON object"},
		{at(0, 1) + "[1]\n", "line 2: not a JSON object"},
		{at(0, 1) + `{"t_ms":2,"t_ms":3}` + "\n", "line 2: "},
		{at(0, 1) + `{"t_ms":NaN}` + "\n", "line 2: "},
		{at(0, 1) + `{"t_ms":"2"}` + "\n", "line 2: "},
		{at(0, 1) + `{"t_ms":2,"x":1}` + "\n", "line 2: neither a state nor a request"},
		{`{"state":"idle","position":{"x":1,"y":2,"z":3}}` + "\n", "line 1: no t_ms"},
		{`{"t_ms":-1,"state":"idle"}` + "\n", "line 1: t_ms is -1"},
		{`{"t_ms":1e300,"state":"idle"}` + "\n", "line 1: t_ms is 1e+300"},
		{at(20, 1) + at(10, 1), "line 2: t_ms is 10, and 20 in a line before"},
		{`{"t_ms":0,"state":"idle","position":{"x":1,"y":2}}` + "\n", "line 1: position has no x, y or z"},
		{`{"t_ms":0,"state":"idle","position":{"x":1,"y":2,"z":"3"}}` + "\n", "line 1: "},
		{`{"t_ms":0,"state":"idle","position":{"x":1e999,"y":2,"z":3}}` + "\n", "line 1: "},
		{`{"t_ms":0,"state":"idle","position":{"x":1,"y":2,"z":3},"gripper":101}` + "\n", "line 1: the gripper is 101"},
		{`{"t_ms":0,"state":"idle","position":{"x":1,"y":2,"z":3},"gripper":{"a":1}}` + "\n", "line 1: the gripper is"},
		{`{"left_hand":{},"right_hand":null}` + "\n", "line 1: a recording of a hand: play it by aetherctl teleop hands --play"},
		{`{"t_ms":3,"right_hand":{"xyz":null}}` + "\n", "aetherctl teleop hands --play"},
		{`{"t_ms":0,"type":"stop"}` + "\n", "line 1: stop: a file may have move, command and grip"},
		{`{"t_ms":0,"type":"fly"}` + "\n", "line 1: unknown_type type"},
		{`{"t_ms":0,"type":"move","x":1,"y":2}` + "\n", "line 1: missing_field z"},
		{`{"t_ms":0,"type":"move","x":1,"y":2,"z":3,"Speed":4}` + "\n", "line 1: unknown_field Speed"},
		{`{"t_ms":0,"type":"move","x":1,"y":2,"z":3,"speed":-4}` + "\n", "line 1: invalid_value speed"},
		{`{"t_ms":0,"type":"move","x":1,"y":2,"z":3,"check":true}` + "\n", "line 1: check, notify and ttl_ms"},
		{at(0, 1) + `{"t_ms":20,"type":"move","x":1,"y":2,"z":3}` + "\n", "line 2: a request, where"},
		{`{"t_ms":0,"type":"move","x":1,"y":2,"z":3}` + "\n" + at(20, 1), "line 2: no type"},
		{at(0, 1) + strings.Repeat("x", 100_000) + "\n", "line 2: more than 65536 bytes"},
	} {
		got, err := Read(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.80q: got %+v, %v; want %q", c.text, got, err, c.says)
		}
	}
}

// A recording that a kill -9 ended, at any byte: whole lines are read, at most one is left out.
func TestReadCutAnywhere(t *testing.T) {
	text := at(0, 1) + at(20, 2) + `{"t_ms":20,"event":"control","holder":"übermut"}` + "\n" + at(40, 3)
	whole := len(at(0, 1))
	for end := whole; end <= len(text); end++ {
		got, err := Read(strings.NewReader(text[:end]))
		if err != nil {
			t.Fatalf("cut at %d, %q: %v", end, text[max(0, end-20):end], err)
		}
		lines := strings.Count(text[:end], "\n")
		if n := len(got.Samples); n < 1 || lines >= 2 && n < 2 || lines == 4 && n != 3 {
			t.Errorf("cut at %d: %d samples of %d lines", end, n, lines)
		}
	}
}

func TestReadBrokenInput(t *testing.T) {
	broken := errors.New("no such luck")
	_, err := Read(iotest.DataErrReader(iotest.TimeoutReader(iotest.HalfReader(strings.NewReader(at(0, 1) + at(20, 1))))))
	if !errors.Is(err, iotest.ErrTimeout) {
		t.Error(err)
	}
	if _, err := Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// Whatever is read is in order, and can be asked at any time.
func FuzzRead(f *testing.F) {
	f.Add([]byte(at(0, 1) + at(20, 2)))
	f.Add([]byte(`{"t_ms":10,"type":"grip","gripper":"open"}` + "\n" + `{"type":"move","x":1,"y":2,"z":3,"speed":50,"t_ms":20}` + "\n"))
	f.Add([]byte(`{"t_ms":0,"event":"recording","arm":"x","config_hash":"y"}` + "\n" + at(0.1, 1)[:30]))
	if hands, err := os.ReadFile("../../daemon/aetherd/testdata/hands/aether-hand-state.ndjson"); err == nil {
		f.Add(hands[:300])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		track, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		last := time.Duration(-1)
		for _, s := range track.Samples {
			if s.At <= last || !s.Point.Finite() || s.Line < 1 {
				t.Fatalf("%+v after %v", s, last)
			}
			last = s.At
		}
		for _, at := range []time.Duration{-1, 0, track.Length / 2, track.Length, track.Length + 1} {
			if p := track.At(at).Point; !p.Finite() {
				t.Fatalf("at %v: %v", at, p)
			}
			track.GripAt(at)
		}
		if track.Samples[0].At < 0 || last > track.Length || len(track.Grips) > 0 && track.Grips[0].At < 0 {
			t.Fatalf("%+v", track)
		}
	})
}

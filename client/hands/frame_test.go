package hands_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client/hands"
)

func TestParse(t *testing.T) {
	for line, want := range map[string]hands.Frame{
		`{"left_hand": {"grab": "Open", "wrist": {"up_down": "Not calibrated"}}, "right_hand": {"xyz": {"x": 9.8, "y": -15.1, "z": null}}, "raw": null, "base_rotation": "Center"}`: {
			Seen: true, X: 9.8, Y: -15.1, Grab: hands.Open},
		`{"left_hand":{"grab":"Grabbing"},"right_hand":{"xyz":{"x":-100,"y":100,"z":0}},"raw":{"x":[1,{"x":2}]},"new":[[]]}`: {
			Seen: true, X: -100, Y: 100, HasZ: true, Grab: hands.Grabbing},
		`{"right_hand":{"xyz":null},"left_hand":{"grab":"No hand"}}`:                           {},
		`{"right_hand":null,"left_hand":null}`:                                                 {},
		`{"right_hand":{}}`:                                                                    {},
		`{"right_hand":{"xyz":{"y":1,"x":2}},"left_hand":{"grab":"Pointing"}}`:                 {Seen: true, X: 2, Y: 1},
		`{"right_hand":{"xyz":{"x":104,"y":-100.5,"z":1,"t":true}},"left_hand":{"grab":null}}`: {Seen: true, X: 100, Y: -100, Z: 1, HasZ: true},
		`{"t_ms":1033.5,"right_hand":{"xyz":null}}`:                                            {At: 1033500 * time.Microsecond, HasAt: true},
		`{"t_ms":1795402000000,"right_hand":{"xyz":null}}`:                                     {}, // a clock of the laptop's own
		`{"t_ms":-1,"right_hand":{"xyz":null}}`:                                                {},
		`{"t_ms":"now","right_hand":{"xyz":null}}`:                                             {},
	} {
		got, err := hands.Parse([]byte(line))
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", line, diff)
		}
	}
}

// A line that is not as it should be is no position, also not in part.
func TestParseRefuses(t *testing.T) {
	for _, line := range []string{
		``, `x`, `42`, `null`, `[]`, `{}`, `{"left_hand":{"grab":"Open"}}`,
		`{"right_hand":{"xyz":{"x":1,"y":2,"z":3}}`, `{"right_hand":{"xyz":null}} {}`, `{"right_hand":{"xyz":null}}}`,
		`{"right_hand":1}`, `{"right_hand":{"xyz":[1,2,3]}}`, `{"right_hand":{"xyz":{"x":1,"z":3}}}`, `{"right_hand":{"xyz":{}}}`,
		`{"right_hand":{"xyz":{"x":"1","y":2,"z":3}}}`, `{"right_hand":{"xyz":{"x":null,"y":2,"z":3}}}`,
		`{"right_hand":{"xyz":{"x":NaN,"y":2,"z":3}}}`, `{"right_hand":{"xyz":{"x":1,"y":Infinity,"z":3}}}`,
		`{"right_hand":{"xyz":{"x":1,"y":2,"z":1e999}}}`, `{"right_hand":{"xyz":{"x":105.1,"y":2,"z":3}}}`,
		`{"right_hand":{"xyz":{"x":1,"y":-106,"z":3}}}`, `{"right_hand":{"xyz":{"x":1,"y":2,"z":300}}}`,
		`{"right_hand":{"xyz":{"x":1,"x":2,"y":2,"z":3}}}`, `{"right_hand":{"xyz":null},"right_hand":{"xyz":null}}`,
		`{"right_hand":{"xyz":null},"left_hand":{"grab":1}}`, `{"right_hand":{"xyz":null},"left_hand":"Open"}`,
		`{"t_ms":1e999,"right_hand":{"xyz":null}}`, `{"t_ms":[,"right_hand":{"xyz":null}}`,
		"{\"right_hand\":{\"xyz\":null},\"\xff\":1}",
		`{"right_hand":` + strings.Repeat("[", 9000) + `}`,
	} {
		if got, err := hands.Parse([]byte(line)); err == nil || got != (hands.Frame{}) {
			t.Errorf("%.80q was read as %+v, %v", line, got, err)
		} else if errors.Is(err, hands.ErrNotHands) {
			t.Errorf("%.80q is taken for another protocol: %v", line, err)
		}
	}
}

// The wrong program is named.
func TestParseNamesWhoSpeaks(t *testing.T) {
	for line, who := range map[string]string{
		"HTTP/1.1 400 Bad Request": "web server",
		"SSH-2.0-OpenSSH_9.2":      "SSH",
		`{"status":"error","message":"Invalid command","code":"unknown_type"}`: "aetherd",
		`{"event":"state","state":"idle"}`:                                     "aetherd",
	} {
		_, err := hands.Parse([]byte(line))
		if !errors.Is(err, hands.ErrNotHands) || !strings.Contains(err.Error(), who) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 3*hands.MaxLine)
	in := hands.NewLines(strings.NewReader("one\r\n\n" + long + "\n  two \n" + strings.Repeat("y", hands.MaxLine-1) + "\n" + "cut off"))
	var got []string
	for {
		line, err := in.Next()
		if err != nil && !errors.Is(err, hands.ErrLineTooLong) {
			if err != io.EOF {
				t.Error(err)
			}
			break
		}
		got = append(got, fmt.Sprintf("%.3s %d %t", line, len(line), err != nil))
	}
	want := []string{"one 3 false", " 0 true", "two 3 false", fmt.Sprintf("yyy %d false", hands.MaxLine-1)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Whatever comes, a hand that is seen is inside its box, and an error has nothing with it.
func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := hands.Parse(line)
		if err != nil {
			if got != (hands.Frame{}) {
				t.Errorf("%v with %+v", err, got)
			}
			return
		}
		for _, v := range []float64{got.X, got.Y, got.Z} {
			if !(math.Abs(v) <= hands.Edge) {
				t.Errorf("read %+v", got)
			}
		}
		if !got.Seen && (got.X != 0 || got.Y != 0 || got.Z != 0 || got.HasZ) || got.At < 0 {
			t.Errorf("read %+v", got)
		}
		if p := ofAether.Place(&got, ofAether.Box.Min); ofAether.Box.Beyond(p) > 0 {
			t.Errorf("%+v was placed at %v", got, p)
		}
	})
}

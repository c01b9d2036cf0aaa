package hands_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/safety"
)

func TestParseAxes(t *testing.T) {
	for text, want := range map[string]hands.Axes{
		"-y,z,x":     hands.BehindTheArm,
		" +y, z ,-x": {{Arm: 1, Sign: 1}, {Arm: 2, Sign: 1}, {Arm: 0, Sign: -1}},
	} {
		got, err := hands.ParseAxes(text)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if again, err := hands.ParseAxes(got.String()); err != nil || again != got {
			t.Errorf("%q prints as %q", text, got)
		}
	}
	for _, text := range []string{"", "x", "x,y", "x,y,z,x", "x,x,y", "x,-x,y", "a,y,z", "--x,y,z", "x,,z", "xy,y,z", "x,y,"} {
		if got, err := hands.ParseAxes(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestParseBox(t *testing.T) {
	want := hands.Box{Min: safety.Point{X: 160, Y: -110, Z: 90}, Max: safety.Point{X: 240, Y: 110.5, Z: 210}}
	for _, text := range []string{"160,-110,90:240,110.5,210", "240,-110,210 : 160,110.5,90"} {
		if got, err := hands.ParseBox(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", ":", "1,2,3", "1,2:3,4", "1,2,3:4,5,NaN", "1,2,3:4,5,Inf", "1,2,3:4,5,6:7", "1,2,3:1,5,6", "a,2,3:4,5,6"} {
		if got, err := hands.ParseBox(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestBoxInside(t *testing.T) {
	w := hands.Box{Min: safety.Point{X: 100, Y: -100, Z: 0}, Max: safety.Point{X: 300, Y: 100, Z: 300}}
	if err := w.Inside(w); err != nil {
		t.Error(err)
	}
	out := w
	out.Min.X, out.Max.Z = 99, 301
	err := out.Inside(w)
	if err == nil || !strings.Contains(err.Error(), " in x,") || !strings.Contains(err.Error(), " in z,") || strings.Contains(err.Error(), " in y,") {
		t.Error(err)
	}
}

// What a person in front of the camera expects.
func TestPlace(t *testing.T) {
	for _, c := range []struct {
		what string
		hand hands.Frame
		want safety.Point
	}{
		{"the middle", hands.Frame{HasZ: true}, safety.Point{X: 195, Y: 0, Z: 135}},
		{"right", hands.Frame{X: 100, HasZ: true}, safety.Point{X: 195, Y: -110, Z: 135}},
		{"left", hands.Frame{X: -50, HasZ: true}, safety.Point{X: 195, Y: 55, Z: 135}},
		{"up", hands.Frame{Y: 100, HasZ: true}, safety.Point{X: 195, Y: 0, Z: 195}},
		{"towards the camera", hands.Frame{Z: 100, HasZ: true}, safety.Point{X: 235, Y: 0, Z: 135}},
		{"depth not known", hands.Frame{Y: -100}, safety.Point{X: 235, Y: 0, Z: 75}},
	} {
		got := ofAether.Place(&c.hand, safety.Point{X: 333, Y: 444, Z: 555})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.what, diff)
		}
	}
}

// Whatever the axes and wherever the arm is, the box about it is in the workspace, a hand
// is placed inside of the box, and an arm that is far from the edges is in its middle.
func TestAround(t *testing.T) {
	coordinate := rapid.Float64Range(-400, 400)
	hand := rapid.Float64Range(-hands.Edge, hands.Edge)
	axes := rapid.SampledFrom([]string{"-y,z,x", "y,z,x", "x,y,z", "-z,-x,-y", "z,x,-y"})
	rapid.Check(t, func(t *rapid.T) {
		corner := points().Draw(t, "corner")
		size := rapid.Float64Range(1, 700)
		w := hands.Box{Min: corner, Max: corner.Add(safety.Point{X: size.Draw(t, "dx"), Y: size.Draw(t, "dy"), Z: size.Draw(t, "dz")})}
		a, err := hands.ParseAxes(axes.Draw(t, "axes"))
		if err != nil {
			t.Fatal(err)
		}
		arm := safety.Point{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y"), Z: coordinate.Draw(t, "z")}
		m := hands.Map{Axes: a, Box: a.Around(arm, w)}
		if err := m.Box.Inside(w); err != nil {
			t.Fatal(err)
		}
		h := hands.Frame{X: hand.Draw(t, "right"), Y: hand.Draw(t, "up"), Z: hand.Draw(t, "near"), HasZ: true}
		if p := m.Place(&h, arm); m.Box.Beyond(p) > 0 {
			t.Fatalf("%v is outside of %v", p, m.Box)
		}
		if w.Beyond(arm) == 0 && m.Box.Beyond(arm) > 1e-9 {
			t.Fatalf("the arm at %v is outside of %v", arm, m.Box)
		}
	})
	w := hands.Box{Min: safety.Point{X: -300, Y: -300}, Max: safety.Point{X: 300, Y: 300, Z: 400}}
	arm := safety.Point{X: 200, Z: 150}
	b := hands.BehindTheArm.Around(arm, w)
	if m := b.Min.Add(b.Max).Scale(0.5); m.Sub(arm).Norm() > 1e-9 {
		t.Errorf("the middle of %v is not %v", b, arm)
	}
}

func TestDirect(t *testing.T) {
	for _, c := range []struct {
		way  safety.Point
		want string
	}{
		{safety.Point{}, ""},
		{safety.Point{X: 4, Y: -4, Z: 4}, ""},
		{safety.Point{X: 12, Y: -30, Z: 20}, "30 mm right, 20 mm up, 12 mm near the camera"},
		{safety.Point{X: -12, Y: 30, Z: -20.4}, "30 mm left, 20 mm down, 12 mm back"},
	} {
		if got := ofAether.Direct(c.way); got != c.want {
			t.Errorf("%v: %q, want %q", c.way, got, c.want)
		}
	}
}

// A hand that goes as Direct says comes to the arm.
func TestDirectLeadsToTheArm(t *testing.T) {
	m := ofAether
	h := hands.Frame{X: 10, Y: -20, Z: 30, HasZ: true}
	arm := m.Place(&hands.Frame{X: 60, Y: -20, Z: 30, HasZ: true}, safety.Point{})
	way := arm.Sub(m.Place(&h, safety.Point{}))
	if got := m.Direct(way); got != "55 mm right" || math.Abs(way.Norm()-55) > 1e-9 {
		t.Errorf("%q", got)
	}
}

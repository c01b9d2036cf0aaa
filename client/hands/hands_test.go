package hands_test

import (
	"bufio"
	"os"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/safety"
)

// frame is the time between two lines at 30 Hz.
const frame = time.Second / 30

// recorded returns the frames of the recording.
func recorded(t testing.TB) (frames []hands.Frame) {
	t.Helper()
	f, err := os.Open("../../daemon/aetherd/testdata/hands/aether-hand-state.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		h, err := hands.Parse(lines.Bytes())
		if err != nil {
			t.Fatalf("line %d: %v", len(frames)+1, err)
		}
		frames = append(frames, h)
	}
	return frames
}

// ofAether is the box that the recording leads Aether's own arm in.
var ofAether = hands.Map{Axes: hands.BehindTheArm, Box: hands.Box{
	Min: safety.Point{X: 155, Y: -110, Z: 75}, Max: safety.Point{X: 235, Y: 110, Z: 195},
}}

func config() hands.Config {
	c := hands.Default()
	c.Map, c.Gripper = ofAether, true
	return c
}

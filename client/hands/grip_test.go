package hands_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client/hands"
)

// o open, g grabbing, . no hand, | begin; the answer is what the gripper is told, c to close.
func TestGrip(t *testing.T) {
	for in, want := range map[string]string{
		"ooo|ooooo":       "--------",
		"ooo|ggg":         "-----c",
		"ooo|gg.ggo":      "---------",
		"ooo|gogogogggoo": "-----------c--",
		"ggg|ooo...ggg":   "-----o-----c",
		"ggg|ooo|ooo":     "-----o---",
		"...|oooggg":      "--------c",
		"ooo|g.g.g.ggg":   "-----------c",
		"oooggg|ggg":      "---------",
	} {
		g := hands.Grip{Frames: 3}
		began, got := false, ""
		for _, r := range in {
			if r == '|' {
				g.Begin()
				began = true
				continue
			}
			g.See(map[rune]hands.Grab{'o': hands.Open, 'g': hands.Grabbing, '.': hands.NoGrab}[r])
			told := "-"
			if began {
				told = map[string]string{"": "-", "open": "o", "closed": "c"}[g.Next().String()]
			}
			got += told
		}
		if want = (want + "-------------")[:len(got)]; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", in, got, want)
		}
	}
}

// The gripper is told the opposite of what it was told before, always, and only after as many
// equal frames.
func TestGripAlternates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := hands.Grip{Frames: rapid.IntRange(1, 5).Draw(t, "frames")}
		g.Begin()
		var seen []hands.Grab
		last := ""
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			now := hands.Grab(rapid.IntRange(0, 2).Draw(t, "grab"))
			seen = append(seen, now)
			g.See(now)
			told := g.Next().String()
			if told == "" {
				continue
			}
			if told == last {
				t.Fatalf("told %s twice", told)
			}
			last = told
			for _, s := range seen[len(seen)-g.Frames:] {
				if s != seen[len(seen)-1] {
					t.Fatalf("told %s after %v", told, cmp.Diff(nil, seen))
				}
			}
		}
	})
}

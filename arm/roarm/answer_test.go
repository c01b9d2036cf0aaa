package roarm

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
)

// FuzzAnswers: whatever comes in, in whatever pieces, gives the same feedbacks, and none
// that is not finite.
func FuzzAnswers(f *testing.F) {
	const answer = `{"T":1051,"x":310.1,"y":0,"z":236.8,"b":0,"s":0,"e":1.57,"t":3.14,"torB":-56,"torS":0,"torE":0,"torH":0}`
	for _, seed := range []string{
		answer + "\r\n", "ets Jul 29 2019\r\n\r\nrst:0x1\n" + answer + "\n", "{\"T\":105}\n\n" + answer[:50] + "\n",
		strings.Repeat("x", 2*longestLine) + "\n" + answer + "\n", `{"T":1051,"x":1e999}` + "\n", "{\x00\xff}\n",
	} {
		f.Add([]byte(seed), uint8(3))
	}
	f.Fuzz(func(t *testing.T, input []byte, piece uint8) {
		whole, parts := feedbacks(input, len(input)+1), feedbacks(input, int(piece)+1)
		if diff := cmp.Diff(whole, parts, cmp.AllowUnexported(feedback{})); diff != "" {
			t.Errorf("in pieces (-whole +pieces)\n%s", diff)
		}
		for _, f := range whole {
			if !f.point.Finite() || !f.at.forward().Finite() {
				t.Errorf("not finite: %+v", f)
			}
		}
	})
}

func feedbacks(input []byte, piece int) (all []feedback) {
	s := arm.Splitter{Longest: longestLine}
	for len(input) > 0 {
		n := min(piece, len(input))
		s.Split(input[:n], func(line []byte) {
			if f, ok := parseFeedback(bytes.TrimSpace(line)); ok {
				all = append(all, f)
			}
		})
		input = input[n:]
	}
	return all
}

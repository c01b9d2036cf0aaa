package commission

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseIDs(t *testing.T) {
	for _, c := range []struct {
		text string
		want []int
	}{
		{"3", []int{3}},
		{"1-4", []int{1, 2, 3, 4}},
		{"7, 1-3,2,253", []int{1, 2, 3, 7, 253}},
		{"0", []int{0}},
	} {
		got, err := ParseIDs(c.text)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got)\n%s", c.text, err, diff)
		}
	}
	for _, text := range []string{"", "x", "1-", "-3", "254", "1-254", "4-2", "1,,2", "1 2", "1.5"} {
		if got, err := ParseIDs(text); err == nil {
			t.Errorf("%q: taken as %v", text, got)
		}
	}
}

package safety

import "testing"

func TestGripperAt(t *testing.T) {
	tests := []struct {
		percent int
		want    Gripper
		opening int
		text    string
		partial bool
	}{
		{-1, GripperClosed, 0, "closed", false},
		{0, GripperClosed, 0, "closed", false},
		{1, GripperClosed + 1, 1, "1", true},
		{99, GripperOpen - 1, 99, "99", true},
		{100, GripperOpen, 100, "open", false},
		{300, GripperOpen, 100, "open", false},
	}
	for _, tt := range tests {
		g := GripperAt(tt.percent)
		if g != tt.want || g.Opening() != tt.opening || g.String() != tt.text || g.Partial() != tt.partial {
			t.Errorf("%d %%: %d, opening %d, %q, partial %v", tt.percent, g, g.Opening(), g, g.Partial())
		}
	}
	if s := GripperUnchanged.String(); s != "" {
		t.Errorf("unchanged is %q", s)
	}
}

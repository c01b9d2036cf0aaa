package safety

import (
	"slices"
	"strconv"
	"testing"
)

// A station may give another name at every stop. That must not hide what is wrong with the arm.
func TestStationsDoNotHideAnAlarm(t *testing.T) {
	g, err := New(0, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	g.LinkUp(Point{X: 200, Z: 150}, 0)
	for i := range 100 {
		g.Stop(0, Cause{Kind: CauseStation, By: strconv.Itoa(i)})
	}
	alarm := Cause{Kind: CauseArmAlarm, By: "overload"}
	g.Alarm(0, alarm.By, true)
	causes := g.Snapshot(nil).Causes
	if causes[0].By != "0" || !slices.Contains(causes, alarm) || len(causes) > maxCauses {
		t.Errorf("the causes are %v", causes)
	}
}

package armtest

import (
	"flag"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSetupFlags: what the harness passes is what the command reads.
func TestSetupFlags(t *testing.T) {
	var want, got Setup
	for _, opt := range []Option{Faults("hang"), Faults("slow-ok 10", "mute"), Link("l"), Log("f")} {
		opt(&want)
	}
	fs := flag.NewFlagSet("armemu", flag.ContinueOnError)
	got.BindFlags(fs)
	if err := fs.Parse(want.args()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

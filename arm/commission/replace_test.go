package commission

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// someTables stand for those of an arm.
func someTables() []table {
	return []table{newTable("links", "a = 1\n"), newTable("base", "b = 2\nc = 3\n"), newTable("claw", "d = 4\n")}
}

func TestReplace(t *testing.T) {
	datadriven.Walk(t, "testdata/replace", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			doc := d.Input + "\n"
			if d.HasArg("nothing") {
				doc = ""
			}
			if d.HasArg("unended") {
				doc = d.Input
			}
			next, err := replace([]byte(doc), someTables())
			if err != nil {
				return err.Error()
			}
			return string(next)
		})
	})
}

// A file of Windows stays one.
func TestReplaceKeepsLineEnds(t *testing.T) {
	doc := "[arm]\r\nname = \"x\"\r\n[arm.feetech.base]\r\nb = 9\r\n\r\n# end\r\n"
	next, err := replace([]byte(doc), someTables())
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(next, []byte("\n")); n != bytes.Count(next, []byte("\r\n")) {
		t.Errorf("%q", next)
	}
}

// FuzzReplace: what is replaced is what was meant, once is enough, and what does not belong to
// the tables is all still there.
func FuzzReplace(f *testing.F) {
	f.Fuzz(func(t *testing.T, doc string) {
		next, err := replace([]byte(doc), someTables())
		if err != nil {
			return
		}
		var tree map[string]any
		if err := toml.Unmarshal(next, &tree); err != nil {
			t.Fatalf("%v in\n%s", err, next)
		}
		feetech := tree["arm"].(map[string]any)["feetech"].(map[string]any)
		for name, want := range map[string]map[string]any{
			"links": {"a": int64(1)}, "base": {"b": int64(2), "c": int64(3)}, "claw": {"d": int64(4)},
		} {
			if diff := cmp.Diff(any(want), feetech[name]); diff != "" {
				t.Errorf("%s in\n%s\n(-want +got)\n%s", name, next, diff)
			}
		}
		again, err := replace(next, someTables())
		if err != nil || !bytes.Equal(again, next) {
			t.Errorf("twice: %v\n%s\nonce:\n%s", err, again, next)
		}
		for line := range strings.Lines(doc) {
			if c := strings.TrimSpace(line); strings.HasPrefix(c, "#") && !strings.Contains(doc, "feetech") && !bytes.Contains(next, []byte(c)) {
				t.Errorf("lost %q", c)
			}
		}
	})
}

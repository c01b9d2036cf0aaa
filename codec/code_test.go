package codec

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/safety"
	"github.com/google/go-cmp/cmp"
)

func TestTableIsComplete(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]+(_[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, row := range Table() {
		if !word.MatchString(row.Code) || seen[row.Code] {
			t.Errorf("code %q is no word of its own", row.Code)
		}
		seen[row.Code] = true
		if row.Message == "" || row.Meaning == "" || row.Action == "" {
			t.Errorf("%s: a column is empty", row.Code)
		}
		if strings.ContainsAny(row.Meaning+row.Action, "|\n") {
			t.Errorf("%s: does not fit a row of the document", row.Code)
		}
	}
	for _, reason := range safety.Reasons() {
		if want := reason != safety.Accepted; seen[reason.String()] != want {
			t.Errorf("reason %v: in the table %v, want %v", reason, !want, want)
		}
	}
}

// TestFieldColumn checks that no code comes with a field where the table says that it has none.
func TestFieldColumn(t *testing.T) {
	names := map[string]bool{}
	for _, row := range Table() {
		names[row.Code] = row.Field
	}
	found := map[Code]bool{}
	for _, test := range hostile {
		found[test.fault.Code] = true
		if test.fault.Field != "" && !names[test.fault.Code.String()] {
			t.Errorf("%.100q: %v with a field", test.line, test.fault.Code)
		}
	}
	for c := CodeInvalidJSON; c <= CodeUnsupportedVersion; c++ {
		if !found[c] {
			t.Errorf("no hostile line is refused with %v", c)
		}
	}
}

// TestDocumentedCodes checks that the protocol's document shows this table.
func TestDocumentedCodes(t *testing.T) {
	const file = "../docs/protocol.md"
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begins := strings.Cut(string(doc), "<!-- codes:begin -->\n")
	got, _, ends := strings.Cut(rest, "<!-- codes:end -->")
	if !begins || !ends {
		t.Fatalf("%s has no markers codes:begin and codes:end", file)
	}
	want := "| code | meaning | what to do |\n|---|---|---|\n"
	for _, row := range Table() {
		want += "| `" + row.Code + "` | " + row.Meaning + " | " + row.Action + " |\n"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs from codec.Table: -table +document\n%s", file, diff)
	}
}

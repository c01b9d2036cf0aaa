package metrics

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const (
	docFile  = "../docs/metrics.md"
	docBegin = "<!-- The table is written by: go test ./metrics -update -->\n"
	docEnd   = "<!-- End of the table. -->\n"
)

func TestDocumentationIsCurrent(t *testing.T) {
	doc, err := os.ReadFile(docFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(doc), docBegin)
	_, after, ok2 := strings.Cut(rest, docEnd)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the lines %q and %q around its table", docFile, docBegin, docEnd)
	}
	compareFile(t, docFile, before+docBegin+table()+docEnd+after)
}

// table is the definitions as a table in Markdown.
func table() string {
	var out strings.Builder
	out.WriteString("| metric | type | labels | what it says |\n|---|---|---|---|\n")
	for _, d := range Definitions() {
		labels := ""
		if d.Labels != nil {
			labels = "`" + strings.Join(d.Labels, "`, `") + "`"
		}
		help := d.Help
		if d.Buckets != nil {
			help += fmt.Sprintf(" Buckets from %g s to %g s.", d.Buckets[0], d.Buckets[len(d.Buckets)-1])
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", d.Name, d.Type, labels, help)
	}
	return out.String()
}

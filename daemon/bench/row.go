package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// row is one line of the table.
type row struct {
	What    string  `json:"what"`
	Against string  `json:"against"`
	Unit    string  `json:"unit"`
	Ours    float64 `json:"ours"`   // median
	Theirs  float64 `json:"theirs"` // as well
	ratio
	Target float64 `json:"target"` // 0: none, it is told for comparison
	More   bool    `json:"more"`   // the ratio shall be at least Target, and otherwise at most
	Met    bool    `json:"met"`
}

// compare makes a row of what both measured in every round.
func compare(what, against, unit string, ours, theirs samples, target float64, more bool) row {
	r := row{What: what, Against: against, Unit: unit, Ours: ours.median(), Theirs: theirs.median(), ratio: over(ours, theirs), Target: target, More: more}
	r.Met = target == 0 || more && r.Ratio >= target || !more && r.Ratio <= target
	return r
}

func (r *row) verdict() string {
	switch {
	case r.Target == 0:
		return ""
	case r.Met:
		return "met"
	}
	return "MISSED"
}

func (r *row) goal() string {
	switch {
	case r.Target == 0:
		return ""
	case r.More:
		return fmt.Sprintf("≥ %.2f", r.Target)
	}
	return fmt.Sprintf("≤ %.2f", r.Target)
}

// printTable prints rows for a person, in Markdown.
func printTable(out io.Writer, rows []row) error {
	t := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(t, "| what\t| against\t| ours\t| theirs\t| ratio\t| rounds\t| target\t| \t|")
	fmt.Fprintln(t, "|"+strings.Repeat("---\t|", 8))
	for _, r := range rows {
		fmt.Fprintf(t, "| %s\t| %s\t| %s\t| %s\t| %.2f\t| %.2f…%.2f\t| %s\t| %s\t|\n",
			r.What, r.Against, figure(r.Ours, r.Unit), figure(r.Theirs, r.Unit), r.Ratio, r.Low, r.High, r.goal(), r.verdict())
	}
	return t.Flush()
}

// figure is a number to three digits with its unit.
func figure(x float64, unit string) string {
	for _, scale := range []struct {
		above  float64
		prefix string
	}{{1e6, "M"}, {1e3, "k"}} {
		if x >= scale.above {
			return fmt.Sprintf("%.3g %s%s", x/scale.above, scale.prefix, unit)
		}
	}
	return fmt.Sprintf("%.3g %s", x, unit)
}

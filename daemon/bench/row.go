package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// row is one line of the table: a ratio to what another server or another situation came to,
// or a figure that stands alone.
type row struct {
	What    string  `json:"what"`
	Against string  `json:"against,omitempty"` // "": Ours stands alone
	Unit    string  `json:"unit"`
	Ours    float64 `json:"ours"` // median
	Theirs  float64 `json:"theirs,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"` // Ours to Theirs
	Low     float64 `json:"low"`             // in one round, of Ratio, or of Ours if that stands alone
	High    float64 `json:"high"`
	Target  string  `json:"target,omitempty"` // of the same; "": none, the row is told for comparison
	Met     bool    `json:"met"`
}

// target is what a ratio or a figure shall be; the zero value is none.
type target struct {
	bound float64
	least bool // at least bound, and otherwise at most
	set   bool
}

func atLeast(bound float64) target { return target{bound, true, true} }
func atMost(bound float64) target  { return target{bound, false, true} }

func (t target) String() string {
	switch {
	case !t.set:
		return ""
	case t.least:
		return fmt.Sprintf("≥ %.4g", t.bound)
	}
	return fmt.Sprintf("≤ %.4g", t.bound)
}

func (t target) met(x float64) bool {
	return !t.set || t.least && x >= t.bound || !t.least && x <= t.bound
}

// compare makes a row of what both measured in every round.
func compare(what, against, unit string, ours, theirs samples, shall target) row {
	rounds := ratios(ours, theirs)
	r := row{
		What: what, Against: against, Unit: unit, Ours: ours.median(), Theirs: theirs.median(),
		Ratio: ours.median() / theirs.median(), Low: slices.Min(rounds), High: slices.Max(rounds), Target: shall.String(),
	}
	r.Met = shall.met(r.Ratio)
	return r
}

// alone makes a row of what was measured in every round.
func alone(what, unit string, ours samples, shall target) row {
	r := row{What: what, Unit: unit, Ours: ours.median(), Low: slices.Min(ours), High: slices.Max(ours), Target: shall.String()}
	r.Met = shall.met(r.Ours)
	return r
}

func (r *row) verdict() string {
	switch {
	case r.Target == "":
		return ""
	case r.Met:
		return "met"
	}
	return "MISSED"
}

// printTable prints rows for a person, in Markdown.
func printTable(out io.Writer, rows []row) error {
	t := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(t, "| what\t| aetherd\t| against\t| \t| ratio\t| rounds\t| target\t| \t|")
	fmt.Fprintln(t, "|"+strings.Repeat("---\t|", 8))
	for _, r := range rows {
		theirs, ratio, spread := "", "", ""
		if r.Low != r.High {
			spread = digits(r.Low) + "…" + digits(r.High)
		}
		if r.Against != "" {
			theirs, ratio = figure(r.Theirs, r.Unit), fmt.Sprintf("%.2f", r.Ratio)
			spread = fmt.Sprintf("%.2f…%.2f", r.Low, r.High)
		}
		fmt.Fprintf(t, "| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t|\n",
			r.What, figure(r.Ours, r.Unit), r.Against, theirs, ratio, spread, r.Target, r.verdict())
	}
	return t.Flush()
}

// figure prints a value with its unit.
func figure(x float64, unit string) string {
	for _, scale := range []struct {
		above  float64
		prefix string
	}{{1e6, "M"}, {1e3, "k"}} {
		if x >= scale.above && unit == perSecond {
			return digits(x/scale.above) + " " + scale.prefix + unit
		}
	}
	return strings.TrimSuffix(digits(x)+" "+unit, " ")
}

// digits prints three of them, or all before the point.
func digits(x float64) string {
	if x >= 999.5 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

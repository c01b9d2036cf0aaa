package screen

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// The styles tell by weight as much as by colour. Nothing is red on yellow: that is an
// emergency stop's, which this is not.
var (
	faint   = lipgloss.NewStyle().Faint(true)
	bold    = lipgloss.NewStyle().Bold(true)
	good    = lipgloss.NewStyle().Foreground(lipgloss.Green)
	caution = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Magenta)
	stopped = lipgloss.NewStyle().Bold(true).Reverse(true)
)

// clean takes from text what would change the terminal: names and messages come from others.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// fit cuts lines to a terminal's size, so that none wraps. What does not fit is cut at the
// bottom; last stays.
func fit(width, height int, lines, last []string) string {
	if room := max(height-len(last), 0); len(lines) > room {
		lines = lines[:room]
	}
	for len(lines)+len(last) < height {
		lines = append(lines, "")
	}
	all := append(lines, last...)
	all = all[:min(len(all), max(height, 0))]
	for i, l := range all {
		all[i] = ansi.Truncate(l, max(width, 0), "…")
	}
	return strings.Join(all, "\n")
}

// wrap breaks text into at most so many lines; what is left over is in the last.
func wrap(text string, width, most int) []string {
	lines := strings.Split(ansi.Wordwrap(text, max(width, 1), ""), "\n")
	if len(lines) > most {
		lines = append(lines[:most-1], strings.Join(lines[most-1:], " "))
	}
	return lines
}

// flow puts items side by side in as many lines as they need.
func flow(width int, items []string) []string {
	var lines []string
	line := ""
	for _, item := range items {
		switch {
		case line == "":
			line = item
		case lipgloss.Width(line)+3+lipgloss.Width(item) <= width:
			line += "   " + item
		default:
			lines, line = append(lines, line), item
		}
	}
	return append(lines, line)
}

// row is a name and what it is.
func row(name, format string, values ...any) string {
	return fmt.Sprintf("%-10s", name) + fmt.Sprintf(format, values...)
}

// coordinate is a length of a known width, to a tenth of a millimetre.
func coordinate(mm float64) string {
	return fmt.Sprintf("%7.1f", math.Round(mm*10)/10+0) // + 0: no "-0.0"
}

func pointText(p safety.Point, known bool) string {
	if !known {
		return "unknown"
	}
	return "x " + coordinate(p.X) + "  y " + coordinate(p.Y) + "  z " + coordinate(p.Z) + " mm"
}

// GripperText says what the gripper was last told.
func GripperText(kind safety.GripperKind, g safety.Gripper) string {
	switch {
	case kind == safety.NoGripper:
		return "none"
	case g == safety.GripperUnchanged:
		return "not known"
	case g.Partial():
		return g.String() + " % open"
	}
	return g.String()
}

// HolderText says who has control.
func HolderText(s *client.State) string {
	switch {
	case s.Holds:
		return "this station"
	case s.Holder == "":
		return "nobody"
	}
	return clean(s.Holder)
}

// Causes lists what stopped the arm, the first cause first.
func Causes(s *client.State) string {
	var words []string
	for _, c := range s.Causes {
		word := strings.ReplaceAll(c.Cause, "_", " ")
		if c.By != "" {
			word += " " + c.By
		}
		words = append(words, clean(word))
	}
	return strings.Join(words, ", ")
}

func jointsText(joints []client.Joint) string {
	var words []string
	for _, j := range joints {
		words = append(words, clean(j.Name)+" "+strconv.FormatFloat(j.Angle, 'f', 3, 64))
	}
	return strings.Join(words, "  ") + " rad"
}

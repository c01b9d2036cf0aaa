package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/client/hands/teleop"
	"github.com/aether-arm/aetherd/safety"
)

// handsScreen shows how a hand leads the arm: on a terminal one line that is written anew,
// below the lines that stay; elsewhere a line for every change; or JSON.
type handsScreen struct {
	out    io.Writer
	json   bool
	dryRun bool
	play   bool
	width  func() int // of the terminal; nil: it is none

	last   teleop.Event
	ticks  int
	shown  int             // columns of the status line
	noted  map[string]bool // lines of the present trouble, each said once
	target safety.Point    // printed last, of a dry run
}

func newHandsScreen(out io.Writer, asJSON, dryRun bool) *handsScreen {
	h := &handsScreen{out: out, json: asJSON, dryRun: dryRun, noted: map[string]bool{}}
	if f, is := out.(*os.File); is && term.IsTerminal(int(f.Fd())) && !asJSON {
		h.width = func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width <= 0 {
				return 80
			}
			return width
		}
	}
	return h
}

// note writes a line that stays.
func (h *handsScreen) note(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	if h.json {
		h.encode(handsJSON{Event: "note", Text: text})
		return
	}
	h.wipe()
	fmt.Fprintln(h.out, text)
}

// wipe takes the status line away.
func (h *handsScreen) wipe() {
	if h.shown > 0 { // and what was typed behind it
		fmt.Fprintf(h.out, "\r%*s\r", max(h.width()-1, 1), "")
		h.shown = 0
	}
}

func (h *handsScreen) begin(m *hands.Map, from string, o *handsOptions) {
	h.play = o.play != ""
	if h.json {
		h.encode(handsJSON{Event: "begin", From: from, Axes: m.Axes.String(),
			Box: &boxJSON{*tenths(m.Box.Min, true), *tenths(m.Box.Max, true)}})
		return
	}
	h.note("the hand of %s; its right, up and near lead to %s in %v", from, m.Axes, m.Box)
	switch {
	case o.dryRun:
		h.note("A dry run: nothing moves. Ctrl-C ends.")
	case h.play && !o.approach:
		h.note("The arm follows when the recording's hand is within %g mm of it for %v; --approach moves it there. Ctrl-C ends.", o.hands.Distance, o.hands.Dwell)
	default:
		h.note("The arm follows when the hand is within %g mm of it for %v. Ctrl-C releases the arm and ends.", o.hands.Distance, o.hands.Dwell)
	}
}

// tell takes what happens.
func (h *handsScreen) tell(e teleop.Event) {
	before := h.last
	h.last = e
	switch {
	case h.json:
		h.tellJSON(&e)
	case e.Kind == teleop.Tick:
		h.unreadable(e.Unreadable)
		h.show(statusLine(&e.Status))
	case e.Kind == teleop.Sent && h.dryRun:
		h.wouldSend(&e)
	case e.Kind == teleop.SourceTurn:
		h.connection("laptop", e.SourceUp, e.SourceErr)
	case e.Kind == teleop.DaemonTurn:
		h.connection("daemon", e.DaemonUp, e.DaemonErr)
	case e.Kind == teleop.ClutchTurn && before.State == hands.Engaged && e.State != hands.Engaged:
		h.note("lost: %s", e.Why)
	case h.width != nil: // the status line has it
	case e.Kind == teleop.ClutchTurn:
		h.note("%s", clutchText(&e.Status))
	case e.Kind == teleop.Gripped:
		h.note("gripper %v", e.Gripper)
	}
}

// connection tells how a connection turned out; what is tried again and again is said once.
func (h *handsScreen) connection(who string, up bool, err error) {
	text := who + " connected"
	if !up {
		text = fmt.Sprintf("%s: %v; trying again", who, err)
	}
	if h.play && who == "laptop" || h.noted[text] {
		return
	}
	if up {
		h.noted = map[string]bool{}
	}
	h.noted[text] = true
	h.note("%s", text)
}

// unreadable tells of a line that could not be read, once on each connection.
func (h *handsScreen) unreadable(err error) {
	const once = "unreadable"
	if err == nil || h.noted[once] {
		return
	}
	h.noted[once] = true
	h.note("laptop: a line that cannot be read: %v", err)
}

// wouldSend prints what a dry run would have sent, where that is something new.
func (h *handsScreen) wouldSend(e *teleop.Event) {
	verdict := "would be accepted"
	if e.Verdict != nil {
		verdict = e.Verdict.Error()
	} else if e.Sent == h.target {
		return
	}
	h.target = e.Sent
	h.note("move %s: %s", pointText(e.Sent, true), verdict)
}

// show writes the status line.
func (h *handsScreen) show(text string) {
	if h.width == nil {
		return
	}
	line := []rune(text)
	if most := max(h.width()-1, 1); len(line) > most {
		line = append(line[:most-1], '…')
	}
	fmt.Fprintf(h.out, "\r%s%s", string(line), strings.Repeat(" ", max(h.shown-len(line), 0)))
	h.shown = len(line)
}

// clutchText is the clutch in one line.
func clutchText(s *teleop.Status) string {
	text := s.State.String()
	if advice := s.Advice(); advice != "" {
		text += ": " + advice
	}
	return text
}

// statusLine is how it all stands, the most important first: what does not fit is cut.
func statusLine(s *teleop.Status) string {
	var b strings.Builder
	switch {
	case s.State == hands.Engaged:
		fmt.Fprintf(&b, "ENGAGED  %3.0f mm behind", s.Distance)
	case !s.DaemonUp:
		b.WriteString("no daemon")
	case !s.SourceUp:
		b.WriteString("no laptop")
	default:
		b.WriteString(clutchText(s))
		if s.Seen && s.Distance > 0 {
			fmt.Fprintf(&b, " (%.0f mm)", s.Distance)
		}
	}
	if s.Arm.Blocked == "" {
		fmt.Fprintf(&b, "  arm %s", whole(s.Arm.Position))
	}
	if s.Seen {
		fmt.Fprintf(&b, "  hand %s", whole(s.Hand))
		if !s.HasZ {
			b.WriteString(" (no depth)")
		}
	}
	if s.State == hands.Engaged {
		fmt.Fprintf(&b, "  target %s", whole(s.Target))
	}
	fmt.Fprintf(&b, "  left %v", s.Grab)
	if s.Latency > 0 {
		fmt.Fprintf(&b, "  %.1f ms", milliseconds(s.Latency))
	}
	if s.Dropped > 0 {
		fmt.Fprintf(&b, "  %d dropped", s.Dropped)
	}
	if s.Bad > 0 {
		fmt.Fprintf(&b, "  %d bad", s.Bad)
	}
	return b.String()
}

// whole is a point in whole mm.
func whole(p safety.Point) string {
	return fmt.Sprintf("%.0f %.0f %.0f", math.Round(p.X)+0, math.Round(p.Y)+0, math.Round(p.Z)+0) // + 0: no "-0"
}

// end takes the status line away and sums up.
func (h *handsScreen) end(played bool) {
	s := &h.last.Status
	if h.json {
		if played {
			h.encode(struct {
				ok
				handsJSON
			}{done, handsJSON{Event: "end", Frames: s.Frames, Bad: s.Bad, Dropped: s.Dropped, Targets: s.Targets}})
		}
		return
	}
	h.note("%d frames, %d of them unreadable; %d targets sent, %d frames dropped", s.Frames, s.Bad, s.Targets, s.Dropped)
}

// handsJSON is an event of teleop hands.
type handsJSON struct {
	Event    string     `json:"event"`
	Text     string     `json:"text,omitempty"`
	From     string     `json:"from,omitempty"`
	Axes     string     `json:"axes,omitempty"`
	Box      *boxJSON   `json:"box,omitempty"`
	Clutch   string     `json:"clutch,omitempty"`
	Why      string     `json:"why,omitempty"`    // the clutch was lost last
	Advice   string     `json:"advice,omitempty"` // what to do for it to engage
	Laptop   string     `json:"laptop,omitempty"`
	Daemon   string     `json:"daemon,omitempty"`
	Hand     *pointJSON `json:"hand,omitempty"`
	Arm      *pointJSON `json:"arm,omitempty"`
	Target   *pointJSON `json:"target,omitempty"`
	Distance *float64   `json:"distance,omitempty"` // mm, from the hand to the arm
	Left     string     `json:"left,omitempty"`     // hand
	BadLine  string     `json:"bad_line,omitempty"` // why the last line that could not be read could not
	Gripper  string     `json:"gripper,omitempty"`  // told last
	Verdict  string     `json:"verdict,omitempty"`
	Latency  float64    `json:"latency_ms,omitempty"`
	Frames   int        `json:"frames,omitempty"`
	Bad      int        `json:"bad,omitempty"`
	Dropped  int        `json:"dropped,omitempty"`
	Targets  int        `json:"targets,omitempty"`
}

type boxJSON struct {
	Min pointJSON `json:"min"`
	Max pointJSON `json:"max"`
}

func newHandsJSON(event string, s *teleop.Status) handsJSON {
	j := handsJSON{
		Event: event, Clutch: s.State.String(), Why: s.Why, Advice: s.Advice(),
		Laptop: connectionWord(s.SourceUp, s.SourceErr), Daemon: connectionWord(s.DaemonUp, s.DaemonErr),
		Hand: tenths(s.Hand, s.Seen), Arm: tenths(s.Arm.Position, s.Arm.Blocked == ""),
		Target: tenths(s.Target, s.State == hands.Engaged), Left: s.Grab.String(), Gripper: s.Gripper.String(),
		Latency: milliseconds(s.Latency), Frames: s.Frames, Bad: s.Bad, Dropped: s.Dropped, Targets: s.Targets,
	}
	if s.Unreadable != nil {
		j.BadLine = s.Unreadable.Error()
	}
	if s.Seen && s.Arm.Blocked == "" {
		distance := tenth(s.Distance)
		j.Distance = &distance
	}
	return j
}

func tenth(mm float64) float64 { return math.Round(mm*10)/10 + 0 } // + 0: no "-0"

func tenths(p safety.Point, known bool) *pointJSON {
	return newPointJSON(safety.Point{X: tenth(p.X), Y: tenth(p.Y), Z: tenth(p.Z)}, known)
}

func connectionWord(up bool, err error) string {
	switch {
	case up:
		return "connected"
	case err != nil:
		return err.Error()
	}
	return "connecting"
}

var handsEvents = map[teleop.EventKind]string{
	teleop.ClutchTurn: "clutch", teleop.SourceTurn: "laptop", teleop.DaemonTurn: "daemon",
	teleop.Gripped: "gripper", teleop.Sent: "target", teleop.Tick: "status",
}

// tellJSON writes an event; of ten ticks one, and targets of a dry run only.
func (h *handsScreen) tellJSON(e *teleop.Event) {
	if e.Kind == teleop.Tick {
		if h.ticks++; h.ticks%10 != 0 {
			return
		}
	}
	if e.Kind == teleop.Sent && !h.dryRun {
		return
	}
	j := newHandsJSON(handsEvents[e.Kind], &e.Status)
	if e.Kind == teleop.Sent {
		j.Target = tenths(e.Sent, true)
		j.Verdict = "ok"
		if e.Verdict != nil {
			j.Verdict = e.Verdict.Error()
		}
	}
	h.encode(j)
}

func (h *handsScreen) encode(v any) { _ = json.NewEncoder(h.out).Encode(v) }

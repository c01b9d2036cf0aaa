package screen

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/charmbracelet/x/ansi"

	"github.com/aether-arm/aetherd/client"
)

// face is what every screen shows: the arm as it was told last, and the connection.
type face struct {
	title         string
	address       string
	width, height int
	connection    client.Connection
	state         client.State
	known         bool // state came, over this connection or an earlier one
}

// observe takes a message if it is for the face.
func (f *face) observe(msg tea.Msg) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		f.width, f.height = m.Width, m.Height
	case client.Event:
		switch m.Kind {
		case client.StateEvent:
			f.state, f.known = m.State, true
		case client.ControlEvent:
			f.state.Holder, f.state.Holds = m.Holder, f.state.Holds && m.Holder != ""
		case client.ConnectionEvent:
			f.connection = m.Connection
		}
	}
}

// header tells the program, the arm and the connection, which has the right end of the line.
func (f *face) header() string {
	w := &f.connection.Welcome
	left := fmt.Sprintf("aetherctl %s  %s (%s) at %s", f.title, clean(w.Arm), clean(w.Driver), clean(f.address))
	right, style := "connected", good
	if !f.connection.Up {
		right, style = fmt.Sprintf("RECONNECTING, attempt %d", f.connection.Attempts+1), caution
	}
	room := f.width - ansi.StringWidth(right) - 2
	if room < 8 {
		return style.Render(right)
	}
	left = ansi.Truncate(left, room, "…")
	return bold.Render(left) + fmt.Sprintf("%*s", f.width-ansi.StringWidth(left)-ansi.StringWidth(right), "") + style.Render(right)
}

// trouble is the line about the connection, where there is something to tell.
func (f *face) trouble() []string {
	switch {
	case !f.connection.Up && f.connection.Err != nil:
		const indent = 10
		var lines []string
		for _, line := range wrap(brief(f.connection.Err), f.width-indent, 2) {
			lines = append(lines, row("", "%s", line))
		}
		return append(lines, row("", "What follows is what was known last."))
	case f.connection.ConfigChanged:
		return []string{row("config", "%s", caution.Render("changed since the start: limits and workspace may be others ("+f.connection.Welcome.ConfigHash+")"))}
	}
	return nil
}

// status tells the state and control.
func (f *face) status() []string {
	s := &f.state
	if !f.known {
		return []string{row("state", "not known yet")}
	}
	var lines []string
	switch {
	case s.Stopped():
		lines = append(lines,
			row("state", "%s", stopped.Render(" STOPPED ")+" "+fmt.Sprintf("stop %d: %s", s.StopID, Causes(s))),
			row("", "Look at the arm, then r resets stop %d (or: aetherctl reset %d)", s.StopID, s.StopID))
	case s.State == "held":
		lines = append(lines, row("state", "%s", caution.Render("held")+", decelerated by itself; the next motion goes on"))
	case s.State == "active":
		lines = append(lines, row("state", "%s", good.Render("active")))
	default:
		lines = append(lines, row("state", "%s", clean(s.State)))
	}
	return append(lines, row("control", "%s (your role: %s)", HolderText(s), clean(s.Role)))
}

// placing tells where the arm is and where it goes.
func (f *face) placing() []string {
	s := &f.state
	lines := []string{row("position", "%s", pointText(s.Position, s.HasPosition))}
	switch {
	case !s.HasTarget:
		lines = append(lines, row("target", "none"))
	case !s.HasPosition:
		lines = append(lines, row("target", "%s", pointText(s.Target, true)))
	default:
		lines = append(lines, row("target", "%s  %s mm away", pointText(s.Target, true), coordinate(s.Target.Sub(s.Position).Norm())))
	}
	if len(s.Joints) > 0 {
		lines = append(lines, row("joints", "%s", jointsText(s.Joints)))
	}
	return lines
}

func (f *face) gripper() string {
	return row("gripper", "%s", GripperText(f.connection.Welcome.Gripper, f.state.Gripper))
}

// plans draws the workspace into so many lines.
func (f *face) plans(lines int) []string {
	p := place{min: f.connection.Welcome.Min, max: f.connection.Welcome.Max}
	if f.state.HasPosition {
		p.position = &f.state.Position
	}
	if f.state.HasTarget {
		p.target = &f.state.Target
	}
	return p.plans(f.width, lines)
}

// notice is what the operator is told, in few lines.
func (f *face) notice(text string) []string {
	lines := wrap(text, f.width, max(f.height/8, 1))
	for i := range lines {
		lines[i] = bold.Render(lines[i])
	}
	return lines
}

// compose makes the screen of a body, of plans where room is left, and of the foot, which
// always stays.
func (f *face) compose(body, foot []string) tea.View {
	if room := f.height - len(body) - len(foot); f.known {
		body = append(body, f.plans(room)...)
	}
	return tea.NewView(fit(f.width, f.height, body, foot))
}

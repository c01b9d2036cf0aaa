package screen

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/aether-arm/aetherd/client/jog"
)

// View shows the arm, what the keys do, and how the terminal reports them.
func (j *Jog) View() tea.View {
	body := append([]string{j.header()}, j.trouble()...)
	body = append(body, j.status()...)
	body = append(body, row("keys", "%s", j.mode()), row("speed", "%s", j.speedText()))
	if j.known {
		body = append(body, j.placing()...)
		body = append(body, j.gripper())
	}
	v := j.compose(body, j.foot())
	v.ReportFocus = true
	// Every key as an escape code: letters and space have releases only so.
	v.KeyboardEnhancements = tea.KeyboardEnhancements{ReportEventTypes: true, ReportAllKeysAsEscapeCodes: true, ReportAlternateKeys: true}
	return v
}

// mode says how it is known that a key is held.
func (j *Jog) mode() string {
	if j.pendant.Releases() {
		return "hold: the arm moves as long as a key is held"
	}
	return fmt.Sprintf("step: a press moves %.1f mm; held, it moves while the key repeats", j.pendant.Tap())
}

func (j *Jog) foot() []string {
	note, why := j.question(&j.state), j.pendant.Note()
	switch {
	case note != "":
	case why != jog.Nothing && why != jog.Refused:
		note = why.String()
	default:
		note = j.note
	}
	foot := j.notice(note)
	keys := len(foot)
	for _, line := range flow(j.width, jogKeys) {
		foot = append(foot, faint.Render(line))
	}
	const most = 5
	return foot[:min(len(foot), keys+max(min(most, j.height/3), 1))]
}

// Deadman is what a jogging station asks of the daemon: so long after the last target it
// decelerates the arm.
const Deadman = 250 * time.Millisecond

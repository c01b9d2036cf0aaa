package commission

import (
	"fmt"
	"strings"

	"github.com/aether-arm/aetherd/arm/kinematics"
)

// parent is the table of the configuration in which those of Arm lie.
const parent = "arm.feetech"

// table is one table of the configuration's TOML.
type table struct {
	path string
	text string // with its header and a newline at the end
}

func newTable(name string, format string, args ...any) table {
	path := parent + "." + name
	return table{path, "[" + path + "]\n" + fmt.Sprintf(format, args...)}
}

// tables returns a in TOML.
func (a Arm) tables() []table {
	l := a.Links
	all := []table{newTable("links", "height_mm = %v\noffset_mm = %v\nupper_mm = %v\nfore_mm = %v\nhand_mm = %v\n",
		l.Height, l.Offset, l.Upper, l.Fore, l.Hand)}
	for i, j := range a.Joints {
		all = append(all, newTable(kinematics.Name(i),
			"id = %d\nzero = %d\ndirection = %d\nmin_deg = %.1f\nmax_deg = %.1f\nspeed_deg_s = %v\naccel_deg_s2 = %v\ntorque_percent = %v\n",
			j.ID, j.Zero, j.Direction, j.Min, j.Max, j.Speed, j.Accel, j.Torque))
	}
	c := a.Claw
	return append(all, newTable("claw", "id = %d\nopen = %d\nclosed = %d\nspeed_deg_s = %v\ntorque_percent = %v\n",
		c.ID, c.Open, c.Closed, c.Speed, c.Torque))
}

// Block returns a as it stands in the configuration.
func (a Arm) Block() string { return joined(a.tables(), "\n") }

func joined(tables []table, newline string) string {
	texts := make([]string, len(tables))
	for i, t := range tables {
		texts[i] = strings.ReplaceAll(t.text, "\n", newline)
	}
	return strings.Join(texts, newline)
}

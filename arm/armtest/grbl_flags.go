package armtest

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/aether-arm/aetherd/safety"
)

// BindFlags defines the flags of grblemu on fs.
func (c *GrblConfig) BindFlags(fs *flag.FlagSet) {
	fs.Func("set", "start with setting `$n=v`; may be repeated", c.parseSetting)
	fs.BoolVar(&c.HAL, "hal", false, "be a grblHAL board")
	fs.BoolVar(&c.Banner, "banner", false, "greet at start")
	fs.BoolVar(&c.Locked, "locked", false, "start in Alarm")
	fs.Func("at", "start at the machine position `x,y,z` in mm", parsePoint(&c.Position))
	fs.Func("g54", "start with the work offset `x,y,z` in mm", parsePoint(&c.WorkOffset))
	fs.Func("fault", "carry out `command` before the first byte; may be repeated", func(s string) error {
		c.Faults = append(c.Faults, s)
		return nil
	})
	fs.StringVar(&c.Link, "link", "", "keep a symbolic link to the pty at `path`")
	fs.StringVar(&c.Log, "log", "", "append the events to `file`")
}

func (c *GrblConfig) parseSetting(s string) error {
	var n int
	var v float64
	if _, err := fmt.Sscanf(s, "$%d=%g", &n, &v); err != nil {
		return fmt.Errorf("setting %q: want $n=v: %w", s, err)
	}
	GrblSetting(n, v)(c)
	return nil
}

func parsePoint(p *safety.Point) func(string) error {
	return func(s string) error {
		if _, err := fmt.Sscanf(s, "%g,%g,%g", &p.X, &p.Y, &p.Z); err != nil {
			return fmt.Errorf("position %q: want x,y,z: %w", s, err)
		}
		return nil
	}
}

// args is the command line that BindFlags reads c from.
func (c GrblConfig) args() (args []string) {
	for n, v := range c.Settings {
		args = append(args, "-set", fmt.Sprintf("$%d=%g", n, v))
	}
	for _, f := range c.Faults {
		args = append(args, "-fault", f)
	}
	return append(args,
		"-hal="+strconv.FormatBool(c.HAL), "-banner="+strconv.FormatBool(c.Banner), "-locked="+strconv.FormatBool(c.Locked),
		"-at", pointArg(c.Position), "-g54", pointArg(c.WorkOffset), "-link", c.Link, "-log", c.Log)
}

func pointArg(p safety.Point) string {
	var parts []string
	for _, v := range []float64{p.X, p.Y, p.Z} {
		parts = append(parts, strconv.FormatFloat(v, 'g', -1, 64))
	}
	return strings.Join(parts, ",")
}

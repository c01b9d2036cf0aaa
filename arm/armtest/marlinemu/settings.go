package marlinemu

import "fmt"

// setting changes or lists the limits, and reports whether c does so.
func (b *Board) setting(c command) bool {
	switch c.name {
	case "M201":
		if !b.setAxes(&b.set.maxAccel, c) && !b.cfg.old() {
			b.print(b.shown().accelLine())
		}
	case "M203":
		if !b.setAxes(&b.set.maxFeed, c) && !b.cfg.old() {
			b.print(b.shown().feedLine())
		}
	case "M204":
		if !b.setAccel(c) && !b.cfg.old() {
			b.print(b.shown().moveLine())
		}
	case "M503":
		b.list()
	default:
		return false
	}
	return true
}

// least is in mm/s and mm/s²: with less nothing would ever end.
const least = 0.1

func (b *Board) setAxes(to *axes, c command) (set bool) {
	for i := range to {
		if v, ok := b.length(c, axisLetters[i]); ok {
			to[i], set = max(v, least), true
		}
	}
	return set
}

func (b *Board) setAccel(c command) (set bool) {
	for _, p := range []struct {
		letter byte
		to     []*float64
	}{
		{'S', []*float64{&b.set.print, &b.set.travel}},
		{'P', []*float64{&b.set.print}},
		{'R', []*float64{&b.set.retract}},
		{'T', []*float64{&b.set.travel}},
	} {
		if v, ok := b.length(c, p.letter); ok {
			set = true
			for _, to := range p.to {
				*to = max(v, least)
			}
		}
	}
	return set
}

// shown are the settings in the unit that is set.
func (b *Board) shown() settings {
	s, k := b.set, 1/b.gcode.unit()
	s.maxFeed, s.maxAccel = s.maxFeed.times(k), s.maxAccel.times(k)
	s.print, s.retract, s.travel = s.print*k, s.retract*k, s.travel*k
	return s
}

func (s settings) feedLine() string  { return "  M203 " + axisWords(s.maxFeed) + " E25.00" }
func (s settings) accelLine() string { return "  M201 " + axisWords(s.maxAccel) + " E10000.00" }
func (s settings) moveLine() string {
	return fmt.Sprintf("  M204 P%.2f R%.2f T%.2f", s.print, s.retract, s.travel)
}

func axisWords(a axes) string { return fmt.Sprintf("X%.2f Y%.2f Z%.2f", a[0], a[1], a[2]) }

// list is M503.
func (b *Board) list() {
	head, units := "echo:; ", "echo:  G21 ; (mm)"
	junction := "B<min_segment_time_us> S<min_feedrate> T<min_travel_feedrate> J<junc_dev>"
	deviates := fmt.Sprintf("J%.2f", deviation/b.gcode.unit())
	advanced := "  M205 B20000.00 S0.00 T0.00 " + deviates
	if b.cfg.old() {
		head, units = "echo:", "echo:  G21    ; Units in mm (mm)"
		junction = "Q<min_segment_time_us> S<min_feedrate> T<min_travel_feedrate> J<junc_dev>"
		advanced = "  M205 Q20000 S0.00 T0.00 " + deviates
	}
	if b.gcode.inches {
		units = "echo:  G20 ; (in)"
	}
	b.print(units)
	set, steps := b.shown(), axes{stepsPerMM, stepsPerMM, stepsPerMM}.times(1/b.gcode.unit())
	for _, section := range [][2]string{
		{"Steps per unit:", "  M92 " + axisWords(steps) + " E93.00"},
		{"Maximum feedrates (units/s):", set.feedLine()},
		{"Maximum Acceleration (units/s2):", set.accelLine()},
		{"Acceleration (units/s2): P<print_accel> R<retract_accel> T<travel_accel>", set.moveLine()},
		{"Advanced: " + junction, advanced},
	} {
		b.print(head + section[0])
		b.print("echo:" + section[1])
	}
}

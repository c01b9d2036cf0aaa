package marlinemu

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// autoReport is M154.
type autoReport struct {
	every time.Duration
	next  time.Duration
}

// inform answers a question, and reports whether it is one.
func (b *Board) inform(c command) bool {
	switch c.name {
	case "M114":
		b.reportPosition(c)
	case "M115":
		b.reportFirmware()
	case "M154":
		if b.cfg.old() {
			return false
		}
		if s, ok := c.value('S'); ok {
			b.auto.every = time.Duration(min(max(s, 0), 60)) * time.Second
			b.auto.next = armtest.Never
			if b.auto.every > 0 {
				b.auto.next = b.now + b.auto.every
			}
		}
	default:
		return false
	}
	return true
}

// reportPosition is M114: where the last move goes; with R, if that was built in, where the
// motors are. Marlin 1 waits until that is the same.
func (b *Board) reportPosition(c command) {
	switch {
	case b.cfg.Realtime && c.seen('R'):
		at, _ := b.stepper.where(b.now)
		b.printPosition(at)
	case b.cfg.old():
		b.wait(b.synchronized, func() bool { b.printPosition(b.gcode.at); return true })
	default:
		b.printPosition(b.gcode.at)
	}
}

func (b *Board) autoReport() {
	b.auto.next = b.now + b.auto.every
	b.printPosition(b.gcode.at)
}

func (b *Board) printPosition(at axes) {
	p, steps := at.plus(b.gcode.shift), at.times(stepsPerMM)
	b.print(fmt.Sprintf("X:%s Y:%s Z:%s E:0.00 Count X:%d Y:%d Z:%d",
		fixed(p[0]), fixed(p[1]), fixed(p[2]), round(steps[0]), round(steps[1]), round(steps[2])))
}

func fixed(v float64) string {
	return strings.Replace(fmt.Sprintf("%.2f", v), "-0.00", "0.00", 1)
}

func round(v float64) int { return int(math.Round(v)) }

// greet is the banner.
func (b *Board) greet() {
	b.print("start")
	b.print("echo:Marlin " + b.cfg.version())
	b.print("")
	b.print("echo: Last Updated: 2022-08-06 | Author: (none, default config)")
	b.print("echo:Compiled: Nov  7 2022")
	b.print("echo: Free Memory: 3900  PlannerBufferBytes: 1232")
	b.print("echo:Hardcoded Default Settings Loaded")
	b.log(armtest.EvState, "ready", 0)
}

// reportFirmware is M115.
func (b *Board) reportFirmware() {
	build := "(Nov  7 2022 12:00:00)"
	if b.cfg.old() {
		build = "(Github)"
	}
	b.print("FIRMWARE_NAME:Marlin " + b.cfg.version() + " " + build +
		" SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0" +
		" MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff")
	caps := []string{"SERIAL_XON_XOFF:0", "EEPROM:0", "VOLUMETRIC:1", "AUTOREPORT_TEMP:0", "PROGRESS:0", "PRINT_JOB:1",
		"AUTOLEVEL:0", "Z_PROBE:0", "LEVELING_DATA:0", "BUILD_PERCENT:0", "SOFTWARE_POWER:0", "TOGGLE_LIGHTS:0", "CASE_LIGHT_BRIGHTNESS:0"}
	if !b.cfg.old() {
		caps = append(caps[:3:3], append([]string{"AUTOREPORT_POS:1"}, caps[3:]...)...)
	}
	emergency := "EMERGENCY_PARSER:0"
	if b.cfg.EmergencyParser {
		emergency = "EMERGENCY_PARSER:1"
	}
	for _, line := range append(caps, emergency) {
		b.print("Cap:" + line)
	}
}

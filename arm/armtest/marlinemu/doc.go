// Package marlinemu is a board with Marlin 2.0.9 or 1.1, for tests: a Cartesian machine
// without heaters.
//
// It is written from Marlin's documents and from what its source does, and never from a
// driver, so that a misreading on one side shows.
//
// # What decides over stopping
//
//   - A block that is being executed is not planned again: what comes behind it begins at
//     the speed that was planned when it began, at rest if nothing was there then. The last
//     block in the planner ends at rest.
//   - A first motion waits 100 ms for others, unless there are three.
//   - M410 stops the motors without a ramp, drops the planner, and takes no command for a
//     second; then the position is read from the steppers. Without the emergency parser it
//     acts when its line is read, as a bare line only, and a second time when it comes to be
//     executed. Lines are read while a command waits, but not while four are queued, with
//     the one being executed.
//   - A move that waits for room in the planner goes on behind a quick stop, to where it was
//     to go (_buffer_steps calls idle, which stops and waits, and then plans). Without the
//     emergency parser the M410 that is executed next catches it.
//   - M112 leaves the motors running for 0.6 s (minkill); then the board is deaf until a
//     reset.
//
// The planner has Marlin's trapezoids, junction deviation, slowing down of short lines while
// few are queued, and the rolling of fewer than six steps into the next motion. Every axis has
// 80 steps a mm. A Marlin 1 has these as well; of its classic jerk there is nothing.
//
// After G20 lengths, speeds and accelerations are in inches, and M503 lists them so; M114 stays
// with millimetres.
//
// M114 tells where the last move goes, and so does M154. M114 of a Marlin 1 waits until the
// arm is there, and it has no M154. An arm that has booted stands where Marlin believes it to
// be; homing drives straight to zero, for there are no switches.
//
// Left out: the wire's speed (bytes arrive at once; each line is read as it comes if the main
// program waits), heaters, the extruder, arcs, offsets but G92, software endstops,
// feed and flow overrides, the EEPROM, hosts' prompts, REALTIME_REPORTING_COMMANDS.
//
// # Events
//
// EvLine comes as the line's end enters the RX buffer, EvLost when that was full. EvState is
// "ready", "killed" or "booting". EvRest has the text "killed" if the motors stopped without
// a ramp. EvOutput is "M280 P0" with the angle, "M42 P4" with the value, "M106" with what the
// fan then does, "M3", "M4" or "M5" with S, "M17" and "M84". [EvQueued] comes from this board
// and grblemu's only.
//
// # Faults
//
//	hang             read, ignore and answer nothing; queued motion goes on
//	mute             do everything, answer nothing
//	resume           end both
//	slow-ok MS       answer each line MS ms late; 0 ends it
//	error-next TEXT  say Error:TEXT and ok to the next command, and do not carry it out
//	garbage N        send N bytes of noise
//	kill             what a thermal protection does
//	homing-failed    the next G28 fails, which kills
//	inches           G20 from the panel, in a build that has it
//	reboot           power off and on: 2 s of silence, the banner, and zero where it stands
package marlinemu

// Package grblemu is a board with Grbl 1.1 or grblHAL, for tests.
//
// It is written from Grbl 1.1's documents and from what its source does, and
// never from a driver, so that a misreading on one side shows.
//
// What decides over stopping is kept as it is:
//   - A real-time byte counts in the state that the interrupt finds, and is
//     executed when the main program comes to it. 0x85 does nothing unless the
//     state is Jog at that moment, and leaves the lines in the RX buffer: they
//     run as new jogs once the state is Idle.
//   - Motion is prepared up to 50 ms ahead, and that part can no longer be
//     changed: a hold, a cancel or a block that would prolong the motion act
//     that much later. The feed in a report is the one at the end of that part.
//   - The last block in the planner ends at rest.
//   - After the last step the board is deaf to lines and to ? for $1 ms, after a
//     cancel for twice that; after an ALARM line for 500 ms, and what comes
//     meanwhile is thrown away by the reset that follows.
//
// Left out: the wire's speed (bytes arrive at once), overrides (0x90 and up do
// nothing), the door (0x84), arcs, probing, G28, G30, G43.1, G93, program flow,
// check mode, sleep, laser mode, start-up lines, the bytes that are lost while
// the EEPROM is written, and switches: homing drives straight to its end.
//
// # Events
//
// EvLine comes as the newline enters the RX buffer, EvLost when that was full.
// EvState has the state that ? reports, EvRest the text "killed" if the motors
// stopped without a ramp, EvOutput one of M3 M4 M5 M7 M8 M9, and the spindle
// speed as N. [EvRealtime] and [EvQueued] come from no other machine.
//
// # Faults
//
//	hang           read, ignore and answer nothing; queued motion goes on
//	mute           do everything, answer nothing
//	resume         end both
//	slow-ok MS     answer each line MS ms late; 0 ends it
//	error-next N   answer error:N to the next line, and do not carry it out
//	alarm N        raise ALARM:N; the motors stop without a ramp
//	garbage N      send N bytes of noise
//	jog-race       the next jog that begins runs as Run, where 0x85 does nothing
//	reboot         start anew, and take the present place for zero
package grblemu

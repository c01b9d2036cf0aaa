// Package armtest plays the controllers of arms, for tests of their drivers and
// of the daemon.
//
// # Grbl
//
// The board is a pure state machine, written from Grbl 1.1's documents and from
// what its source does, and never from a driver, so that a misreading on one
// side shows. It is played in real time behind a pty by the command grblemu,
// which [StartGrbl] builds and starts, and in memory by [StartGrblMemory], where
// its clock is package time's and may be that of a testing/synctest bubble.
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
package armtest

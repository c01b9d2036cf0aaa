// Package armtest plays the controllers of arms, for tests of their drivers and
// of the daemon.
//
// A [Machine] is a controller and its arm as a pure state machine; each kind has
// a package of its own below this one. What is here plays any of them: in real
// time behind a pty, by the command armemu, which [Start] builds and starts; and
// in memory by [StartMemory], where the clock is package time's and may be that
// of a testing/synctest bubble. Both keep the machine's [Event]s, and carry out
// faults: those of the line themselves, the others by the machine.
package armtest

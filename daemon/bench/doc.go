// Command bench measures aetherd against what else could have been built: a raw echo on the
// same event loop, a server of net and encoding/json, and two in Python. All speak the base
// exchange of the protocol. It prints a table of ratios; docs/performance.md explains its rows.
//
// Every figure is a ratio of medians over rounds, or a median that stands alone. In a round each
// contestant runs once, one after the other, so that whatever else the machine does meets all of
// them; the spread beside a figure is that of the rounds. The load generator shares the machine
// with the server, and takes the same part of it from each.
//
// Its sections, each in a file of its own:
//
//	throughput  commands a second and processor time a command, under four loads
//	stop        from a stop to its reply and to the arm's tty, alone and under floods
//	crowd       thousands of idle stations: memory, and what a command costs beside them
//	ticks       how late setpoints are, alone and under floods
//	rest        wake-ups of an idle daemon
//	fleet       what a daemon costs whose arm moves
//	code        decoding against jsontext, and allocations, by the Go benchmarks
package main

// Command bench measures aetherd against what else could have been built: a raw echo on the
// same event loop, a server of net and encoding/json, and two in Python. All speak the base
// exchange of the protocol. It prints a table of ratios.
//
// Every figure is a ratio of medians over rounds. In a round each contestant runs once, one
// after the other, so that whatever else the machine does meets all of them; the spread beside
// a ratio is that of the rounds. The load generator shares the machine with the server, and
// takes the same part of it from each.
//
// The loads and the targets are in bench.go.
package main

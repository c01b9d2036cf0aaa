// Package recording is what an arm did, as lines of a file: it writes them while the arm moves,
// reads them, and makes an arm do it again.
//
// A recording is newline-delimited JSON. Every line begins with t_ms, the time since the first
// line. The first line is the event "recording", which says of which arm it is; then come
// states, with the words of the protocol, and the events "control" and "connection".
// Lengths are mm in the arm's base frame, as everywhere.
//
// Read makes a Track of such a file, or of one of plain requests that have a t_ms. It reads
// all of it and Check judges all of it, before anything moves: a bad line is found when the
// file is opened and not when the arm is under way. Play then streams a Track to an arm.
//
// What is repeated of a recording is where the arm was, when, and what its gripper was
// told. That has the original timing; the targets do not: they were reached later, at a speed
// that is not in the recording, or not at all. A stop in a recording is a part of where the
// arm was. It is counted, and it is not done again.
//
// Everything but Play takes the time as an argument. Play has the one goroutine that watches
// the connection and how far behind the arm is, and it ends before Play returns.
package recording

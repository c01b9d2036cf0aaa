// Package screen is what a person sees of the arm at a terminal, and the keys that stop, reset
// and jog it. It owns how the terminal is entered and left, and what a screen shows; what keys
// make of the arm's motion is package jog's.
//
// A Screen is a state that messages change and that a view is made of: it reads no clock and
// does no I/O, so that a test can show it every moment. Run gives it a terminal, the time, and
// the arm's events. What it asks for (a stop, a target) are commands that run beside it.
//
// Run leaves the terminal as it found it, however it ends: by a key, by a signal, by the
// terminal's own end, or by a panic.
package screen

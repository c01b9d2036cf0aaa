// Package client is a station of aetherd in Go: it moves the arm, stops it, and watches it.
// It owns one connection to the command port and one to the stop port, and decides when to
// give one up and when to try again. It decides nothing about motion: what is sent, and
// whether it is sent again, is its caller's.
//
//	c, err := client.Dial(ctx, client.Config{Address: "arm.local", Name: "laptop"})
//	if err != nil {
//		return err // says what to do
//	}
//	defer c.Close()
//	_, err = c.MoveAndWait(ctx, safety.Point{X: 150, Y: 0, Z: 200}, client.Speed(80))
//
// Lengths are millimetres in the arm's base frame (x forward, y left, z up), speeds mm/s.
//
// # Accepted is not arrived
//
// Move, Command and Grip return when the daemon has accepted the motion. A newer one takes the
// place of the older one at once; there is no queue. What became of it is told by Motion.Wait
// (with the option Notify) or by MoveAndWait: Done, Superseded, Stopped with a cause, or Expired.
//
// # Requests
//
// Methods may be called from any number of goroutines. Their requests go out in the order of
// the calls and are pipelined; each call waits for its own reply. A call whose context ends
// gives up waiting. If its request had not left the process it is withdrawn, and the error is
// ErrNotSent; otherwise it may be carried out, and its reply is taken in its turn. At most
// Config.InFlight requests wait for replies; the next one is ErrTooManyInFlight.
//
// # Errors
//
// A refusal is an *Error, and errors.Is tells its codes apart: ErrStopped, ErrNotInControl,
// ErrOutOfWorkspace and so on. It changed nothing. What goes wrong on the way is never an
// *Error: ErrNotConnected (nothing was sent), ErrConnectionLost (the outcome is not known),
// ErrProtocol, ErrClosed, and the errors of contexts. A request that the daemon would not
// understand, a coordinate that is NaN for example, is not sent at all: its error is both
// ErrNotSent and an *Error with the code that the daemon would answer.
//
// # A lost connection
//
// The daemon decelerates the arm when the connection of the station that has control ends, and
// control is free. The client fails every call that waits with ErrConnectionLost: whether a
// request was carried out, and what became of a motion, is then not known. It connects again,
// with growing waits, says hello and subscribes as before. It never sends a motion, a take or a
// reset again, and it keeps none for later: calls in the meantime fail at once with
// ErrNotConnected, and what the operating system had not delivered is dropped.
//
// So a program that streams targets moves the arm again with the first target that it sends
// after the connection is back, from wherever the arm is held. If that may be far from where the
// arm stands, watch Connections (or the ConnectionEvent of Subscribe) and have the operator
// agree. Connection.Number tells two connections apart, Connection.ConfigChanged tells that
// workspace or limits are no longer those that Dial was told.
//
// # The deadman
//
// While the arm moves, the daemon must hear a motion or a ping of the station that has
// control within the deadman (Welcome.Deadman), or it decelerates the arm. Nothing in this
// package pings by itself: MoveAndWait and its like do while their caller waits in them, and
// Heartbeat while its context lives. See there for what that context should be.
//
// # Stop
//
// Stop needs no control and no role. It does not wait behind requests of this process: it has
// a connection of its own, and other ways where that fails. It is a protective stop; it is not
// an emergency stop. A stop latches until Reset names it.
package client

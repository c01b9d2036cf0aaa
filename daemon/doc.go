// Package daemon is aetherd: the stations' sockets around one safety gate, and the one
// writer behind it that drives the arm.
//
// # One command, all the way
//
// Data goes one way: socket, codec, gate, writer, arm. This is the way of
//
//	{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open"}
//
// On the event loop of its connection, which never blocks and allocates nothing for it:
//
//  1. gnet reads what has arrived and calls port.OnTraffic.
//  2. port.read cuts the bytes into lines (codec.Cutter.Next) and reads each as a request
//     (codec.Decode), up to a batch of them. The reply to a line that is no request is
//     ready here.
//  3. port.decide takes the gate's lock once for the batch (guard.with), and for each
//     request first applies the stops that wait (guard.applyStops).
//  4. entry.decide brings the request before the gate: safety.Gate.Admit returns a
//     safety.Verdict. An accepted command is now the target, in the place of the one before.
//  5. guard.leave hands the gate's events to the herald, releases the lock, and wakes the
//     writer if it sleeps past the next setpoint.
//  6. port.answer appends the replies (codec.AppendVerdict), and OnTraffic sends them with
//     one write. A station that lets replies pile up is closed (station.closeIfNotReading).
//
// On the goroutine of the writer, the only one that touches the driver:
//
//  7. writer.run wakes; writer.work asks for what is due (guard.tick): safety.Gate.Tick
//     returns a Step, here the first setpoint of the way to the target, if the driver
//     accepts it (arm.Driver.Accepts) without more than its horizon of motion in flight.
//  8. writer.perform enters the interlock (interlock.begin). If a stop came since the
//     setpoint was made, it is taken back (guard.withdraw) and nothing is written.
//  9. writer.call calls arm.Driver.Move, which writes one short frame, while overrun
//     watches the clock from outside.
//  10. A tick later the next setpoint is due, until the gate's motion stands at its target.
//
// What the arm reports comes from the driver's reader to the guard (guard.Measured and the
// other methods of arm.Feedback) and is the gate's to judge.
//
// # The way of a stop
//
// A stop does not wait for anything of the above. port.read, having decoded it, calls
// guard.request at once, before any lock: interlock.request makes it visible to whoever
// holds the gate's lock, who applies it before the next order, and makes every ticket of
// the writer stale, so that no write of motion begins. If one is being written at that
// moment, guard.awaitWrite waits for its end. The writer wakes and calls arm.Driver.Stop,
// ahead of the gate's lock (writer.obey); guard.told notes how long it took. StepStop, which
// it gets next, before anything else, finds the arm told. The stop port has an engine, an
// event loop and a port of its own.
//
// # Who owns what
//
// Run starts every goroutine and waits for it: the writer (writer.run), the herald
// (herald.run: notices, subscriptions, the log of events), the HTTP server (ops.run), two
// gnet engines, and beside them what a service manager hears (service.run) and what it asks
// for (daemon.signals: the configuration is read again, the arm is opened). Queues are bounded: one target; the herald's events; each station's
// unread replies; the lines of the log, which is written by a goroutine of its own so that
// a slow reader of it holds nothing up.
package daemon

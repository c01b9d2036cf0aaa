// Package arm is the side of the daemon that touches the robot arm: it owns the
// interface every kind of arm is driven through, and the serial link below it.
// It decides nothing about motion. Package safety does, and the daemon's writer
// carries what the gate decided to a Driver.
//
// # Driver
//
// A Driver speaks one controller's protocol. One goroutine, the writer, calls it.
// The arms themselves are in the folders below this one.
//
// # Link
//
// A Link is one open connection, from OpenLink to Close: one generation. After it
// is lost the writer closes it and opens a new one; nothing of the old one, neither
// a byte that waited nor a callback, reaches the new one. A Link has no time-outs,
// no backoff and no reconnecting: those belong to the writer, which also watches
// from outside how long a Write takes.
//
// Three goroutines matter to a Link:
//
//	writer   OpenLink, Write, Flush, Close; never two of them at a time
//	reader   started by OpenLink; calls receive and lost, ends in Close
//	watcher  sees from outside that a Write overruns, and touches nothing here
//
// A Write to a controller that takes nothing blocks, and nothing can free it but
// the controller or an unplugged cable. Close waits behind such a Write: the number
// of a closed descriptor goes to whoever opens something next, and a Write that is
// still under way would deliver old bytes into a new session. So the daemon leaves
// the link of a stuck writer alone, and exits without closing it. The reader does
// not wait for a Write, and still reports what it reads and that the cable is gone.
//
// # Port and Serial
//
// A Port is what a Link needs of a port; a Serial opens a real one. It is go.bug.st/serial
// with four properties added: one program a port, by a lock that root cannot bypass;
// a reader that sleeps without time-outs and is out of the way before the descriptor is
// closed; errors that say what to do; and descriptors low enough for its select(2),
// kept from the start of the process in a Reserve.
package arm

package daemon

import (
	"fmt"
	"io"
	"sync/atomic"
)

// logQueue hands lines on to a writer that may be slow, and never holds up who logs: what
// finds no room is dropped and counted. (zerolog's diode can lose the wake-up of its reader;
// the last lines then stay hidden until the next one.)
type logQueue struct {
	out     io.Writer
	lines   chan []byte
	dropped atomic.Int64
	quit    chan struct{}
	done    chan struct{}
}

func newLogQueue(out io.Writer, size int) *logQueue {
	q := &logQueue{out: out, lines: make(chan []byte, size), quit: make(chan struct{}), done: make(chan struct{})}
	go q.run()
	return q
}

// Write takes one line. It always succeeds.
func (q *logQueue) Write(line []byte) (int, error) {
	select {
	case q.lines <- append([]byte(nil), line...): // zerolog uses its buffer again
	default:
		q.dropped.Add(1)
	}
	return len(line), nil
}

// Close writes what waits, and ends the writer. What is logged later is lost.
func (q *logQueue) Close() error {
	close(q.quit)
	<-q.done
	return nil
}

func (q *logQueue) run() {
	defer close(q.done)
	for {
		select {
		case line := <-q.lines:
			q.write(line)
		case <-q.quit:
			q.drain()
			return
		}
	}
}

func (q *logQueue) drain() {
	for {
		select {
		case line := <-q.lines:
			q.write(line)
		default:
			return
		}
	}
}

func (q *logQueue) write(line []byte) {
	_, _ = q.out.Write(line) // there is nobody to tell
	if n := q.dropped.Swap(0); n > 0 {
		fmt.Fprintf(q.out, "{\"level\":\"warn\",\"message\":\"the log was too slow: %d lines dropped\"}\n", n)
	}
}

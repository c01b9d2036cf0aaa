package daemon

import (
	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// batchSize is how many lines are decided under one lock. At well under a microsecond a
// line, a stop never waits longer than that for the lock.
const batchSize = 64

// batch is the working memory for the lines that one read brought: reused, so that a
// command allocates nothing.
type batch struct {
	entries [batchSize]entry
	n       int
	out     []byte // replies
}

// entry is one line and what becomes of it. Its request aliases the bytes that were read.
type entry struct {
	request codec.Request
	fault   codec.Fault
	verdict safety.Verdict
	stop    *stopRequest // of a stop
	view    *view        // of a state and a hello

	settings *settings // of a hello: those in force with view
}

// next returns the next free entry, cleared; the batch is not full.
func (b *batch) next() *entry {
	e := &b.entries[b.n]
	b.n++
	e.fault, e.verdict, e.stop, e.view, e.settings = codec.Fault{}, safety.Verdict{}, nil, nil, nil
	return e
}

func (b *batch) full() bool { return b.n == batchSize }

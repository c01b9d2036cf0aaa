package daemon

import (
	"sync/atomic"

	"github.com/aether-arm/aetherd/safety"
)

// interlock is the one place that a stop reaches without a lock. It gives two
// guarantees, from the moment that request returns:
//
//   - no order is admitted: whoever holds the gate's lock looks at pending before every
//     single order, and applies the stops it finds first;
//   - no write of motion begins: the writer enters a write with begin, which fails if a
//     stop came since the writer took its ticket.
//
// A write that has already begun cannot be called back. request says that there is one,
// and writing when it is over.
type interlock struct {
	pending atomic.Pointer[stopRequest] // a stack, the latest request on top
	word    atomic.Uint64               // two for every stop requested, plus one during a write of motion
}

const (
	writingBit = 1
	stopUnit   = 2
)

// stopRequest is a stop on its way to the gate. id is set under the gate's lock.
type stopRequest struct {
	cause    safety.Cause
	received safety.Instant // when the line that asked for it was read
	id       uint64
	next     *stopRequest
}

// request makes a stop take effect. The order matters: the writer takes its ticket before
// it looks at pending, so a stop that it does not see there makes its ticket stale.
func (i *interlock) request(r *stopRequest) (writing bool) {
	for {
		r.next = i.pending.Load()
		if i.pending.CompareAndSwap(r.next, r) {
			break
		}
	}
	return (i.word.Add(stopUnit)-stopUnit)&writingBit != 0
}

// revoke makes every ticket stale, for what the gate decided by itself.
func (i *interlock) revoke() { i.word.Add(stopUnit) }

// waiting reports whether there are stops that the gate has not seen. It is one atomic
// load: admission asks before every order.
func (i *interlock) waiting() bool { return i.pending.Load() != nil }

// take removes the waiting stops and calls apply for each, the oldest first.
func (i *interlock) take(apply func(*stopRequest)) {
	var oldest *stopRequest
	for r := i.pending.Swap(nil); r != nil; {
		next := r.next
		r.next = oldest
		oldest, r = r, next
	}
	for r := oldest; r != nil; r = r.next {
		apply(r)
	}
}

// ticket is what the writer takes before it looks at the gate.
func (i *interlock) ticket() uint64 { return i.word.Load() &^ writingBit }

// begin enters a write of motion. It fails if a stop came since ticket.
func (i *interlock) begin(ticket uint64) bool {
	return i.word.CompareAndSwap(ticket, ticket|writingBit)
}

// end leaves a write of motion.
func (i *interlock) end() { i.word.And(^uint64(writingBit)) }

// writing reports whether a write of motion is under way.
func (i *interlock) writing() bool { return i.word.Load()&writingBit != 0 }

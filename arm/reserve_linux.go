package arm

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	// firstUnreadable is the first descriptor number that does not fit into the
	// fd_set of select(2), which go.bug.st/serial reads with.
	firstUnreadable = unix.FD_SETSIZE

	// portDescriptors is how many descriptors go.bug.st/serial takes for a port: the
	// port and the two ends of the pipe that ends its Read.
	portDescriptors = 3

	// reserveSize is how many are kept. While a port is being opened, which takes some
	// ms on USB, a station that connects may take one of them, and keeps it.
	reserveSize = 64
)

// Reserve keeps low file descriptors free for the arm's port. go.bug.st/serial reads
// with select(2) and panics on a descriptor of 1024 or more, which is what a port gets
// that is reopened while a thousand stations are connected. The process has one,
// made before the first connection and handed to every Serial.
type Reserve struct {
	mu   sync.Mutex
	held []int
}

// ReserveDescriptors takes low descriptors into reserve. The daemon calls it first of all.
func ReserveDescriptors() (*Reserve, error) {
	r := &Reserve{}
	r.fill()
	if len(r.held) < portDescriptors {
		defer r.release()
		return nil, fmt.Errorf("only %d file descriptors below %d are free, an arm's port needs %d: raise the limit of open files, or reserve earlier",
			len(r.held), firstUnreadable, portDescriptors)
	}
	return r, nil
}

// lend runs open while the reserve is free for it to take from. On a nil Reserve it
// just runs open.
func (r *Reserve) lend(open func() error) error {
	if r == nil {
		return open()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.release()
	defer r.fill()
	return open()
}

// refill takes back what a closed port gave free.
func (r *Reserve) refill() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fill()
}

// fill takes descriptors as long as there are low ones. An eventfd is the cheapest
// thing that has a number.
func (r *Reserve) fill() {
	for len(r.held) < reserveSize {
		fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
		if err != nil {
			return
		}
		if fd >= firstUnreadable {
			_ = unix.Close(fd)
			return
		}
		r.held = append(r.held, fd)
	}
}

func (r *Reserve) release() {
	for _, fd := range r.held {
		_ = unix.Close(fd)
	}
	r.held = r.held[:0]
}

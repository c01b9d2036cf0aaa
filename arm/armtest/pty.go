package armtest

import (
	"errors"
	"fmt"
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Pty is a pseudo-terminal that stands for a serial port: raw from the start,
// with a master that this process reads and writes.
//
// What makes the other side's writes wait, on Linux: TCXONC/TCOOFF on the slave
// does at once, and lasts over a change of termios with IXON off. A master that
// nobody reads does too, but only after 16 KiB in raw mode (20,480 bytes were
// seen with a larger write). Closing the master frees such a write with EIO.
type Pty struct {
	master *os.File
	slave  *os.File // held, so that the master outlives every client
	link   string
}

// OpenPty makes a pty. If link is not "", a symbolic link of that name leads to
// it until it is closed; an older one is replaced.
func OpenPty(link string) (*Pty, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("open a pty: %w", err)
	}
	p := &Pty{slave: slave, link: link}
	if p.master, err = nonblocking(master); err == nil {
		_, err = term.MakeRaw(int(slave.Fd()))
	}
	if err == nil && link != "" {
		err = relink(slave.Name(), link)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("set up pty %s: %w", slave.Name(), err), p.Close())
	}
	return p, nil
}

// nonblocking moves f to a descriptor that Go's poller knows: as the pty package
// opens it, Close would not end a Read.
func nonblocking(f *os.File) (*os.File, error) {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// relink points the symbolic link at target in one step.
func relink(target, link string) error {
	next := link + ".new"
	if err := os.Symlink(target, next); err != nil {
		return err
	}
	return os.Rename(next, link)
}

// Path is the device that a client opens.
func (p *Pty) Path() string { return p.slave.Name() }

// Read returns what clients wrote. It ends with an error when p is closed, not
// when a client closes.
func (p *Pty) Read(b []byte) (int, error) { return p.master.Read(b) }

// Send writes to the client as far as there is room (16 KiB while nobody reads),
// and returns how much that was. It never waits.
func (p *Pty) Send(b []byte) (sent int) {
	conn, err := p.master.SyscallConn()
	if err != nil {
		return 0
	}
	_ = conn.Write(func(fd uintptr) bool {
		for sent < len(b) {
			n, err := unix.Write(int(fd), b[sent:])
			if err != nil {
				break
			}
			sent += n
		}
		return true
	})
	return sent
}

// Block makes every write to the slave wait, or lets them go on.
func (p *Pty) Block(yes bool) error {
	action := unix.TCOON
	if yes {
		action = unix.TCOOFF
	}
	return unix.IoctlSetInt(int(p.slave.Fd()), unix.TCXONC, action)
}

// Release takes back the exclusive use (TIOCEXCL) that a client left which was
// killed: it lasts as long as the master does.
func (p *Pty) Release() error {
	return unix.IoctlSetInt(int(p.slave.Fd()), unix.TIOCNXCL, 0)
}

// Close is the unplugging: clients get EIO, and the link goes.
func (p *Pty) Close() error {
	if target, err := os.Readlink(p.link); err == nil && target == p.slave.Name() {
		_ = os.Remove(p.link)
	}
	var err error
	if p.master != nil {
		err = p.master.Close()
	}
	return errors.Join(err, p.slave.Close())
}

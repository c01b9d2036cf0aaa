package arm

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const manyDescriptors = 1500

// holdDescriptors keeps n descriptors open until the test ends, as stations would.
func holdDescriptors(t *testing.T, n int) {
	t.Helper()
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if need := uint64(n + 300); limit.Cur < need {
		if limit.Max < need {
			t.Skipf("the hard limit of open files is %d, this test needs %d", limit.Max, need)
		}
		raised := unix.Rlimit{Cur: need, Max: limit.Max}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &raised); err != nil {
			t.Skipf("the limit of open files cannot be raised: %v", err)
		}
		t.Cleanup(func() { _ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) })
	}
	for range n {
		fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
	}
}

func newReserve(t *testing.T) *Reserve {
	t.Helper()
	r, err := ReserveDescriptors()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.release)
	return r
}

func TestReserveKeepsAPortReadable(t *testing.T) {
	reserve := newReserve(t)
	holdDescriptors(t, manyDescriptors)
	w := newPtyWorld(t, reserve)
	for range 5 {
		l, o := openLink(t, w.open)
		if _, err := w.device.Write([]byte("ok\n")); err != nil {
			t.Fatal(err)
		}
		if got := string(o.next(3)); got != "ok\n" {
			t.Errorf("received %q", got)
		}
		if len(reserve.held) != reserveSize-portDescriptors {
			t.Errorf("%d descriptors in reserve while the port is open, want %d", len(reserve.held), reserveSize-portDescriptors)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if len(reserve.held) != reserveSize {
			t.Errorf("%d descriptors in reserve after Close, want %d", len(reserve.held), reserveSize)
		}
	}
}

// A station that connects while the port is being opened takes a low descriptor.
func TestReserveOutlastsStationsThatTakeFromIt(t *testing.T) {
	reserve := newReserve(t)
	holdDescriptors(t, manyDescriptors)
	w := newPtyWorld(t, reserve)
	for range 5 {
		err := reserve.lend(func() error {
			holdDescriptors(t, 10)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		l, _ := openLink(t, w.open)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWithoutReserveAPortSaysWhyItCannotBeRead(t *testing.T) {
	holdDescriptors(t, manyDescriptors)
	_, path := newPty(t)
	p, err := Serial{Path: path, Baud: 115200}.Opener(nil)()
	if err == nil {
		_ = p.Close()
		t.Fatal("it opened")
	}
	if !errors.Is(err, errDescriptor) || !strings.Contains(err.Error(), "1024") {
		t.Errorf("the error %q does not name the limit", err)
	}
	if left := descriptorsOf(t, path); len(left) != 0 {
		t.Errorf("descriptors %v stayed open", left)
	}
}

func TestReserveThatComesTooLate(t *testing.T) {
	holdDescriptors(t, manyDescriptors)
	if r, err := ReserveDescriptors(); err == nil {
		r.release()
		t.Error("it reserved nothing and said nothing")
	}
}

package arm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestPortIsForOneProgram(t *testing.T) {
	w := newPtyWorld(t, nil)
	l, _ := openLink(t, w.open)
	second, err := w.open()
	if err == nil {
		_ = second.Close()
		t.Fatal("opened twice")
	}
	if !strings.Contains(err.Error(), "is in use by another program") {
		t.Errorf("opening a port in use: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, _ := openLink(t, w.open)
	if err := again.Write([]byte("?")); err != nil {
		t.Error(err)
	}
}

func TestModeIsSet(t *testing.T) {
	for _, baud := range []int{9600, 115200, 250000, 1000000} {
		t.Run(strconv.Itoa(baud), func(t *testing.T) {
			master, path := newPty(t)
			leaveFlowControl(t, master)
			p, err := Serial{Path: path, Baud: baud}.Opener(nil)()
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			settings, err := unix.IoctlGetTermios(descriptorsOf(t, path)[0], unix.TCGETS2)
			if err != nil {
				t.Fatal(err)
			}
			if int(settings.Ospeed) != baud {
				t.Errorf("speed is %d", settings.Ospeed)
			}
			if left := settings.Cflag & (unix.CSTOPB | unix.CRTSCTS); left != 0 {
				t.Errorf("control flags %#o stayed set", left)
			}
			if left := settings.Iflag & (unix.IXON | unix.IXOFF); left != 0 {
				t.Errorf("input flags %#o stayed set", left)
			}
		})
	}
}

// leaveFlowControl sets a tty up as another program may have left it.
func leaveFlowControl(t *testing.T, master *os.File) {
	t.Helper()
	fd := int(master.Fd())
	settings, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	settings.Cflag |= unix.CSTOPB | unix.CRTSCTS
	settings.Iflag |= unix.IXON | unix.IXOFF
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, settings); err != nil {
		t.Fatal(err)
	}
}

// Whoever gets the descriptor of a closed port, a station's socket perhaps, must not get
// what was meant for the arm.
func TestDescriptorThatWentToASocket(t *testing.T) {
	master, path := newPty(t)
	l, _ := openLink(t, Serial{Path: path, Baud: 115200}.Opener(nil))
	old := map[int]bool{}
	for _, fd := range descriptorsOf(t, path) {
		old[fd] = true
	}
	if len(old) != 2 {
		t.Fatalf("the port has %d descriptors, want the library's and ours", len(old))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if !old[pair[0]] || !old[pair[1]] {
		t.Fatalf("the socket pair %v did not get the port's descriptors %v", pair, old)
	}
	if err := l.Write([]byte("!")); !errors.Is(err, ErrClosed) {
		t.Errorf("Write: %v", err)
	}
	for _, fd := range pair {
		if n, err := unix.Read(fd, make([]byte, 1)); !errors.Is(err, unix.EAGAIN) {
			t.Errorf("the socket got %d bytes, %v", n, err)
		}
	}
	if got := readAll(master); len(got) != 0 {
		t.Errorf("the device got %q", got)
	}
}

// descriptorsOf returns this process's descriptors on path.
func descriptorsOf(t *testing.T, path string) (fds []int) {
	t.Helper()
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if target, _ := os.Readlink(filepath.Join(dir, e.Name())); target == path {
			fd, err := strconv.Atoi(e.Name())
			if err != nil {
				t.Fatal(err)
			}
			fds = append(fds, fd)
		}
	}
	return fds
}

// Input that is flushed away while the reader is about to read it must not leave the
// reader, and Close behind it, waiting for a byte that may never come.
func TestFlushDoesNotStrandTheReader(t *testing.T) {
	w := newPtyWorld(t, nil)
	for range 20 {
		l, _ := openLink(t, w.open)
		for range 100 {
			if _, err := w.device.Write([]byte("<Idle>\n")); err != nil {
				t.Fatal(err)
			}
			if err := l.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPortThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, path := newPty(t)
	tests := map[string]struct {
		port Serial
		says string
	}{
		"no such file":   {Serial{Path: filepath.Join(dir, "ttyACM0"), Baud: 115200}, "no such file or directory; "},
		"a file":         {Serial{Path: file, Baud: 115200}, "is not a serial port"},
		"a directory":    {Serial{Path: dir, Baud: 115200}, "is not a serial port"},
		"not a terminal": {Serial{Path: os.DevNull, Baud: 115200}, "is not a serial port"},
		"no baud rate":   {Serial{Path: path}, "baud rate 0: it must be positive"},
		"negative rate":  {Serial{Path: path, Baud: -1}, "baud rate -1: it must be positive"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := descriptorsOf(t, test.port.Path)
			p, err := test.port.Opener(nil)()
			if err == nil {
				_ = p.Close()
				t.Fatal("it opened")
			}
			if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.port.Path) {
				t.Errorf("the error %q does not say %q", err, test.says)
			}
			if diff := cmp.Diff(before, descriptorsOf(t, test.port.Path)); diff != "" {
				t.Errorf("descriptors stayed open (-before +after):\n%s", diff)
			}
		})
	}
}

func TestExplanations(t *testing.T) {
	tests := []struct {
		cause error
		want  string
	}{
		{unix.EACCES, "serial port /dev/ttyACM0: permission denied; add the user to the group dialout"},
		{unix.EPERM, "serial port /dev/ttyACM0: operation not permitted; the service's DeviceAllow does not name it, or its driver was not loaded when the service started"},
		{unix.EBUSY, "serial port /dev/ttyACM0 is in use by another program: device or resource busy"},
		{unix.EIO, "serial port /dev/ttyACM0: input/output error"},
	}
	for _, test := range tests {
		err := Serial{Path: "/dev/ttyACM0"}.explain(&os.PathError{Op: "open", Path: "/dev/ttyACM0", Err: test.cause})
		if diff := cmp.Diff(test.want, err.Error()); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.cause, diff)
		}
		if !errors.Is(err, test.cause) {
			t.Errorf("%v is not wrapped", test.cause)
		}
	}
}

func TestPresentPorts(t *testing.T) {
	dir := t.TempDir()
	none := present(dir)
	if missing := present(filepath.Join(dir, "missing")); missing != none {
		t.Errorf("empty: %q, missing: %q", none, missing)
	}
	for i := range 2 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("usb-arm-%d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff("plugged in: "+dir+"/usb-arm-0, "+dir+"/usb-arm-1", present(dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

package arm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// byID is where udev keeps names of serial ports that stay when ports are renumbered.
const byID = "/dev/serial/by-id"

// errDescriptor means that a port got descriptors that it cannot be read with.
var errDescriptor = fmt.Errorf("no file descriptor below %d is free for it, and go.bug.st/serial reads with select(2), which takes no other", firstUnreadable)

// explain says what a port that cannot be opened means to the person who has to do
// something about it.
func (s Serial) explain(err error) error {
	var errno unix.Errno
	if errors.As(err, &errno) {
		err = errno // without the name of the path, which stands in front
	}
	switch {
	case errors.Is(err, unix.EACCES):
		return fmt.Errorf("serial port %s: %w; add the user to the group dialout", s.Path, err)
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("serial port %s: %w; the service's DeviceAllow does not name it, or its driver was not loaded when the service started", s.Path, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("serial port %s: %w; %s", s.Path, err, present(byID))
	case errors.Is(err, unix.EBUSY), errors.Is(err, unix.EWOULDBLOCK):
		return fmt.Errorf("serial port %s is in use by another program: %w", s.Path, err)
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EISDIR):
		return fmt.Errorf("%s is not a serial port: %w", s.Path, err)
	case errors.Is(err, errDescriptor):
		return fmt.Errorf("serial port %s: %w; allow fewer connections", s.Path, err)
	}
	return fmt.Errorf("serial port %s: %w", s.Path, err)
}

// present lists the ports that dir names.
func present(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return "no USB serial port is plugged in"
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = filepath.Join(dir, e.Name())
	}
	return "plugged in: " + strings.Join(names, ", ")
}

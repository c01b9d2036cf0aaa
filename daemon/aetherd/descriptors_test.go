package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

// The process runs out of descriptors while it moves the arm and stations connect. It may live
// on or end, but never with the arm moving, and never without a word.
func TestOutOfDescriptors(t *testing.T) {
	r := newRig(t)
	s := r.operator()
	r.cruise(s)
	limit := uint64(r.descriptors() + 4)
	struck := r.arm.Now()
	if err := unix.Prlimit(r.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: limit}, nil); err != nil {
		t.Fatal(err)
	}
	for range 16 {
		if _, err := connect(t, r.ready.Command); err != nil {
			break // it has ended
		}
	}
	if code := r.exit(patience); code != 1 {
		t.Errorf("exit code %d", code)
	}
	ended := r.arm.Now()
	r.untilLogged(`"level":"error"`, "ended unasked", "file descriptors", "the arm is stopped")
	if _, rest := r.wantStopped(struck); rest > ended {
		t.Errorf("the daemon ended %v before the arm stood", rest-ended)
	}
}

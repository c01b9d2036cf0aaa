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

// A thousand stations take the low descriptors, without which the serial port cannot be read.
func TestReconnectWith1500Stations(t *testing.T) {
	n := 1500
	if testing.Short() {
		n = 1100
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Max < 4096 {
		t.Skipf("the hard limit of descriptors is %d, this takes 4096", limit.Max)
	}
	r := newRig(t, "server.max_stations = 1600")
	r.operator()
	stations := make([]*station, n)
	for i := range stations {
		stations[i] = r.station()
	}
	for _, s := range stations {
		s.want(`{"type":"ping"}`, "pong")
	}
	if open := r.descriptors(); open < 1024+64 {
		t.Fatalf("only %d descriptors are in use", open)
	}
	s := stations[0]
	r.cruise(s)
	r.arm.Command("close")
	s.untilStopped(unplugged...)
	for range 50 { // they take what the port has given free
		stations = append(stations, r.station())
	}
	r.arm.Command("replug")
	s.untilLink("up")
	s.reset()
	r.onward(s)
	for _, s := range stations {
		s.want(`{"type":"ping"}`, "pong")
	}
}

package feetechemu

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// The exchanges of Feetech's protocol manual, byte for byte.
func TestManual(t *testing.T) {
	at := func(ids ...int) (cfg Config) {
		for _, id := range ids {
			cfg.Servos = append(cfg.Servos, Servo{ID: id, Position: 1304})
		}
		return cfg
	}
	for _, c := range []struct {
		name, send, want string
		cfg              Config
	}{
		{"ping", "FF FF 01 02 01 FB", "FF FF 01 02 00 FC", at(1)},
		{"broadcast ping", "FF FF FE 02 01 FE", "FF FF 01 02 00 FC", at(1)},
		{"read the position", "FF FF 01 04 02 38 02 BE", "FF FF 01 04 00 18 05 DD", at(1)},
		{"write goal and speed", "FF FF 01 09 03 2A 00 08 00 00 E8 03 D5", "FF FF 01 02 00 FC", at(1)},
		{"stage goal and speed", "FF FF 01 09 04 2A 00 08 00 00 E8 03 D4", "FF FF 01 02 00 FC", at(1)},
		{"action", "FF FF FE 02 05 FA", "", at(1)},
		{"broadcast write", "FF FF FE 04 03 05 01 F4", "", at(1)},
		{"sync write", "FF FF FE 20 83 2A 06 01 00 08 00 00 E8 03 02 00 08 00 00 E8 03 03 00 08 00 00 E8 03 04 00 08 00 00 E8 03 58", "", at(1, 2, 3, 4)},
		{"wrong checksum", "FF FF 01 02 01 FA", "", at(1)},
		{"broadcast read", "FF FF FE 04 02 38 02 C1", "", at(1)},
		{"another id", "FF FF 02 02 01 FA", "", at(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newTestBus(t, c.cfg)
			if got := b.raw(c.send); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Example 8 of the manual, but with one voltage for both.
func TestManualSyncRead(t *testing.T) {
	b := newTestBus(t, Config{Voltage: 12.1, Servos: []Servo{{ID: 1, Position: 2048}, {ID: 2, Position: 2047}}})
	b.fault("temperature 2 35")
	want := "FF FF 01 0A 00 00 08 00 00 00 00 79 1E 55 FF FF 02 0A 00 FF 07 00 00 00 00 79 23 51"
	if got := b.raw("FF FF FE 06 82 38 08 01 02 36"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSyncWriteOfGoals(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 1}, {ID: 6}}})
	b.raw("FF FF FE 16 83 2A 02 01 10 01 02 20 02 03 30 03 04 40 04 05 50 05 06 60 06 C2")
	var goals []int
	for _, s := range b.servos {
		goals = append(goals, s.reg.word(regGoal))
	}
	if diff := cmp.Diff([]int{0x0110, 0x0660}, goals); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestBrokenPackets(t *testing.T) {
	const ping = "FF FF 01 02 01 FB"
	const answer = "FF FF 01 02 00 FC"
	for _, c := range []struct{ name, send, want string }{
		{"noise in front", "12 FF 34 FF FF FF " + ping, answer},
		{"three FF", "FF " + ping, answer},
		{"half a packet in front", "FF FF 01 09 03 2A " + ping + " 00", answer},
		{"wrong checksum in front", "FF FF 01 02 01 00 " + ping, answer},
		{"no length", "FF FF 01 00 " + ping, answer},
		{"sync write with half a servo", "FF FF FE 06 83 2A 02 01 00 4B " + ping, answer},
		{"read of no length", "FF FF 01 03 02 38 C1", ""},
		{"unknown instruction", "FF FF 01 02 77 85", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := newTestBus(t, Config{Servos: []Servo{{ID: 1}}}).raw(c.send); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestEventsShowThePackets(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 3}}})
	b.raw("FF FF 03 02 01 F9")
	b.raw("FF FF 03 02 01 00")
	type line struct {
		Ev, Text string
		N        int
	}
	var got []line
	for _, e := range b.events {
		got = append(got, line{e.Ev, e.Text, e.N})
	}
	want := []line{
		{armtest.EvLine, "FF FF 03 02 01 F9", 3},
		{armtest.EvSent, "FF FF 03 02 00 FA", 3},
		{EvChecksum, "FF FF 03 02 01 00", 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A packet in pieces is the same packet, however long they take.
func TestPieces(t *testing.T) {
	b := newTestBus(t, Config{Servos: []Servo{{ID: 1}}})
	for _, p := range unhex(t, "FF FF 01 02 01") {
		b.Receive(b.now, []byte{p})
		b.Advance(b.now + 30*time.Millisecond)
	}
	if got := b.raw("FB"); got != "FF FF 01 02 00 FC" {
		t.Errorf("got %s", got)
	}
}

package commission

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/feetech"
)

// A port that is in use: by whom, and what to do.
func TestPortInUse(t *testing.T) {
	busy := fmt.Errorf("serial port /dev/ttyACM0 is in use by another program: %w", unix.EWOULDBLOCK)
	for _, c := range []struct {
		holders []arm.Holder
		want    string
	}{
		{[]arm.Holder{{PID: 7, Name: "aetherd"}}, `aetherd is running on this port; stop it first: it is process 7, as a service it stops with "systemctl stop aetherd"`},
		{[]arm.Holder{{PID: 5, Name: "cat"}, {PID: 7, Name: "aetherd"}}, "aetherd is running on this port; stop it first"},
		{[]arm.Holder{{PID: 5, Name: "minicom"}}, "minicom (process 5) has the port; end it first"},
		{nil, `in use by another program: resource temporarily unavailable; "sudo fuser -v /dev/ttyACM0" tells which`},
	} {
		err := inUse("/dev/ttyACM0", c.holders, busy)
		if !strings.Contains(err.Error(), c.want) || !errors.Is(err, unix.EWOULDBLOCK) {
			t.Errorf("%v: %v", c.holders, err)
		}
	}
}

// script is a Bus whose pings and reads come from a list; "" is an answer.
type script struct {
	pings, reads []error
	asked        int
}

func (s *script) next(list *[]error) error {
	s.asked++
	if len(*list) == 0 {
		return nil
	}
	err := (*list)[0]
	*list = (*list)[1:]
	return err
}

func (s *script) Ping(context.Context, int) error { return s.next(&s.pings) }

func (s *script) Read(_ context.Context, id int) (feetech.Servo, error) {
	return feetech.Servo{ID: id, Model: 777}, s.next(&s.reads)
}

func (s *script) Check(context.Context, int) error               { panic("check") }
func (s *script) Torque(context.Context, int, bool) error        { panic("torque") }
func (s *script) Goal(context.Context, int, int, int, int) error { panic("goal") }

func TestScanOfAServoThatAnswersNowAndThen(t *testing.T) {
	none, gone := fmt.Errorf("servo 1: %w", feetech.ErrNoAnswer), errors.New("cable")
	for _, c := range []struct {
		name  string
		bus   script
		shown string
		err   error
	}{
		{"one ping lost", script{pings: []error{none}}, "ST3215", nil},
		{"both pings lost", script{pings: []error{none, none}}, "no servo answers", nil},
		{"all reads lost but one", script{reads: slices.Repeat([]error{none}, tries-1)}, "ST3215", nil},
		{"silent after the ping", script{reads: slices.Repeat([]error{none}, tries)}, "servo 1 answers a ping, and then no more", nil},
		{"the cable at the ping", script{pings: []error{gone}}, "", gone},
		{"the cable at the read", script{reads: []error{none, gone}}, "", gone},
	} {
		var shown bytes.Buffer
		err := Scan(t.Context(), &c.bus, []int{1}, &shown)
		if !errors.Is(err, c.err) || !strings.Contains(shown.String(), c.shown) {
			t.Errorf("%s: %v, %q", c.name, err, shown.String())
		}
	}
}

func TestCheckModel(t *testing.T) {
	for model, usable := range map[int]bool{777: true, 2825: true, 11272: true, 1540: false, 0: false} {
		if err := checkModel(feetech.Servo{Model: model}); (err == nil) != usable {
			t.Errorf("model %d: %v", model, err)
		}
	}
}

package main

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// jointsMember is what the state of Project Aether's arm has of its joints.
var jointsMember = regexp.MustCompile(`"joints":\{"base":([-.\d]+),"shoulder":([-.\d]+),"elbow":([-.\d]+),"wrist":([-.\d]+)\}`)

// The state has the four joints of the arm of deploy/arms/aether.toml, and its position is where
// they lead, at rest and on the way.
func TestJoints(t *testing.T) {
	t.Parallel()
	a := newAether(t)
	s := a.daemon.station()
	s.reset()
	a.wantJoints(s.ask(`{"type":"state"}`))
	began := s.state().Position
	target := handAt(-60, 40, 70)
	s.move(target)
	s.want(`{"type":"subscribe","rate_hz":50}`, "Subscribed")
	onTheWay := 0
	for at := *began; at.Sub(target).Norm() > 2; {
		line, err := s.read()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, `{"event":"control"`) {
			continue // of the move: a subscriber may hear of it yet
		}
		at = a.wantJoints(line)
		if at.Sub(*began).Norm() > 5 && at.Sub(target).Norm() > 5 {
			onTheWay++
		}
	}
	if onTheWay < 5 {
		t.Errorf("only %d states on the way", onTheWay)
	}
	s.want(`{"type":"unsubscribe"}`, "Unsubscribed")
	s.arrive(target)
	at := a.wantJoints(s.ask(`{"type":"state"}`))
	moved := a.motion()
	if stood := a.arm.Forward(moved[len(moved)-1].posture); at.Sub(stood).Norm() > 1 {
		t.Errorf("the state has the arm at %v, the servos are at %v", at, stood)
	}
}

// wantJoints checks the joints of a state against its position, which it returns.
func (a *aether) wantJoints(line string) safety.Point {
	a.t.Helper()
	var v seen
	if err := json.Unmarshal([]byte(line), &v); err != nil || v.Position == nil {
		a.t.Fatalf("%s: %v", line, err)
	}
	m := jointsMember.FindStringSubmatch(line)
	if m == nil {
		a.t.Fatalf("no joints in %s", line)
	}
	var q kinematics.Posture
	for i, number := range m[1:] {
		angle, err := strconv.ParseFloat(number, 64)
		if err != nil {
			a.t.Fatal(err)
		}
		q[i] = angle
	}
	if off := a.arm.Forward(q).Sub(*v.Position).Norm(); !(off < 0.1) { // four decimals of rad are 0.02 mm a joint
		a.t.Errorf("%s\nthe joints lead to %v, %.2f mm from there", line, a.arm.Forward(q), off)
	}
	return *v.Position
}

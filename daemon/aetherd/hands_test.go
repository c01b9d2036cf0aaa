package main

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

const aetherFile = "../../deploy/arms/aether.toml"

// BenchmarkHands lets the recorded hand lead Aether's own arm, as deploy/arms/aether.toml has
// it: the daemon and the servos on their bus, each in a process of its own, in real time.
// It prints how far the servos are from where they are sent, and how fast each joint turned
// and sped up, and fails where that is more than the configuration permits.
func BenchmarkHands(b *testing.B) {
	for b.Loop() {
		a := newAether(b)
		a.follow(readHands(b))
		a.judge(b)
	}
}

// aether is Project Aether's arm: its configuration, its servos, its daemon.
type aether struct {
	t      testing.TB
	limits config.Feetech
	arm    kinematics.Arm
	ids    [kinematics.Joints]int
	bus    *armtest.Process
	daemon *process
	began  time.Duration
	ended  time.Duration
}

func newAether(t testing.TB) *aether {
	c, err := config.Load(aetherFile)
	if err != nil {
		t.Fatal(err)
	}
	f := c.Arm.Feetech
	a := &aether{t: t, limits: f, arm: kinematics.Arm{
		Links: kinematics.Links{Height: f.Links.Height, Offset: f.Links.Offset, Upper: f.Links.Upper, Fore: f.Links.Fore, Hand: f.Links.Hand},
		Pitch: f.HandPitch * math.Pi / 180,
	}}
	for i, j := range a.joints() {
		a.ids[i] = j.ID
		a.arm.Joints[i] = kinematics.Joint{
			Min: j.Min * math.Pi / 180, Max: j.Max * math.Pi / 180, Speed: j.Speed * math.Pi / 180,
			Zero: float64(j.Zero) * perCount, Direction: float64(j.Direction),
		}
	}
	a.bus = armtest.Start(t, "feetech", a.servos(handAt(0, 0, 0)), armtest.Link(filepath.Join(t.TempDir(), "tty")))
	a.daemon = start(t, append(linesOf(t, aetherFile), fmt.Sprintf("arm.serial.port = %q", a.bus.Path()), "arm.write_deadline_ms = 1000")...)
	return a
}

// perCount is the angle of one count of a servo, in rad.
const perCount = 2 * math.Pi / 4096

func (a *aether) joints() []config.FeetechJoint {
	f := a.limits
	return []config.FeetechJoint{f.Base, f.Shoulder, f.Elbow, f.Wrist}
}

// servos are those of the arm that stands at p, and of its claw.
func (a *aether) servos(p safety.Point) feetechemu.Config {
	q, err := a.arm.Inverse(p, kinematics.Posture{0, 1, -1.5, 0.5})
	if err != nil {
		a.t.Fatal(err)
	}
	var c feetechemu.Config
	for i, j := range a.arm.Joints {
		c.Servos = append(c.Servos, feetechemu.Servo{ID: a.ids[i], Position: int(math.Round(j.Actuator(q[i]) / perCount))})
	}
	c.Servos = append(c.Servos, feetechemu.Servo{ID: a.limits.Claw.ID, Position: a.limits.Claw.Closed})
	return c
}

// linesOf returns every key of a configuration as a line of its own.
func linesOf(t testing.TB, file string) (lines []string) {
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := toml.Unmarshal(doc, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, tree map[string]any)
	walk = func(path string, tree map[string]any) {
		for key, value := range tree {
			if table, is := value.(map[string]any); is {
				walk(path+key+".", table)
				continue
			}
			text, _ := json.Marshal(value) // which is TOML too, for what stands there
			lines = append(lines, fmt.Sprintf("%s%s = %s", path, key, text))
		}
	}
	walk("", tree)
	return lines
}

// hand is one line of the recording.
type hand struct {
	Left struct {
		Grab string `json:"grab"`
	} `json:"left_hand"`
	Right struct {
		XYZ *struct {
			X, Y float64
			Z    *float64
		} `json:"xyz"`
	} `json:"right_hand"`
}

func readHands(b *testing.B) (hands []hand) {
	f, err := os.Open("testdata/hands/aether-hand-state.ndjson")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var h hand
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			b.Fatal(err)
		}
		hands = append(hands, h)
	}
	return hands
}

// handAt maps the hand's box, -100 to 100 each way, onto a part of the workspace in mm: the
// picture's right is the arm's right, up is up, and near is far from the person.
func handAt(x, y, z float64) safety.Point {
	return safety.Point{X: 195 + 0.4*z, Y: -1.1 * x, Z: 135 + 0.6*y}
}

// follow sends the hand's targets at the rate of the recording, 30 a second, and reads every
// verdict. While no hand is seen, nothing is sent.
func (a *aether) follow(hands []hand) {
	s := a.daemon.station()
	s.reset()
	a.began = a.bus.Now()
	frame := time.NewTicker(time.Second / 30)
	defer frame.Stop()
	for _, h := range hands {
		<-frame.C
		at := h.Right.XYZ
		if at == nil {
			continue
		}
		var z float64 // in the middle until the person has calibrated it
		if at.Z != nil {
			z = *at.Z
		}
		grip := "open"
		if h.Left.Grab == "Grabbing" {
			grip = "closed"
		}
		p := handAt(at.X, at.Y, z)
		s.want(fmt.Sprintf(`{"type":"command","x":%.1f,"y":%.1f,"z":%.1f,"gripper":%q}`, p.X, p.Y, p.Z, grip), `"status":"ok"`)
	}
	a.ended = a.bus.Now()
	a.daemon.signal(15) // which stops the arm
	a.daemon.exit(patience)
}

// judge prints what the servos did, and compares it with the configuration.
func (a *aether) judge(b *testing.B) {
	moved := a.motion()
	worst, sum, goals := 0.0, 0.0, a.goals()
	for _, g := range goals {
		off := a.arm.Forward(g.posture).Sub(a.arm.Forward(moved.at(g.t))).Norm()
		worst = max(worst, off)
		sum += off * off
	}
	if len(goals) == 0 {
		b.Fatal("the servos got no goals")
	}
	rms := math.Sqrt(sum / float64(len(goals)))
	b.Logf("%d goals in %.1f s; the arm is %.2f mm (rms) and at most %.2f mm from its setpoint", len(goals), (a.ended - a.began).Seconds(), rms, worst)
	b.ReportMetric(rms, "mm-rms")
	b.ReportMetric(worst, "mm-max")
	for i, limit := range a.joints() {
		speed, accel := moved.fastest(i)
		speed, accel = speed*180/math.Pi, accel*180/math.Pi
		b.Logf("%-8s at most %5.1f °/s of %g, %6.0f °/s² of %g", kinematics.Name(i), speed, limit.Speed, accel, limit.Accel)
		b.ReportMetric(speed, kinematics.Name(i)+"-°/s")
		b.ReportMetric(accel, kinematics.Name(i)+"-°/s²")
		if speed > limit.Speed || accel > limit.Accel {
			b.Errorf("%s: %.1f °/s and %.0f °/s², permitted are %g and %g", kinematics.Name(i), speed, accel, limit.Speed, limit.Accel)
		}
	}
	if tolerance := 40.0; worst > tolerance {
		b.Errorf("%.1f mm from the setpoint, tracking_error_mm is %g", worst, tolerance)
	}
}

// track is where the joints were, in rad, over time.
type track []sample

type sample struct {
	t       time.Duration
	posture kinematics.Posture
}

// motion is what the servos say of themselves.
func (a *aether) motion() (m track) {
	for _, e := range a.bus.Events() {
		if t := time.Duration(e.T); t < a.began || len(e.Joints) < kinematics.Joints {
			continue
		}
		var q kinematics.Posture
		for i, j := range a.arm.Joints {
			q[i] = j.Angle(e.Joints[i])
		}
		m = append(m, sample{time.Duration(e.T), q})
	}
	return m
}

// at returns the posture at t, between two samples on the line between them.
func (m track) at(t time.Duration) kinematics.Posture {
	i, _ := slices.BinarySearchFunc(m, t, func(s sample, t time.Duration) int { return cmp.Compare(s.t, t) })
	if i == 0 || i == len(m) {
		return m[min(i, len(m)-1)].posture
	}
	before, after := m[i-1], m[i]
	part := float64(t-before.t) / float64(max(after.t-before.t, 1))
	var q kinematics.Posture
	for j := range q {
		q[j] = before.posture[j] + part*(after.posture[j]-before.posture[j])
	}
	return q
}

// fastest returns the highest speed in rad/s and acceleration in rad/s² of a joint, each over
// two steps of 20 ms.
func (m track) fastest(joint int) (speed, accel float64) {
	const step = 20 * time.Millisecond
	h := step.Seconds()
	for t := m[0].t + step; t < m[len(m)-1].t-step; t += step / 4 {
		before, now, after := m.at(t - step)[joint], m.at(t)[joint], m.at(t + step)[joint]
		speed = max(speed, math.Abs(after-before)/(2*h))
		accel = max(accel, math.Abs(after-2*now+before)/(h*h))
	}
	return speed, accel
}

// goals are the postures that were written to the servos: sync writes, read off the bus.
func (a *aether) goals() (g track) {
	const syncWrite, goalRegister = 0x83, 42
	for _, e := range a.bus.Events() {
		t := time.Duration(e.T)
		if e.Ev != armtest.EvLine || t < a.began || t > a.ended {
			continue
		}
		frame, err := hex.DecodeString(strings.ReplaceAll(e.Text, " ", ""))
		if err != nil || len(frame) < 8 || frame[4] != syncWrite {
			continue
		}
		first, size := int(frame[5]), int(frame[6])
		if first > goalRegister || first+size < goalRegister+2 {
			continue
		}
		var q kinematics.Posture
		for rest := frame[7 : len(frame)-1]; len(rest) > size; rest = rest[size+1:] {
			if i := slices.Index(a.ids[:], int(rest[0])); i >= 0 {
				goal := rest[1+goalRegister-first:]
				q[i] = a.arm.Joints[i].Angle(float64(int(goal[0])|int(goal[1])<<8) * perCount)
			}
		}
		g = append(g, sample{t, q})
	}
	return g
}

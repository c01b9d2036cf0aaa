package roarm

import (
	"math"

	"github.com/go-json-experiment/json"

	"github.com/aether-arm/aetherd/safety"
)

// longestLine is in bytes, above every line of the firmware. What is longer is noise.
const longestLine = 1024

// feedback is the answer to T:105: what the servos measure.
type feedback struct {
	point   safety.Point // mm, as the firmware calculates it
	at      posture
	gripper float64 // rad
}

// middle is in rad: the firmware sends base and shoulder to 2047 for an angle of 0, and reads
// 2048 as one (ARM_SERVO_MIDDLE_POS and calculateRadByFeedback in RoArm-M2_module.h).
const middle = count

// mostAngle is in rad: servos show less than two turns. What is more is noise.
const mostAngle = 4 * math.Pi

// typeFeedback is the T of the answer to T:105.
const typeFeedback = 1051

// parseFeedback returns what a line says, if it is a feedback with every value. ArduinoJson
// writes NaN as null.
func parseFeedback(line []byte) (f feedback, ok bool) {
	var r struct {
		T int      `json:"T"`
		X *float64 `json:"x"`
		Y *float64 `json:"y"`
		Z *float64 `json:"z"`
		B *float64 `json:"b"`
		S *float64 `json:"s"`
		E *float64 `json:"e"`
		G *float64 `json:"t"`
	}
	if len(line) == 0 || line[0] != '{' || json.Unmarshal(line, &r) != nil || r.T != typeFeedback {
		return feedback{}, false
	}
	for _, v := range []*float64{r.X, r.Y, r.Z, r.B, r.S, r.E, r.G} {
		if v == nil {
			return feedback{}, false
		}
	}
	for _, angle := range []float64{*r.B, *r.S, *r.E, *r.G} {
		if math.Abs(angle) > mostAngle {
			return feedback{}, false
		}
	}
	return feedback{
		point:   safety.Point{X: *r.X, Y: *r.Y, Z: *r.Z},
		at:      posture{*r.B - middle, *r.S + middle, *r.E},
		gripper: *r.G,
	}, true
}

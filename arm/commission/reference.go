package commission

import "github.com/aether-arm/aetherd/arm/kinematics"

// reference is the posture whose angles are known, and how each joint is turned by hand from
// there so that its angle grows (package kinematics).
var reference = [kinematics.Joints]struct {
	angle float64 // degrees
	turn  string
}{
	kinematics.Base:     {0, "turn the base to the left"},
	kinematics.Shoulder: {90, "lean the upper arm back"},
	kinematics.Elbow:    {-90, "bend the forearm up"},
	kinematics.Wrist:    {0, "raise the hand"},
}

const referencePosture = `
Reference posture: the base looks straight ahead, the upper arm stands straight
up, the forearm is level and points forward, the hand is level. Use a set square:
every degree here is a degree of the arm later. Hold it there, and press Enter. `

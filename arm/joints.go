package arm

// MostJoints is how many joints an arm can have.
const MostJoints = 8

// Angles are the angles of an arm's joints in rad, in the order of Capabilities.Joints; what is
// beyond them is 0.
type Angles [MostJoints]float64

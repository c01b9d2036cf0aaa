package roarm

import (
	"strconv"

	"github.com/aether-arm/aetherd/safety"
)

// Lines without parameters.
const (
	askLine       = `{"T":105}` + "\n"
	quietLine     = `{"T":605,"cmd":0}` + "\n"
	torqueOffLine = `{"T":210,"cmd":0}` + "\n"
	torqueOnLine  = `{"T":210,"cmd":1}` + "\n"
)

// appendMove appends the setpoint p in mm, with the gripper at an angle in rad. Both must
// be finite.
func appendMove(b []byte, p safety.Point, gripper float64) []byte {
	b = append(b, `{"T":1041,"x":`...)
	b = strconv.AppendFloat(b, p.X, 'f', 2, 64)
	b = append(b, `,"y":`...)
	b = strconv.AppendFloat(b, p.Y, 'f', 2, 64)
	b = append(b, `,"z":`...)
	b = strconv.AppendFloat(b, p.Z, 'f', 2, 64)
	b = append(b, `,"t":`...)
	b = strconv.AppendFloat(b, gripper, 'f', 3, 64)
	return append(b, "}\n"...)
}

// appendGrip appends the gripper's angle in rad, at the servo's full speed.
func appendGrip(b []byte, gripper float64) []byte {
	b = append(b, `{"T":106,"cmd":`...)
	b = strconv.AppendFloat(b, gripper, 'f', 3, 64)
	return append(b, `,"spd":0,"acc":0}`+"\n"...)
}

// appendForce appends the gripper's torque limit in thousandths.
func appendForce(b []byte, force int) []byte {
	b = append(b, `{"T":107,"tor":`...)
	b = strconv.AppendInt(b, int64(force), 10)
	return append(b, "}\n"...)
}

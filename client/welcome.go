package client

import (
	"fmt"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// Welcome is what the daemon says of itself and of the arm at the beginning of a connection:
// workspace, limits, what the gripper can, the deadman, the hash of the safety configuration.
type Welcome = codec.Welcome

// welcome reads the reply to hello.
func (r *reply) welcome() (Welcome, error) {
	if r.Protocol != codec.Version {
		return Welcome{}, fmt.Errorf("%w: %s speaks version %d, this client version %d",
			ErrProtocol, r.Server, r.Protocol, codec.Version)
	}
	gripper, ok := gripperKind(r.Arm.Gripper)
	if !ok {
		return Welcome{}, fmt.Errorf("%w: a gripper of the kind %q: this client is too old", ErrProtocol, r.Arm.Gripper)
	}
	role, ok := safety.ParseRole(r.Role)
	if !ok {
		return Welcome{}, fmt.Errorf("%w: the role %q: this client is too old", ErrProtocol, r.Role)
	}
	w, l := &r.Workspace, &r.Limits
	return Welcome{
		Session:    r.Session,
		Server:     r.Server,
		Arm:        r.Arm.Name,
		Driver:     r.Arm.Driver,
		Gripper:    gripper,
		Relaxes:    r.Arm.Relaxes,
		LinkUp:     r.Arm.Link == linkUp,
		Role:       role,
		Min:        safety.Point{X: w.X[0], Y: w.Y[0], Z: w.Z[0]},
		Max:        safety.Point{X: w.X[1], Y: w.Y[1], Z: w.Z[1]},
		Outside:    w.Outside,
		Speed:      l.Speed,
		Accel:      l.Accel,
		StopAccel:  l.StopAccel,
		Rate:       l.Rate,
		Burst:      l.Burst,
		Horizon:    millis(l.Horizon),
		Control:    r.Control,
		Deadman:    millis(r.Deadman),
		Lease:      millis(r.Lease),
		ConfigHash: r.ConfigHash,
	}, nil
}

func gripperKind(word string) (safety.GripperKind, bool) {
	for k := safety.NoGripper; k <= safety.OpeningGripper; k++ {
		if k.String() == word {
			return k, true
		}
	}
	return safety.NoGripper, false
}

package codec

import (
	"strconv"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Welcome is what the reply to hello tells a station.
type Welcome struct {
	Session    uint64
	Server     string // "aetherd" and its version
	Arm        string // the arm's name
	Driver     string
	Gripper    safety.GripperKind
	Relaxes    bool // relax is possible
	LinkUp     bool
	Role       safety.Role
	Min, Max   safety.Point // mm, the workspace's corners
	Outside    string       // "reject" or "clamp"
	Speed      float64      // mm/s
	Accel      float64      // mm/s²
	StopAccel  float64      // mm/s²
	Rate       float64      // requests/s
	Burst      int          // requests
	Horizon    time.Duration
	Control    string // "exclusive" or "shared"
	Deadman    time.Duration
	Lease      time.Duration
	ConfigHash string
}

// AppendWelcome appends the reply to hello.
func AppendWelcome(dst []byte, w *Welcome, id []byte) []byte {
	dst = append(dst, shapes[TypeHello].accepted...)
	dst = append(dst, `,"protocol":`...)
	dst = strconv.AppendInt(dst, Version, 10)
	dst = append(dst, `,"session":`...)
	dst = strconv.AppendUint(dst, w.Session, 10)
	dst = append(dst, `,"server":`...)
	dst = appendString(dst, w.Server)
	dst = append(dst, `,"arm":{"name":`...)
	dst = appendString(dst, w.Arm)
	dst = append(dst, `,"driver":`...)
	dst = appendString(dst, w.Driver)
	dst = append(dst, `,"gripper":`...)
	dst = appendString(dst, w.Gripper.String())
	dst = append(dst, `,"relaxes":`...)
	dst = strconv.AppendBool(dst, w.Relaxes)
	dst = appendLink(dst, w.LinkUp)
	dst = append(dst, `},"role":`...)
	dst = appendString(dst, w.Role.String())
	dst = append(dst, `,"safety_rated":false`...)
	dst = w.appendWorkspace(dst)
	dst = w.appendLimits(dst)
	dst = append(dst, `,"control":`...)
	dst = appendString(dst, w.Control)
	dst = append(dst, `,"deadman_ms":`...)
	dst = appendMillis(dst, w.Deadman)
	dst = append(dst, `,"lease_ms":`...)
	dst = appendMillis(dst, w.Lease)
	dst = append(dst, `,"config_hash":`...)
	dst = appendString(dst, w.ConfigHash)
	return appendEnd(dst, id)
}

func (w *Welcome) appendWorkspace(dst []byte) []byte {
	dst = append(dst, `,"workspace":{"x":`...)
	dst = appendRange(dst, w.Min.X, w.Max.X)
	dst = append(dst, `,"y":`...)
	dst = appendRange(dst, w.Min.Y, w.Max.Y)
	dst = append(dst, `,"z":`...)
	dst = appendRange(dst, w.Min.Z, w.Max.Z)
	dst = append(dst, `,"outside":`...)
	dst = appendString(dst, w.Outside)
	return append(dst, '}')
}

func (w *Welcome) appendLimits(dst []byte) []byte {
	dst = append(dst, `,"limits":{"speed":`...)
	dst = appendFloat(dst, w.Speed)
	dst = append(dst, `,"accel":`...)
	dst = appendFloat(dst, w.Accel)
	dst = append(dst, `,"stop_accel":`...)
	dst = appendFloat(dst, w.StopAccel)
	dst = append(dst, `,"rate":`...)
	dst = appendFloat(dst, w.Rate)
	dst = append(dst, `,"burst":`...)
	dst = strconv.AppendInt(dst, int64(w.Burst), 10)
	dst = append(dst, `,"horizon_ms":`...)
	dst = appendMillis(dst, w.Horizon)
	dst = append(dst, `,"line_bytes":`...)
	dst = strconv.AppendInt(dst, MaxLine, 10)
	return append(dst, '}')
}

func appendRange(dst []byte, low, high float64) []byte {
	dst = append(dst, '[')
	dst = appendFloat(dst, low)
	dst = append(dst, ',')
	dst = appendFloat(dst, high)
	return append(dst, ']')
}

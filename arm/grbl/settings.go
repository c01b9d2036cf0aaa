package grbl

import (
	"fmt"
	"math"
	"time"
)

// The settings that matter here, by their number in $$. Rates are in mm/min,
// accelerations in mm/s², the junction deviation in mm.
const (
	settingJunction = 11
	settingInches   = 13
	settingLaser    = 32
	settingRateX    = 110
	settingRateZ    = 112
	settingAccelX   = 120
	settingAccelZ   = 122
)

// leastAccel is the smallest acceleration in mm/s² of an axis with which the model keeps the
// horizon.
const leastAccel = 100

// settings are the numbers that the controller listed.
type settings map[int]float64

// limits is what the controller can do in the direction where it can do least.
type limits struct {
	accel    float64 // mm/s²
	rate     float64 // mm/s
	junction float64 // mm, junction deviation; 0: stops at every corner
}

// limits checks the settings, and says what to set where they do not fit.
func (s settings) limits() (limits, error) {
	if s[settingInches] != 0 {
		return limits{}, fmt.Errorf("controller reports inches ($%d=1): set $%d=0", settingInches, settingInches)
	}
	if s[settingLaser] != 0 {
		return limits{}, fmt.Errorf("controller is in laser mode ($%d=1), where every jog switches the gripper's output off: set $%d=0",
			settingLaser, settingLaser)
	}
	rate, err := s.least(settingRateX, settingRateZ)
	if err != nil {
		return limits{}, err
	}
	accel, err := s.least(settingAccelX, settingAccelZ)
	if err != nil {
		return limits{}, err
	}
	if err := s.checkAccel(); err != nil {
		return limits{}, err
	}
	return limits{accel: accel, rate: rate / 60, junction: max(s[settingJunction], 0)}, nil
}

// checkAccel refuses an arm that brakes too weakly.
func (s settings) checkAccel() error {
	for code := settingAccelX; code <= settingAccelZ; code++ {
		if s[code] < leastAccel {
			return fmt.Errorf("controller accelerates with only %v mm/s² ($%d=%v), with which it cannot be kept from moving on for longer than the horizon: set $%d=%d or more",
				s[code], code, s[code], code, leastAccel)
		}
	}
	return nil
}

// least returns the smallest of the settings first to last.
func (s settings) least(first, last int) (float64, error) {
	value := math.Inf(1)
	for code := first; code <= last; code++ {
		v, ok := s[code]
		if !ok || v <= 0 {
			return 0, fmt.Errorf("controller has no usable setting $%d (%v): it must be positive", code, v)
		}
		value = min(value, v)
	}
	return value, nil
}

// maxSpeed returns the speed in mm/s that leaves a controller which prepares so many ms of
// steps enough of the horizon to flow. The package's doc has the arithmetic.
func (l limits) maxSpeed(horizon time.Duration, prepared int) float64 {
	usable := horizon - margin
	braking := max((usable-time.Duration(prepared)*time.Millisecond)/2, usable/8)
	return min(l.accel*braking.Seconds(), l.rate)
}

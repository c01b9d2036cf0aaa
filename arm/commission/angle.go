package commission

import (
	"math"

	"github.com/aether-arm/aetherd/arm/feetech"
)

const countsPerDegree = feetech.CountsPerTurn / 360.0

func degrees(counts int) float64 { return float64(counts) / countsPerDegree }

func counts(degrees float64) int { return int(math.Round(degrees * countsPerDegree)) }

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

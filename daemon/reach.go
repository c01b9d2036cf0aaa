package daemon

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// reachSamples is how many points an axis CheckReach looks at: with the faces, every 5 %.
const reachSamples = 21

// CheckReach samples the workspace against what the arm can reach, and names the first
// point that it cannot. Drivers that do not know pass.
func CheckReach(d arm.Driver, w safety.Box) error {
	reacher, ok := d.(arm.Reacher)
	if !ok {
		return nil
	}
	size := w.Max.Sub(w.Min)
	at := func(low, span float64, i int) float64 { return low + span*float64(i)/(reachSamples-1) }
	for i := range reachSamples {
		for j := range reachSamples {
			for k := range reachSamples {
				p := safety.Point{X: at(w.Min.X, size.X, i), Y: at(w.Min.Y, size.Y, j), Z: at(w.Min.Z, size.Z, k)}
				if err := reacher.Reaches(p); err != nil {
					return fmt.Errorf("[safety.workspace] holds %g,%g,%g mm, where the arm cannot go: %w; make the box smaller", p.X, p.Y, p.Z, err)
				}
			}
		}
	}
	return nil
}

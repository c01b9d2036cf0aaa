package commission

import (
	"context"
	"fmt"
	"strconv"
)

// askLinks asks for the lengths. The bounds are those of the configuration.
func (k *calibration) askLinks(ctx context.Context) error {
	k.say("\nLengths in mm, from axis to axis:\n")
	l := &k.arm.Links
	for _, length := range []struct {
		what  string
		value *float64
		least float64
	}{
		{"height of the shoulder's axis over the origin", &l.Height, -1000},
		{"offset of the shoulder's axis in front of the base's axis", &l.Offset, -1000},
		{"upper arm, from the shoulder's to the elbow's axis", &l.Upper, 1},
		{"forearm, from the elbow's to the wrist's axis", &l.Fore, 1},
		{"hand, from the wrist's axis to the tool point", &l.Hand, 0},
	} {
		v, err := ask(ctx, k.Console, length.what, shown(*length.value), func(answer string) (float64, error) {
			v, err := strconv.ParseFloat(answer, 64)
			if err != nil || !(v >= length.least && v <= longest) {
				return 0, fmt.Errorf("write a length in mm, %g to %g", length.least, longest)
			}
			return v, nil
		})
		if err != nil {
			return err
		}
		*length.value = v
	}
	return nil
}

const longest = 1000.0 // mm

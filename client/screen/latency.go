package screen

import (
	"fmt"
	"slices"
	"time"
)

// latency is a short history of round trips, the newest last.
type latency struct{ trips []time.Duration }

const history = 30 // round trips

// missed stands for a round trip that did not come back.
const missed time.Duration = -1

func (l *latency) add(d time.Duration) {
	if len(l.trips) == history {
		l.trips = slices.Delete(l.trips, 0, 1)
	}
	l.trips = append(l.trips, d)
}

// String is the newest, the median, the longest, and a sparkline from 0 to that.
func (l *latency) String() string {
	var back []time.Duration
	for _, d := range l.trips {
		if d != missed {
			back = append(back, d)
		}
	}
	if len(back) == 0 {
		return "not known"
	}
	newest := back[len(back)-1]
	slices.Sort(back)
	most := back[len(back)-1]
	return fmt.Sprintf("%s  p50 %s  max %s ms  %s", millis(newest), millis(back[(len(back)-1)/2]), millis(most), l.spark(most))
}

func (l *latency) spark(most time.Duration) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	line := make([]rune, 0, history)
	for _, d := range l.trips {
		switch {
		case d == missed:
			line = append(line, '×')
		case most == 0:
			line = append(line, bars[0])
		default:
			line = append(line, bars[int(d*time.Duration(len(bars)-1)/most)])
		}
	}
	return string(line)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

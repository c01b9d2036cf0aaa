package commission

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseIDs reads servo ids such as "1-20" or "1,2,7-9", and returns them in order.
func ParseIDs(text string) ([]int, error) {
	var ids []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := parseID(first)
		if err != nil {
			return nil, err
		}
		to, err := parseID(last)
		if err != nil {
			return nil, err
		}
		if from > to {
			return nil, fmt.Errorf("ids %q: write the lower one first", part)
		}
		for id := from; id <= to; id++ {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func parseID(text string) (int, error) {
	id, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || id < 0 || id > lastID {
		return 0, fmt.Errorf("servo id %q: write 0 to %d, several as 1-20 or 1,2,5", text, lastID)
	}
	return id, nil
}

package main

import "slices"

// samples are what one contestant measured, one a round.
type samples []float64

func (s samples) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	if len(sorted) == 0 {
		return 0
	}
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratio is that of the medians, with the lowest and the highest of the rounds' own ratios.
type ratio struct {
	Ratio float64 `json:"ratio"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func over(a, b samples) ratio {
	var rounds samples
	for i := range min(len(a), len(b)) {
		rounds = append(rounds, a[i]/b[i])
	}
	if len(rounds) == 0 {
		return ratio{}
	}
	return ratio{a.median() / b.median(), slices.Min(rounds), slices.Max(rounds)}
}

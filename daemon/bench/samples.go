package main

import "slices"

// samples is one figure of every round.
type samples []float64

// median returns the middle one, or the mean of the two in the middle; 0 of none.
func (s samples) median() float64 { return s.quantile(0.5) }

// quantile returns what a share of the samples, from 0 to 1, is not above, interpolated; 0 of none.
func (s samples) quantile(share float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	at := share * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// every returns the first sample of every n rounds.
func (s samples) every(n int) (some samples) {
	for i := 0; i < len(s); i += n {
		some = append(some, s[i])
	}
	return some
}

// ratios returns the ratio of each round.
func ratios(a, b samples) (rounds samples) {
	for i := range min(len(a), len(b)) {
		rounds = append(rounds, a[i]/b[i])
	}
	return rounds
}

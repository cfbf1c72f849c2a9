package diagnose

import "gonum.org/v1/gonum/stat"

// orbit looks for a period in a series. It returns the lag, in records, at which the series is most like itself after
// it has been unlike itself, and the correlation at that lag, from −1 to 1. Both are 0 if the series has no period.
func orbit(x []float64) (lag int, likeness float64) {
	unlike := false
	for l := 1; l <= len(x)/2; l++ {
		if spread(x[l:]) == 0 || spread(x[:len(x)-l]) == 0 {
			return 0, 0
		}
		c := stat.Correlation(x[l:], x[:len(x)-l], nil)
		if c < 0 {
			if lag > 0 { // past the first turn
				break
			}
			unlike = true
		}
		if unlike && c > likeness {
			lag, likeness = l, c
		}
	}
	return lag, likeness
}

// spread returns the standard deviation, 0 for fewer than two numbers.
func spread(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	return stat.StdDev(x, nil)
}

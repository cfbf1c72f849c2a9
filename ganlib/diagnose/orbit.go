package diagnose

import (
	"gonum.org/v1/gonum/stat"
)

// orbit looks for a period in a series: the lag, in records, at which it is most like itself after it has been
// unlike itself, and the correlation there, from −1 to 1. It is 0 where there is none.
func orbit(x []float64) (lag int, likeness float64) {
	unlike := false
	for l := 1; l <= len(x)/2; l++ {
		if spread(x[l:]) == 0 || spread(x[:len(x)-l]) == 0 {
			return 0, 0
		}
		c := stat.Correlation(x[l:], x[:len(x)-l], nil)
		if unlike = unlike || c < 0; unlike && c > likeness {
			lag, likeness = l, c
		}
		if lag > 0 && c < 0 { // past the first turn
			break
		}
	}
	return lag, likeness
}

// spread is the standard deviation.
func spread(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	return stat.StdDev(x, nil)
}

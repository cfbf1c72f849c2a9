package measure

import (
	"math"
	"slices"
)

// Memory is how near samples are to the training set: see [Memorisation].
type Memory struct {
	Nearest     []int     `json:"nearest"`     // the row of train nearest to each sample
	Distances   []float64 `json:"distances"`   // how far away it is
	Percentiles []float64 `json:"percentiles"` // that distance's percentile among the held-out rows' distances, 0 to 100
	Median      float64   `json:"median"`      // of the percentiles: 50 for samples that are new
	Copies      Estimate  `json:"copies"`      // fraction of samples below the 1st percentile
	Chance      float64   `json:"chance"`      // the mean of Copies for samples that are new: .01, or a little more
}

// Memorisation reports whether a generator repeats its training set. For each of samples, [n, dim], it finds the
// nearest row of train, [m, dim], by Euclidean distance. It then finds the percentile of that distance among the
// distances from heldOut, [h, dim], rows of train's kind but not of train, to their own nearest rows of train.
//
// New samples have percentiles spread evenly from 0 to 100. Copies of training rows have 0, and Copies is 1.
// Percentiles near 100 are of samples unlike any training row, usually bad ones. A repetition with small changes is
// found as far as the distance ignores them: use both pixels and features. Meehan et al. 2020 (arXiv:2004.05675)
// compare with held-out data in the same way, by a rank test.
//
// The percentile of a distance d is 100 (the number of held-out distances below d, and half of those equal to d) / h.
// Copies is the fraction of samples below the 1st percentile. A new sample falls there with probability Chance =
// ⌈h/100⌉/(h+1), if no distances are equal. Its standard error is √(p(1-p)/n) and leaves out the chance in heldOut,
// which adds about √(.01/h) if p is near Chance.
//
// It returns an error unless each set is at least one whole row of finite numbers.
func Memorisation(samples, train, heldOut []float32, dim int) (Memory, error) {
	for _, set := range []struct {
		name string
		x    []float32
	}{{"samples", samples}, {"heldOut", heldOut}} { // before the work starts; Nearest checks train
		if _, err := finite(set.name, set.x, dim); err != nil {
			return Memory{}, err
		}
	}
	_, usual, err := Nearest(heldOut, train, dim)
	if err != nil {
		return Memory{}, err
	}
	slices.Sort(usual)
	var m Memory
	if m.Nearest, m.Distances, err = Nearest(samples, train, dim); err != nil {
		return Memory{}, err
	}
	copies := make([]bool, len(m.Distances))
	for i, d := range m.Distances {
		percentile := percentileOf(d, usual)
		m.Percentiles = append(m.Percentiles, percentile)
		copies[i] = percentile < 1
	}
	m.Median = median(m.Percentiles)
	m.Copies = share(copies)
	h := float64(len(usual))
	m.Chance = math.Ceil(h/100) / (h + 1)
	return m, nil
}

// percentileOf is the percentile of v among sorted numbers, with half of those equal to it.
func percentileOf(v float64, sorted []float64) float64 {
	below, found := slices.BinarySearch(sorted, v)
	upTo := below
	if found {
		upTo, _ = slices.BinarySearch(sorted, math.Nextafter(v, math.Inf(1)))
	}
	return 50 * float64(below+upTo) / float64(len(sorted))
}

// median is the middle of x, or the mean of the two in the middle.
func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

package measure

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Float is a type of samples: networks give float32, most of Go float64.
type Float interface{ ~float32 | ~float64 }

// Histogram returns the fraction of x in each bin of the given width from lo to hi; bin b is [lo + b width, lo + (b+1)
// width). Values outside count as samples and are in no bin. Divided by width it is a density. It returns an error if x
// is empty or holds a NaN, or if the bins are not a whole, positive number.
func Histogram[F Float](x []F, lo, hi, width float64) ([]float64, error) {
	bins := math.Round((hi - lo) / width)
	if !(width > 0 && bins >= 1 && bins <= 1e7 && math.Abs(lo+bins*width-hi) < 1e-6*width) {
		return nil, invalid.Value("width", width, "a width that divides %g to %g into 1 to 10 million bins", lo, hi)
	}
	if len(x) == 0 {
		return nil, tooFew("x", 0, 1)
	}
	shares := make([]float64, int(bins))
	for i, v := range x {
		if math.IsNaN(float64(v)) {
			return nil, fmt.Errorf("sample %d is NaN: %w", i, ErrNotFinite)
		}
		if b := math.Floor((float64(v) - lo) / width); b >= 0 && b < bins {
			shares[int(b)]++
		}
	}
	for b := range shares {
		shares[b] /= float64(len(x))
	}
	return shares, nil
}

// HistogramJSD is the Jensen-Shannon divergence, in nats, between samples x and the distribution with the given
// cumulative distribution function, both binned at the multiples of width. It is 0 for equal distributions and log 2 =
// .693 for distributions that share no bin. The bins have no end, so no tail is cut off.
//
// Chance alone makes it positive: n samples of the distribution itself, over b bins, score about b/(8n), 1e-4 for
// 40,000 samples over 40 bins. It returns an error if x is empty or has a value that is not finite, or if width is not
// positive.
func HistogramJSD[F Float](x []F, cdf func(float64) float64, width float64) (float64, error) {
	if !(width > 0) || math.IsInf(width, 1) {
		return 0, invalid.Value("width", width, "a positive number")
	}
	if len(x) == 0 {
		return 0, tooFew("x", 0, 1)
	}
	counts := map[float64]int{} // by floor(x/width), for the bins that have any
	for i, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return 0, fmt.Errorf("sample %d is %g: %w", i, float64(v), ErrNotFinite)
		}
		counts[math.Floor(float64(v)/width)]++
	}
	// JSD = ½ Σ p log(p/m) + ½ Σ q log(q/m) with m = (p+q)/2. In a bin without samples m = q/2, so all such bins
	// together add ½ log 2 times their q.
	jsd, rest := 0.0, 1.0
	for _, bin := range slices.Sorted(maps.Keys(counts)) { // sorted: a sum that repeats to the bit
		p := float64(counts[bin]) / float64(len(x))
		q := cdf((bin+1)*width) - cdf(bin*width)
		jsd += (relative(p, (p+q)/2) + relative(q, (p+q)/2)) / 2
		rest -= q
	}
	return max(0, jsd+max(0, rest)*math.Ln2/2), nil
}

// relative is p log(p/m), which is 0 at p = 0.
func relative(p, m float64) float64 {
	if p <= 0 {
		return 0
	}
	return p * math.Log(p/m)
}

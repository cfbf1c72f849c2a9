package data

// Distribution is a toy distribution of points with a known density, to compare with what a generator learned:
// [Normal1D], [Mixture], [SwissRoll], [Cloud].
type Distribution interface {
	// Dim is the number of coordinates of a point.
	Dim() int
	// Batch draws the n points that belong to a step, [n, Dim]: the same ones whenever (seed, step) is the same.
	Batch(seed uint64, step, n int) []float32
}

// Line is a distribution on the line: [Normal1D], and [Mixture] and [Cloud] where Dim is 1.
type Line interface {
	Distribution
	// CDF is the probability of a value of at most x.
	CDF(x float64) float64
	// Span is where the values lie, all but two in a billion.
	Span() (lo, hi float64)
}

// tails are the standard deviations from a Gaussian's mean to the end of its span.
const tails = 6

// float32s returns x in the precision that networks learn in.
func float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

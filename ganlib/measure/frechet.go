package measure

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Gaussian is a normal distribution: Mean has dim values, Covariance is [dim, dim].
type Gaussian struct {
	Mean       []float64
	Covariance *mat.SymDense
}

// FitGaussian is the mean of the rows x, [n, dim], and their covariance, divided by n-1. It returns an error unless x
// is at least two whole rows of finite numbers.
func FitGaussian(x []float32, dim int) (Gaussian, error) {
	if _, err := atLeast("x", x, dim, 2); err != nil {
		return Gaussian{}, err
	}
	mean := meanRow(x, dim)
	return Gaussian{mean, covariance(x, mean)}, nil
}

// Frechet is the squared Fréchet distance of two normal distributions (Dowson and Landau 1982):
//
//	|μ₁-μ₂|² + tr Σ₁ + tr Σ₂ - 2 tr √(Σ₁Σ₂)
//
// It returns an error if their dimensions differ, if a number is not finite, or if a covariance has a negative
// eigenvalue beyond rounding.
//
// Deck equation fid.
func Frechet(a, b Gaussian) (float64, error) {
	first, err := a.cloud("a")
	if err != nil {
		return 0, err
	}
	second, err := b.cloud("b")
	if err != nil {
		return 0, err
	}
	if len(a.Mean) != len(b.Mean) {
		return 0, invalid.Value("b.Mean", len(b.Mean), "%d numbers, as many as a.Mean has", len(a.Mean))
	}
	return first.distance(second)
}

// fidRows is the least number of samples for [FID]: ten tenths of two.
const fidRows = 2 * fidTenths

// fidTenths is the number of disjoint parts of the samples whose FIDs give the standard error.
const fidTenths = 10

// FID is the Fréchet Inception distance of samples x, [n, dim], and reference rows y, [m, dim]: the [Frechet] distance
// of the normal distributions that have their means and covariances (Heusel et al. 2017, arXiv:1706.08500). It is 0 for
// equal sets; lower is better. Its unit is that of the features, squared, so only FIDs of the same features can be
// compared; published ones are of Inception's.
//
// Chance adds to it, more with fewer rows: compare FIDs of equal n only, or use [FIDInfinity]. With fewer rows than
// dimensions it is still exact for those rows' covariance, which is then singular.
//
// The standard error is that of the draw of x, for a given y: the standard deviation of the FIDs of ten disjoint tenths
// of x, divided by √10. If x is drawn from y's own distribution it is up to three times too large, because there an
// FID's spread falls like 1/n and not 1/√n.
//
// Time grows like (n + m) dim² + min(n, dim)³. It returns an error unless x is at least 20 whole rows of finite
// numbers, and y at least two.
func FID(x, y []float32, dim int) (Estimate, error) {
	if _, err := atLeast("x", x, dim, fidRows); err != nil {
		return Estimate{}, err
	}
	if _, err := atLeast("y", y, dim, 2); err != nil {
		return Estimate{}, err
	}
	reference, err := cloudOf(y, dim)
	if err != nil {
		return Estimate{}, err
	}
	return reference.fid(x)
}

// FIDTo is the [FID] of samples x, [n, dim], against a reference of which only the mean and the covariance are known, as
// published references are. It returns an error unless x is at least 20 whole rows of finite numbers, as many in a row
// as the mean has, and the errors of [Frechet] for the reference.
func FIDTo(x []float32, reference Gaussian) (Estimate, error) {
	to, err := reference.cloud("reference")
	if err != nil {
		return Estimate{}, err
	}
	if _, err := atLeast("x", x, len(reference.Mean), fidRows); err != nil {
		return Estimate{}, err
	}
	return to.fid(x)
}

// cloud is what a Fréchet distance needs of a distribution: its mean and a factor F of its covariance, FᵀF = Σ, of
// [rank or more, dim].
//
// With factors A of Σ₁ and B of Σ₂, Σ₁Σ₂ = AᵀA BᵀB has the eigenvalues of ABᵀ(ABᵀ)ᵀ, so tr √(Σ₁Σ₂) is the sum of ABᵀ's
// singular values. Neither matrix needs an inverse, and no square root of a rounding error is taken.
type cloud struct {
	mean   []float64
	factor *mat.Dense
}

// cloudOf is the cloud of rows x. For at most dim rows the factor is the rows themselves, centred and divided by
// √(n-1); for more, the covariance's.
func cloudOf(x []float32, dim int) (cloud, error) {
	n, mean := len(x)/dim, meanRow(x, dim)
	if n > dim {
		factor, err := factorise("covariance", covariance(x, mean))
		return cloud{mean, factor}, err
	}
	factor := mat.NewDense(n, dim, nil)
	centre(factor, x, mean)
	factor.Scale(1/math.Sqrt(float64(n-1)), factor)
	return cloud{mean, factor}, nil
}

// cloud checks a caller's Gaussian and factorises its covariance.
func (g Gaussian) cloud(name string) (cloud, error) {
	if len(g.Mean) == 0 || g.Covariance == nil || g.Covariance.SymmetricDim() != len(g.Mean) {
		return cloud{}, invalid.Value(name+".Mean", len(g.Mean), "at least 1 number, and a square covariance of that size")
	}
	for i, mean := range g.Mean {
		if math.IsNaN(mean) || math.IsInf(mean, 0) {
			return cloud{}, fmt.Errorf("%s.Mean[%d] is %v: %w", name, i, mean, ErrNotFinite)
		}
		for j := range i + 1 {
			if v := g.Covariance.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return cloud{}, fmt.Errorf("%s.Covariance[%d, %d] is %v: %w", name, i, j, v, ErrNotFinite)
			}
		}
	}
	factor, err := factorise(name+".Covariance", g.Covariance)
	return cloud{g.Mean, factor}, err
}

// distance is the Fréchet distance of the clouds, squared.
func (a cloud) distance(b cloud) (float64, error) {
	var product mat.Dense
	product.Mul(a.factor, b.factor.T())
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDNone) {
		return 0, fmt.Errorf("the singular values of a matrix of %d features did not converge", len(a.mean))
	}
	var total float64
	for i, mean := range a.mean {
		total += (mean - b.mean[i]) * (mean - b.mean[i])
	}
	for _, factor := range []*mat.Dense{a.factor, b.factor} {
		norm := mat.Norm(factor, 2) // Frobenius: its square is the covariance's trace
		total += norm * norm
	}
	for _, value := range svd.Values(nil) {
		total -= 2 * value
	}
	return max(0, total), nil // no distance is negative, but rounding may be
}

// fid is the FID of rows x against a reference.
func (a cloud) fid(x []float32) (Estimate, error) {
	value, err := a.fidOf(x)
	if err != nil {
		return Estimate{}, err
	}
	stdErr, err := a.fidSpread(x)
	return Estimate{value, stdErr}, err
}

func (a cloud) fidOf(x []float32) (float64, error) {
	own, err := cloudOf(x, len(a.mean))
	if err != nil {
		return 0, err
	}
	return own.distance(a)
}

// fidSpread is the standard error of the FID of rows x, from its tenths. They are drawn at random, because rows are
// often in the order of their labels.
func (a cloud) fidSpread(x []float32) (float64, error) {
	dim := len(a.mean)
	tenths := make([][]float32, fidTenths)
	for place, row := range mixed(len(x) / dim) {
		part := &tenths[place%fidTenths]
		*part = append(*part, x[row*dim:(row+1)*dim]...)
	}
	values, errs := make([]float64, fidTenths), make([]error, fidTenths)
	parallel(fidTenths, func(i int) { values[i], errs[i] = a.fidOf(tenths[i]) })
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return stat.StdErr(stat.StdDev(values, nil), fidTenths), nil
}

// FIDCurve is the FID at several numbers of samples and a straight line over 1/n through it.
type FIDCurve struct {
	Sizes    []int     // numbers of samples
	Values   []float64 // the FID at each
	Infinity Estimate  // the line at 1/n = 0; it may fall below 0 by chance
	Slope    float64   // of the line: the FID of n samples is about Infinity + Slope/n
}

// FIDInfinity estimates the [FID] of infinitely many samples from samples x, [n, dim], against y, [m, dim], by Chong
// and Forsyth 2020 (arXiv:1911.07023). It takes the FID of as many rows of x as each of sizes says, drawn without
// replacement by the seed, and fits a straight line over 1/size by least squares. The law of 1/n holds for sizes well
// above dim. The bias from y's own number of rows stays: let y be the whole reference.
//
// The standard error has two parts, added as squares: that of the line's value at 0, from how far the points are off
// it, and that of the draw of x, which all points share, as in [FID].
//
// It returns an error unless sizes are at least three different numbers from 2 to n, and the errors of [FID].
func FIDInfinity(x, y []float32, dim int, sizes []int, seed uint64) (FIDCurve, error) {
	n, err := atLeast("x", x, dim, fidRows)
	if err != nil {
		return FIDCurve{}, err
	}
	if _, err := atLeast("y", y, dim, 2); err != nil {
		return FIDCurve{}, err
	}
	different := map[int]bool{}
	for _, size := range sizes {
		if size < 2 || size > n {
			return FIDCurve{}, invalid.Value("sizes", size, "2 to %d, the rows of x", n)
		}
		different[size] = true
	}
	if len(different) < 3 {
		return FIDCurve{}, invalid.Value("sizes", sizes, "at least 3 different numbers, to fit a line")
	}
	reference, err := cloudOf(y, dim)
	if err != nil {
		return FIDCurve{}, err
	}
	curve := FIDCurve{Sizes: append([]int(nil), sizes...), Values: make([]float64, len(sizes))}
	rng := rand.New(rand.NewPCG(seed, 0))
	for i, size := range sizes {
		if curve.Values[i], err = reference.fidOf(pick(x, dim, rng.Perm(n)[:size])); err != nil {
			return FIDCurve{}, err
		}
	}
	ofDraw, err := reference.fidSpread(x)
	if err != nil {
		return FIDCurve{}, err
	}
	curve.fit(ofDraw)
	return curve, nil
}

// fit fits the line to the points.
func (c *FIDCurve) fit(ofDraw float64) {
	inverse := make([]float64, len(c.Sizes))
	for i, size := range c.Sizes {
		inverse[i] = 1 / float64(size)
	}
	atZero, slope := stat.LinearRegression(inverse, c.Values, nil, false)
	mean, variance := stat.MeanVariance(inverse, nil)
	n := float64(len(inverse))
	var residual float64
	for i, v := range c.Values {
		off := v - atZero - slope*inverse[i]
		residual += off * off / (n - 2)
	}
	ofLine := residual * (1/n + mean*mean/(variance*(n-1)))
	c.Slope, c.Infinity = slope, Estimate{atZero, math.Sqrt(ofLine + ofDraw*ofDraw)}
}

// atLeast is the number of rows of x, or an error if they are not that many whole rows of finite numbers.
func atLeast(name string, x []float32, dim, least int) (int, error) {
	n, err := finite(name, x, dim)
	if err == nil && n < least {
		err = tooFew(name, n, least)
	}
	return n, err
}

// meanRow is the mean of rows x.
func meanRow(x []float32, dim int) []float64 {
	mean := make([]float64, dim)
	for row := range len(x) / dim {
		for j, v := range x[row*dim : (row+1)*dim] {
			mean[j] += float64(v)
		}
	}
	for j := range mean {
		mean[j] /= float64(len(x) / dim)
	}
	return mean
}

// centre sets dst, [rows, dim], to rows x less their mean.
func centre(dst *mat.Dense, x []float32, mean []float64) {
	dim := len(mean)
	for row := range len(x) / dim {
		to := dst.RawRowView(row)
		for j, v := range x[row*dim : (row+1)*dim] {
			to[j] = float64(v) - mean[j]
		}
	}
}

// covariance is that of rows x of a known mean, divided by n-1. Rows become float64 a block at a time. Each product of
// a block computes a strip of the upper triangle, on all cores.
func covariance(x []float32, mean []float64) *mat.SymDense {
	const block, strip = 1024, 256
	dim := len(mean)
	n := len(x) / dim
	upper := blas64.General{Rows: dim, Cols: dim, Stride: dim, Data: make([]float64, dim*dim)}
	for from := 0; from < n; from += block {
		rows := min(block, n-from)
		part := mat.NewDense(rows, dim, nil)
		centre(part, x[from*dim:(from+rows)*dim], mean)
		for at := 0; at < dim; at += strip {
			left := part.Slice(0, rows, at, min(dim, at+strip)).(*mat.Dense).RawMatrix()
			right := part.Slice(0, rows, at, dim).(*mat.Dense).RawMatrix()
			into := blas64.General{Rows: left.Cols, Cols: right.Cols, Stride: dim, Data: upper.Data[at*dim+at:]}
			blas64.Gemm(blas.Trans, blas.NoTrans, 1/float64(n-1), left, right, 1, into)
		}
	}
	return mat.NewSymDense(dim, upper.Data)
}

// factorise finds F with FᵀF = c, [rank, dim], by Cholesky's method with pivots, which allows singular matrices. It
// returns an error if c has a negative eigenvalue: it is then no covariance.
func factorise(name string, c *mat.SymDense) (*mat.Dense, error) {
	var cholesky mat.PivotedCholesky
	positive := cholesky.Factorize(c, -1)
	dim := c.SymmetricDim()
	f := mat.NewDense(max(1, cholesky.Rank()), dim, nil) // of rank 0: one row of zeros
	upper, pivots := cholesky.RawU(), cholesky.ColumnPivots(nil)
	for i := range cholesky.Rank() {
		for j := i; j < dim; j++ {
			f.Set(i, pivots[j], upper.At(i, j))
		}
	}
	if positive {
		return f, nil
	}
	var rest mat.Dense
	rest.Mul(f.T(), f)
	rest.Sub(c, &rest)
	off, scale := mat.Max(abs(&rest)), mat.Max(abs(c))
	if off > 1e-10*float64(dim)*scale {
		return nil, invalid.Value(name, fmt.Sprintf("%.3g off a matrix without negative eigenvalues, with a largest entry of %.3g", off, scale), "a covariance")
	}
	return f, nil
}

// abs is the magnitudes of a matrix's entries.
func abs(m mat.Matrix) mat.Matrix {
	var magnitudes mat.Dense
	magnitudes.Apply(func(_, _ int, v float64) float64 { return math.Abs(v) }, m)
	return &magnitudes
}

// mixed is 0 to n-1 in a random order, the same one each time.
func mixed(n int) []int { return rand.New(rand.NewPCG(uint64(n), 1)).Perm(n) }

// pick is the rows of x at the indices.
func pick(x []float32, dim int, indices []int) []float32 {
	rows := make([]float32, 0, len(indices)*dim)
	for _, i := range indices {
		rows = append(rows, x[i*dim:(i+1)*dim]...)
	}
	return rows
}

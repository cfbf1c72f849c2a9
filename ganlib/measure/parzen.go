package measure

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// ParzenSigmas are the ten widths that the GAN paper's released code chooses from, evenly spaced in their logarithm
// from .1 to 1.
func ParzenSigmas() []float64 {
	sigmas := make([]float64, 10)
	for i := range sigmas {
		sigmas[i] = math.Pow(10, float64(i)/9-1)
	}
	return sigmas
}

// Parzen is the mean log-likelihood, in nats, of the rows of x, [n, dim], under a Parzen window on samples, [m, dim]:
// the mean of m Gaussians of standard deviation σ, one around each sample. It returns one estimate for each σ, in
// order, from one pass over the n·m distances, in float64.
//
//	log p(x) = log (1/m) Σ_i exp(-|x - sample_i|² / 2σ²) - dim log(σ√(2π))
//
// This is how the GAN paper fills its Table 1 (Goodfellow et al. 2014, arXiv:1406.2661, section 5): values in [0, 1]
// that are not rounded to bytes, 10,000 samples, and the σ that [ParzenSigma] chooses on validation images. Compare
// only numbers of equally many samples: more score higher.
//
// The standard error is the standard deviation of log p over the rows of x, divided by √n, as in the paper. It leaves
// out the chance in the samples, in training, and in the choice of σ.
//
// A high score is no proof of good samples, nor a low one of bad ones (Theis et al. 2016, arXiv:1511.01844). Copies of
// training images score as high as new images do, and blurred means of images score higher than images.
//
// It returns an error unless samples is at least one whole row of finite numbers and x two, if there is no σ, or if a σ
// is not positive or too small for a finite result.
//
// Deck equation parzen.
func Parzen(samples, x []float32, dim int, sigmas ...float64) ([]Estimate, error) {
	if len(sigmas) == 0 {
		return nil, invalid.Value("sigmas", 0, "at least one")
	}
	for _, sigma := range sigmas {
		if !(sigma > 0) || math.IsInf(sigma, 1) {
			return nil, invalid.Value("sigmas", sigma, "a positive number")
		}
	}
	centres, err := newPoints("samples", samples, dim)
	if err != nil {
		return nil, err
	}
	points, err := newPoints("x", x, dim)
	if err != nil {
		return nil, err
	}
	if points.n < 2 {
		return nil, tooFew("x", 1, 2)
	}
	return summarise(logDensities(centres, points, sigmas), sigmas)
}

// ParzenSigma chooses the σ of [ParzenSigmas] under which samples, [m, dim], give validation, [n, dim], the highest
// mean log-likelihood; of equals, the smallest. of has the estimates of all ten. The GAN paper's code chooses on the
// first 1,000 validation images. The errors are [Parzen]'s.
func ParzenSigma(samples, validation []float32, dim int) (sigma float64, of []Estimate, err error) {
	sigmas := ParzenSigmas()
	of, err = Parzen(samples, validation, dim, sigmas...)
	if err != nil {
		return 0, nil, err
	}
	best := 0
	for s := range of {
		if of[s].Value > of[best].Value {
			best = s
		}
	}
	return sigmas[best], of, nil
}

// summarise takes means and standard errors of log densities, [sigmas, n].
func summarise(logs [][]float64, sigmas []float64) ([]Estimate, error) {
	of := make([]Estimate, len(sigmas))
	for s := range sigmas {
		mean, deviation := stat.PopMeanStdDev(logs[s], nil)
		of[s] = Estimate{mean, deviation / math.Sqrt(float64(len(logs[s])))}
		if math.IsInf(mean, 0) || math.IsNaN(mean) || math.IsNaN(of[s].StdErr) {
			return nil, invalid.Value("sigmas", sigmas[s], "one nearer to the distances between rows, for the log-likelihood is %v", mean)
		}
	}
	return of, nil
}

// logDensities are log p of each row of x under each sigma, [sigmas, x.n].
func logDensities(samples, x points, sigmas []float64) [][]float64 {
	logs := make([][]float64, len(sigmas))
	for s := range logs {
		logs[s] = make([]float64, x.n)
	}
	parallel((x.n+tileRows-1)/tileRows, func(block int) {
		from, to := block*tileRows, min(x.n, (block+1)*tileRows)
		windows := make([]window, to-from)
		for r := range windows {
			windows[r] = newWindow(sigmas)
		}
		scanExactly(x, from, to, samples, func(i int, squared []float64) { windows[i-from].add(squared) })
		for r, w := range windows {
			for s, sigma := range sigmas {
				normaliser := math.Log(float64(samples.n)) + float64(x.dim)*math.Log(sigma*math.Sqrt(2*math.Pi))
				logs[s][from+r] = w.logSum(s) - normaliser
			}
		}
	})
	return logs
}

// scanExactly calls visit with the squared distances, in float64, of each of the rows from to to-1 of a from some rows
// of b, until all of b are done.
func scanExactly(a points, from, to int, b points, visit func(i int, squared []float64)) {
	rows := widen(nil, a.matrix(from, to).Data)
	var centres, distances []float64
	for left := 0; left < b.n; left += tileRows {
		right := min(b.n, left+tileRows)
		centres = widen(centres[:0], b.matrix(left, right).Data)
		distances = slices.Grow(distances, tileRows)[:right-left]
		for i := from; i < to; i++ {
			row := rows[(i-from)*a.dim : (i-from+1)*a.dim]
			blas64.Gemv(blas.NoTrans, -2,
				blas64.General{Rows: right - left, Cols: b.dim, Stride: b.dim, Data: centres},
				blas64.Vector{N: a.dim, Inc: 1, Data: row}, 0,
				blas64.Vector{N: right - left, Inc: 1, Data: distances})
			for j := range distances {
				distances[j] = max(0, distances[j]+a.norms[i]*a.norms[i]+b.norms[left+j]*b.norms[left+j])
			}
			visit(i, distances)
		}
	}
}

// widen appends x to wide.
func widen(wide []float64, x []float32) []float64 {
	wide = slices.Grow(wide, len(x))
	for _, v := range x {
		wide = append(wide, float64(v))
	}
	return wide
}

// window is the sum of exp(-d²/2σ²) over samples at distances d, for several σ, as a multiple of the summand of the
// nearest sample so far: the sum itself is often too small for a float64.
type window struct {
	factors []float64 // 1/2σ²
	nearest float64   // its squared distance
	sums    []float64
}

func newWindow(sigmas []float64) window {
	w := window{nearest: math.Inf(1), sums: make([]float64, len(sigmas))}
	for _, sigma := range sigmas {
		w.factors = append(w.factors, 1/(2*sigma*sigma))
	}
	return w
}

// negligible is an exponent below which a summand is ignored: a million of them are 3e-14 of the sum.
const negligible = -45

func (w *window) add(squared []float64) {
	clearUpper()
	if nearest := slices.Min(squared); nearest < w.nearest {
		for s, f := range w.factors {
			w.sums[s] *= math.Exp((nearest - w.nearest) * f)
		}
		w.nearest = nearest
	}
	for _, d := range squared {
		for s, f := range w.factors {
			if exponent := (w.nearest - d) * f; exponent > negligible {
				w.sums[s] += math.Exp(exponent)
			}
		}
	}
}

// logSum is the logarithm of the sum for σ number s.
func (w *window) logSum(s int) float64 { return math.Log(w.sums[s]) - w.nearest*w.factors[s] }

package latent

import (
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure"
)

// Generator is G with its weights: noise [n, dim], and n labels in a conditional game, to examples [n, ...].
// *[ganlib.Players] are one.
type Generator interface {
	Generate(z []float32, labels ...int) ([]float32, error)
}

// Features turns examples [n, ...] into rows of numbers [n, dim], whose squared distances say how different two
// examples are. It must not round: examples that are nearly alike must have features that are nearly alike, and not the
// same. feature.Unrounded makes such of the extractors of package measure/feature.
type Features func(x []float32) (rows []float32, dim int, err error)

// pathStep is ε of the perceptual path length.
const pathStep = 1e-4

// PathLength measures how smoothly G follows z: the perceptual path length in Z of Karras et al. (2019,
// arXiv:1812.04948, section 4.1),
//
//	l = E[ ‖f(G(w(t))) − f(G(w(t+ε)))‖² / ε² ],  ε = 10⁻⁴,
//
// over pairs of draws from the prior, t from U(0, 1) on the way w between them, which is that of [WayOf], and f the
// features. As in the paper's code, the lowest and the highest hundredth of the distances are left out. Labels are taken
// in turn, as [ganlib.Players.LabelsFor] does.
//
// Published numbers have f = VGG16's features weighted as LPIPS does, so those by other features are no match for them:
// compare lengths by the same features only.
func PathLength(p *ganlib.Players, features Features, pairs int, seed uint64, labels ...int) (measure.Estimate, error) {
	if pairs < 2 {
		return measure.Estimate{}, invalid.Value("pairs", pairs, "at least 2")
	}
	if err := p.CheckLabels(labels...); err != nil {
		return measure.Estimate{}, err
	}
	starts, ends := steps(p.Algorithm1.Prior, pairs, seed)
	distances, err := squaredDistances(p, features, starts, ends, p.LabelsFor(pairs, labels...))
	if err != nil {
		return measure.Estimate{}, err
	}
	for i := range distances {
		distances[i] /= pathStep * pathStep
	}
	slices.Sort(distances)
	cut := (pairs - 1) / 100
	kept := distances[cut : pairs-cut]
	mean, deviation := stat.MeanStdDev(kept, nil)
	return measure.Estimate{Value: mean, StdErr: stat.StdErr(deviation, float64(len(kept)))}, nil
}

// steps draws short steps along the ways between pairs of points of the prior: where they start, and ε later.
func steps(prior ganlib.Prior, pairs int, seed uint64) (starts, ends [][]float32) {
	const stream = 0x9e3779b97f4a7c15 // separates the times from the noise
	times := rand.New(rand.NewPCG(seed, stream))
	ways := straight
	if prior.Noise == ganlib.Gaussian {
		ways = circular
	}
	z := Rows(tensors.MustCopyFlatData[float32](prior.Draw(2*pairs, seed)), prior.Dim)
	for pair := range slices.Chunk(z, 2) {
		t, way := times.Float64(), ways(pair[0], pair[1])
		starts, ends = append(starts, way(t)), append(ends, way(t+pathStep))
	}
	return starts, ends
}

// squaredDistances are those between the features of what G makes of two lists of points.
func squaredDistances(g Generator, features Features, a, b [][]float32, labels []int) ([]float64, error) {
	var rows [2][]float32
	var dims [2]int
	for i, z := range [][][]float32{a, b} {
		x, err := g.Generate(slices.Concat(z...), labels...)
		if err != nil {
			return nil, err
		}
		if rows[i], dims[i], err = features(x); err != nil {
			return nil, err
		}
		if want := len(a) * dims[i]; len(rows[i]) != want || want == 0 {
			return nil, invalid.Value("features", len(rows[i]), "rows of %d numbers for %d examples", dims[i], len(a))
		}
	}
	distances := make([]float64, len(a))
	for i := range rows[0] {
		d := float64(rows[0][i]) - float64(rows[1][i])
		distances[i/dims[0]] += d * d
	}
	return distances, nil
}

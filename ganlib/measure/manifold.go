package measure

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Neighbours is the k that Naeem et al. 2020 (arXiv:2002.09797) advise for [Manifold].
const Neighbours = 5

// PRDC are precision, recall, density and coverage, the four metrics of [Manifold].
type PRDC struct {
	Precision Estimate `json:"precision"` // fraction of the samples within reach of the data: are they good?
	Recall    Estimate `json:"recall"`    // fraction of the data within reach of the samples: are they varied?
	Density   Estimate `json:"density"`   // as precision, but a sample counts for as many data as it is near to
	Coverage  Estimate `json:"coverage"`  // fraction of the data that have a sample within their reach
}

// Manifold compares generated samples, fake [m, dim], with data, real [n, dim], by nearest neighbours. Around each row
// is a ball that reaches to the row's k-th nearest neighbour in its own set; together the balls stand for the region of
// the set's distribution.
//
//	precision  fraction of fake inside some ball of real
//	recall     fraction of real inside some ball of fake
//	density    mean over fake of (how many balls of real it is inside) / k
//	coverage   fraction of real whose own ball has some row of fake inside
//
// Precision and recall are those of Kynkäänniemi et al. 2019 (arXiv:1904.06991), density and coverage those of Naeem et
// al. 2020 (arXiv:2002.09797), who advise k = 5 and equally many rows in both sets. For two sets of one distribution
// density is about 1, and coverage about 1 - 2⁻ᵏ, .97 for k = 5; precision and recall depend on the data. Density has
// no upper bound, and grows where samples crowd together.
//
// Distances are Euclidean, and compared in float64. A row is inside a ball if its distance from the centre is less than
// the radius, as in Naeem et al.'s own code: at equal distance it is outside, and nothing is inside the ball of a row
// with k copies in its set. So precision and recall of two equal sets are 1 as long as no row has k copies, and a
// generator that always draws one picture has recall 0.
//
// The standard errors of precision, recall and coverage are √(p(1-p)/rows), over the rows that the fraction is of; that
// of density is its standard deviation over fake, divided by √m. They leave out that other rows would have other radii,
// and that rows share balls. At a fraction of exactly 0 or 1 they are 0, which is too small by up to about 1/rows.
//
// It returns an error unless both sets are at least k+1 whole rows of finite numbers, if k is below 1, or if every row
// of real has k copies.
func Manifold(real, fake []float32, dim, k int) (PRDC, error) {
	a, ownReach, err := balls("real", real, dim, k)
	if err != nil {
		return PRDC{}, err
	}
	b, theirReach, err := balls("fake", fake, dim, k)
	if err != nil {
		return PRDC{}, err
	}
	if slices.Max(ownReach) == 0 {
		return PRDC{}, fmt.Errorf("%w: each of the %d rows of real has at least %d copies, so that no ball has an inside", ErrAlike, a.n, k)
	}
	covered, recalled, inside := make([]bool, a.n), make([]bool, a.n), make([]atomic.Int64, b.n)
	scan(a, b, func(p pair) {
		if p.within(ownReach[p.i]) {
			covered[p.i] = true
			inside[p.j].Add(1)
		}
		if !recalled[p.i] && p.within(theirReach[p.j]) {
			recalled[p.i] = true
		}
	})
	precise, densities := make([]bool, b.n), make([]float64, b.n)
	for j := range inside {
		count := inside[j].Load()
		precise[j], densities[j] = count > 0, float64(count)/float64(k)
	}
	density, deviation := stat.MeanStdDev(densities, nil)
	return PRDC{
		Precision: share(precise),
		Recall:    share(recalled),
		Density:   Estimate{density, deviation / math.Sqrt(float64(b.n))},
		Coverage:  share(covered),
	}, nil
}

// balls are the rows of a set, with the squared distance of each from its k-th nearest neighbour in the set, itself not
// counted.
func balls(name string, x []float32, dim, k int) (p points, reach []float64, err error) {
	if k < 1 {
		return points{}, nil, invalid.Value("k", k, "at least 1")
	}
	if p, err = newPoints(name, x, dim); err != nil {
		return points{}, nil, err
	}
	if p.n <= k {
		return points{}, nil, tooFew(name, p.n, k+1)
	}
	found := neighbours(p, p, k+1) // the row itself is the nearest, or one of its copies
	for i := range p.n {
		reach = append(reach, found[i*(k+1)+k].squared)
	}
	return p, reach, nil
}

// share is the fraction of the cases that are true, with its binomial standard error √(p(1-p)/n).
func share(cases []bool) Estimate {
	n, count := float64(len(cases)), 0.
	for _, c := range cases {
		if c {
			count++
		}
	}
	p := count / n
	return Estimate{p, math.Sqrt(p * (1 - p) / n)}
}

package measure

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Support estimates how many different pictures a generator draws, from how often it repeats itself.
type Support struct {
	// Size is s(s−1)/2 over Pairs: the number of equally likely pictures with as many repetitions among s samples.
	// Without a repetition there is no such number: Value is then Low, and StdErr 0.
	Size Estimate

	// Low and High enclose the true size with a probability of 95%. High is +Inf if there are too few repetitions.
	Low, High float64

	Pairs   int         // of samples at most Distance apart: near-duplicates
	Closest []Duplicate // the nearest of them, at most 20, nearest first: look at them

	Distance float64 // up to which rows are near, from the held-out rows
	HeldOut  float64 // the same estimate for the held-out rows: a larger Size cannot be told from real
}

// Duplicate is two rows that are nearly the same, I < J, and the Euclidean distance between them.
type Duplicate struct {
	I, J     int
	Distance float64
}

const (
	rowsPerPair = 200 // held-out rows for one near pair
	shownPairs  = 20  // as many as Arora and Zhang looked at
)

// Birthday estimates how many different pictures a generator draws, by the birthday paradox: among 23 people two
// probably share one of 365 birthdays, and among s samples of a generator with N equally likely pictures s(s−1)/2N
// pairs, on average, show the same one (Arora and Zhang 2017, "Do GANs actually learn the distribution? An empirical
// study", arXiv:1706.08224). samples, [n, dim], and heldOut, [m, dim], are pixels or features; heldOut are real
// examples that the generator was not trained on.
//
// In the paper a person looks at the 20 closest pairs and says which are the same picture. Here the data define what is
// near: the distance within which the held-out rows have one pair for 200 rows, so that they count as a support of
// HeldOut = 100 (m−1). Real data score about that, within a factor of about three for 1,000 held-out rows, which have
// only five such pairs, and of 1.5 for 10,000. A generator of 500 pictures, each drawn again within that distance,
// scores 500. As many held-out rows as samples are best.
//
// Pictures that are not equally likely count by their probabilities: Size is 1/Σp², at most the number of pictures. Low
// and High are the exact interval of a Poisson count of pairs. It is widened if few samples make many of the pairs,
// because pairs that share a sample are then not independent; StdErr is for the same variance. Neither includes the
// chance in Distance itself, which matters near HeldOut and not far below.
//
// Trust it as a warning, not as a number. Noise on each sample hides repetitions. Features that lose detail make
// different pictures equal. A few thousand samples do not reveal a generator that repeats 60,000 training images. It
// costs n² + 2m² distances, about a minute on two cores for 10,000 rows of each, of 784 values.
//
// It returns an error unless both are at least two whole rows of finite numbers. If held-out rows are equal, Distance
// may be 0: then only equal samples count, and HeldOut is small.
func Birthday(samples, heldOut []float32, dim int) (Support, error) {
	x, err := twoPoints("samples", samples, dim)
	if err != nil {
		return Support{}, err
	}
	y, err := twoPoints("heldOut", heldOut, dim)
	if err != nil {
		return Support{}, err
	}
	_, nearest := nearPairs(y, math.Inf(1), (y.n+rowsPerPair-1)/rowsPerPair)
	near := nearest[len(nearest)-1].Distance
	ofHeldOut, _ := nearPairs(y, near, 1) // more than nearest where distances are equal
	ofSamples, closest := nearPairs(x, near, shownPairs)

	s := support(ofSamples)
	s.HeldOut = support(ofHeldOut).Size.Value
	s.Distance = math.Sqrt(near)
	for i := range closest {
		closest[i].Distance = math.Sqrt(closest[i].Distance)
	}
	s.Closest = closest
	return s, nil
}

func twoPoints(name string, x []float32, dim int) (points, error) {
	p, err := newPoints(name, x, dim)
	if err == nil && p.n < 2 {
		err = tooFew(name, p.n, 2)
	}
	return p, err
}

// nearPairs finds the pairs of rows whose squared distance is at most limit: how many each row is in, and the closest
// pairs, at most keep, with their squared distance.
func nearPairs(x points, limit float64, keep int) (partners []int, closest []Duplicate) {
	partners = make([]int, x.n)
	later := make([]neighbour, x.n*keep) // of each row: the nearest rows after it
	for i := range later {
		later[i] = neighbour{-1, math.Inf(1)}
	}
	scan(x, x, func(p pair) {
		if p.i == p.j || p.low > limit || p.high > limit && p.squared() > limit {
			return
		}
		partners[p.i]++
		if nearest := later[p.i*keep : (p.i+1)*keep]; p.i < p.j && p.low < nearest[keep-1].squared {
			insert(nearest, neighbour{p.j, p.squared()})
		}
	})
	for i, n := range later {
		if n.row >= 0 {
			closest = append(closest, Duplicate{i / keep, n.row, n.squared})
		}
	}
	slices.SortStableFunc(closest, func(a, b Duplicate) int { return cmp.Compare(a.Distance, b.Distance) })
	return partners, closest[:min(keep, len(closest))]
}

// support estimates the size of the support from the number of near-duplicates of each sample.
func support(partners []int) Support {
	n := float64(len(partners))
	var both, paths float64 // Σ partners, twice the pairs; and ordered pairs of pairs with a sample in common
	for _, d := range partners {
		both += float64(d)
		paths += float64(d) * float64(d-1)
	}
	all, pairs := n*(n-1)/2, both/2
	s := Support{Pairs: int(pairs)}
	// The count's variance over its mean, 1 for a Poisson count. Pairs without a common sample are independent, and so
	// are those with one if the pictures are equally likely: paths is then its expectation, all·2(n−2) times the
	// squared probability of a pair.
	spread := 1.
	if pairs > 0 {
		chance := pairs / all
		spread = max(1, 1-chance+(paths-2*all*(n-2)*chance*chance)/pairs)
		s.Size = Estimate{all / pairs, all / pairs * math.Sqrt(spread/pairs)}
	}
	low, high := poissonInterval(pairs / spread)
	s.Low, s.High = max(1, all/(high*spread)), max(1, all/(low*spread))
	if pairs == 0 {
		s.Size.Value = s.Low
	}
	return s
}

// poissonInterval is the exact 95% interval for the mean of a Poisson variable whose value was count, which need not be
// whole (Garwood 1936).
func poissonInterval(count float64) (low, high float64) {
	const outside = .025
	if count > 0 {
		low = distuv.Gamma{Alpha: count, Beta: 1}.Quantile(outside)
	}
	return low, distuv.Gamma{Alpha: count + 1, Beta: 1}.Quantile(1 - outside)
}

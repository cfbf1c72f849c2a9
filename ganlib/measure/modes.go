package measure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Coverage is how samples spread over the classes of the data: digits, the 1000 modes of Stacked MNIST, or the modes of
// a mixture.
type Coverage struct {
	Of      int   // classes that the data have
	Found   int   // those with at least one sample
	Missing []int // those without, in order; nil if there are none
	Counts  []int // the samples of each class

	// KL(samples ‖ data) = Σ p log(p/q), in nats, for the fractions p of the samples and q of the data. It is 0 if both
	// spread alike and log(1/q) for a generator that draws only one class, of fraction q.
	KL Estimate

	// TotalVariation is ½ Σ |p − q|: the fraction of samples that would have to change class, 0 if both spread alike.
	TotalVariation Estimate

	// PValue is the probability that as many samples of the data would spread at least as unevenly, by Pearson's
	// chi-squared test. Trust it if some five samples are expected in each class, and if the data's fractions are
	// known, or counted on many more examples than there are samples.
	PValue float64

	// Chance is the mean score of as many samples of the data itself: a few never spread perfectly.
	Chance ByChance
}

// ByChance is the mean score of samples drawn from the data itself.
type ByChance struct{ Found, KL, TotalVariation float64 }

// LabelCoverage is how samples spread over the classes 0 to len(of)-1, by the labels that a classifier has given them.
// of is the fraction of each class in the data, with sum 1: 1/1000 each for Stacked MNIST, [Shares] of the labels for a
// real set.
//
// It counts as the literature does on Stacked MNIST: a mode is found if it has at least one sample, among 26,000, and
// KL is that of the samples' labels from the data's (Metz et al. 2017, "Unrolled Generative Adversarial Networks",
// arXiv:1611.02163; Lin et al. 2018, "PacGAN", arXiv:1712.04086). A class without samples adds nothing to this KL,
// because p log p is 0 at p = 0; it shows in the others, which have too many. The divergence in the other direction,
// KL(data ‖ samples), would be infinite from the first missing class on.
//
// A class's fraction of the samples is estimated, so KL and total variation are above 0 even for the data: Chance is
// their exact mean for n samples. With K classes and many samples, KL's is (K−1)/2n; fractions counted on m examples
// add some (K−1)/2m. The standard errors are those of another draw of n samples, by the delta method; total variation's
// is too large if samples and data spread alike. None includes the classifier's mistakes: an image of nothing has a
// label too.
//
// It returns an error for a label of a class that the data do not have, because KL would be infinite; for a label that
// is negative or at least len(of); for fractions that are negative, not finite or not 1 in all; and for no labels at
// all.
func LabelCoverage(labels []int, of []float64) (Coverage, error) {
	if err := validShares(of); err != nil {
		return Coverage{}, err
	}
	if len(labels) == 0 {
		return Coverage{}, tooFew("labels", 0, 1)
	}
	c := Coverage{Counts: make([]int, len(of))}
	for i, label := range labels {
		if label < 0 || label >= len(of) || of[label] == 0 {
			return Coverage{}, invalid.Value(fmt.Sprintf("labels[%d]", i), label, "a class of the data: 0 to %d, with a fraction above 0", len(of)-1)
		}
		c.Counts[label]++
	}
	for class, q := range of {
		if q == 0 {
			continue
		}
		c.Of++
		if c.Counts[class] == 0 {
			c.Missing = append(c.Missing, class)
		}
	}
	c.Found = c.Of - len(c.Missing)
	c.compare(len(labels), of)
	c.Chance = byChance(len(labels), of)
	return c, nil
}

// Shares are the fractions of the classes 0 to classes-1 among labels. It returns an error if there are no labels, or
// if one is not such a class.
func Shares(labels []int, classes int) ([]float64, error) {
	switch {
	case classes < 1:
		return nil, invalid.Value("classes", classes, "at least 1")
	case len(labels) == 0:
		return nil, tooFew("labels", 0, 1)
	}
	shares := make([]float64, classes)
	for i, label := range labels {
		if label < 0 || label >= classes {
			return nil, invalid.Value(fmt.Sprintf("labels[%d]", i), label, "0 to %d", classes-1)
		}
		shares[label]++
	}
	for class := range shares {
		shares[class] /= float64(len(labels))
	}
	return shares, nil
}

func validShares(of []float64) error {
	var sum float64
	for class, q := range of {
		if !(q >= 0 && q <= 1) {
			return invalid.Value(fmt.Sprintf("of[%d]", class), q, "a number from 0 to 1")
		}
		sum += q
	}
	if !(math.Abs(sum-1) < 1e-6) {
		return invalid.Value("of", sum, "fractions whose sum is 1")
	}
	return nil
}

// compare sets the scores that compare the counts of n samples with the data's fractions.
func (c *Coverage) compare(n int, of []float64) {
	var kl, square, tv, sign, chi float64
	for class, q := range of {
		if q == 0 {
			continue
		}
		p := float64(c.Counts[class]) / float64(n)
		tv += math.Abs(p-q) / 2
		chi += float64(n) * (p - q) * (p - q) / q
		if p > 0 {
			log := math.Log(p / q)
			kl += p * log
			square += p * log * log
		}
		switch {
		case p > q:
			sign += p
		case p < q:
			sign -= p
		}
	}
	freedom, samples := float64(c.Of-1), float64(n)
	// The delta method: one more sample of a class changes KL by log(p/q) and total variation by ½ sign(p−q), divided
	// by n. Where p = q KL is a chi-squared over 2n, whose variance is noise; the first variance has twice the noise.
	noise := freedom / (2 * samples * samples)
	c.KL = Estimate{max(0, kl), math.Sqrt(max(noise, (square-kl*kl)/samples-noise))}
	c.TotalVariation = Estimate{tv, math.Sqrt(max(0, 1-sign*sign)/samples) / 2}
	c.PValue = 1
	if freedom > 0 {
		c.PValue = distuv.ChiSquared{K: freedom}.Survival(chi)
	}
}

// byChance averages over the binomial number of samples that each class has when n are drawn from the data.
func byChance(n int, of []float64) ByChance {
	var total ByChance
	known := map[float64]ByChance{} // classes of one fraction score alike
	for _, q := range of {
		one, ok := known[q]
		if !ok {
			one = classByChance(n, q)
			known[q] = one
		}
		total.Found += one.Found
		total.KL += one.KL
		total.TotalVariation += one.TotalVariation
	}
	return total
}

// classByChance is one class's part, of fraction q.
func classByChance(n int, q float64) (mean ByChance) {
	if q == 0 {
		return ByChance{}
	}
	if q == 1 { // all samples, always
		return ByChance{Found: 1}
	}
	binomial := distuv.Binomial{N: float64(n), P: q}
	middle, reach := binomial.Mean(), 12*binomial.StdDev()+12 // nothing of note lies beyond
	for count := max(0, math.Floor(middle-reach)); count <= min(float64(n), middle+reach); count++ {
		probability, p := binomial.Prob(count), count/float64(n)
		mean.KL += probability * relative(p, q)
		mean.TotalVariation += probability * math.Abs(p-q) / 2
	}
	mean.Found = -math.Expm1(float64(n) * math.Log1p(-q))
	return mean
}

// highQuality is the largest distance of a sample of high quality from its mode, in standard deviations.
const highQuality = 3

// Modes is how samples spread over the modes of a mixture of Gaussians, and how near they come.
type Modes struct {
	Of      int   // modes that the data have
	Found   int   // those with at least one sample of high quality
	Missing []int // those without, in order; nil if there are none
	Counts  []int // the samples of high quality of each mode

	// HighQuality is the fraction of samples within 3 standard deviations of a mode.
	HighQuality Estimate

	// Nearest counts every sample for its nearest mode, at any distance: its KL is the literature's.
	Nearest Coverage

	// HighQualityByChance is the fraction of high quality of the data itself: .9889 in the plane.
	HighQualityByChance float64
}

// ModeCoverage is how the samples x, [n, Dim], spread over the modes of the mixture that a generator was to learn. On
// [data.Ring] of 8 and [data.Grid] of 5 x 5 the literature takes 2,500 samples.
//
// It counts as Srivastava et al. 2017 ("VEEGAN", arXiv:1705.07761) and Lin et al. 2018 ("PacGAN", arXiv:1712.04086) do:
// a sample is of high quality within 3 standard deviations of the nearest mode, a mode is found if it has at least one
// such sample, and the divergence KL(samples ‖ data) counts each sample for its nearest mode, however far, so it is
// finite even if no sample is near a mode.
//
// "Found" is lenient: one stray sample finds a mode, which KL would reveal. Neither sees a generator that shrinks each
// mode to a point. Then all samples are of high quality, more than HighQualityByChance: the data's own fraction, that
// of a chi-squared up to 9. Judge means, widths and weights within a mode by eye.
//
// The standard errors are those of another n samples of the same generator: √(s(1−s)/n) for the fraction s of high
// quality, [LabelCoverage]'s for KL. Another training run differs by far more.
//
// It returns an error if the mixture is not valid, or if x is not at least one whole point of finite numbers.
func ModeCoverage[F Float](x []F, mixture data.Mixture) (Modes, error) {
	if err := mixture.Validate(); err != nil {
		return Modes{}, invalid.In("mixture", err)
	}
	nearest, sigmas, err := nearestModes(x, mixture)
	if err != nil {
		return Modes{}, err
	}
	m := Modes{Of: len(mixture.Means), Counts: make([]int, len(mixture.Means))}
	high := make([]bool, len(nearest))
	for i, mode := range nearest {
		if high[i] = sigmas[i] <= highQuality; high[i] {
			m.Counts[mode]++
		}
	}
	for mode, count := range m.Counts {
		if count == 0 {
			m.Missing = append(m.Missing, mode)
		}
	}
	m.Found = m.Of - len(m.Missing)
	m.HighQuality = share(high)
	m.HighQualityByChance = distuv.ChiSquared{K: float64(mixture.Dim())}.CDF(highQuality * highQuality)
	m.Nearest, err = LabelCoverage(nearest, weights(mixture))
	return m, err
}

// nearestModes are the mode nearest to each point of x and the distance to it, in standard deviations.
func nearestModes[F Float](x []F, mixture data.Mixture) (modes []int, sigmas []float64, err error) {
	dim := mixture.Dim()
	if len(x) == 0 || len(x)%dim != 0 {
		return nil, nil, invalid.Value("len(x)", len(x), "a positive multiple of %d, the numbers in a point", dim)
	}
	point := make([]float64, dim)
	for i := range len(x) / dim {
		for d := range point {
			point[d] = float64(x[i*dim+d])
			if math.IsNaN(point[d]) || math.IsInf(point[d], 0) {
				return nil, nil, fmt.Errorf("x: point %d has %v in coordinate %d: %w", i, point[d], d, ErrNotFinite)
			}
		}
		mode, s := mixture.Mode(point)
		modes, sigmas = append(modes, mode), append(sigmas, s)
	}
	return modes, sigmas, nil
}

// weights are the probabilities of the modes.
func weights(mixture data.Mixture) []float64 {
	if mixture.Weights != nil {
		return mixture.Weights
	}
	even := make([]float64, len(mixture.Means))
	for mode := range even {
		even[mode] = 1 / float64(len(even))
	}
	return even
}

package measure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// InceptionScore is the score of Salimans et al. 2016 (arXiv:1606.03498) for n samples, by a classifier's probabilities
// p, [n, classes]:
//
//	exp( mean KL(p(y|x) ‖ p(y)) ),  p(y) the mean of p(y|x)
//
// It runs from 1, if all samples are alike, to classes, if each sample is certain and all classes are equally frequent.
// Report the classifier and its classes with it. It looks at no real image, so a generator of one good image per class
// scores best.
//
// The rows are cut in order into the given number of splits, and the value is the mean of their scores: the paper has
// ten, of 5,000. Splits of few rows score too low, by about classes/2n of the value. Mix rows that are in the order of
// their labels first, or let splits be 1.
//
// The standard error is that of the draw of the samples: to first order in 1/n a split's score varies with the mean of
// its rows' divergences. It is not the standard deviation over splits, which papers print after ±.
//
// It returns an error if splits is not positive, if there are not two rows to each, or if a row of p has a negative
// value or a sum more than 1e-3 off 1.
//
// Deck equation inception-score.
func InceptionScore(p []float32, classes, splits int) (Estimate, error) {
	if splits < 1 {
		return Estimate{}, invalid.Value("splits", splits, "at least 1")
	}
	n, err := atLeast("p", p, classes, 2*splits)
	if err != nil {
		return Estimate{}, fmt.Errorf("an Inception score of %d splits: %w", splits, err)
	}
	for row := range n {
		if err := probabilities(p[row*classes : (row+1)*classes]); err != nil {
			return Estimate{}, invalid.In(fmt.Sprintf("p[%d]", row), err)
		}
	}
	var total, variance float64
	for i := range splits {
		score := inceptionScore(p[i*n/splits*classes:(i+1)*n/splits*classes], classes)
		total += score.Value
		variance += score.StdErr * score.StdErr
	}
	return Estimate{total / float64(splits), math.Sqrt(variance) / float64(splits)}, nil
}

// inceptionScore is the score of one split.
func inceptionScore(p []float32, classes int) Estimate {
	mean := meanRow(p, classes)
	divergences := make([]float64, len(p)/classes)
	for row := range divergences {
		for class, v := range p[row*classes : (row+1)*classes] {
			divergences[row] += relative(float64(v), mean[class])
		}
	}
	// A row's effect on p(y) does not change the mean to first order, because probabilities always have the same sum.
	mutual, std := stat.MeanStdDev(divergences, nil)
	value := math.Exp(mutual)
	return Estimate{value, value * stat.StdErr(std, float64(len(divergences)))}
}

// probabilities refuses a row that is not a distribution.
func probabilities(row []float32) error {
	var sum float64
	for class, v := range row {
		if v < 0 {
			return invalid.Value("", v, "a probability for class %d", class)
		}
		sum += float64(v)
	}
	if math.Abs(sum-1) > 1e-3 {
		return invalid.Value("", sum, "probabilities whose sum is 1")
	}
	return nil
}

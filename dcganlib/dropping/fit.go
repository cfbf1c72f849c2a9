package dropping

import (
	"math"

	"gonum.org/v1/gonum/optimize"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Regression tells from a row of filters whether an attribute is there: with probability σ(Bias + Σ Weights·x).
type Regression struct {
	// Weights are one a filter, for filters divided by their standard deviations, so that they can be compared.
	Weights []float64
	Bias    float64
	// Accuracy is the share of rows that it gets right, and Share that of the more frequent answer, which a constant
	// gets right.
	Accuracy, Share float64
}

// penalty is what half the squared length of the weights costs beside the mean loss of a row, in nats. The paper does not
// say how its regression was regularised.
const penalty = 1e-3

// Fit fits a logistic regression to rows [n, filters], by L-BFGS. attribute says of each row whether the attribute is
// there; it must be in some rows and not in all.
func Fit(rows []float32, filters int, attribute []bool) (*Regression, error) {
	switch n := len(attribute); {
	case filters < 1:
		return nil, invalid.Value("filters", filters, "at least 1")
	case n == 0 || len(rows) != n*filters:
		return nil, invalid.Value("rows", len(rows), "%d numbers, %d for each of %d answers", n*filters, filters, n)
	}
	with := 0
	for _, there := range attribute {
		if there {
			with++
		}
	}
	if with == 0 || with == len(attribute) {
		return nil, invalid.Value("attribute", with, "in some of %d rows and not in all", len(attribute))
	}
	l := logistic{rows: rows, filters: filters, attribute: attribute, deviation: deviations(rows, filters)}
	problem := optimize.Problem{
		Func: func(w []float64) float64 { return l.loss(w, nil) },
		Grad: func(gradient, w []float64) { l.loss(w, gradient) },
	}
	result, err := optimize.Minimize(problem, make([]float64, filters+1), &optimize.Settings{GradientThreshold: 1e-6, MajorIterations: 500}, &optimize.LBFGS{})
	if err != nil {
		return nil, err
	}
	r := &Regression{Weights: result.X[:filters], Bias: result.X[filters]}
	r.Share = max(float64(with), float64(len(attribute)-with)) / float64(len(attribute))
	for i, there := range attribute {
		if (l.score(result.X, i) > 0) == there {
			r.Accuracy += 1 / float64(len(attribute))
		}
	}
	return r, nil
}

// Positive are the filters with a weight above zero, those that the paper dropped.
func (r *Regression) Positive() (filters []int) {
	for i, w := range r.Weights {
		if w > 0 {
			filters = append(filters, i)
		}
	}
	return filters
}

// deviations are the standard deviations of the columns; of a constant one, 1.
func deviations(rows []float32, columns int) []float64 {
	n := float64(len(rows) / columns)
	mean, square := make([]float64, columns), make([]float64, columns)
	for i, v := range rows {
		mean[i%columns] += float64(v) / n
	}
	for i, v := range rows {
		d := float64(v) - mean[i%columns]
		square[i%columns] += d * d / n
	}
	for i, v := range square {
		if square[i] = math.Sqrt(v); v == 0 {
			square[i] = 1
		}
	}
	return square
}

// logistic is the loss of a regression.
type logistic struct {
	rows      []float32
	filters   int
	attribute []bool
	deviation []float64
}

// score is the logit of a row by the weights w, of which the last is the bias.
func (l logistic) score(w []float64, row int) float64 {
	sum := w[l.filters]
	for j, v := range l.rows[row*l.filters : (row+1)*l.filters] {
		sum += w[j] * float64(v) / l.deviation[j]
	}
	return sum
}

// loss is the mean cross-entropy of a row in nats, with the penalty. It puts the gradient where that is not nil.
func (l logistic) loss(w, gradient []float64) (loss float64) {
	clear(gradient)
	n := float64(len(l.attribute))
	for i, there := range l.attribute {
		s := l.score(w, i)
		sign := -1.
		if there {
			sign = 1
		}
		loss += softplus(-sign*s) / n
		if gradient == nil {
			continue
		}
		slope := -sign / (1 + math.Exp(sign*s)) / n
		for j, v := range l.rows[i*l.filters : (i+1)*l.filters] {
			gradient[j] += slope * float64(v) / l.deviation[j]
		}
		gradient[l.filters] += slope
	}
	for j, v := range w[:l.filters] {
		loss += penalty / 2 * v * v
		if gradient != nil {
			gradient[j] += penalty * v
		}
	}
	return loss
}

// softplus is log(1 + exp x).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

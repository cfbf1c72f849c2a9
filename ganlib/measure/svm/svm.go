// Package svm is the linear support vector machine by which features are judged: a classifier of rows of numbers that
// can only weigh and add. If it tells the classes apart, the features had done the work.
//
//	model, err := svm.Train(ctx, x, dim, labels, svm.Options{C: .01})
//	accuracy := model.Accuracy(test, testLabels)
//
// # What is solved
//
// For each class, against all the rest, the weights w that minimise
//
//	½‖w‖² + C·Σ max(0, 1 − yᵢ·w·xᵢ)²
//
// with yᵢ = 1 for rows of the class and −1 for the others: L2-regularised, with the squared hinge loss, the "L2-SVM". Each
// row gets a 1 at its end, so that the last weight is the bias, which is regularised with the others. A row is of the
// class whose w·x is the largest. It is liblinear's solver 1, and scikit-learn's LinearSVC as it is by default.
//
// # How
//
// By dual coordinate descent (Hsieh, Chang, Lin, Keerthi and Sundararajan, A Dual Coordinate Descent Method for
// Large-scale Linear SVM, ICML 2008, Algorithm 3). The dual has one αᵢ ≥ 0 for each row; w = Σ αᵢ·yᵢ·xᵢ. One αᵢ after the
// other is set to its best value, in an order drawn anew for each pass, and rows whose αᵢ seems settled at 0 are left out
// for a while ("shrinking"). Rows stay float32 as they are, and are not copied; all sums are float64. The solution is
// unique, so the order matters only to how near to it the tolerance lets the descent stop.
package svm

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Options of [Train].
type Options struct {
	// C weighs the rows' losses against the size of the weights: the smaller, the more regularised. It must be positive.
	C float64
	// Tolerance ends the descent: no projected gradient of the dual may differ from another by more. 0 means .1,
	// liblinear's.
	Tolerance float64
	// Passes over the rows at most, for each class; 0 means 1000, liblinear's.
	Passes int
	// Seed draws the orders.
	Seed uint64
	// Watch is called after each class is learned. Nil means no calls.
	Watch func()
}

// Model is a trained classifier.
type Model struct {
	// Weights of each class, [classes][dim+1]. The last is the bias.
	Weights [][]float64
	// Stopped is the number of classes whose descent ended by Options.Passes, before the tolerance was reached.
	Stopped int
}

// Train learns to classify the rows x [n, dim] by their labels, [n], which count from 0. There must be at least two
// classes that have rows. Between two passes it returns the error of a context that has ended.
func Train(ctx context.Context, x []float32, dim int, labels []int, o Options) (*Model, error) {
	classes, err := check(x, dim, labels, o)
	if err != nil {
		return nil, err
	}
	if o.Tolerance == 0 {
		o.Tolerance = .1
	}
	if o.Passes == 0 {
		o.Passes = 1000
	}
	rows := rowsOf(x, dim)
	model := &Model{}
	for class := range classes {
		p := newProblem(rows, labels, class, o.C)
		rng := rand.New(rand.NewPCG(o.Seed, uint64(class)))
		reached, err := p.descend(ctx, rng, o.Tolerance, o.Passes)
		if err != nil {
			return nil, err
		}
		if !reached {
			model.Stopped++
		}
		model.Weights = append(model.Weights, p.w)
		if o.Watch != nil {
			o.Watch()
		}
	}
	return model, nil
}

// check refuses what cannot be learned, and counts the classes.
func check(x []float32, dim int, labels []int, o Options) (classes int, err error) {
	switch {
	case dim < 1 || len(x) == 0 || len(x)%dim != 0:
		return 0, invalid.Value("values", len(x), "whole rows of %d, at least one", dim)
	case len(labels) != len(x)/dim:
		return 0, invalid.Value("labels", len(labels), "one for each of %d rows", len(x)/dim)
	case !(o.C > 0) || math.IsInf(o.C, 0):
		return 0, invalid.Value("C", o.C, "a positive number, such as .01")
	case !(o.Tolerance >= 0):
		return 0, invalid.Value("tolerance", o.Tolerance, "a positive number, or 0 for .1")
	case o.Passes < 0:
		return 0, invalid.Value("passes", o.Passes, "at least 1, or 0 for 1000")
	}
	several := false
	for i, label := range labels {
		if label < 0 {
			return 0, invalid.Value("labels", label, "at least 0, in row %d", i)
		}
		classes, several = max(classes, label+1), several || label != labels[0]
	}
	if !several {
		return 0, invalid.Value("labels", labels[0], "another label besides, for there is nothing to tell apart")
	}
	for i, v := range x {
		if v-v != 0 { // NaN or infinite
			return 0, invalid.Value("values", v, "finite numbers, in row %d", i/dim)
		}
	}
	return classes, nil
}

// rowsOf cuts x into rows.
func rowsOf(x []float32, dim int) [][]float32 {
	rows := make([][]float32, len(x)/dim)
	for i := range rows {
		rows[i] = x[i*dim : (i+1)*dim : (i+1)*dim]
	}
	return rows
}

// Classify returns the class of each row of x [n, dim]: the one with the largest w·x, the first of equals. It panics if
// x does not hold whole rows of the length that the model was trained on.
func (m *Model) Classify(x []float32) []int {
	rows := rowsOf(x, m.dim(x))
	labels := make([]int, len(rows))
	for i, row := range rows {
		best := math.Inf(-1)
		for class, w := range m.Weights {
			if score := dot(w, row); score > best {
				best, labels[i] = score, class
			}
		}
	}
	return labels
}

// dim is the length of the rows of x.
func (m *Model) dim(x []float32) int {
	dim := len(m.Weights[0]) - 1
	if len(x)%dim != 0 {
		panic(invalid.Value("values", len(x), "whole rows of %d, as in training", dim))
	}
	return dim
}

// Right counts the rows of x [n, dim] that Classify gives their label.
func (m *Model) Right(x []float32, labels []int) int {
	right := 0
	for i, label := range m.Classify(x) {
		if label == labels[i] {
			right++
		}
	}
	return right
}

// Accuracy is the fraction of the rows of x [n, dim] that Classify gives their label.
func (m *Model) Accuracy(x []float32, labels []int) float64 {
	return float64(m.Right(x, labels)) / float64(len(labels))
}

package svm

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Trial is a C that was tried, and the mean accuracy on rows that the classifier had not seen.
type Trial struct {
	C        float64 `json:"c"`
	Accuracy float64 `json:"accuracy"`
}

// CrossValidate tries several values of C by cross-validation: the rows x [n, dim] are dealt at random into as many folds
// of nearly one size, and each fold is classified by what was learned from the others. It returns the trials in the order
// of cs, and the C of the highest accuracy, the smaller of equals. o.C is not used; o.Watch is called for each class of
// each of the len(cs)·folds classifiers.
//
// C weighs the sum over rows: the best one for a tenth of the rows may be too large for all.
func CrossValidate(ctx context.Context, x []float32, dim int, labels []int, cs []float64, folds int, o Options) (best float64, trials []Trial, err error) {
	n := len(labels)
	switch {
	case len(cs) == 0:
		return 0, nil, invalid.Value("cs", cs, "at least one value of C")
	case folds < 2 || folds > n:
		return 0, nil, invalid.Value("folds", folds, "2 to %d, the number of rows", n)
	case dim < 1 || len(x) != n*dim:
		return 0, nil, invalid.Value("values", len(x), "%d rows of %d, one for each label", n, dim)
	}
	order := rand.New(rand.NewPCG(o.Seed, 1<<63)).Perm(n)
	right := make([]int, len(cs))
	for fold := range folds {
		lo, hi := fold*n/folds, (fold+1)*n/folds
		seenX, seenLabels := choose(x, dim, labels, slices.Concat(order[:lo], order[hi:]))
		heldX, heldLabels := choose(x, dim, labels, order[lo:hi])
		for i, c := range cs {
			o.C = c
			model, err := Train(ctx, seenX, dim, seenLabels, o)
			if err != nil {
				return 0, nil, err
			}
			right[i] += model.Right(heldX, heldLabels)
		}
	}
	highest := -1
	for i, c := range cs {
		if right[i] > highest || right[i] == highest && c < best {
			highest, best = right[i], c
		}
		trials = append(trials, Trial{c, float64(right[i]) / float64(n)})
	}
	return best, trials, nil
}

// choose copies the rows that indices name, and their labels.
func choose(x []float32, dim int, labels, indices []int) (chosen []float32, theirs []int) {
	chosen = make([]float32, 0, len(indices)*dim)
	for _, i := range indices {
		chosen, theirs = append(chosen, x[i*dim:(i+1)*dim]...), append(theirs, labels[i])
	}
	return chosen, theirs
}

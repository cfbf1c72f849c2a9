package features

import (
	"context"
	"io"
	"math"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure/svm"
	"github.com/gans-in-go/gans/internal/progress"
)

// Source turns images into rows of numbers: an [Extractor], or one of package measure/feature.
type Source interface {
	Name() string
	Extract(ctx context.Context, images *data.Images) (x []float32, dim int, err error)
}

// Judging has the settings of [Judge].
type Judging struct {
	// Cs are the values of C to choose from; nil means 1e-4, 1e-3, .01 and .1.
	Cs []float64
	// Seed draws the folds and the order of the descent.
	Seed uint64
	// Output receives progress; nil means silence.
	Output io.Writer
}

// C is chosen by so many folds of at most so many of the training images: all of them would take hours for the sake of a
// factor of ten.
const chooseFolds, chooseImages = 3, 6000

// Score is how well a linear SVM on features names what is in pictures that it has not seen.
type Score struct {
	// Features is the name of the source, Dim their number.
	Features string `json:"features"`
	Dim      int    `json:"dim"`
	// C was chosen by cross-validation among Trials.
	C      float64     `json:"c"`
	Trials []svm.Trial `json:"trials"`
	// Accuracy on the test images, a fraction, and its standard error by the number of images.
	Accuracy float64 `json:"accuracy"`
	StdErr   float64 `json:"std_err"`
	// Unsettled counts the classes whose SVM ended before its tolerance. Their accuracy could still rise.
	Unsettled int `json:"unsettled,omitempty"`
}

// Judge trains a linear SVM on the features of labelled images and tests it on others. C is chosen by cross-validation on
// the first 6,000 training images.
func Judge(ctx context.Context, source Source, train, test *data.Images, o Judging) (*Score, error) {
	if err := checkLabelled(train, test); err != nil {
		return nil, err
	}
	if o.Cs == nil {
		o.Cs = []float64{1e-4, 1e-3, 1e-2, .1}
	}
	x, dim, err := source.Extract(ctx, train)
	if err != nil {
		return nil, err
	}
	score := &Score{Features: source.Name(), Dim: dim}
	classes, n := train.Classes(), min(chooseImages, train.N)
	bar := progress.Count(o.Output, "linear SVMs", classes*(chooseFolds*len(o.Cs)+1))
	defer bar.Done()
	options := svm.Options{Seed: o.Seed, Watch: func() { bar.Add(1) }}
	score.C, score.Trials, err = svm.CrossValidate(ctx, x[:n*dim], dim, train.Labels[:n], o.Cs, chooseFolds, options)
	if err != nil {
		return nil, err
	}
	options.C = score.C
	model, err := svm.Train(ctx, x, dim, train.Labels, options)
	if err != nil {
		return nil, err
	}
	score.Unsettled = model.Stopped
	right, err := rightOf(ctx, source, test, model)
	if err != nil {
		return nil, err
	}
	score.Accuracy = float64(right[0]) / float64(test.N)
	score.StdErr = math.Sqrt(score.Accuracy * (1 - score.Accuracy) / float64(test.N))
	return score, nil
}

// checkLabelled refuses images without labels.
func checkLabelled(train, test *data.Images) error {
	switch {
	case train.Classes() < 2:
		return invalid.Value("train", train.Name, "images with labels of at least 2 classes")
	case test.Classes() < 1:
		return invalid.Value("test", test.Name, "images with labels")
	}
	return nil
}

// testAtOnce is the number of images whose features are in memory at once when classifiers are tested.
const testAtOnce = 5000

// rightOf counts the images that each model gives their label. The features are computed a part at a time, once for all
// models.
func rightOf(ctx context.Context, source Source, images *data.Images, models ...*svm.Model) ([]int, error) {
	right := make([]int, len(models))
	for lo := 0; lo < images.N; lo += testAtOnce {
		part, err := images.Subset(lo, min(lo+testAtOnce, images.N))
		if err != nil {
			return nil, err
		}
		x, _, err := source.Extract(ctx, part)
		if err != nil {
			return nil, err
		}
		for i, model := range models {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			right[i] += model.Right(x, part.Labels)
		}
	}
	return right, nil
}

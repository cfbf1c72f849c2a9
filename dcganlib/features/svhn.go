package features

import (
	"context"
	"io"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure/svm"
	"github.com/gans-in-go/gans/internal/progress"
)

// FewLabels is a protocol with few labels: C is chosen, and the error found, as means over draws of the few that the
// classifier is told. [SVHN] is that of DCGAN's section 5.2.
type FewLabels struct {
	// PerClass labels of each class make a draw.
	PerClass int
	// Validation is the number of training images, the last ones, on which C is chosen.
	Validation int
	// Cs are the values of C, each tried on ChooseDraws draws.
	Cs          []float64
	ChooseDraws int
	// TestDraws are the draws whose classifiers are tested.
	TestDraws int
	// Seed draws.
	Seed uint64
	// Output receives progress; nil means silence.
	Output io.Writer
}

// SVHN is the paper's protocol for Street View House Numbers: 1,000 labels, 100 a class; 10,000 validation images from the
// training part (not the "extra" one); C as in the released svhn_semisup_analysis.py, by the mean of 10 draws; the mean
// test error over 100 draws. The paper: 22.48%.
func SVHN() FewLabels {
	return FewLabels{
		PerClass: 100, Validation: 10_000, Cs: []float64{1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2}, ChooseDraws: 10, TestDraws: 100,
	}
}

// FewScore is what [FewLabels.Judge] found.
type FewScore struct {
	Features string `json:"features"`
	Dim      int    `json:"dim"`
	Labels   int    `json:"labels"` // of all classes
	// C was chosen among Trials, whose accuracies are means over draws on the validation images.
	C      float64     `json:"c"`
	Trials []svm.Trial `json:"trials"`
	// Error is the mean test error over Draws draws, a fraction, and Std its standard deviation from draw to draw.
	Error float64 `json:"error"`
	Std   float64 `json:"std"`
	Draws int     `json:"draws"`
}

// Judge follows the protocol on the labelled images.
func (f FewLabels) Judge(ctx context.Context, source Source, train, test *data.Images) (*FewScore, error) {
	if err := f.check(train, test); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(f.Seed, 0))
	pool, err := train.Subset(0, train.N-f.Validation)
	if err != nil {
		return nil, err
	}
	held, err := train.Subset(train.N-f.Validation, train.N)
	if err != nil {
		return nil, err
	}
	score := &FewScore{Features: source.Name(), Labels: f.PerClass * train.Classes(), Draws: f.TestDraws}
	bar := progress.Count(f.Output, "linear SVMs", train.Classes()*(len(f.Cs)*f.ChooseDraws+f.TestDraws))
	defer bar.Done()
	watch := func() { bar.Add(1) }
	models, dim, err := f.learn(ctx, source, pool, rng, f.Cs, f.ChooseDraws, watch)
	if err != nil {
		return nil, err
	}
	score.Dim = dim
	accuracies, err := accuraciesOf(ctx, source, held, models)
	if err != nil {
		return nil, err
	}
	best := -1.
	for i, c := range f.Cs {
		mean := stat.Mean(accuracies[i*f.ChooseDraws:(i+1)*f.ChooseDraws], nil)
		score.Trials = append(score.Trials, svm.Trial{C: c, Accuracy: mean})
		if mean > best {
			best, score.C = mean, c
		}
	}
	if models, _, err = f.learn(ctx, source, pool, rng, []float64{score.C}, f.TestDraws, watch); err != nil {
		return nil, err
	}
	if accuracies, err = accuraciesOf(ctx, source, test, models); err != nil {
		return nil, err
	}
	score.Error, score.Std = 1-stat.Mean(accuracies, nil), 0
	if f.TestDraws > 1 {
		score.Std = stat.StdDev(accuracies, nil)
	}
	return score, nil
}

// check refuses images without labels, and too few of them.
func (f FewLabels) check(train, test *data.Images) error {
	if err := checkLabelled(train, test); err != nil {
		return err
	}
	if f.Validation < 1 || f.Validation >= train.N {
		return invalid.Value("validation", f.Validation, "1 to %d, for the rest of %d training images is learned from", train.N-1, train.N)
	}
	counts := make([]int, train.Classes())
	for _, label := range train.Labels[:train.N-f.Validation] {
		counts[label]++
	}
	for class, n := range counts {
		if n < f.PerClass {
			return invalid.Value("per_class", f.PerClass, "at most %d, the images of class %d", n, class)
		}
	}
	return nil
}

// learn trains a model for each C on each of some draws of labels, [len(cs)·draws].
func (f FewLabels) learn(ctx context.Context, source Source, pool *data.Images, rng *rand.Rand, cs []float64, draws int, watch func()) (models []*svm.Model, dim int, err error) {
	models = make([]*svm.Model, len(cs)*draws)
	for draw := range draws {
		few, err := pool.Choose(drawLabelled(pool.Labels, f.PerClass, rng))
		if err != nil {
			return nil, 0, err
		}
		var x []float32
		if x, dim, err = source.Extract(ctx, few); err != nil {
			return nil, 0, err
		}
		for i, c := range cs {
			model, err := svm.Train(ctx, x, dim, few.Labels, svm.Options{C: c, Seed: f.Seed, Watch: watch})
			if err != nil {
				return nil, 0, err
			}
			models[i*draws+draw] = model
		}
	}
	return models, dim, nil
}

// drawLabelled draws n images of each class.
func drawLabelled(labels []int, n int, rng *rand.Rand) []int {
	var drawn []int
	counts := map[int]int{}
	for _, i := range rng.Perm(len(labels)) {
		if counts[labels[i]] < n {
			counts[labels[i]]++
			drawn = append(drawn, i)
		}
	}
	return drawn
}

// accuraciesOf are the models' accuracies on the images.
func accuraciesOf(ctx context.Context, source Source, images *data.Images, models []*svm.Model) ([]float64, error) {
	right, err := rightOf(ctx, source, images, models...)
	if err != nil {
		return nil, err
	}
	accuracies := make([]float64, len(right))
	for i, n := range right {
		accuracies[i] = float64(n) / float64(images.N)
	}
	return accuracies, nil
}

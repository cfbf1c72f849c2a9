package gans

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/evaluate"
)

// TestEvaluate: samples are held against the test part, which nobody trained on; copies are looked for among
// the images that were trained on, and no others.
func TestEvaluate(t *testing.T) {
	onBackends(t, func(t *testing.T, backendName string) {
		cfg := smallMNIST(t, backendName)
		cfg.Data.First, cfg.Steps = 600, 1
		gan, err := Train(t.Context(), cfg)
		require.NoError(t, err)
		sets, err := gan.realImages(50, Evaluation{Seed: 3})
		require.NoError(t, err)
		require.Equal(t, 10_000, sets.Reference.N)
		require.Equal(t, "MNIST, test part", sets.Reference.Name)
		require.Equal(t, 50, sets.Real.N)
		require.Equal(t, 600, sets.Train.N)
		train, err := mnist.Train()
		require.NoError(t, err)
		first, err := train.Subset(0, 600)
		require.NoError(t, err)
		require.ElementsMatch(t, first.Labels, sets.Train.Labels)
	})
}

// TestEvaluateARun measures a run whole, with features of one's own choice.
func TestEvaluateARun(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Data, cfg.Steps = Data{Set: "fashion", First: 400}, 1
	gan, err := Train(t.Context(), cfg)
	require.NoError(t, err)
	random, err := gan.Extractor("random")
	require.NoError(t, err)
	report, err := gan.Evaluate(Evaluation{Samples: 60, Seed: 2, Extractor: random})
	require.NoError(t, err)
	require.Contains(t, report.Of, "after 1 iterations: 60 samples, seed 2")
	score := report.Score("recall")
	require.Equal(t, evaluate.Score{
		Measure: "recall", Better: "higher", Estimate: score.Estimate, Real: score.Real,
		N: 60, M: 200, Reference: "Fashion-MNIST, test part, training images", Extractor: random.Name(), Seed: 2,
	}, *score)
	require.Contains(t, report.Score("copies, in pixels").Note, "no real images were held out")
	require.Contains(t, report.Score("Inception score").Extractor, "Fashion-MNIST classifier")

	_, err = gan.Extractor("inception")
	require.ErrorContains(t, err, `extractor "inception" is unknown`)
	_, err = gan.Evaluate(Evaluation{Samples: -1})
	require.ErrorContains(t, err, "-1 samples")
	_, err = gan.Table1(1, nil)
	require.ErrorContains(t, err, "table 1 is of runs on the first 50000 images of MNIST")
}

// TestEvaluatePoints measures a run on a toy distribution.
func TestEvaluatePoints(t *testing.T) {
	cfg := Ring8()
	cfg.Dir, cfg.Backend, cfg.Steps = t.TempDir(), "go", 1
	gan, err := Train(t.Context(), cfg)
	require.NoError(t, err)
	report, err := gan.Evaluate(Evaluation{Samples: 200, Seed: 1})
	require.NoError(t, err)
	require.NotNil(t, report.Score("modes found, of 8").Estimate)
}

// TestUnit: what a generator makes, in [0, 1].
func TestUnit(t *testing.T) {
	require.Equal(t, []float32{0, .5, 1}, Network{DCGAN: MNIST28().Generator.DCGAN}.unit([]float32{0, .5, 1}))
	require.Equal(t, []float32{0, .5, 1}, CIFAR32().Generator.unit([]float32{-1, 0, 1}))
	require.Nil(t, CIFAR10FC().Generator.unit([]float32{-1, 0, 1}))
}

// TestHalves: without a test part one half is the reference, and the other stands for a generator without
// fault.
func TestHalves(t *testing.T) {
	set := &data.Images{Name: "numbered", N: 9, Height: 1, Width: 1, Channels: 1, Pixels: []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8}}
	s, err := halves(set, 4, 1)
	require.NoError(t, err)
	require.Equal(t, 5, s.Reference.N)
	require.ElementsMatch(t, set.Pixels, append(s.Reference.Pixels, s.Real.Pixels...))
	require.Nil(t, s.Train)
	s, err = halves(set, 5, 1)
	require.NoError(t, err)
	require.Nil(t, s.Real, "there are not so many")
}

// TestParts: a set's parts by name, and an error for one it does not have.
func TestParts(t *testing.T) {
	for part, n := range map[string]int{"": 60_000, "train": 60_000, "test": 10_000} {
		source, err := openSet("mnist", part, data.Frame{}, nil)
		require.NoError(t, err)
		require.Equal(t, n, source.Len())
	}
	_, err := openSet("mnist", "extra", data.Frame{}, nil)
	require.ErrorContains(t, err, `set "mnist" has no part "extra"`)
	for name, want := range map[string]bool{"mnist": true, "stacked-mnist": true, "fashion": false, "cifar10": true, "flowers": false, "ring8": false, "": false} {
		require.Equal(t, want, hasTestPart(name), name)
	}
}

package gans

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestEvaluate: samples are compared with the test part, which is not trained on; copies are searched for only among
// the images that were trained on.
func TestEvaluate(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Data.First = 600
	sets, err := untrained(t, cfg.Config).realImages(t.Context(), 50, Evaluation{Seed: 3})
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
}

// TestEvaluateARun evaluates a whole run, with features of one's own choice.
func TestEvaluateARun(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Data, cfg.Steps = Data{Set: "fashion", First: 400}, 1
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	random, err := feature.Named(gan.Backend, "random")
	require.NoError(t, err)
	report, err := gan.Evaluate(t.Context(), Evaluation{Samples: 60, Seed: 2, Extractor: random})
	require.NoError(t, err)
	require.Contains(t, report.Of, "after 1 iterations: 60 samples, seed 2")
	score := report.Score("recall")
	require.Equal(t, evaluate.Score{
		Measure: "recall", Better: "higher", Estimate: score.Estimate, Real: score.Real,
		N: 60, M: 200, Reference: "Fashion-MNIST, test part, training images", Extractor: random.Name(), Seed: 2,
	}, *score)
	require.Contains(t, report.Score("copies, in pixels").Note, "no real images were held out")
	require.Contains(t, report.Score("Inception score").Extractor, "Fashion-MNIST classifier")

	_, err = feature.Named(gan.Backend, "inception")
	gantest.RequireInvalid(t, err, "extractor")
	_, err = gan.Evaluate(t.Context(), Evaluation{Samples: -1})
	gantest.RequireInvalid(t, err, "samples")
	_, err = gan.Table1(t.Context(), 1, nil)
	gantest.RequireInvalid(t, err, "data")
	require.ErrorContains(t, err, `data is "fashion": want a set that has a test part`)
	_, err = (&GAN{Config: Ring8()}).Table1(t.Context(), 1, nil)
	require.ErrorContains(t, err, `data is "ring8": want`)
}

// TestEvaluatePoints evaluates a run on a toy distribution.
func TestEvaluatePoints(t *testing.T) {
	cfg := trial{Config: Ring8(), Options: Options{Dir: t.TempDir()}}
	cfg.Backend, cfg.Steps = "go", 1
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	report, err := gan.Evaluate(t.Context(), Evaluation{Samples: 200, Seed: 1})
	require.NoError(t, err)
	require.NotNil(t, report.Score("modes found, of 8").Estimate)
}

// TestEvaluateCancelled before any sample is drawn: this game could draw none.
func TestEvaluateCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := (&GAN{Config: Ring8()}).Evaluate(ctx, Evaluation{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestUnit: the generator's output in [0, 1].
func TestUnit(t *testing.T) {
	require.Equal(t, []float32{0, .5, 1}, (&GAN{Config: MNIST28()}).unit([]float32{0, .5, 1}))
	require.Equal(t, []float32{0, .5, 1}, (&GAN{Config: CIFAR32()}).unit([]float32{-1, 0, 1}))
	require.Nil(t, (&GAN{Config: CIFAR10FC()}).unit([]float32{-1, 0, 1}))
}

// TestTable1KeepsTheWeights: drawing the samples of a checkpoint for Table 1, and an error on the way, here a damaged
// checkpoint, do not change the game.
func TestTable1KeepsTheWeights(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Steps, cfg.SaveEvery, cfg.KeepEvery = 2, 1, 1
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	before, err := gan.Sample(3, 1)
	require.NoError(t, err)
	kept := func() {
		t.Helper()
		require.Equal(t, 2, gan.Step)
		after, err := gan.Sample(3, 1)
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
	drawn, err := gan.samplesAt(t.Context(), 1, 1)
	require.NoError(t, err)
	require.NotEqual(t, before, drawn[:len(before)], "the weights of step 1")
	kept()

	checkpoints, err := gan.Run.Checkpoints()
	require.NoError(t, err)
	damage := func(c run.Checkpoint) {
		require.NoError(t, os.WriteFile(filepath.Join(c.Dir, "variables.json"), []byte("[]"), 0o666))
	}
	damage(checkpoints[len(checkpoints)-1])
	_, err = gan.samplesAt(t.Context(), 1, 1)
	require.NoError(t, err)
	_, err = gan.samplesAt(t.Context(), 2, 1)
	require.ErrorIs(t, err, run.ErrDamaged)
	kept()
	damage(checkpoints[0])
	_, err = gan.Table1(t.Context(), 1, nil)
	require.ErrorIs(t, err, run.ErrDamaged)
	kept()
}

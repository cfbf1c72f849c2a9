package gans

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/progress"
)

// MNIST as the 2014 paper divides it: the first 50,000 training images to train on, the rest for validation.
const mnistTraining = 50_000

// Table1 scores a run as the MNIST column of the 2014 paper's Table 1 does, by evaluate.Table1: of the
// checkpoints that were kept it chooses the best on the validation images, which the run must not have trained
// on, and scores that one on the test images. The seed decides the noise of the 10,000 samples. The weights are
// then those of the chosen checkpoint. Progress goes to output; nil means silence.
func (gan *GAN) Table1(seed uint64, output io.Writer) (*evaluate.Table1Result, error) {
	if d := gan.Config.Data; d.Set != "mnist" || d.Part != "" || d.First == 0 || d.First > mnistTraining {
		return nil, fmt.Errorf("table 1 is of runs on the first %d images of MNIST, for it chooses on the others: this one is on %s, first %d", mnistTraining, d, d.First)
	}
	train, err := mnist.Train()
	if err != nil {
		return nil, err
	}
	test, err := mnist.Test()
	if err != nil {
		return nil, err
	}
	if want := []int{train.Height, train.Width, train.Channels}; !slices.Equal(gan.shape(), want) {
		return nil, fmt.Errorf("table 1 is of images of shape %v: this run's have %v", want, gan.shape())
	}
	t := evaluate.Table1{Dim: train.Size(), Epoch: max(1, gan.Config.Data.First/(gan.Config.K*gan.Config.BatchSize))}
	pixels, _, err := feature.Pixels().Extract(train)
	if err != nil {
		return nil, err
	}
	if t.Test, _, err = feature.Pixels().Extract(test); err != nil {
		return nil, err
	}
	t.Validation = pixels[mnistTraining*t.Dim:]
	if err := gan.addCheckpoints(&t, seed, output); err != nil {
		return nil, err
	}
	result, err := t.Finish(pixels[:evaluate.Table1Samples*t.Dim])
	if err != nil {
		return nil, err
	}
	return result, gan.Restore(result.Chosen.Step)
}

// addCheckpoints measures every checkpoint there is on the validation images.
func (gan *GAN) addCheckpoints(t *evaluate.Table1, seed uint64, output io.Writer) error {
	checkpoints, err := gan.Run.Checkpoints()
	if err != nil {
		return err
	}
	if len(checkpoints) == 0 {
		return errors.New("the run has no checkpoint")
	}
	bar := progress.Count(output, "checkpoints", len(checkpoints))
	defer bar.Done()
	for _, c := range checkpoints {
		if err := gan.Restore(c.Step); err != nil {
			return err
		}
		x, err := gan.Sample(evaluate.Table1Samples, seed)
		if err != nil {
			return err
		}
		if unit := gan.Config.Generator.unit(x); unit != nil {
			x = unit
		}
		if _, err := t.Add(c.Step, x); err != nil {
			return err
		}
		bar.Add(1)
	}
	return nil
}

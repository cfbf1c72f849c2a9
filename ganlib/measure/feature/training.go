package feature

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// Training has the settings of [Train].
type Training struct {
	// Epochs is the number of passes over the images; 0 means 10.
	Epochs int
	// Seed draws the first weights, the minibatches, the mirrored images and dropout.
	Seed uint64
	// Flip mirrors each image left to right with probability 1/2. It is right where a mirrored image is of the same
	// class, as with clothes, and wrong for digits.
	Flip bool
	// Watch is called after each step with its number, counted from 1, the number of all steps, and the loss, the mean
	// cross-entropy in nats. Nil means no calls.
	Watch func(step, steps int, loss float64)
}

// Batch is the number of images in a step of [Train].
const Batch = 128

// rate is the learning rate of Adam at the first step; it falls linearly to 0 at the last.
const rate = 2e-3

const defaultEpochs = 10

// Train trains a classifier on labelled images, grey and 28 x 28, by Adam on the cross-entropy. It has the number of
// classes that [data.Images.Classes] returns. The weights are rounded to float16 at the end, as in files. Before it
// begins it refuses other images, fewer than [Batch] and fewer than two classes, with [data.ErrUnfit]. If the context
// is cancelled it stops after the step in progress and returns an error that wraps the context's.
//
// On the Go backend the same seed trains the same classifier. On XLA's CPU backend sums may be added in another order.
func Train(ctx context.Context, b compute.Backend, images *data.Images, t Training) (*Classifier, error) {
	if t.Epochs == 0 {
		t.Epochs = defaultEpochs
	}
	if err := t.check(images); err != nil {
		return nil, err
	}
	classes := images.Classes()
	batches, err := data.NewBatches(ctx, b, images, data.Drawing{Size: Batch, Seed: t.Seed, Flip: t.Flip, Scale: data.Unit, OnDevice: true})
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(int64(t.Seed)); err != nil {
		return nil, err
	}
	steps := t.Epochs * (images.N / Batch)
	trainer := train.NewTrainer(b, store, func(scope *model.Scope, inputs []*Node) *Node {
		_, logits := network(scope, inputs[0], classes)
		return logits
	}, crossEntropy, &optim.Adam{LearningRate: rate, Beta1: .9, Beta2: .999, Epsilon: 1e-8, Linear: steps}, nil, nil)
	for step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after %d of %d steps: %w", step, steps, err)
		}
		x, labels, err := batches.Draw(step)
		if err != nil {
			return nil, err
		}
		metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{labels}})
		if err != nil {
			return nil, fmt.Errorf("training step %d: %w", step, err)
		}
		if t.Watch != nil {
			t.Watch(step+1, steps, float64(tensors.ToScalar[float32](metrics[0])))
		}
	}
	w, err := trained(b, store, classes)
	if err != nil {
		return nil, err
	}
	return newClassifier(b, fmt.Sprintf("classifier of %s, %d images, %d epochs, seed %d", images.Name, images.N, t.Epochs, t.Seed), w)
}

// check refuses settings out of range, and images that no classifier can be trained on.
func (t Training) check(images *data.Images) error {
	if err := checkGrey28(images, "a classifier"); err != nil {
		return err
	}
	switch {
	case t.Epochs < 0:
		return invalid.Value("Training.Epochs", t.Epochs, "at least 1, or 0 for %d", defaultEpochs)
	case images.Classes() < 2:
		return fmt.Errorf("%w: image set %q has %d classes: want labels of at least 2", data.ErrUnfit, images.Name, images.Classes())
	case images.N < Batch:
		return fmt.Errorf("%w: image set %q has %d images: want at least %d, a minibatch", data.ErrUnfit, images.Name, images.N, Batch)
	}
	return nil
}

// crossEntropy is the mean of −log p(label), in nats: labels int32 [n], logits [n, classes].
func crossEntropy(labels, logits []*Node) *Node {
	return ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits([]*Node{InsertAxes(labels[0], -1)}, logits))
}

package main

import (
	"context"
	"os"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/progress"
)

// The network that is told the labels takes so many steps on minibatches of this size, by Adam with a rate that falls to
// 0. Nothing of it was tuned.
const superviseSteps, superviseSize, superviseRate = 1000, 128, 1e-3

// logits is D with a logit for each class in place of its one: its convolutions, then a dense layer.
func logits(n dcganlib.Networks, root *model.Scope, x *Node, classes int) *Node {
	scope := root.At("classifier")
	outputs := n.DiscriminatorLayers(scope, x, nil)
	last := outputs[len(n.Filters)-1]
	return layer.Dense(scope.At("logits"), Reshape(last, x.Shape().Dimensions[0], -1), classes, true)
}

// supervise trains the network of D's shape on the labelled images and returns its accuracy on the test images.
func (j *judge) supervise(ctx context.Context, seed int) (accuracy float64, err error) {
	cfg, err := j.game(seed)
	if err != nil {
		return 0, err
	}
	n, classes := *cfg.Discriminator.DCGAN, j.train.Classes()
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(int64(seed)); err != nil {
		return 0, err
	}
	batches, err := data.NewBatches(ctx, j.engine, j.train, data.Drawing{Size: superviseSize, Seed: uint64(seed), Scale: data.Unit, OnDevice: true})
	if err != nil {
		return 0, err
	}
	trainer := train.NewTrainer(j.engine, store, func(root *model.Scope, inputs []*Node) *Node {
		return logits(n, root, inputs[0], classes)
	}, crossEntropy, &optim.Adam{LearningRate: superviseRate, Beta1: .9, Beta2: .999, Epsilon: 1e-8, Linear: superviseSteps}, nil, nil)
	bar := progress.Count(os.Stderr, "steps with labels", superviseSteps)
	defer bar.Done()
	for step := range superviseSteps {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		x, labels, err := batches.Draw(step)
		if err != nil {
			return 0, err
		}
		if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{labels}}); err != nil {
			return 0, err
		}
		bar.Add(1)
	}
	return j.accuracy(store, n, classes)
}

// crossEntropy is the mean of −log p(label): labels int32 [n], logits [n, classes].
func crossEntropy(labels, logits []*Node) *Node {
	return ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits([]*Node{InsertAxes(labels[0], -1)}, logits))
}

// accuracy is that of the trained network on the test images.
func (j *judge) accuracy(store *model.Store, n dcganlib.Networks, classes int) (float64, error) {
	exec, err := model.NewExec(j.engine, store, func(root *model.Scope, x *Node) *Node { return ArgMax(logits(n, root, x, classes), -1) })
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	const atOnce = 250 // divides the number of test images
	x, right := make([]float32, atOnce*j.test.Size()), 0
	for lo := 0; lo+atOnce <= j.test.N; lo += atOnce {
		indices := make([]int, atOnce)
		for i := range indices {
			indices[i] = lo + i
		}
		if err := j.test.Fill(x, indices, data.Unit); err != nil {
			return 0, err
		}
		out, err := exec.Call(tensors.FromFlatDataAndDimensions(x, atOnce, j.test.Height, j.test.Width, j.test.Channels))
		if err != nil {
			return 0, err
		}
		for i, class := range tensors.MustCopyFlatData[int32](out[0]) {
			if int(class) == j.test.Labels[lo+i] {
				right++
			}
		}
	}
	return float64(right) / float64(j.test.N), nil
}

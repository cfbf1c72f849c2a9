package gantest

import (
	"math/rand/v2"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Toy is a small network that learns y = x², for tests of what trains it. In training its hidden layer has noise from
// the store's generator, so that the random state affects the result too.
type Toy struct {
	Hidden int     `json:"hidden"`
	Noise  float64 `json:"noise"`
}

// Predict builds the network: x [batch, 1] to y [batch, 1].
func (n Toy) Predict(scope *model.Scope, x *Node) *Node {
	h := Tanh(layers.Dense(scope.In("hidden"), x, true, n.Hidden))
	if scope.Store().IsTraining(x.Graph()) {
		h = Add(h, MulScalar(scope.RandomNormal(x.Graph(), h.Shape()), n.Noise))
	}
	return layers.Dense(scope.In("out"), h, true, 1)
}

// Update returns one iteration of learning by a rule, as a trainer with the mean squared error makes it.
func (n Toy) Update(rule optimizer.Interface) func(root *model.Scope, batch []*Node) (labels, predictions []*Node) {
	return func(root *model.Scope, batch []*Node) (labels, predictions []*Node) {
		labels, predictions = batch[1:], []*Node{n.Predict(root, batch[0])}
		train.AddMainLoss(ReduceAllMean(loss.MeanSquaredError(labels, predictions)))
		rule.UpdateGraph(root, batch[0].Graph(), train.TotalLoss(batch[0].Graph()))
		return labels, predictions
	}
}

// Batch returns four x of a step, and their squares as labels.
func (Toy) Batch(step int) (train.Batch, error) {
	rng := rand.New(rand.NewPCG(1, uint64(step)))
	x, y := make([]float32, 4), make([]float32, 4)
	for i := range x {
		x[i] = rng.Float32()*2 - 1
		y[i] = x[i] * x[i]
	}
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, 4, 1)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(y, 4, 1)},
	}, nil
}

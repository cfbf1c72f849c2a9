package ganlib_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// The data are numbers from N(1, .5). minibatch draws m of them, as a GoMLX trainer takes them.
func minibatch(rng *rand.Rand, m int) train.Batch {
	x := make([]float32, m)
	for i := range x {
		x[i] = float32(1 + .5*rng.NormFloat64())
	}
	return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, m, 1)}}
}

// show prints the mean and the standard deviation of 2,000 samples.
func show(when string, players *ganlib.Players) {
	samples, err := players.Sample(2000, 1)
	check(err)
	var sum, squares float64
	for _, x := range samples {
		sum, squares = sum+float64(x), squares+float64(x*x)
	}
	mean := sum / 2000
	fmt.Printf("%s: mean %.1f, standard deviation %.1f\n", when, mean, math.Sqrt(squares/2000-mean*mean))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// region gan

// generator is G: noise z [batch, 8] to numbers [batch, 1]. Its weights are below scope, by name. The last argument is
// the labels of a conditional game.
func generator(scope *model.Scope, z, _ *Node) *Node {
	h := Tanh(layer.Dense(scope.At("hidden"), z, 16, true))
	return layer.Dense(scope.At("output"), h, 1, true)
}

// discriminator is D: numbers x [batch, 1] to logits [batch, 1]. The sigmoid of a logit is D's probability that x is
// from the data.
func discriminator(scope *model.Scope, x, _ *Node) *Node {
	h := Tanh(layer.Dense(scope.At("hidden"), x, 16, true))
	return layer.Dense(scope.At("output"), h, 1, true)
}

// A whole GAN. G learns to draw from N(1, .5) from D's answers alone, without seeing the data.
func ExampleAlgorithm1() {
	const k, m, iterations = 2, 256, 800
	adam := func(updates int) *optim.Adam { // its rate falls to zero, so that the players come to rest
		return &optim.Adam{LearningRate: 5e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8, Linear: updates}
	}
	algorithm := &ganlib.Algorithm1{
		Game: ganlib.Game{
			Generator: generator, Discriminator: discriminator,
			Prior:     ganlib.Prior{Noise: ganlib.Gaussian, Dim: 8},
			Objective: ganlib.NonSaturating,
		},
		K:                 k, // steps of D to one of G
		DiscriminatorRule: adam(k * iterations),
		GeneratorRule:     adam(iterations),
	}
	engine, err := backend.Open("go") // pure Go; "xla:cpu" and "xla:cuda" are faster
	check(err)
	store := model.NewStore() // for the weights of both players
	check(store.SetRNGStateFromSeed(5))
	players := &ganlib.Players{Algorithm1: algorithm, Backend: engine, Store: store, Shape: []int{1}}

	show("untrained", players)
	trainer, err := players.Trainer()
	check(err)
	rng := rand.New(rand.NewPCG(1, 2))
	for range iterations { // D moves k times, each on its own m examples, then G
		_, err := trainer.TrainStep(minibatch(rng, k*m))
		check(err)
	}
	show("trained", players)
	// Output:
	// untrained: mean 0.0, standard deviation 0.7
	// trained: mean 1.0, standard deviation 0.5
}

// endregion

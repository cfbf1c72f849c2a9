package ganlib_test

import (
	"fmt"
	"iter"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// numbers are minibatches of N(1, .5) without end, k·m numbers each, as GoMLX's loop takes them.
type numbers struct{ km int }

func (numbers) Name() string { return "N(1, .5)" }

func (n numbers) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for step := 0; ; step++ {
			x := data.Normal1D{Mean: 1, Std: .5}.Batch(1, step, n.km)
			if !yield(train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, n.km, 1)}}, nil) {
				return
			}
		}
	}
}

// The game on GoMLX's own trainer and loop, with k = 2 and m = 64. Package gans does this from a
// configuration, in a directory that survives kills.
func ExampleAlgorithm1() {
	player := ganlib.MLP{Hidden: []int{16}, Activation: "tanh", Output: []int{1}, OutputActivation: "linear"}
	algorithm := &ganlib.Algorithm1{
		Game: ganlib.Game{
			Generator:     player.Forward,
			Discriminator: player.Forward,
			Prior:         ganlib.Prior{Noise: ganlib.Gaussian, Dim: 1},
			Objective:     ganlib.Minimax,
		},
		K:                 2,
		DiscriminatorRule: &optim.Momentum{LearningRate: .1, Initial: .5},
		GeneratorRule:     &optim.Momentum{LearningRate: .1, Initial: .5},
	}
	engine, err := backend.Open("go")
	if err != nil {
		panic(err)
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		panic(err)
	}
	trainer, err := algorithm.Trainer(engine, store)
	if err != nil {
		panic(err)
	}
	if _, err := train.NewLoop(trainer).RunSteps(numbers{2 * 64}, 10); err != nil {
		panic(err)
	}
	fmt.Println("iterations:", optimizer.GetGlobalStep(store))
	fmt.Println("weights of G:", store.Scope("/"+ganlib.GeneratorScope+"/hidden_0").NumParameters(), "and",
		store.Scope("/"+ganlib.GeneratorScope+"/output").NumParameters())
	// Output:
	// iterations: 10
	// weights of G: 32 and 17
}

// A fair coin against one that always shows heads. Heads come from the coin one time in three, tails
// every time.
func ExampleOptimalDiscriminator() {
	coin, heads := []float64{.5, .5}, []float64{1, 0}
	fmt.Printf("%.3f\n", ganlib.OptimalDiscriminator(coin, heads))
	// Output: [0.333 1.000]
}

// The criterion is −log 4 where p_g is p_data and 0 where they share nothing.
func ExampleCriterion() {
	data := []float64{.5, .5, 0, 0}
	for _, pG := range [][]float64{{.5, .5, 0, 0}, {0, .5, .5, 0}, {0, 0, .5, .5}} {
		fmt.Printf("C = %.4f, JSD = %.4f\n", ganlib.Criterion(data, pG, 1), ganlib.JSD(data, pG, 1))
	}
	// Output:
	// C = -1.3863, JSD = 0.0000
	// C = -0.6931, JSD = 0.3466
	// C = 0.0000, JSD = 0.6931
}

// A discriminator that says 1/2 to everything proves nothing: the bound is 0 whatever p_g is. D* tells.
func ExampleJSDBound() {
	data, pG := []float64{.5, .5, 0}, []float64{0, .5, .5}
	undecided := []float64{.5, .5, .5}
	best := ganlib.OptimalDiscriminator(data, pG)
	for _, d := range [][]float64{undecided, best} {
		fmt.Printf("%.4f\n", ganlib.JSDBound(ganlib.ValueOnGrid(d, data, pG, 1)))
	}
	// Output:
	// 0.0000
	// 0.3466
}

// The noise of sample grids: the same seed, the same z, and more of it begins alike.
func ExamplePrior_Draw() {
	prior := ganlib.Prior{Noise: ganlib.Uniform, Dim: 2}
	few, many := prior.Draw(3, 7), prior.Draw(1000, 7)
	fmt.Println(few.Shape().Dimensions, many.Shape().Dimensions)
	fmt.Println(few.Value().([][]float32)[2][0] == many.Value().([][]float32)[2][0])
	// Output:
	// [3 2] [1000 2]
	// true
}

// Command wasm trains a small GAN in memory: 100 iterations of Algorithm 1 on N(1, .5), on the pure-Go backend. It opens
// no file and needs no thread, so it runs in a browser and under node as it does on the machine itself. A seed decides
// every draw, so the game is the same everywhere. The program prints an outcome as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/record"
)

const (
	steps     = 100
	minibatch = 64
	seed      = 1
)

// outcome is what the program prints.
type outcome struct {
	Steps  int64     `json:"steps"`
	DLoss  []float64 `json:"d_loss"` // of each iteration, before its update
	Before state     `json:"before"`
	After  state     `json:"after"`
}

// state is the game at one moment, on fixed examples and fixed noise.
type state struct {
	V    float64 `json:"v"` // V(D,G), in nats
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
}

func main() {
	log.SetFlags(0)
	result, err := play()
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}

// newGame is Algorithm 1 as printed, with rates of Adam at which 100 iterations are enough.
func newGame() *ganlib.Algorithm1 {
	player := ganlib.MLP{Hidden: []int{16}, Activation: "relu", Output: []int{1}, OutputActivation: "linear"}
	return &ganlib.Algorithm1{
		Game: ganlib.Game{
			Generator:     player.Forward,
			Discriminator: player.Forward,
			Prior:         ganlib.Prior{Noise: ganlib.Gaussian, Dim: 1},
			Objective:     ganlib.Minimax,
		},
		K:                 1,
		DiscriminatorRule: &optim.Adam{LearningRate: .05, Beta1: .5, Beta2: .999, Epsilon: 1e-8},
		GeneratorRule:     &optim.Adam{LearningRate: .005, Beta1: .5, Beta2: .999, Epsilon: 1e-8},
	}
}

// examples are n numbers from N(1, .5), [n, 1]: the same ones whenever step is the same.
func examples(step, n int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(data.Normal1D{Mean: 1, Std: .5}.Batch(seed, step, n), n, 1)
}

// play trains the game and looks at it before and after.
func play() (*outcome, error) {
	engine, err := backend.Open("go")
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(seed); err != nil {
		return nil, err
	}
	game := newGame()
	before, err := look(engine, store, game)
	if err != nil {
		return nil, err
	}
	losses, err := learn(engine, store, game)
	if err != nil {
		return nil, err
	}
	after, err := look(engine, store, game)
	if err != nil {
		return nil, err
	}
	return &outcome{Steps: optimizer.GetGlobalStep(store), DLoss: losses, Before: *before, After: *after}, nil
}

// learn plays the iterations and returns D's loss in each.
func learn(engine compute.Backend, store *model.Store, game *ganlib.Algorithm1) ([]float64, error) {
	trainer, err := game.Trainer(engine, store)
	if err != nil {
		return nil, err
	}
	var losses []float64
	for step := range steps {
		values, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{examples(step, minibatch)}})
		if err != nil {
			return nil, err
		}
		for i, m := range trainer.TrainMetrics() {
			if m.ShortName() == record.DLoss {
				losses = append(losses, float64(tensors.ToScalar[float32](values[i])))
			}
		}
	}
	return losses, nil
}

// look draws 1000 samples and computes V on them and on 1000 examples that D has not been trained on.
func look(engine compute.Backend, store *model.Store, game *ganlib.Algorithm1) (*state, error) {
	const n = 1000
	exec, err := model.NewExec(engine, store, func(root *model.Scope, x, z *Node) (v, samples *Node) {
		samples = game.Generate(root, z, nil)
		return ganlib.Value(game.Discriminate(root, x, nil), game.Discriminate(root, samples, nil)), samples
	})
	if err != nil {
		return nil, err
	}
	results, err := exec.Call(examples(steps, n), game.Prior.Draw(n, seed))
	if err != nil {
		return nil, fmt.Errorf("look at the game: %w", err)
	}
	rows := tensors.MustCopyFlatData[float32](results[1])
	samples := make([]float64, len(rows))
	for i, x := range rows {
		samples[i] = float64(x)
	}
	mean, std := stat.PopMeanStdDev(samples, nil)
	return &state{V: float64(tensors.ToScalar[float32](results[0])), Mean: mean, Std: std}, nil
}

package gans_test

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
)

// region own-networks

// network is one hidden layer, as G from noise to points in the plane or as D from points to logits.
func network(outputs int) func(scope *model.Scope, x, _ *Node) *Node {
	return func(scope *model.Scope, x, _ *Node) *Node {
		hidden := Tanh(layer.Dense(scope.At("hidden"), x, 64, true))
		return layer.Dense(scope.At("output"), hidden, outputs, true)
	}
}

// config is all that this run needs to be repeated.
type config struct {
	Seed      int64 `json:"seed"`
	BatchSize int   `json:"batch_size"`
}

// players is the game before its first step.
func (c config) players() (*ganlib.Players, error) {
	engine, err := backend.Open("")
	if err != nil {
		return nil, err
	}
	store := model.NewStore()
	adam := func() *optim.Adam { return &optim.Adam{LearningRate: 1e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8} }
	game := ganlib.Game{
		Generator: network(2), Discriminator: network(1),
		Prior: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 4}, Objective: ganlib.NonSaturating,
	}
	algorithm := &ganlib.Algorithm1{Game: game, K: 1, GeneratorRule: adam(), DiscriminatorRule: adam()}
	players := &ganlib.Players{Algorithm1: algorithm, Backend: engine, Store: store, Shape: []int{2}}
	return players, store.SetRNGStateFromSeed(c.Seed)
}

// train makes the run in dir, or goes on with it.
func (c config) train(ctx context.Context, dir string, steps int) error {
	players, err := c.players()
	if err != nil {
		return err
	}
	ring := data.Ring(8, 1, .05)
	feed := data.Points(ring, uint64(c.Seed)) // or data.NewFeed, of images
	defer feed.Close()
	trainer, err := players.Trainer()
	if err != nil {
		return err
	}
	batches, err := feed.Batches(ctx, players.Backend, c.BatchSize) // with k > 1: k·m examples
	if err != nil {
		return err
	}
	blocks, err := feed.Blocks(ctx, players.Backend, c.BatchSize)
	if err != nil {
		return err
	}
	signals, err := monitor.NewSignals(ctx, players, feed, monitor.Options{BatchSize: c.BatchSize, Mixture: &ring})
	if err != nil {
		return err
	}
	_, err = run.Train(ctx, run.Spec{
		Dir: dir, Config: c,
		Steps: steps, RecordEvery: 20, SampleEvery: 500, SaveEvery: 500, MeasureEvery: 100,
		Trainer: trainer, Batches: batches,
		Update: players.Algorithm1.Iterate, Blocks: blocks, // many iterations in one call on XLA
		Sample: func() (image.Image, error) { return scatter(players) }, Measure: signals.Measure,
		Plot: watch.Plot, Line: watch.Line, Output: os.Stderr,
	})
	return err
}

// scatter draws samples of fixed noise.
func scatter(players *ganlib.Players) (image.Image, error) {
	x, err := players.Sample(500, 1)
	if err != nil {
		return nil, err
	}
	return figure.Scatter(figure.Plane{Generated: x})
}

// open is the game after the newest checkpoint of its run.
func (c config) open(dir string) (players *ganlib.Players, step int, err error) {
	r, err := run.Open(dir)
	if err != nil {
		return nil, 0, err
	}
	if players, err = c.players(); err != nil {
		return nil, 0, err
	}
	step, err = r.Restore(players.Store, os.Stderr)
	return players, step, err
}

// endregion

// Train networks of one's own in a directory, and open the run again.
func Example_ownNetworks() {
	dir, err := os.MkdirTemp("", "gans")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	c := config{Seed: 1, BatchSize: 32}
	if err := c.train(context.Background(), filepath.Join(dir, "ring"), 40); err != nil {
		panic(err)
	}
	players, step, err := c.open(filepath.Join(dir, "ring"))
	if err != nil {
		panic(err)
	}
	x, err := players.Sample(10, 1)
	fmt.Println(step, len(x), err)
	// Output: 40 20 <nil>
}

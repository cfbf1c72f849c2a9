package gans_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib/models"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// region train

// draw trains a game, such as gans.Figure1(), in a directory, and draws 1,000 samples. The same call again goes on where
// the training stopped.
func draw(ctx context.Context, cfg gans.Config, dir string) ([]float32, error) {
	gan, err := gans.Train(ctx, cfg, gans.Options{Dir: dir, Output: os.Stderr})
	if err != nil {
		return nil, err
	}
	return gan.Sample(1000, 1)
}

// endregion

// Train a game, here for a few iterations only, and open the run again, as another program would.
func Example() {
	dir, err := os.MkdirTemp("", "gans")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	cfg := gans.Figure1().WithSteps(3)
	cfg.Backend = "go"
	x, err := draw(context.Background(), cfg, filepath.Join(dir, "figure1"))
	if err != nil {
		panic(err)
	}
	gan, err := gans.OpenOn(filepath.Join(dir, "figure1"), "go")
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d numbers from p_g after %d iterations\n", len(x), gan.Step)
	// Output: 1000 numbers from p_g after 3 iterations
}

// Watch sees every record of a run, and stops it with an error. The run is saved: the same call without the watcher
// resumes it.
func ExampleTrain_watch() {
	dir, err := os.MkdirTemp("", "gans")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	cfg := gans.Figure1()
	cfg.Backend, cfg.RecordEvery = "go", 1
	enough := errors.New("enough")
	watch := func(r run.Record) error {
		_, ok := r.Values[record.DReal] // and all else that ganlib.Metrics lists
		fmt.Println(r.Step, ok)
		if r.Step == 3 {
			return enough
		}
		return nil
	}
	_, err = gans.Train(context.Background(), cfg, gans.Options{Dir: filepath.Join(dir, "figure1"), Watch: []func(run.Record) error{watch}})
	fmt.Println(errors.Is(err, enough))
	// Output:
	// 1 true
	// 2 true
	// 3 true
	// true
}

// A preset is a configuration like any other: change what you like before you train.
func ExamplePreset() {
	cfg, err := gans.Preset("mnist")
	if err != nil {
		panic(err)
	}
	cfg.Simultaneous = false // Algorithm 1 in place of what the 2014 code did
	cfg.K = 2
	fmt.Println(cfg.Name, cfg.Generator.MLP.Hidden, cfg.Discriminator.Maxout.Units)
	// Output: MNIST, released 2014 recipe [1200 1200] [240 240]
}

// Learning rates that anneal to zero reach it at the new end.
func ExampleConfig_WithSteps() {
	cfg := gans.Figure1()
	short := cfg.WithSteps(100)
	fmt.Println(cfg.Steps, cfg.GeneratorRule.Adam.Linear, cfg.DiscriminatorRule.Adam.Linear)
	fmt.Println(short.Steps, short.GeneratorRule.Adam.Linear, short.DiscriminatorRule.Adam.Linear)
	// Output:
	// 2000 2000 10000
	// 100 100 500
}

// DCGAN on digits of 14 x 14, in a game where both players are told the digit. Here it is trained for one
// iteration only.
func ExampleMNIST28() {
	dir, err := os.MkdirTemp("", "gans")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	// region smaller
	cfg := gans.MNIST28()
	cfg.Data.Size = 14 // a quarter of the pixels
	for _, n := range []*dcganlib.Networks{cfg.Generator.DCGAN, cfg.Discriminator.DCGAN} {
		n.Size, n.Filters, n.Hidden = 14, []int{32}, 64
	}
	// endregion
	cfg = cfg.WithSteps(1)
	cfg.Backend, cfg.BatchSize = "go", 10
	gan, err := gans.Train(context.Background(), cfg, gans.Options{Dir: filepath.Join(dir, "digits")})
	if err != nil {
		panic(err)
	}
	// region sevens
	sevens, err := gan.Images(100, 1, 7) // without a label, every class in turn
	// endregion
	if err != nil {
		panic(err)
	}
	fmt.Println(len(sevens), sevens[0].Bounds(), gan.LabelsFor(12))

	_, err = gan.Images(100, 1, 10)
	fmt.Println(err)
	// Output:
	// 100 (0,0)-(14,14) [0 1 2 3 4 5 6 7 8 9 0 1]
	// label is 10: want 0 to 9, in a game of 10 classes
}

// The paper's network for bedrooms, on digits: resized to 64 x 64, and spread over its three channels.
func ExampleConfig_On() {
	cfg, err := gans.LSUN64().On("mnist")
	if err != nil {
		panic(err)
	}
	fmt.Println(cfg.Name)
	fmt.Println(cfg.Data.Set, cfg.Data.Size, cfg.Generator.DCGAN.Channels)
	// Output:
	// DCGAN of the paper, 64 x 64, on mnist
	// mnist 64 3
}

// A trained model in the box, and the sevens that it draws.
func ExampleOpenFS() {
	// region box
	gan, err := gans.OpenFS(models.Digits()) // of github.com/gans-in-go/gans/ganlib/models
	if err != nil {
		log.Fatal(err)
	}
	sevens, err := gan.Picture(10, 1, 7)
	// endregion
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(gan.Step, sevens.Bounds())
	// Output: 4000 (0,0)-(804,604)
}

package gans_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/run"
)

// Train a game, here for a few iterations only, and open the run again, as another program would.
func Example() {
	dir, err := os.MkdirTemp("", "gans")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	cfg := gans.Figure1().WithSteps(3)
	cfg.Dir = filepath.Join(dir, "figure1")
	cfg.Backend = "go"
	if _, err := gans.Train(context.Background(), cfg); err != nil {
		panic(err)
	}

	gan, err := gans.OpenOn(cfg.Dir, "go")
	if err != nil {
		panic(err)
	}
	x, err := gan.Sample(1000, 1)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d numbers from p_g after %d iterations\n", len(x), gan.Step)
	// Output: 1000 numbers from p_g after 3 iterations
}

// Watch sees every record of a run, and stops it with an error. The run is saved: the same call without
// the watcher goes on from there.
func ExampleTrain_watch() {
	dir, err := os.MkdirTemp("", "gans")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	cfg := gans.Figure1()
	cfg.Dir = filepath.Join(dir, "figure1")
	cfg.Backend = "go"
	cfg.RecordEvery = 1
	enough := errors.New("enough")
	cfg.Watch = append(cfg.Watch, func(r run.Record) error {
		_, ok := r.Values["d_real"] // and all else that ganlib.Measures lists
		fmt.Println(r.Step, ok)
		if r.Step == 3 {
			return enough
		}
		return nil
	})
	_, err = gans.Train(context.Background(), cfg)
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

	_, err = gans.Preset("minst")
	fmt.Println(err)
	// Output:
	// MNIST, released 2014 recipe [1200 1200] [240 240]
	// preset "minst" is unknown: want one of ["cifar32" "figure1" "flowers64" "lsun64" "mnist" "mnist-adam" "mnist-minimax" "mnist28" "mnist28-unconditional" "torch64"]
}

// Learning rates that fall to zero reach it at the new end.
func ExampleConfig_WithSteps() {
	cfg := gans.Figure1()
	short := cfg.WithSteps(100)
	fmt.Println(cfg.Steps, cfg.GeneratorRule.Adam.Linear, cfg.DiscriminatorRule.Adam.Linear)
	fmt.Println(short.Steps, short.GeneratorRule.Adam.Linear, short.DiscriminatorRule.Adam.Linear)
	// Output:
	// 2000 2000 10000
	// 100 100 500
}

//go:build linux

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"golang.org/x/sys/unix"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// A toy is a run that a process of this test program trains, with Adam, so that weights, optimizer, random numbers and data
// all matter to its bits. It records and saves every step.
type toy struct {
	Backend   string
	Dir       string
	Steps     int
	FileBytes uint64 // no file may become larger (RLIMIT_FSIZE); 0: no limit
	ClockBack bool   // the clock goes back a minute each time it is looked at
	RollBack  bool   // the run fails at failStep, and goes back to bestStep
}

var network = gantest.Toy{Hidden: 8, Noise: .1}

const (
	failStep = 30
	bestStep = 10
)

// train trains the toy in this process.
func (c toy) train() error {
	if c.FileBytes > 0 {
		limit := unix.Rlimit{Cur: c.FileBytes, Max: c.FileBytes}
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
	}
	b, err := backend.Open(c.Backend)
	if err != nil {
		return err
	}
	spec, err := c.spec(b)
	if err != nil {
		return err
	}
	_, err = run.Train(context.Background(), spec)
	return err
}

func (c toy) spec(b compute.Backend) (run.Spec, error) {
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		return run.Spec{}, err
	}
	adam := optimizer.Adam().LearningRate(0.01).Done()
	trainer := train.NewTrainer(b, store, network.Predict, loss.MeanSquaredError, adam, nil, nil)
	spec := run.Spec{
		Dir: c.Dir, Config: map[string]int{"steps": c.Steps, "seed": 1}, Free: []string{"steps"}, Steps: c.Steps,
		RecordEvery: 1, SampleEvery: 5, SaveEvery: 1,
		Trainer: trainer, Batches: network.Batch, Output: os.Stdout,
		Update: network.Update(adam),
		Sample: func() (image.Image, error) { return picture(store) },
	}
	if c.ClockBack {
		now := time.Now()
		spec.Clock = func() time.Time { now = now.Add(-time.Minute); return now }
	}
	if c.RollBack {
		failOnce(&spec)
	}
	return spec, nil
}

// failOnce makes the run fail at failStep if it has never failed, so that it goes back to bestStep.
func failOnce(spec *run.Spec) {
	spec.KeepEvery, spec.MeasureEvery, spec.Rollbacks = 1, 1, 1
	spec.Best = run.Best{Value: "score"}
	spec.Measure = func() (map[string]float64, error) {
		step := optimizer.GetGlobalStep(spec.Trainer.Store())
		return map[string]float64{"score": -math.Abs(float64(step - bestStep))}, nil
	}
	spec.Judge = func(history []run.Record) error {
		for _, r := range history {
			if r.Event == run.EventRollback {
				return nil
			}
		}
		if history[len(history)-1].Step < failStep {
			return nil
		}
		fmt.Println("failing")
		return errors.New("all samples are the same")
	}
}

// picture draws the first layer's weights.
func picture(store *model.Store) (image.Image, error) {
	value, err := store.GetVariable("/hidden/dense/weights").Value()
	if err != nil {
		return nil, err
	}
	weights, err := tensors.CopyFlatData[float32](value)
	drawn := image.NewGray(image.Rect(0, 0, len(weights), 1))
	for i, w := range weights {
		drawn.SetGray(i, 0, color.Gray{Y: uint8(128 + 50*math.Tanh(float64(w)))})
	}
	return drawn, err
}

// trainEnv holds, in a process that trains, the toy as JSON.
const trainEnv = "GAN_TEST_TOY"

// child is the process that start started: it trains and returns an exit status.
func child(text string) int {
	var c toy
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = c.train()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

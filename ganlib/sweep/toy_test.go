package sweep

import (
	"context"
	"image"
	"math"
	"path/filepath"
	"sync"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// toySteps is the number of iterations of a toy's run. Its records are at 2, 4, 6 and 8, its checkpoints at 4 and 8, and
// its only picture at 8.
const toySteps = 8

// toy makes runs for a sweep: one weight w learns the number 3. The first minibatches and thus the losses depend on the
// seed.
type toy struct {
	rate     float64                        // an entry of the configuration
	diverges int64                          // the loss of the run with this seed is NaN from the fifth iteration on
	fails    map[int64]error                // returned, once each, before the runs with these seeds begin
	watch    func(seed int64, r run.Record) // sees every record; nil: nobody does
	blind    bool                           // draws no pictures
	mu       sync.Mutex                     // of what follows
	trained  []int64                        // the seeds of all calls of train
}

type toyConfig struct {
	Steps int     `json:"steps"`
	Seed  int64   `json:"seed"`
	Rate  float64 `json:"rate"`
}

func (c *toy) config(seed int64) any { return toyConfig{Steps: toySteps, Seed: seed, Rate: c.rate} }

// spec is a sweep over seeds from 5 on.
func (c *toy) spec(t *testing.T, seeds int) Spec {
	t.Helper()
	if c.rate == 0 {
		c.rate = .1
	}
	return Spec{
		Dir: filepath.Join(t.TempDir(), "sweep"), Seeds: Seeds(5, seeds), Steps: toySteps,
		Config: c.config, Free: []string{"steps"}, Train: c.train,
	}
}

func (c *toy) train(ctx context.Context, m Member) error {
	c.mu.Lock()
	c.trained = append(c.trained, m.Seed)
	failure := c.fails[m.Seed]
	delete(c.fails, m.Seed)
	c.mu.Unlock()
	if failure != nil {
		return failure
	}
	b, err := backend.Open("go")
	if err != nil {
		return err
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(m.Seed); err != nil {
		return err
	}
	predict := func(scope *model.Scope, x *Node) *Node {
		w := scope.VariableWithValue("w", float32(0))
		return Mul(x, w.NodeValue(x.Graph()))
	}
	mean := func(_ *model.Scope, _, predictions []*Node) *Node { return ReduceAllMean(predictions[0]) }
	trainer := train.NewTrainer(b, store, predict, loss.MeanSquaredError, optimizer.Adam().LearningRate(c.rate).Done(), []metric.Interface{
		metric.NewBaseMetric("Loss of D", record.DLoss, "loss", func(_ *model.Scope, labels, predictions []*Node) *Node {
			return ReduceAllMean(Square(Sub(labels[0], predictions[0])))
		}, nil),
		metric.NewBaseMetric("Mean D(x)", record.DReal, "mean", mean, nil),
		metric.NewBaseMetric("Mean D(G(z))", record.DFake, "mean", mean, nil),
	}, nil)
	spec := run.Spec{
		Dir: m.Dir, Config: c.config(m.Seed), Free: []string{"steps"}, Steps: toySteps, Output: m.Output,
		RecordEvery: 2, SampleEvery: 8, SaveEvery: 4, Trainer: trainer,
		Batches: func(step int) (train.Batch, error) {
			x := 1 + float32(m.Seed)/10 + float32(step)/100
			if m.Seed == c.diverges && step >= 4 {
				x = float32(math.NaN())
			}
			return train.Batch{
				Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{x, 2 * x}, 2, 1)},
				Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{3 * x, 6 * x}, 2, 1)},
			}, nil
		},
		Sample: func() (image.Image, error) { return image.NewGray(image.Rect(0, 0, 4, 4)), nil },
	}
	if c.blind {
		spec.Sample = nil
	}
	if c.watch != nil {
		spec.Watch = []func(run.Record) error{func(r run.Record) error { c.watch(m.Seed, r); return nil }}
	}
	_, err = run.Train(ctx, spec)
	return err
}

// alone is the history of a run that no sweep made.
func (c *toy) alone(t *testing.T, seed int64) []run.Record {
	t.Helper()
	c.rate = .1
	m := Member{Seed: seed, Dir: filepath.Join(t.TempDir(), "alone")}
	if err := c.train(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return historyOf(t, m.Dir)
}

// historyOf is a run's history without the times.
func historyOf(t *testing.T, dir string) []run.Record {
	t.Helper()
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	history, err := r.History()
	if err != nil {
		t.Fatal(err)
	}
	for i := range history {
		history[i].Seconds = 0
	}
	return history
}

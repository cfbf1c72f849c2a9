package run

import (
	"bytes"
	"image"
	"image/color"
	"io"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gans-in-go/gans/internal/gantest"
)

// toyConfig is the configuration of the run that these tests train: a toy network, with Adam, so that weights, optimizer,
// random numbers and data all affect the result.
type toyConfig struct {
	Steps int         `json:"steps"`
	Seed  int64       `json:"seed"`
	Net   gantest.Toy `json:"net"`
}

func toyOf(steps int) toyConfig {
	return toyConfig{Steps: steps, Seed: 1, Net: gantest.Toy{Hidden: 8, Noise: 0.1}}
}

// toySpec returns a run as a new process would set it up.
func toySpec(dir string, b compute.Backend, c toyConfig) Spec {
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(c.Seed); err != nil {
		panic(err)
	}
	absolute := func(_ *model.Scope, labels, predictions []*Node) *Node {
		return ReduceAllMean(Abs(Sub(labels[0], predictions[0])))
	}
	adam := optimizer.Adam().LearningRate(0.01).Done()
	trainer := train.NewTrainer(b, store, c.Net.Predict, loss.MeanSquaredError, adam,
		[]metric.Interface{
			metric.NewBaseMetric("Mean absolute error", "mae", "error", absolute, nil),
			metric.NewExponentialMovingAverageMetric("Moving mean absolute error", "moving", "error", absolute, nil, 0.1),
		}, nil)
	return Spec{
		Update: c.Net.Update(adam),
		Dir:    dir, Config: c, Free: []string{"steps"}, Steps: c.Steps,
		RecordEvery: 2, SampleEvery: 5, SaveEvery: 5,
		Trainer: trainer, Batches: c.Net.Batch, Sample: toySample(b, store, c.Net.Predict),
	}
}

// toySample draws the learned curve at 16 points as bars of grey.
func toySample(b compute.Backend, store *model.Store, predict func(*model.Scope, *Node) *Node) func() (image.Image, error) {
	var exec *model.Exec // made at the first call, as a picture between two steps of training is
	return func() (image.Image, error) {
		if exec == nil {
			var err error
			if exec, err = model.NewExec(b, store, live(predict)); err != nil {
				return nil, err
			}
		}
		x := make([]float32, 16)
		for i := range x {
			x[i] = float32(i)/8 - 1
		}
		y, err := exec.Call1(tensors.FromFlatDataAndDimensions(x, 16, 1))
		if err != nil {
			return nil, err
		}
		picture := image.NewGray(image.Rect(0, 0, 16, 4))
		for i, v := range tensors.MustCopyFlatData[float32](y) {
			for row := range 4 {
				picture.SetGray(i, row, color.Gray{Y: uint8(min(255, max(0, 255*v)))})
			}
		}
		return picture, nil
	}
}

// live makes a network outside training follow the weights as they change. On the Go backend GoMLX turns variables that
// have values into constants in any graph that is not for training, and all later pictures would repeat the first.
// Variables used while the graph is marked as training stay variables.
func live(predict func(*model.Scope, *Node) *Node) func(*model.Scope, *Node) *Node {
	return func(scope *model.Scope, x *Node) *Node {
		store := scope.Store()
		store.SetTraining(x.Graph(), true)
		for v := range store.IterVariables() {
			if v.Trainable {
				v.NodeValue(x.Graph())
			}
		}
		store.SetTraining(x.Graph(), false)
		return predict(scope, x)
	}
}

// stateOf returns the bytes of all variables that must be equal in equal runs.
func stateOf(t *testing.T, store *model.Store) map[string][]byte {
	t.Helper()
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		if ofOneProcess(v) {
			continue
		}
		err := v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) })
		if err != nil {
			t.Fatal(err)
		}
	}
	return state
}

// wantSameState fails the test for each variable that differs in any bit.
func wantSameState(t *testing.T, got, want map[string][]byte) {
	t.Helper()
	// 4 weights and biases with 2 moments each, and Adam's step and rate, the generator's state, the global step.
	if len(want) != 4+8+2+2 {
		t.Errorf("the toy has %d variables, want 16", len(want))
	}
	for path := range want {
		if !bytes.Equal(got[path], want[path]) {
			t.Errorf("%s differs:\n got %x\nwant %x", path, got[path], want[path])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d variables, want %d", len(got), len(want))
	}
}

// mustTrain trains to the end and returns the run and its messages.
func mustTrain(t *testing.T, spec Spec) (*Run, string) {
	t.Helper()
	var messages bytes.Buffer
	spec.Output = io.MultiWriter(&messages, t.Output())
	r, err := Train(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return r, messages.String()
}

package gantest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// Player is a ganlib.Generator or ganlib.Discriminator.
type Player = func(scope *model.Scope, x, y *Node) *Node

// Rule is an optim.Rule.
type Rule interface {
	optimizer.Interface
	UpdateGraphWithGradients(scope *model.Scope, grads []*Node, lossDType dtypes.DType)
}

// Trainer makes the trainer of a game; it is the method of that name of ganlib.Algorithm1.
type Trainer = func(b compute.Backend, store *model.Store) (*train.Trainer, error)

// Replay is one iteration of a GAN, played again from a golden file. It sits between the game and its players and
// rules: it hands them the file's noise, and notes logits and gradients.
type Replay struct {
	golden    *Golden
	t         *testing.T
	dtype     dtypes.DType
	generated int // times G was built so far
	judged    int // times D was
}

// CheckIteration plays the golden file's iteration on both backends, and holds to the file all that comes out: in
// float64 to 1e-9 of each array's largest magnitude, in float32 to 1e-4. XLA compiles each for seconds, so it gets
// float64 only in long tests.
//
// game makes the game to be checked, of players and rules that went through the replay's methods.
func CheckIteration(t *testing.T, golden *Golden, game func(r *Replay) Trainer) {
	t.Helper()
	Backends(t, func(t *testing.T, b compute.Backend) {
		for dtype, tolerance := range map[dtypes.DType]float64{dtypes.Float64: 1e-9, dtypes.Float32: 1e-4} {
			if !OnGo(t, b) && dtype == dtypes.Float64 && !Long() {
				continue
			}
			t.Run(dtype.String(), func(t *testing.T) {
				r := &Replay{golden: golden, t: t, dtype: dtype}
				r.play(b, game(r), tolerance)
			})
		}
	})
	golden.CheckAllSeen(t)
}

// Generator gives G the file's noise, in the order of its calls, in place of the prior's.
func (r *Replay) Generator(player Player) Player {
	return func(scope *model.Scope, z, y *Node) *Node {
		i := r.generated
		r.generated++
		noise := ConstTensor(z.Graph(), r.golden.Tensor(r.t, fmt.Sprintf("noise/%d", i), r.dtype))
		if !z.Shape().Equal(noise.Shape()) {
			r.t.Errorf("the prior's noise is %s, the golden file's %s", z.Shape(), noise.Shape())
		}
		return player(scope, noise, y)
	}
}

// Discriminator notes D's logits.
func (r *Replay) Discriminator(player Player) Player {
	return func(scope *model.Scope, x, y *Node) *Node {
		i := r.judged
		r.judged++
		return r.note(scope, fmt.Sprintf("logits/%d", i), player(scope, x, y))
	}
}

// Rule notes the gradients that a learning rule is handed.
func (r *Replay) Rule(rule Rule) Rule { return &notedRule{rule, r} }

type notedRule struct {
	Rule
	replay *Replay
}

func (n *notedRule) UpdateGraphWithGradients(scope *model.Scope, grads []*Node, dtype dtypes.DType) {
	i := 0
	for v := range scope.IterVariables() { // the order in which gradients are made
		if v.Trainable && v.InUseByGraph(grads[0].Graph()) {
			n.replay.note(scope, "gradient"+v.Path(), grads[i])
			i++
		}
	}
	n.Rule.UpdateGraphWithGradients(scope, grads, dtype)
}

const notes = "/notes/"

// note lets the value of a node out of the graph, through a variable.
func (r *Replay) note(scope *model.Scope, key string, x *Node) *Node {
	scope.Store().VariableWithNodeValue(notes+key, x).SetTrainable(false)
	return x
}

// play runs the iteration: the file's state in, one training step, the state and all notes out.
func (r *Replay) play(b compute.Backend, game Trainer, tolerance float64) {
	store := model.NewStore()
	for _, key := range r.golden.Keys() {
		if path, ok := strings.CutPrefix(key, "before"); ok {
			v, err := store.CreateVariable(path, r.golden.Tensor(r.t, key, r.dtype))
			if err != nil {
				r.t.Fatal(err)
			}
			v.SetTrainable(r.golden.Has("gradient" + path))
		}
	}
	trainer, err := game(b, store)
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := trainer.TrainStep(r.batch())
	if err != nil {
		r.t.Fatal(err)
	}
	for i, m := range trainer.TrainMetrics() {
		if key := "measure/" + m.ShortName(); r.golden.Has(key) {
			r.golden.Check(r.t, key, out[i], tolerance)
		}
	}
	r.checkStore(store, tolerance)
}

// batch is the minibatch of examples and, if there are any, labels.
func (r *Replay) batch() train.Batch {
	inputs := []*tensors.Tensor{r.golden.Tensor(r.t, "x", r.dtype)}
	if r.golden.Has("labels") {
		labels := convert[int32](float64s(r.golden.Tensor(r.t, "labels", dtypes.Float64)))
		inputs = append(inputs, tensors.FromFlatDataAndDimensions(labels, len(labels)))
	}
	return train.Batch{Inputs: inputs}
}

// checkStore compares what the iteration left, and what was noted on the way.
func (r *Replay) checkStore(store *model.Store, tolerance float64) {
	for v := range store.IterVariables() {
		if key, ok := strings.CutPrefix(v.Path(), notes); ok {
			r.golden.Check(r.t, key, v.MustValue(), tolerance)
		} else if key := "after" + v.Path(); r.golden.Has(key) {
			r.golden.Check(r.t, key, v.MustValue(), tolerance)
		} else if v.Trainable {
			r.t.Errorf("the golden file knows no %s", v.Path())
		}
	}
}

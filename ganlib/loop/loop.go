package loop

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Update builds one iteration of training on a minibatch: what a trainer's model function, loss and optimizer build
// together. It registers its loss by [train.AddMainLoss], and returns what the trainer's metrics are given.
type Update func(root *model.Scope, batch []*Node) (labels, predictions []*Node)

// Blocks are the minibatches of training, many at a time.
type Blocks interface {
	// Most is the largest number of minibatches in a block, at least 1.
	Most() int
	// Load returns the block of the n iterations from a step on: tensors whose shapes are the same for every n from 1 to
	// Most. They belong to Blocks, and are valid until the next call.
	Load(step, n int) ([]*tensors.Tensor, error)
	// Batch builds one minibatch, the i-th of a block; i is an int32 scalar that counts from 0.
	Batch(block []*Node, i *Node) []*Node
}

// Supported reports whether a backend can run loops that train. XLA can. GoMLX's Go backend has a While too, but no
// DynamicSlice, and gradients in the body fail.
func Supported(b compute.Backend) bool {
	can := b.Capabilities()
	return can.Functions && can.Operations[compute.OpTypeDynamicSlice] // XLA does not list its While
}

// Loop is a compiled loop. Its methods are for one goroutine at a time.
type Loop struct {
	store   *model.Store
	update  Update
	blocks  Blocks
	metrics []metric.Interface
	used    []*model.Variable
	exec    *model.Exec
}

// errBuilt ends the building of a graph that is not to be compiled.
var errBuilt = errors.New("built")

// New prepares a loop over the iterations of a trainer, on its backend and its store, without compiling it yet. It
// initialises variables that have no value.
func New(trainer *train.Trainer, update Update, blocks Blocks) (*Loop, error) {
	if !Supported(trainer.Backend()) {
		return nil, invalid.Value("backend", trainer.Backend().Name(), "one that computes gradients inside a While, such as xla")
	}
	l := &Loop{store: trainer.Store(), update: update, blocks: blocks}
	if err := l.declare(trainer); err != nil {
		return nil, err
	}
	if err := l.store.InitializeVariables(trainer.Backend(), nil); err != nil {
		return nil, err
	}
	var err error
	l.exec, err = model.NewExec(trainer.Backend(), l.store, l.graph)
	return l, err
}

// declare builds an iteration by itself, so that its variables exist, and finds those it uses and the metrics without
// memory.
func (l *Loop) declare(trainer *train.Trainer) error {
	block, err := l.blocks.Load(0, 1)
	if err != nil {
		return err
	}
	exec, err := model.NewExec(trainer.Backend(), l.store, func(root *model.Scope, block []*Node) *Node {
		g := block[0].Graph()
		labels, predictions := l.build(root, block, Const(g, int32(0)))
		for v := range l.store.IterVariables() {
			if v.InUseByGraph(g) {
				l.used = append(l.used, v)
			}
		}
		for _, m := range trainer.TrainMetrics() {
			m.UpdateGraph(root, labels, predictions)
			if !remembers(l.store, m) {
				l.metrics = append(l.metrics, m)
			}
		}
		panic(errBuilt)
	})
	if err != nil {
		return err
	}
	if _, err := exec.Call(asAny(block)...); !errors.Is(err, errBuilt) {
		return err
	}
	return nil
}

// remembers reports whether a metric keeps variables from one iteration to the next.
func remembers(store *model.Store, m metric.Interface) bool {
	for v := range store.IterVariables() {
		if v.Scope() == model.JoinPath("/"+metric.Scope, m.ScopeName()) {
			return true
		}
	}
	return false
}

// build builds the i-th iteration of a block.
func (l *Loop) build(root *model.Scope, block []*Node, i *Node) (labels, predictions []*Node) {
	l.store.SetTraining(i.Graph(), true)
	return l.update(root, l.blocks.Batch(block, i))
}

// Metrics lists the trainer's metrics that a loop reports: those without memory, in the order of [Loop.Run]'s values.
func (l *Loop) Metrics() []metric.Interface { return l.metrics }

// Run runs the n iterations from a step on, n from 1 to the blocks' Most, and returns the metrics of each. If one of them
// is not finite, the loop ends with that iteration, the last that is returned.
func (l *Loop) Run(step, n int) (values [][]float64, err error) {
	block, err := l.blocks.Load(step, n)
	if err != nil {
		return nil, err
	}
	outputs, err := l.exec.Call(append([]any{int32(n)}, asAny(block)...)...)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, output := range outputs {
			output.MustFinalizeAll()
		}
	}()
	done := int(tensors.ToScalar[int32](outputs[0]))
	flat, err := tensors.CopyFlatData[float64](outputs[1])
	if err != nil {
		return nil, err
	}
	for i := range done {
		values = append(values, flat[i*len(l.metrics):(i+1)*len(l.metrics)])
	}
	return values, nil
}

// Finalize frees the compiled loop.
func (l *Loop) Finalize() { l.exec.Finalize() }

// The first values of the loop's state. The block and the variables follow.
const (
	counter = iota // int32: iterations done
	limit          // int32: iterations to do
	sound          // bool: all metrics of the last iteration were finite
	history        // float64 [Most, metrics]
	carried
)

// graph builds the loop: inputs are the number of iterations and the block, outputs the number done and the history.
//
// GoMLX keeps one node for each scalar of a graph, made where it is first asked for, and a node of the loop's body is
// of no use outside. So everything around the body makes its scalars by Const.
func (l *Loop) graph(root *model.Scope, inputs []*Node) []*Node {
	g := inputs[0].Graph()
	n, block := inputs[0], inputs[1:]
	empty := tensors.FromShape(shapes.Make(dtypes.Float64, l.blocks.Most(), len(l.metrics)))
	state := append([]*Node{Const(g, int32(0)), n, Const(g, true), ConstTensor(g, empty)}, block...)
	variables := len(state)
	for _, v := range l.used {
		state = append(state, v.NodeValue(g))
	}
	condition := NewClosure(g, func(g *Graph) []*Node {
		now := parameters(g, state)
		return []*Node{LogicalAnd(now[sound], LessThan(now[counter], now[limit]))}
	})
	body := NewClosure(g, func(g *Graph) []*Node {
		now := parameters(g, state)
		for i, v := range l.used {
			v.SetNodeValue(now[variables+i])
		}
		labels, predictions := l.build(root, now[carried:variables], now[counter])
		var row []*Node
		for _, m := range l.metrics {
			row = append(row, Reshape(ConvertDType(m.UpdateGraph(root, labels, predictions), dtypes.Float64), 1, 1))
		}
		values := Concatenate(row, 1)
		now[history] = DynamicUpdateSlice(now[history], values, []*Node{now[counter], Const(g, int32(0))})
		now[sound] = LogicalAll(IsFinite(values))
		now[counter] = Add(now[counter], Const(g, int32(1)))
		for i, v := range l.used {
			now[variables+i] = v.NodeValue(g)
		}
		return now
	})
	state = While(condition, body, state...)
	for i, v := range l.used {
		v.SetNodeValue(state[variables+i])
	}
	return []*Node{state[counter], state[history]}
}

// parameters are those of a closure over the loop's state.
func parameters(g *Graph, state []*Node) []*Node {
	all := make([]*Node, len(state))
	for i, node := range state {
		all[i] = Parameter(g, fmt.Sprintf("state_%d", i), node.Shape())
	}
	return all
}

func asAny(block []*tensors.Tensor) []any {
	all := make([]any, len(block))
	for i, t := range block {
		all[i] = t
	}
	return all
}

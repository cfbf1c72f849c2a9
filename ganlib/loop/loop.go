package loop

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
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
	// Shared is the number of tensors, the first ones of a block, that all minibatches have in common and that stay the
	// same from block to block. The others hold a minibatch at each place of their first axis: [Most, m, ...].
	Shared() int
	// Batch builds one minibatch, the i-th of a block; i is an int32 scalar that counts from 0.
	Batch(block []*Node, i *Node) []*Node
}

// Supported reports whether a backend can run loops that train. XLA can. GoMLX's Go backend has a While too, but no
// DynamicSlice, and gradients in the body fail.
func Supported(b compute.Backend) bool {
	can := b.Capabilities()
	return can.Functions && can.Operations[compute.OpTypeDynamicSlice] // XLA does not list its While
}

// Step builds one iteration on a minibatch and returns its metrics, scalars.
type Step func(root *model.Scope, batch []*Node) []*Node

// Loop is a compiled loop. Its methods are for one goroutine at a time.
type Loop struct {
	// Clock returns the time, for [Loop.Some]. Nil: time.Now.
	Clock func() time.Time

	backend compute.Backend
	store   *model.Store
	step    Step
	blocks  Blocks
	team    *team              // nil on one device
	trainer []metric.Interface // the metrics of a trainer without memory
	used    []*model.Variable
	metrics int // the number that step returns
	exec    *model.Exec
	next    int // the number of iterations that take about span
}

// errBuilt ends the building of a graph that is not to be compiled.
var errBuilt = errors.New("built")

// New prepares a loop on a backend and a store, without compiling it yet. It initialises variables that have no value.
func New(b compute.Backend, store *model.Store, step Step, blocks Blocks) (*Loop, error) {
	l := &Loop{store: store, step: step, blocks: blocks}
	return l, l.prepare(b)
}

// ForTrainer prepares a loop over the iterations of a trainer, on its backend and its store. Its metrics are those of
// the trainer that have no memory: see [Loop.Metrics].
func ForTrainer(trainer *train.Trainer, update Update, blocks Blocks) (*Loop, error) {
	l := &Loop{store: trainer.Store(), blocks: blocks}
	l.step = func(root *model.Scope, batch []*Node) (values []*Node) {
		labels, predictions := update(root, batch)
		if l.trainer == nil {
			l.trainer = withoutMemory(root, trainer.TrainMetrics(), labels, predictions)
		}
		for _, m := range l.trainer {
			values = append(values, m.UpdateGraph(root, labels, predictions))
		}
		return values
	}
	return l, l.prepare(trainer.Backend())
}

// prepare declares the variables and makes the executor.
func (l *Loop) prepare(b compute.Backend) error {
	if !Supported(b) {
		return invalid.Value("backend", b.Name(), "one that computes gradients inside a While, such as xla")
	}
	l.backend, l.next = b, 1
	if err := l.declare(b); err != nil {
		return err
	}
	if err := l.store.InitializeVariables(b, nil); err != nil {
		return err
	}
	var err error
	l.exec, err = model.NewExec(b, l.store, l.graph)
	return err
}

// declare builds an iteration by itself, so that its variables exist, and finds those it uses.
func (l *Loop) declare(b compute.Backend) error {
	block, err := l.blocks.Load(0, 1)
	if err != nil {
		return err
	}
	exec, err := model.NewExec(b, l.store, func(root *model.Scope, block []*Node) *Node {
		l.metrics = len(l.build(root, block, Const(block[0].Graph(), int32(0))))
		for v := range l.store.IterVariables() {
			if v.InUseByGraph(block[0].Graph()) && !strings.HasPrefix(v.Path(), "/"+metric.Scope+"/") {
				l.used = append(l.used, v)
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

// withoutMemory returns the metrics that keep no variables from one iteration to the next, after building all of them.
func withoutMemory(root *model.Scope, all []metric.Interface, labels, predictions []*Node) (some []metric.Interface) {
	for _, m := range all {
		m.UpdateGraph(root, labels, predictions)
		if !Remembers(root.Store(), m) {
			some = append(some, m)
		}
	}
	return some
}

// Remembers reports whether a metric keeps variables in a store, from one iteration to the next, once it has been built.
func Remembers(store *model.Store, m metric.Interface) bool {
	for v := range store.IterVariables() {
		if v.Scope() == model.JoinPath("/"+metric.Scope, m.ScopeName()) {
			return true
		}
	}
	return false
}

// build builds the i-th iteration of a block.
func (l *Loop) build(root *model.Scope, block []*Node, i *Node) []*Node {
	l.store.SetTraining(i.Graph(), true)
	return l.step(root, l.blocks.Batch(block, i))
}

// Metrics lists the trainer's metrics that a loop of [ForTrainer] reports: those without memory, in the order of the
// values.
func (l *Loop) Metrics() []metric.Interface { return l.trainer }

// span is about how long one call should take: short enough for Ctrl-C, long enough that the price of a call does not
// count.
const span = 250 * time.Millisecond

// Some runs iterations from a step on, at least one and at most n: as many as take about a quarter of a second, by the
// time that earlier calls took. It returns what [Loop.Run] returns.
func (l *Loop) Some(step, n int) (values [][]float64, err error) {
	now := l.Clock
	if now == nil {
		now = time.Now
	}
	n = min(n, l.next, l.blocks.Most())
	began := now()
	values, err = l.Run(step, n)
	l.next = paced(n, now().Sub(began))
	return values, err
}

// paced is the number of iterations for the next call, after one of n that took a time. It grows slowly: the first call
// compiles, and a machine can be busy for a moment.
func paced(n int, took time.Duration) int {
	return max(1, min(4*n, int(float64(n)*float64(span)/float64(max(took, time.Microsecond)))))
}

// LoadError is that of minibatches that could not be loaded: no iteration was made, and the model is as it was.
type LoadError struct{ Err error }

// Error implements error.
func (e *LoadError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *LoadError) Unwrap() error { return e.Err }

// Run runs the n iterations from a step on, n from 1 to the blocks' Most, and returns the metrics of each. If one of them
// is not finite, the loop ends with that iteration, the last that is returned. Minibatches that cannot be loaded are a
// [*LoadError].
func (l *Loop) Run(step, n int) (values [][]float64, err error) {
	block, err := l.blocks.Load(step, n)
	if err != nil {
		return nil, &LoadError{err}
	}
	inputs, free, err := l.inputs(n, block)
	if err != nil {
		return nil, err
	}
	defer free()
	outputs, err := l.exec.Call(inputs...) // of the first device, then of the others
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
		values = append(values, flat[i*l.metrics:(i+1)*l.metrics])
	}
	return values, nil
}

// inputs are those of the compiled loop, divided if there are several devices. free is for after the call.
func (l *Loop) inputs(n int, block []*tensors.Tensor) (inputs []any, free func(), err error) {
	all := append([]*tensors.Tensor{tensors.FromValue(int32(n))}, block...)
	if l.team != nil {
		return l.team.divide(all)
	}
	return asAny(all), func() {}, nil
}

// Finalize frees the compiled loop.
func (l *Loop) Finalize() {
	l.exec.Finalize()
	if l.team != nil {
		l.team.finalize()
	}
}

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
	empty := BroadcastToDims(Const(g, 0.), l.blocks.Most(), l.metrics)
	state := append([]*Node{Const(g, int32(0)), n, Const(g, true), empty}, block...)
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
		var row []*Node
		for _, value := range l.build(root, now[carried:variables], now[counter]) {
			row = append(row, Reshape(ConvertDType(value, dtypes.Float64), 1, 1))
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

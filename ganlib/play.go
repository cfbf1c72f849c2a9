package ganlib

import (
	"iter"
	"math"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/memory"
)

// Players are a trained game, from wherever it comes: the two players with their weights, on an engine.
//
// Rows of numbers go in and come out as float32, one row after the other.
//
// Several goroutines may call [Players.Sample], [Players.Samples], [Players.Generate] and [Players.Discriminate] at the
// same time, of the same Players: their results are the same bits as one after the other. Nothing may change the weights
// meanwhile, as training does, and nobody the fields.
//
// A trainer cannot see that data do not belong to the game: a label that is not of the game is no class to it. Ask
// [Players.Fit] before training.
type Players struct {
	Algorithm1 *Algorithm1
	Backend    compute.Backend
	// Store holds the weights. Training changes them, and what the players say follows. To play with other weights,
	// make other Players.
	Store *model.Store
	// Shape is that of one example, such as [28, 28, 1].
	Shape []int

	// using is held for writing while a graph is built, compiled or given its first weights, which all change the store's
	// list of variables, and for reading while graphs run.
	using                    sync.RWMutex
	generator, discriminator player
}

// player is G or D as programs of the engine.
type player struct {
	exec     *model.Exec  // made when it is first asked for
	compiled map[int]bool // the numbers of rows that it has a program for
	averaged bool         // whether it was made of averages
}

// Validate refuses players that cannot play. They need no learning rules for it. The methods that return an error begin
// with it.
func (p *Players) Validate() error {
	switch {
	case p.Algorithm1 == nil:
		return invalid.Value("algorithm1", "none", "a game")
	case p.Backend == nil:
		return invalid.Value("backend", "none", "an engine, as package backend opens")
	case p.Store == nil:
		return invalid.Value("store", "none", "the weights, such as model.NewStore()")
	case sizeOf(p.Shape) == 0:
		return invalid.Value("shape", p.Shape, "positive sizes, those of one example")
	}
	return p.Algorithm1.validatePlay()
}

// Fit refuses players that cannot play, see Validate, and data that they cannot learn from, such as a data.Feed: examples
// of another shape, labels that the game does not have, and no labels in a conditional game.
func (p *Players) Fit(feed interface {
	Shape() []int
	Classes() int // 0 without labels
}) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if feed == nil {
		return invalid.Value("feed", "none", "the data")
	}
	if got := feed.Shape(); !slices.Equal(got, p.Shape) {
		return invalid.Value("feed.shape", got, "%v, as the players' examples", p.Shape)
	}
	switch got, classes := feed.Classes(), p.Classes(); {
	case got > 0 && classes == 0:
		return invalid.Value("feed.classes", got, "0, no labels, in a game without")
	case got == 0 && classes > 0, got > classes:
		return invalid.Value("feed.classes", got, "1 to %d, in a game of %d classes", classes, classes)
	}
	return nil
}

// Trainer is [Algorithm1.Trainer] on the players' engine and weights.
func (p *Players) Trainer() (*train.Trainer, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p.Algorithm1.Trainer(p.Backend, p.Store)
}

// Sample draws n examples from p_g, [n, ...]. The same seed gives the same noise on every engine, and the first n of
// any longer sample.
//
// In a conditional game the labels given are taken in turn, over and over; without any, all classes are: example i is
// of class i mod Classes.
func (p *Players) Sample(n int, seed uint64, labels ...int) ([]float32, error) {
	if err := p.checkSamples(n); err != nil {
		return nil, err
	}
	if err := p.CheckLabels(labels...); err != nil {
		return nil, err
	}
	return p.Generate(p.NoiseFor(n, seed), p.LabelsFor(n, labels...)...)
}

// Samples draws what Sample draws, to the same bits, a part at a time: the memory it takes does not grow with n. Each
// part holds whole examples. It ends with the first error.
func (p *Players) Samples(n int, seed uint64, labels ...int) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		err := p.CheckLabels(labels...)
		if err == nil && n < 1 {
			err = invalid.Value("samples", n, "at least 1")
		}
		if err != nil {
			yield(nil, err)
			return
		}
		rows, dim, draw := p.rowsAtOnce(n), p.Algorithm1.Prior.Dim, p.Algorithm1.Prior.drawer(seed)
		var z []float32
		for done := 0; done < n; done += rows {
			from := min(done, n-rows) // the last part reaches back, as that of play does
			z = append(z[len(z)-dim*(done-from):], draw(from+rows-done)...)
			x, err := p.Generate(z, p.labelsFrom(from, rows, labels)...)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(x[(done-from)*(len(x)/rows):], nil) {
				return
			}
		}
	}
}

// checkSamples refuses a number of samples below 1, and one that the machine's memory cannot hold with its noise.
func (p *Players) checkSamples(n int) error {
	if n < 1 {
		return invalid.Value("samples", n, "at least 1")
	}
	if err := p.Validate(); err != nil {
		return err
	}
	const float32Bytes = 4
	one := float32Bytes * (float64(sizeOf(p.Shape)) + float64(p.Algorithm1.Prior.Dim))
	if most := memory.Limit() / one; float64(n) > most {
		return invalid.Value("samples", n, "at most %.0f, more than which do not fit into this machine's memory at once", math.Floor(most))
	}
	return nil
}

// NoiseFor draws the noise that Sample(n, seed) uses, [n, dim]. It panics on a prior that Validate refuses.
func (p *Players) NoiseFor(n int, seed uint64) []float32 {
	return tensors.MustCopyFlatData[float32](p.Algorithm1.Prior.Draw(n, seed))
}

// LabelsFor lists the n labels that Sample(n, seed, labels...) uses, and none in a game without labels.
func (p *Players) LabelsFor(n int, labels ...int) []int { return p.labelsFrom(0, n, labels) }

// labelsFrom lists the labels of n examples from one on.
func (p *Players) labelsFrom(from, n int, labels []int) []int {
	classes := p.Classes()
	if classes == 0 {
		return nil
	}
	all := make([]int, n)
	for i := range all {
		if len(labels) > 0 {
			all[i] = labels[(from+i)%len(labels)]
		} else {
			all[i] = (from + i) % classes
		}
	}
	return all
}

// Classes is the number of classes of a conditional game, whose labels are 0 to Classes − 1, or 0 in a game without
// labels.
func (p *Players) Classes() int { return p.Algorithm1.Classes }

// CheckLabels refuses labels that the game does not have.
func (p *Players) CheckLabels(labels ...int) error {
	if err := p.Validate(); err != nil {
		return err
	}
	classes := p.Classes()
	if classes == 0 && len(labels) > 0 {
		return invalid.Value("label", labels[0], "none, in a game without labels")
	}
	for _, label := range labels {
		if label < 0 || label >= classes {
			return invalid.Value("label", label, "0 to %d, in a game of %d classes", classes-1, classes)
		}
	}
	return nil
}

// Generate is G: noise [n, dim] to examples [n, ...]. A conditional game wants n labels. With
// [Stabilisers].AverageG it is G with the average of its weights, from the first update on.
func (p *Players) Generate(z []float32, labels ...int) ([]float32, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p.play(&p.generator, p.Algorithm1.GenerateAverage, z, []int{p.Algorithm1.Prior.Dim}, p.Shape, labels)
}

// Discriminate is D: examples [n, ...] to the probability of each that it is real, [n]. A conditional game wants n
// labels. Dropout is off.
func (p *Players) Discriminate(x []float32, labels ...int) ([]float32, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	probability := func(root *model.Scope, x, y *Node) *Node { return Sigmoid(p.Algorithm1.Discriminate(root, x, y)) }
	return p.play(&p.discriminator, probability, x, p.Shape, []int{1}, labels)
}

// call runs a player, which the function builds, on rows and, in a conditional game, their labels.
func (p *Players) call(of *player, build func(root *model.Scope, in, y *Node) *Node, inputs ...*tensors.Tensor) (*tensors.Tensor, error) {
	p.using.RLock()
	ready := of.compiled[inputs[0].Shape().Dim(0)] && of.averaged == p.averages(of)
	p.using.RUnlock()
	if !ready {
		if err := p.compile(of, build, inputs); err != nil {
			return nil, err
		}
	}
	p.using.RLock()
	defer p.using.RUnlock()
	arguments := make([]any, len(inputs))
	for i, input := range inputs {
		arguments[i] = input
	}
	results, err := of.exec.Call(arguments...)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// averages reports whether a player should be made of averages: G, once there are any.
func (p *Players) averages(of *player) bool {
	return of == &p.generator && p.Algorithm1.hasAverage(p.Store.Scope("/"+AverageScope))
}

// compile makes a player's program for such inputs. Weights that are not there yet are drawn.
func (p *Players) compile(of *player, build func(root *model.Scope, in, y *Node) *Node, inputs []*tensors.Tensor) error {
	p.using.Lock()
	defer p.using.Unlock()
	if averaged := p.averages(of); of.exec == nil || of.averaged != averaged {
		exec, err := model.NewExec(p.Backend, p.Store, func(root *model.Scope, inputs []*Node) *Node {
			return build(root, inputs[0], p.Algorithm1.labelsOf(inputs))
		})
		if err != nil {
			return err
		}
		if of.exec != nil {
			of.exec.Finalize()
		}
		const unlimited = -1 // by default the 33rd number of rows is refused
		*of = player{exec: exec.SetMaxCache(unlimited), compiled: map[int]bool{}, averaged: averaged}
	}
	like := make([]shapes.Shape, len(inputs))
	for i, input := range inputs {
		like[i] = input.Shape()
	}
	if _, err := of.exec.Compile(like...); err != nil {
		return err
	}
	if err := p.Store.InitializeVariables(p.Backend, nil); err != nil {
		return err
	}
	of.compiled[inputs[0].Shape().Dim(0)] = true
	return nil
}

// labelsOf is y, one-hot, of the inputs of a graph: rows and, in a conditional game, their labels.
func (a *Algorithm1) labelsOf(inputs []*Node) *Node {
	if len(inputs) == 1 {
		return nil
	}
	return a.OneHot(inputs[1], inputs[0].DType())
}

// The most rows, and the most numbers of examples, that pass through a network at once. A hidden layer of DCGAN holds
// ten times the numbers of the image and more.
const mostRows, mostNumbers = 1000, 1 << 20

// play passes rows of a shape, and their labels in a conditional game, through a player, which must make rows of the
// shape made. All its calls get the same number of rows, for each number is a compilation of its own: the
// last one reaches back over rows already done rather than be shorter.
func (p *Players) play(of *player, build func(root *model.Scope, in, y *Node) *Node, in []float32, shape, made, labels []int) ([]float32, error) {
	n, err := rowsOf(in, shape)
	if err != nil {
		return nil, err
	}
	if err := p.CheckLabels(labels...); err != nil {
		return nil, err
	}
	if p.Classes() > 0 && len(labels) != n {
		return nil, invalid.Value("labels", len(labels), "one for each of %d rows, in a game of %d classes", n, p.Classes())
	}
	size, rows := len(in)/n, p.rowsAtOnce(n)
	var out []float32
	for done := 0; done < n; done += rows {
		from := min(done, n-rows)
		inputs := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(in[from*size:(from+rows)*size], slices.Concat([]int{rows}, shape)...)}
		if len(labels) > 0 {
			inputs = append(inputs, LabelTensor(labels[from:from+rows]))
		}
		result, err := p.call(of, build, inputs...)
		if err != nil {
			return nil, err
		}
		if got, want := result.Shape().Dimensions, slices.Concat([]int{rows}, made); !slices.Equal(got, want) {
			return nil, invalid.Value("generator", got, "results of shape %v, an example of Players.Shape a noise vector", want)
		}
		values, err := tensors.CopyFlatData[float32](result)
		if err != nil {
			return nil, err
		}
		out = append(out, values[(done-from)*(len(values)/rows):]...)
	}
	return out, nil
}

// rowsAtOnce is the number of rows in each call that n rows take.
func (p *Players) rowsAtOnce(n int) int {
	calls := ceil(n, min(mostRows, max(1, mostNumbers/sizeOf(p.Shape))))
	return ceil(n, calls)
}

func ceil(n, by int) int {
	whole := n / by
	if n%by > 0 {
		whole++
	}
	return whole
}

// rowsOf is the number of rows of the given shape in x, which must be whole rows.
func rowsOf(x []float32, shape []int) (int, error) {
	size := sizeOf(shape)
	if size == 0 || len(x) == 0 || len(x)%size != 0 {
		return 0, invalid.Value("values", len(x), "whole rows of shape %v, at least one", shape)
	}
	return len(x) / size, nil
}

// LabelTensor holds labels as the graphs of a conditional game take them, int32 [n]: see [Game.OneHot].
func LabelTensor(labels []int) *tensors.Tensor {
	y := make([]int32, len(labels))
	for i, label := range labels {
		y[i] = int32(label)
	}
	return tensors.FromFlatDataAndDimensions(y, len(y))
}

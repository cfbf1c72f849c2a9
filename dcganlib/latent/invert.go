package latent

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Inversion looks for the noise from which G makes a given example: the z that minimises the mean squared error of G(z),
// by projected gradient descent. A zero field is a good choice.
type Inversion struct {
	// Restarts is the number of starting points drawn from the prior; they descend side by side, as one batch. The error
	// has many local minima. 0: 8, or 2 of each class that is tried if that is more.
	Restarts int
	// Steps is the number of descent steps. 0: 200.
	Steps int
	// Rate is the learning rate of Adam, which takes the steps. 0: .05.
	Rate float64
	// Edge puts a number that has left the prior's range on its edge. Otherwise it is drawn anew from within, as it is by
	// chance that it got there: stochastic clipping (Lipton and Tripathi 2017, arXiv:1702.04782). The range of a Gaussian
	// prior, which has no edge, is taken to end at 3.
	Edge bool
	// Seed decides the starting points and what is drawn anew.
	Seed uint64
	// Follow sees where all restarts are before each step, and after the last: z [Restarts, dim], which is its own to
	// keep. Nil: nothing does.
	Follow func(step int, z []float32)
}

const (
	leastRestarts = 8
	gaussianRange = 3
	adamBeta1     = .9
	adamBeta2     = .999
	adamEpsilon   = 1e-8
	mostRestarts  = 1000
)

// Found is where one restart of an inversion got to.
type Found struct {
	Restart int       // its number, from 0
	Z       []float32 // the best point on its way
	X       []float32 // G(Z)
	Label   int       // y, in a conditional game
	MSE     float64   // the mean squared error of X, per number of it
}

// PSNR is the peak signal-to-noise ratio in decibels, 10·log₁₀(span²/MSE), where span is the range of the example's
// numbers: 1 for a generator that ends in a sigmoid, 2 for one that ends in tanh.
func (f Found) PSNR(span float64) float64 { return 10 * math.Log10(span*span/f.MSE) }

// Invert returns what each restart found for one example, the best first. The weights stand still, and batch norm plays
// by its averages, as in [ganlib.Players.Generate].
//
// In a conditional game the labels given are tried in turn over the restarts, or else all are: the best one's label is
// G's own opinion of what the example is.
func (o Inversion) Invert(ctx context.Context, p *ganlib.Players, example []float32, labels ...int) ([]Found, error) {
	if err := p.CheckLabels(labels...); err != nil {
		return nil, err
	}
	o, err := o.withDefaults(p, labels)
	if err != nil {
		return nil, err
	}
	size := 1
	for _, n := range p.Shape {
		size *= n
	}
	if len(example) != size {
		return nil, invalid.Value("example", len(example), "%d numbers, one example of shape %v", size, p.Shape)
	}
	exec, err := model.NewExec(p.Backend, p.Store, squaredError(p.Algorithm1))
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	d := o.begin(p, labels)
	for step := range o.Steps + 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if o.Follow != nil {
			o.Follow(step, d.points())
		}
		errors, gradient, err := d.evaluate(exec, example)
		if err != nil {
			return nil, err
		}
		d.note(errors)
		if step < o.Steps {
			d.step(gradient)
		}
	}
	return d.found(p)
}

// withDefaults fills in the zeros and refuses numbers out of range.
func (o Inversion) withDefaults(p *ganlib.Players, labels []int) (Inversion, error) {
	tried := cmp.Or(len(labels), p.Classes())
	o.Restarts = cmp.Or(o.Restarts, min(max(leastRestarts, 2*tried), mostRestarts))
	o.Steps = cmp.Or(o.Steps, 200)
	o.Rate = cmp.Or(o.Rate, .05)
	switch {
	case o.Restarts < 1 || o.Restarts > mostRestarts:
		return o, invalid.Value("restarts", o.Restarts, "1 to %d, or 0 for the usual number", mostRestarts)
	case o.Steps < 1:
		return o, invalid.Value("steps", o.Steps, "at least 1, or 0 for the usual number")
	case !(o.Rate > 0):
		return o, invalid.Value("rate", o.Rate, "above 0, or 0 for the usual one")
	}
	return o, nil
}

// squaredError builds the error of G(z) [n] and its gradient in z [n, dim], from z, the example's numbers and, in a
// conditional game, n labels. Examples do not meet outside training, so one gradient of the sum serves them all.
func squaredError(a *ganlib.Algorithm1) func(root *model.Scope, inputs []*Node) []*Node {
	return func(root *model.Scope, inputs []*Node) []*Node {
		z, example := inputs[0], inputs[1]
		var y *Node
		if len(inputs) > 2 {
			y = a.OneHot(inputs[2], z.DType())
		}
		n := z.Shape().Dimensions[0]
		x := Reshape(a.GenerateAverage(root, z, y), n, -1)
		mse := ReduceMean(Square(Sub(x, Reshape(example, 1, -1))), 1)
		return append([]*Node{mse}, Gradient(ReduceAllSum(mse), z)...)
	}
}

// descent is a batch of points on their way down.
type descent struct {
	o      Inversion
	dim    int
	bound  float64 // of the magnitude of a number
	rng    *rand.Rand
	labels []int // of the points, in a conditional game
	steps  int   // taken so far

	z, m, v []float64 // the points, and Adam's moments
	best    []float32 // the best point of each restart
	errors  []float64 // its error
}

func (o Inversion) begin(p *ganlib.Players, labels []int) *descent {
	prior := p.Algorithm1.Prior
	d := &descent{o: o, dim: prior.Dim, bound: min(prior.Bound(), gaussianRange), labels: p.LabelsFor(o.Restarts, labels...)}
	const stream = 0xd1b54a32d192ed03 // separates what is drawn anew from the starting points
	d.rng = rand.New(rand.NewPCG(o.Seed, stream))
	d.best = tensors.MustCopyFlatData[float32](prior.Draw(o.Restarts, o.Seed))
	d.z, d.m, d.v = make([]float64, len(d.best)), make([]float64, len(d.best)), make([]float64, len(d.best))
	for i, z := range d.best {
		d.z[i] = d.inside(float64(z))
		d.best[i] = float32(d.z[i])
	}
	d.errors = slices.Repeat([]float64{math.Inf(1)}, o.Restarts)
	return d
}

// evaluate is the error of each point, and its gradient.
func (d *descent) evaluate(exec *model.Exec, example []float32) (errors, gradient []float32, err error) {
	inputs := []any{tensors.FromFlatDataAndDimensions(d.points(), d.o.Restarts, d.dim), example}
	if d.labels != nil {
		inputs = append(inputs, ganlib.LabelTensor(d.labels))
	}
	results, err := exec.Call(inputs...)
	if err != nil {
		return nil, nil, err
	}
	if errors, err = tensors.CopyFlatData[float32](results[0]); err != nil {
		return nil, nil, err
	}
	gradient, err = tensors.CopyFlatData[float32](results[1])
	return errors, gradient, err
}

// points are the points as the network takes them.
func (d *descent) points() []float32 {
	z := make([]float32, len(d.z))
	for i, v := range d.z {
		z[i] = float32(v)
	}
	return z
}

// note keeps the points that are better than all before them on their way.
func (d *descent) note(errors []float32) {
	z := d.points()
	for i, e := range errors {
		if float64(e) < d.errors[i] {
			d.errors[i] = float64(e)
			copy(d.best[i*d.dim:(i+1)*d.dim], z[i*d.dim:])
		}
	}
}

// step moves every number by Adam, and back inside the prior's range.
func (d *descent) step(gradient []float32) {
	d.steps++
	correction1 := 1 - math.Pow(adamBeta1, float64(d.steps))
	correction2 := 1 - math.Pow(adamBeta2, float64(d.steps))
	for i, g := range gradient {
		d.m[i] = adamBeta1*d.m[i] + (1-adamBeta1)*float64(g)
		d.v[i] = adamBeta2*d.v[i] + (1-adamBeta2)*float64(g)*float64(g)
		d.z[i] = d.inside(d.z[i] - d.o.Rate*(d.m[i]/correction1)/(math.Sqrt(d.v[i]/correction2)+adamEpsilon))
	}
}

// inside is a number of z, or what it becomes outside the range.
func (d *descent) inside(z float64) float64 {
	switch {
	case math.Abs(z) <= d.bound:
		return z
	case d.o.Edge:
		return math.Copysign(d.bound, z)
	}
	return (2*d.rng.Float64() - 1) * d.bound
}

// found lists where the restarts got to, the best first.
func (d *descent) found(p *ganlib.Players) ([]Found, error) {
	x, err := p.Generate(d.best, d.labels...)
	if err != nil {
		return nil, err
	}
	all, size := make([]Found, d.o.Restarts), len(x)/d.o.Restarts
	for i := range all {
		all[i] = Found{Restart: i, Z: d.best[i*d.dim : (i+1)*d.dim], X: x[i*size : (i+1)*size], MSE: d.errors[i]}
		if d.labels != nil {
			all[i].Label = d.labels[i]
		}
	}
	slices.SortStableFunc(all, func(a, b Found) int { return cmp.Compare(a.MSE, b.MSE) })
	return all, nil
}

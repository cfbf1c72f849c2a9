package ganlib

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// ownPlayers are the players of a game whose networks are Go functions and not a recipe's: images [2, 2, 1] from three
// numbers of noise, and classes.
func ownPlayers(t *testing.T, b compute.Backend, classes int) *Players {
	t.Helper()
	generator := func(scope *model.Scope, z, y *Node) *Node {
		if y != nil {
			z = Concatenate([]*Node{z, y}, 1)
		}
		h := Tanh(layer.Dense(scope.At("in"), z, 5, true))
		return Reshape(Sigmoid(layer.Dense(scope.At("out"), h, 4, true)), -1, 2, 2, 1)
	}
	discriminator := func(scope *model.Scope, x, y *Node) *Node {
		x = layers.DropoutStatic(scope, Reshape(x, x.Shape().Dimensions[0], -1), .5)
		if y != nil {
			x = Concatenate([]*Node{x, y}, 1)
		}
		h := layer.LeakyReLU(layer.Dense(scope.At("in"), x, 5, true), .2)
		return layer.Dense(scope.At("out"), h, 1, true)
	}
	rule := func() optim.Rule { return &optim.Adam{LearningRate: .01, Beta1: .5, Beta2: .999, Epsilon: 1e-8} }
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	return &Players{
		Algorithm1: &Algorithm1{
			Game: Game{
				Generator: generator, Discriminator: discriminator, Prior: Prior{Gaussian, 3}, Objective: NonSaturating, Classes: classes,
			},
			K: 1, GeneratorRule: rule(), DiscriminatorRule: rule(),
		},
		Backend: b, Store: store, Shape: []int{2, 2, 1},
	}
}

// trainOnBlack plays iterations on black images, of all classes in turn.
func trainOnBlack(t *testing.T, p *Players, iterations int) {
	t.Helper()
	trainer, err := p.Trainer()
	require.NoError(t, err)
	for range iterations {
		batch := batchOf(tensors.FromShape(shapes.Make(dtypes.Float32, 6, 2, 2, 1)))
		if p.Classes() > 0 {
			batch.Inputs = append(batch.Inputs, LabelTensor(p.LabelsFor(6)))
		}
		_, err := trainer.TrainStep(batch)
		require.NoError(t, err)
	}
}

// TestSample: the seed decides, and a short sample is the beginning of a long one, beyond the number that passes
// through the network at once.
func TestSample(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p := ownPlayers(t, b, 0)
		long, err := p.Sample(mostRows+5, 1)
		require.NoError(t, err)
		require.Len(t, long, 4*(mostRows+5))
		for _, n := range []int{1, 5, mostRows, mostRows + 1} {
			short, err := p.Sample(n, 1)
			require.NoError(t, err)
			require.InDeltaSlice(t, long[:4*n], short, 1e-6)
		}
		before := stateOf(t, p.Store)
		again, err := p.Sample(mostRows+5, 1)
		require.NoError(t, err)
		require.Equal(t, long, again)
		require.Equal(t, before, stateOf(t, p.Store), "sampling changes nothing")
		other, err := p.Sample(5, 2)
		require.NoError(t, err)
		require.NotEqual(t, long[:4*5], other)
		require.NotEqual(t, long[:4], long[4*mostRows:4*mostRows+4], "each example has noise of its own")
		generated, err := p.Generate(p.NoiseFor(5, 2))
		require.NoError(t, err)
		require.Equal(t, other, generated)
	})
}

// TestDiscriminateIsAProbability: the sigmoid of D's output, one number per row, without dropout.
func TestDiscriminateIsAProbability(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p := ownPlayers(t, b, 0)
		p.Algorithm1.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
			x = layers.DropoutStatic(scope, x, .5)
			w := scope.VariableWithValue("w", float32(2)).NodeValue(x.Graph())
			return Mul(ReduceAndKeep(Reshape(x, -1, 4), ReduceSum, 1), w)
		}
		d, err := p.Discriminate([]float32{0, 0, 0, 0, 1, .5, -.5, -2})
		require.NoError(t, err)
		require.InDeltaSlice(t, []float64{.5, 1 / (1 + math.Exp(2))}, d, 1e-6)
	})
}

// TestPlayersAtOnce: several goroutines draw samples and ask D at the same time, of players that are not compiled yet, in
// more numbers of rows than GoMLX keeps programs for by itself, and get what one after the other gets.
func TestPlayersAtOnce(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		sizes := 3
		if gantest.OnGo(t, b) {
			sizes = 40
		}
		p := ownPlayers(t, b, 3)
		x, d := make([][]float32, 4*sizes), make([][]float32, 4*sizes)
		var all errgroup.Group
		for i := range x {
			all.Go(func() (err error) {
				n := 3 * (1 + i%sizes)
				if x[i], err = p.Sample(n, uint64(i)); err == nil {
					d[i], err = p.Discriminate(x[i], p.LabelsFor(n)...)
				}
				return err
			})
		}
		require.NoError(t, all.Wait())
		alone := &Players{Algorithm1: p.Algorithm1, Backend: b, Store: p.Store, Shape: p.Shape}
		for i := range x {
			n := 3 * (1 + i%sizes)
			want, err := alone.Sample(n, uint64(i))
			require.NoError(t, err)
			require.Equal(t, want, x[i])
			want, err = alone.Discriminate(want, p.LabelsFor(n)...)
			require.NoError(t, err)
			require.Equal(t, want, d[i])
		}
	})
}

// TestPlayersFollowTraining: players that have drawn samples, and so are compiled, use the weights after a training, as
// new players do.
func TestPlayersFollowTraining(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p := ownPlayers(t, b, 3)
		before, err := p.Sample(6, 1)
		require.NoError(t, err)
		d, err := p.Discriminate(before, p.LabelsFor(6)...)
		require.NoError(t, err)
		generator, discriminator := p.generator.exec, p.discriminator.exec
		trainOnBlack(t, p, 3)
		after, err := p.Sample(6, 1)
		require.NoError(t, err)
		require.NotEqual(t, before, after)
		dAfter, err := p.Discriminate(before, p.LabelsFor(6)...)
		require.NoError(t, err)
		require.NotEqual(t, d, dAfter)
		require.Same(t, generator, p.generator.exec)
		require.Same(t, discriminator, p.discriminator.exec)

		fresh := &Players{Algorithm1: p.Algorithm1, Backend: b, Store: p.Store, Shape: p.Shape}
		want, err := fresh.Sample(6, 1)
		require.NoError(t, err)
		require.Equal(t, want, after)
		want, err = fresh.Discriminate(before, p.LabelsFor(6)...)
		require.NoError(t, err)
		require.Equal(t, want, dAfter)
	})
}

// TestPlayersSampleTheAverage: if a game keeps an EMA of G's weights, samples are from it, also by players that drew
// some before there was one.
func TestPlayersSampleTheAverage(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p := ownPlayers(t, b, 0)
		p.Algorithm1.AverageG = .9
		sample := func(p *Players) []float32 {
			x, err := p.Sample(4, 1)
			require.NoError(t, err)
			return x
		}
		sample(p)
		for range 2 { // the second time, the average has changed
			trainOnBlack(t, p, 3)
			live := *p.Algorithm1
			live.AverageG = 0
			require.NotEqual(t, sample(&Players{Algorithm1: &live, Backend: b, Store: p.Store, Shape: p.Shape}), sample(p))
			exec := model.MustNewExec1(b, p.Store, func(root *model.Scope, z *Node) *Node { return p.Algorithm1.GenerateAverage(root, z, nil) })
			want := tensors.MustCopyFlatData[float32](exec.MustCall(p.Algorithm1.Prior.Draw(4, 1)))
			exec.Finalize()
			require.Equal(t, want, sample(p))
		}
	})
}

// TestSamples: the parts of a large sample are the sample, bit for bit, with its labels.
func TestSamples(t *testing.T) {
	for _, classes := range []int{0, 3} {
		p := ownPlayers(t, gantest.Open(t, "go"), classes)
		for _, n := range []int{1, mostRows, mostRows + 1, 2*mostRows + 5} {
			var labels [][]int
			if labels = [][]int{nil}; classes > 0 {
				labels = append(labels, []int{2, 0})
			}
			for _, labels := range labels {
				want, err := p.Sample(n, 7, labels...)
				require.NoError(t, err)
				var got []float32
				for part, err := range p.Samples(n, 7, labels...) {
					require.NoError(t, err)
					require.LessOrEqual(t, len(part), 4*mostRows)
					got = append(got, part...)
				}
				require.Equal(t, want, got)
			}
		}
		for part, err := range p.Samples(math.MaxInt, 7) { // as much as anybody asks for
			require.NoError(t, err)
			require.Len(t, part, 4*mostRows)
			break
		}
		for _, err := range p.Samples(0, 7) {
			gantest.RequireInvalid(t, err, "samples")
		}
	}
}

// TestLabels: without labels all classes occur in turn; given labels are used; a label decides what is drawn.
func TestLabels(t *testing.T) {
	p := ownPlayers(t, gantest.Open(t, "go"), 3)
	require.Equal(t, 3, p.Classes())
	require.Equal(t, []int{0, 1, 2, 0, 1}, p.LabelsFor(5))
	require.Equal(t, []int{2, 1, 2, 1, 2}, p.LabelsFor(5, 2, 1))
	turns, err := p.Sample(5, 1)
	require.NoError(t, err)
	same, err := p.Generate(p.NoiseFor(5, 1), 0, 1, 2, 0, 1)
	require.NoError(t, err)
	require.Equal(t, turns, same)
	twos, err := p.Sample(5, 1, 2)
	require.NoError(t, err)
	for i := range 5 {
		row := func(x []float32) []float32 { return x[4*i : 4*i+4] }
		if i == 2 {
			require.InDeltaSlice(t, row(turns), row(twos), 1e-6)
		} else {
			require.NotEqual(t, row(turns), row(twos))
		}
	}
	as1, err := p.Discriminate(twos[:4], 1)
	require.NoError(t, err)
	as2, err := p.Discriminate(twos[:4], 2)
	require.NoError(t, err)
	require.NotEqual(t, as1, as2)
}

// TestManyLabels: labels stay with their rows beyond the number that passes through a network at once.
func TestManyLabels(t *testing.T) {
	p := ownPlayers(t, gantest.Open(t, "go"), 3)
	const n = mostRows + 2
	z := make([]float32, 3*n)
	x, err := p.Generate(z, p.LabelsFor(n)...)
	require.NoError(t, err)
	require.NotEqual(t, x[:4], x[4:8])
	for i := 3; i < n; i++ {
		require.InDeltaSlice(t, x[4*(i%3):4*(i%3)+4], x[4*i:4*i+4], 1e-6, "example %d", i)
	}
}

// TestPlayersRefuse names the key of wrong numbers and labels.
func TestPlayersRefuse(t *testing.T) {
	b := gantest.Open(t, "go")
	conditional, plain := ownPlayers(t, b, 3), ownPlayers(t, b, 0)
	require.Zero(t, plain.Classes())
	require.Nil(t, plain.LabelsFor(5))
	require.NoError(t, plain.CheckLabels())
	require.NoError(t, conditional.CheckLabels(0, 2))
	for _, c := range []struct {
		key  string
		call func() ([]float32, error)
	}{
		{"samples", func() ([]float32, error) { return plain.Sample(0, 1) }},
		{"label", func() ([]float32, error) { return conditional.Sample(3, 1, 1, 3) }},
		{"label", func() ([]float32, error) { return conditional.Sample(3, 1, -1) }},
		{"label", func() ([]float32, error) { return plain.Sample(3, 1, 0) }},
		{"label", func() ([]float32, error) { return plain.Generate(make([]float32, 3), 2) }},
		{"label", func() ([]float32, error) { return conditional.Discriminate(make([]float32, 4), 3) }},
		{"labels", func() ([]float32, error) { return conditional.Generate(make([]float32, 6)) }},
		{"labels", func() ([]float32, error) { return conditional.Discriminate(make([]float32, 8), 0, 1, 2) }},
		{"values", func() ([]float32, error) { return plain.Generate(make([]float32, 4)) }},
		{"values", func() ([]float32, error) { return plain.Discriminate(make([]float32, 9)) }},
		{"values", func() ([]float32, error) { return plain.Discriminate(nil) }},
	} {
		_, err := c.call()
		gantest.RequireInvalid(t, err, c.key)
	}
}

// TestPlayersValidate names what players lack, from each method that returns an error.
func TestPlayersValidate(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, c := range []struct {
		key   string
		spoil func(*Players)
	}{
		{"algorithm1", func(p *Players) { p.Algorithm1 = nil }},
		{"backend", func(p *Players) { p.Backend = nil }},
		{"store", func(p *Players) { p.Store = nil }},
		{"shape", func(p *Players) { p.Shape = nil }},
		{"shape", func(p *Players) { p.Shape = []int{0} }},
		{"generator", func(p *Players) { p.Algorithm1.Generator = nil }},
		{"discriminator", func(p *Players) { p.Algorithm1.Discriminator = nil }},
		{"classes", func(p *Players) { p.Algorithm1.Classes = 1 }},
		{"noise.noise", func(p *Players) { p.Algorithm1.Prior.Noise = "cauchy" }},
		{"noise.dim", func(p *Players) { p.Algorithm1.Prior.Dim = 0 }},
	} {
		p := ownPlayers(t, b, 0)
		require.NoError(t, p.Validate())
		c.spoil(p)
		gantest.RequireInvalid(t, p.Validate(), c.key)
		_, err := p.Sample(2, 1)
		gantest.RequireInvalid(t, err, c.key)
		_, err = p.Generate(make([]float32, 3))
		gantest.RequireInvalid(t, err, c.key)
		_, err = p.Discriminate(make([]float32, 4))
		gantest.RequireInvalid(t, err, c.key)
		_, err = p.Trainer()
		gantest.RequireInvalid(t, err, c.key)
		gantest.RequireInvalid(t, p.CheckLabels(), c.key)
	}
	p := ownPlayers(t, b, 0)
	p.Algorithm1.GeneratorRule, p.Algorithm1.DiscriminatorRule = nil, nil
	require.NoError(t, p.Validate())
	_, err := p.Sample(2, 1)
	require.NoError(t, err, "playing takes no rules")
}

// dataset has the shape and the number of classes of data.
type dataset struct {
	shape   []int
	classes int
}

func (d dataset) Shape() []int { return d.shape }
func (d dataset) Classes() int { return d.classes }

// TestFit names what does not fit.
func TestFit(t *testing.T) {
	b := gantest.Open(t, "go")
	plain, conditional := ownPlayers(t, b, 0), ownPlayers(t, b, 3)
	image := []int{2, 2, 1}
	require.NoError(t, plain.Fit(dataset{image, 0}))
	require.NoError(t, conditional.Fit(dataset{image, 3}))
	require.NoError(t, conditional.Fit(dataset{image, 2}), "a class may be without examples")
	gantest.RequireInvalid(t, plain.Fit(nil), "feed")
	gantest.RequireInvalid(t, plain.Fit(dataset{[]int{4}, 0}), "feed.shape")
	gantest.RequireInvalid(t, plain.Fit(dataset{image, 3}), "feed.classes")
	gantest.RequireInvalid(t, conditional.Fit(dataset{image, 0}), "feed.classes")
	gantest.RequireInvalid(t, conditional.Fit(dataset{image, 4}), "feed.classes")
	gantest.RequireInvalid(t, (&Players{}).Fit(dataset{image, 0}), "algorithm1")
}

// TestPriorRefused: no noise is drawn of a kind that there is not, in a graph or beside one.
func TestPriorRefused(t *testing.T) {
	bad := Prior{"cauchy", 3}
	require.Panics(t, func() { bad.Draw(1, 1) })
	exec := model.MustNewExec1(gantest.Open(t, "go"), model.NewStore(), func(root *model.Scope, g *Graph) *Node {
		return bad.Sample(root, g, dtypes.Float32, 1)
	})
	defer exec.Finalize()
	_, err := exec.Call()
	require.ErrorContains(t, err, "cauchy")
}

// TestAGeneratorOfAnotherShape, or of one example for all noise, is refused when it plays and when it trains.
func TestAGeneratorOfAnotherShape(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, as := range []func(x *Node) *Node{
			func(x *Node) *Node { return Reshape(x, -1, 4) },
			func(x *Node) *Node { return ReduceAndKeep(x, ReduceSum, 0) },
			func(x *Node) *Node { return Concatenate([]*Node{x, x}, 0) },
		} {
			p := ownPlayers(t, b, 0)
			generator := p.Algorithm1.Generator
			p.Algorithm1.Generator = func(scope *model.Scope, z, y *Node) *Node { return as(generator(scope, z, y)) }
			_, err := p.Sample(5, 1)
			gantest.RequireInvalid(t, err, "generator")
			trainer, err := p.Trainer()
			require.NoError(t, err)
			_, err = trainer.TrainStep(batchOf(tensors.FromShape(shapes.Make(dtypes.Float32, 6, 2, 2, 1))))
			require.ErrorContains(t, err, "the generator makes examples of shape")
		}
	})
}

// TestTwoLogits: a discriminator that makes more than one logit of an example is named.
func TestTwoLogits(t *testing.T) {
	p := ownPlayers(t, gantest.Open(t, "go"), 0)
	p.Algorithm1.Discriminator = func(_ *model.Scope, x, _ *Node) *Node { return Reshape(x, x.Shape().Dimensions[0], -1) }
	_, err := p.Discriminate(make([]float32, 12))
	require.ErrorContains(t, err, "ganlib.Game: the discriminator makes logits of shape [3 4]: want [3, 1]")
}

// TestRowsAtOnce: few large images pass through a network at once, in calls of one size.
func TestRowsAtOnce(t *testing.T) {
	large := &Players{Shape: []int{64, 64, 3}}
	for n, want := range map[int]int{1: 1, 64: 64, 85: 85, 86: 43, 100: 50, 1000: 84} {
		require.Equal(t, want, large.rowsAtOnce(n), n)
	}
	require.Equal(t, 1, (&Players{Shape: []int{2048, 2048, 3}}).rowsAtOnce(5))
	small := &Players{Shape: []int{28, 28, 1}}
	require.Equal(t, 1000, small.rowsAtOnce(1000))
	require.Equal(t, 501, small.rowsAtOnce(1001))
}

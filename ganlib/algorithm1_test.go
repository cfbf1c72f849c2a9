package ganlib

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

const (
	testRate, testMomentum = 0.1, 0.5
	testM                  = 6 // minibatch
)

// smallGame is a 1-D game of two small networks in float64.
func smallGame(k int, simultaneous bool, o Objective) *Algorithm1 {
	player := MLP{Hidden: []int{5}, Activation: "tanh", Output: []int{1}, OutputActivation: "linear"}
	rule := func() optim.Rule { return &optim.Momentum{LearningRate: testRate, Initial: testMomentum} }
	return &Algorithm1{
		Game: Game{Generator: player.Forward, Discriminator: player.Forward,
			Prior: Prior{Gaussian, 2}, Objective: o, HalfV: true},
		K: k, Simultaneous: simultaneous, DiscriminatorRule: rule(), GeneratorRule: rule(),
	}
}

// newStore makes both players' variables, with the random state of the given seed.
func newStore(t *testing.T, b compute.Backend, a *Algorithm1, seed int64) *model.Store {
	t.Helper()
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(seed))
	init := model.MustNewExec1(b, store, func(root *model.Scope, g *Graph) *Node {
		z := a.Prior.Sample(root, g, dtypes.Float64, 1)
		return a.Discriminate(root, a.Generate(root, z, nil), nil)
	})
	init.MustCall()
	require.NoError(t, store.SetRNGStateFromSeed(seed))
	return store
}

// minibatches returns one iteration's k·m examples of N(1, .5).
func minibatches(step, k int) *tensors.Tensor {
	rng := rand.New(rand.NewPCG(7, uint64(step)))
	x := make([]float64, k*testM)
	for i := range x {
		x[i] = 1 + 0.5*rng.NormFloat64()
	}
	return tensors.FromFlatDataAndDimensions(x, k*testM, 1)
}

// values copies every variable below scope, name to numbers.
func values(store *model.Store, scope string) map[string][]float64 {
	out := map[string][]float64{}
	for v := range store.Scope(scope).IterVariables() {
		if v.Trainable {
			out[v.Path()] = tensors.MustCopyFlatData[float64](v.MustValue())
		}
	}
	return out
}

// trainFor runs n iterations through GoMLX's trainer and loop, as users do.
func trainFor(t *testing.T, b compute.Backend, a *Algorithm1, store *model.Store, n int) {
	t.Helper()
	trainer, err := a.Trainer(b, store)
	require.NoError(t, err)
	_, err = train.NewLoop(trainer).RunSteps(&batches{k: a.K}, n)
	require.NoError(t, err)
}

type batches struct{ k int }

func (*batches) Name() string { return "N(1, .5)" }

func (d *batches) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for step := 0; yield(train.Batch{Inputs: []*tensors.Tensor{minibatches(step, d.k)}}, nil); step++ {
		}
	}
}

// reference is a second, plain implementation of Algorithm 1: the players' weights are slices on the host, D's gradient
// and G's come from two executables of their own, and momentum is a Go loop.
type reference struct {
	theta, velocity [2][][]float64 // of G, of D: weights and biases of two dense layers
	dGrads, gGrads  *Exec
	noise           *model.ExecOneOutput
}

const refG, refD = 0, 1

var layerShapes = [2][][]int{{{2, 5}, {5}, {5, 1}, {1}}, {{1, 5}, {5}, {5, 1}, {1}}}

func newReference(t *testing.T, b compute.Backend, a *Algorithm1, store *model.Store, seed int64) *reference {
	r := &reference{}
	for p, scope := range []string{"/" + GeneratorScope, "/" + DiscriminatorScope} {
		for _, name := range []string{"hidden_0/dense/weights", "hidden_0/dense/biases", "output/dense/weights", "output/dense/biases"} {
			v := tensors.MustCopyFlatData[float64](store.GetVariable(scope + "/" + name).MustValue())
			r.theta[p] = append(r.theta[p], v)
			r.velocity[p] = append(r.velocity[p], make([]float64, len(v)))
		}
	}
	net := func(x *Node, w []*Node) *Node {
		h := Tanh(Add(Dot(x, w[0]).Product(), Reshape(w[1], 1, -1)))
		return Add(Dot(h, w[2]).Product(), Reshape(w[3], 1, -1))
	}
	logSigma := func(a *Node) *Node { return Log(Sigmoid(a)) }
	r.dGrads = MustNewExec(b, func(in []*Node) []*Node {
		g, d, x, z := in[:4], in[4:8], in[8], in[9]
		v := Add(ReduceAllMean(logSigma(net(x, d))), ReduceAllMean(logSigma(Neg(net(net(z, g), d)))))
		return Gradient(MulScalar(v, -0.5), d...)
	})
	r.gGrads = MustNewExec(b, func(in []*Node) []*Node {
		g, d, z := in[:4], in[4:8], in[8]
		logits := net(net(z, g), d)
		loss := ReduceAllMean(logSigma(Neg(logits)))
		if a.Objective.Name == NonSaturating.Name {
			loss = Neg(ReduceAllMean(logSigma(logits)))
		}
		return Gradient(loss, g...)
	})
	draws := model.NewStore()
	require.NoError(t, draws.SetRNGStateFromSeed(seed))
	r.noise = model.MustNewExec1(b, draws, func(root *model.Scope, g *Graph) *Node {
		return a.Prior.Sample(root, g, dtypes.Float64, testM)
	})
	return r
}

func (r *reference) inputs(extra ...*tensors.Tensor) []any {
	var in []any
	for p := range r.theta {
		for i, v := range r.theta[p] {
			in = append(in, tensors.FromFlatDataAndDimensions(v, layerShapes[p][i]...))
		}
	}
	for _, x := range extra {
		in = append(in, x)
	}
	return in
}

func (r *reference) draw() []float64 {
	return tensors.MustCopyFlatData[float64](r.noise.MustCall())
}

func (r *reference) step(player int, grads []*tensors.Tensor) {
	for i, grad := range grads {
		for j, d := range tensors.MustCopyFlatData[float64](grad) {
			v := &r.velocity[player][i][j]
			*v = testMomentum**v - testRate*d
			r.theta[player][i][j] += *v
		}
	}
}

func (r *reference) iterate(a *Algorithm1, step int) {
	x := tensors.MustCopyFlatData[float64](minibatches(step, a.K))
	noise := func(z []float64) *tensors.Tensor { return tensors.FromFlatDataAndDimensions(z, testM, 2) }
	var z []float64
	for i := range a.K {
		z = r.draw()
		xi := tensors.FromFlatDataAndDimensions(x[i*testM:(i+1)*testM], testM, 1)
		dGrads := r.dGrads.MustCall(r.inputs(xi, noise(z))...)
		if a.Simultaneous {
			gGrads := r.gGrads.MustCall(r.inputs(noise(z))...)
			r.step(refG, gGrads)
		}
		r.step(refD, dGrads)
	}
	if !a.Simultaneous {
		r.step(refG, r.gGrads.MustCall(r.inputs(noise(r.draw()))...))
	}
}

// TestAlgorithm1IsAlgorithm1: ten iterations in one graph give the weights of the reference.
func TestAlgorithm1IsAlgorithm1(t *testing.T) {
	for _, c := range []struct {
		k            int
		simultaneous bool
		objective    Objective
	}{{1, false, Minimax}, {3, false, Minimax}, {1, false, NonSaturating}, {1, true, NonSaturating}} {
		name := fmt.Sprintf("k=%d,simultaneous=%v,%s", c.k, c.simultaneous, c.objective.Name)
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				const iterations, seed = 10, 42
				a := smallGame(c.k, c.simultaneous, c.objective)
				store := newStore(t, b, a, seed)
				ref := newReference(t, b, a, store, seed)
				trainFor(t, b, a, store, iterations)
				for step := range iterations {
					ref.iterate(a, step)
				}
				for p, scope := range []string{"/" + GeneratorScope, "/" + DiscriminatorScope} {
					require.InDeltaSlice(t, ref.theta[p][0], values(store, scope)[scope+"/hidden_0/dense/weights"], 1e-12)
					require.InDeltaSlice(t, ref.theta[p][3], values(store, scope)[scope+"/output/dense/biases"], 1e-12)
				}
				require.EqualValues(t, iterations, optimizer.GetGlobalStep(store), "the global step counts iterations")
			})
		})
	}
}

// TestEachPlayerMovesAlone: a discriminator step changes D's variables and no bit of G's; and the reverse.
func TestEachPlayerMovesAlone(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a := smallGame(1, false, Minimax)
		for _, c := range []struct {
			moves, rests string
			step         func(root *model.Scope, it *iteration) *Node
		}{
			{DiscriminatorScope, GeneratorScope, func(root *model.Scope, it *iteration) *Node {
				a.playDiscriminator(root, it, 0)
				return update(root.At(DiscriminatorScope), a.DiscriminatorRule, it.dLoss)
			}},
			{GeneratorScope, DiscriminatorScope, func(root *model.Scope, it *iteration) *Node {
				it.generate(a, root)
				return update(root.At(GeneratorScope), a.GeneratorRule, a.Objective.Generator(a.Discriminate(root, it.gz, nil)))
			}},
		} {
			store := newStore(t, b, a, 3)
			moves, rests := values(store, "/"+c.moves), values(store, "/"+c.rests)
			exec := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
				return c.step(root, &iteration{x: x, m: testM})
			})
			exec.MustCall(minibatches(0, 1))
			require.Equal(t, rests, values(store, "/"+c.rests), "the %s rests", c.rests)
			for name, before := range moves {
				require.NotEqual(t, before, values(store, "/"+c.moves)[name], "%s moves", name)
			}
		}
	})
}

// TestKeptExecutorSeesNewWeights: an executor compiled before training samples with the weights after it. GoMLX's Go
// backend turns variables into constants in graphs not marked as training.
func TestKeptExecutorSeesNewWeights(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a := smallGame(1, false, NonSaturating)
		store := newStore(t, b, a, 3)
		kept := model.MustNewExec1(b, store, func(root *model.Scope, z *Node) *Node {
			return a.Discriminate(root, a.Generate(root, z, nil), nil)
		})
		z := func() *tensors.Tensor { return tensors.FromFlatDataAndDimensions([]float64{0.3, -1}, 1, 2) }
		before := tensors.MustCopyFlatData[float64](kept.MustCall(z()))
		trainFor(t, b, a, store, 3)
		after := tensors.MustCopyFlatData[float64](kept.MustCall(z()))
		require.NotEqual(t, before, after)
		fresh := model.MustNewExec1(b, store, func(root *model.Scope, z *Node) *Node {
			return a.Discriminate(root, a.Generate(root, z, nil), nil)
		})
		require.Equal(t, tensors.MustCopyFlatData[float64](fresh.MustCall(z())), after)
	})
}

// TestAdamPlaysBothSides: G's gradient does not go through D's learning rule, here one with operations of its own; each
// player moves, and no further than its rule can.
func TestAdamPlaysBothSides(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a := smallGame(2, false, NonSaturating)
		a.DiscriminatorRule = &optim.Adam{LearningRate: 1e-3, Beta1: 0.5, Beta2: 0.999, Epsilon: 1e-8}
		a.GeneratorRule = &optim.Adam{LearningRate: 1e-3, Beta1: 0.5, Beta2: 0.999, Epsilon: 1e-8, Linear: 20}
		store := newStore(t, b, a, 5)
		before := values(store, "/")
		trainFor(t, b, a, store, 20)
		for name, was := range before {
			now := values(store, "/")[name]
			require.NotEqual(t, was, now, name)
			for i := range now {
				require.InDelta(t, was[i], now[i], 20*2*1.3e-3, "%s moved further than Adam can", name)
			}
		}
	})
}

func TestMetrics(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a := smallGame(1, false, Minimax)
		trainer, err := a.Trainer(b, newStore(t, b, a, 3))
		require.NoError(t, err)
		got := measured(t, trainer, batchOf(minibatches(0, 1)))
		for _, m := range Metrics() {
			require.Contains(t, got, m.Name)
		}
		require.InDelta(t, got["v"], got["log_d_real"]+got["log_1md_fake"], 1e-12)
		require.InDelta(t, -got["v"]/2, got["d_loss"], 1e-12, "½V")
		require.Positive(t, got["g_grad"])
		require.Positive(t, got["d_grad"])
		for _, score := range []string{"d_real", "d_fake"} {
			require.Greater(t, got[score], 0.0)
			require.Less(t, got[score], 1.0)
		}
	})
}

func TestAlgorithm1Refused(t *testing.T) {
	for _, c := range []struct {
		key   string
		spoil func(*Algorithm1)
	}{
		{"k", func(a *Algorithm1) { a.K = 0 }},
		{"k", func(a *Algorithm1) { a.K, a.Simultaneous = 2, true }},
		{"generator", func(a *Algorithm1) { a.Generator = nil }},
		{"discriminator", func(a *Algorithm1) { a.Discriminator = nil }},
		{"generator_rule", func(a *Algorithm1) { a.GeneratorRule = a.DiscriminatorRule }},
		{"generator_rule", func(a *Algorithm1) { a.GeneratorRule = nil }},
		{"generator_rule", func(a *Algorithm1) {
			a.GeneratorRule = optim.MaxColNorm{Rule: a.DiscriminatorRule, Limit: 1}
		}},
		{"generator_rule", func(a *Algorithm1) { a.GeneratorRule = (*optim.Adam)(nil) }},
		{"generator_rule.learning_rate", func(a *Algorithm1) { a.GeneratorRule = &optim.Adam{} }},
		{"discriminator_rule", func(a *Algorithm1) { a.DiscriminatorRule = nil }},
		{"discriminator_rule.initial", func(a *Algorithm1) {
			a.DiscriminatorRule = &optim.Momentum{LearningRate: 1, Initial: 2}
		}},
		{"objective", func(a *Algorithm1) { a.Objective = Objective{} }},
		{"objective", func(a *Algorithm1) { a.Objective.Discriminator = nil }},
		{"objective", func(a *Algorithm1) { a.Objective.Generator = nil }},
		{"objective", func(a *Algorithm1) { a.Objective.GeneratorInPairs = negativeValue }}, // beside Generator
		{"classes", func(a *Algorithm1) { a.Classes = 1 }},
		{"classes", func(a *Algorithm1) { a.Classes = -2 }},
		{"noise.noise", func(a *Algorithm1) { a.Prior.Noise = "pink" }},
		{"noise.dim", func(a *Algorithm1) { a.Prior.Dim = 0 }},
	} {
		a := smallGame(1, false, Minimax)
		require.NoError(t, a.Validate())
		c.spoil(a)
		gantest.RequireInvalid(t, a.Validate(), c.key)
		_, err := a.Trainer(nil, nil)
		gantest.RequireInvalid(t, err, c.key)
	}
}

// rates is a rule that Go cannot compare.
type rates struct {
	optim.Rule
	_ []float64
}

// TestRulesThatGoCannotCompare are two rules, if they are not one object.
func TestRulesThatGoCannotCompare(t *testing.T) {
	a := smallGame(1, false, Minimax)
	a.GeneratorRule, a.DiscriminatorRule = rates{Rule: a.GeneratorRule}, rates{Rule: a.DiscriminatorRule}
	require.NoError(t, a.Validate())
	one := &rates{}
	a.GeneratorRule, a.DiscriminatorRule = one, one
	gantest.RequireInvalid(t, a.Validate(), "generator_rule")
}

func TestABatchMustDivide(t *testing.T) {
	b := gantest.Open(t, "go")
	a := smallGame(4, false, Minimax)
	trainer, err := a.Trainer(b, newStore(t, b, a, 1))
	require.NoError(t, err)
	_, err = trainer.TrainStep(batchOf(minibatches(0, 1)))
	require.ErrorContains(t, err, "a batch of 6 examples does not divide into k = 4")
}

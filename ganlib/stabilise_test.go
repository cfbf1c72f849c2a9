package ganlib

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// judged is D's loss in a game where D(x) = σ(x), for given x and gz.
func judged(t *testing.T, b compute.Backend, a *Algorithm1, x, gz []float64) float64 {
	t.Helper()
	a.Discriminator = func(_ *model.Scope, x, _ *Node) *Node { return x }
	require.NoError(t, a.Stabilisers.validateFor(a.Objective))
	exec := model.MustNewExec1(b, model.NewStore(), func(root *model.Scope, x, gz *Node) *Node {
		root.SetTraining(x.Graph(), true)
		it := &iteration{x: x, m: x.Shape().Dimensions[0]}
		a.discriminate(root, it, x, gz)
		return it.dLoss
	})
	defer exec.Finalize()
	column := func(v []float64) *tensors.Tensor { return tensors.FromFlatDataAndDimensions(v, len(v), 1) }
	return tensors.ToScalar[float64](exec.MustCall(column(x), column(gz)))
}

// TestSmoothReal: the loss is the cross-entropy with label 1 − s for real examples and 0 for generated ones, so its
// minimum is at D(x) = 1 − s.
func TestSmoothReal(t *testing.T) {
	const s = .1
	x, gz := []float64{2, -1, .5}, []float64{-2, 3, 0}
	entropy := func(logit, label float64) float64 {
		return -label*math.Log(sigmoid(logit)) - (1-label)*math.Log(1-sigmoid(logit))
	}
	squares := func(output, label float64) float64 { return (output - label) * (output - label) / 2 }
	for _, o := range []Objective{Minimax, NonSaturating, Blend(1, 2), LeastSquares} {
		loss := entropy
		if o.Name == LeastSquares.Name {
			loss = squares
		}
		want := 0.0
		for i := range x {
			want += (loss(x[i], 1-s) + loss(gz[i], 0)) / 3
		}
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			require.InDelta(t, want, judged(t, b, &Algorithm1{Game: Game{Objective: o, Stabilisers: Stabilisers{SmoothReal: s}}}, x, gz), 1e-12, o.Name)
		})
	}
}

// TestFlips: a fraction of either kind gets the other's label, drawn anew; with smoothing a flipped real example gets 0
// and not s.
func TestFlips(t *testing.T) {
	const n, l, s = 4000, 1.5, .2
	x, gz := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], gz[i] = l, l
	}
	p, q := math.Log(sigmoid(l)), math.Log(1-sigmoid(l)) // the logs of both answers
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		plain := judged(t, b, &Algorithm1{Game: Game{Objective: Minimax}}, x, gz)
		require.InDelta(t, -p-q, plain, 1e-12)
		const fraction = .3
		spread := 5 * math.Sqrt(fraction*(1-fraction)/n) * l // a label changes the loss by l
		fake := judged(t, b, &Algorithm1{Game: Game{Objective: Minimax, Stabilisers: Stabilisers{FlipFake: fraction}}}, x, gz)
		require.InDelta(t, -p-(fraction*p+(1-fraction)*q), fake, spread)
		require.NotEqual(t, plain, fake)
		real := judged(t, b, &Algorithm1{Game: Game{Objective: Minimax, Stabilisers: Stabilisers{FlipReal: fraction, SmoothReal: s}}}, x, gz)
		require.InDelta(t, -q-(fraction*q+(1-fraction)*((1-s)*p+s*q)), real, spread)
	})
}

// TestInstanceNoise: all that D sees, real and generated and in both players' steps, gets noise whose deviation anneals
// linearly from Std to 0, drawn anew each time.
func TestInstanceNoise(t *testing.T) {
	const m, std = 4000, .5
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, k := range []int{1, 2} {
			a := smallGame(k, false, Minimax)
			a.InstanceNoise = InstanceNoise{Std: std, Steps: 4}
			a.Generator = func(scope *model.Scope, z, _ *Node) *Node { // G(z) = 0
				return Mul(scope.VariableWithValue("a", 0.0).NodeValue(z.Graph()), Slice(z, AxisRange(), AxisRange(0, 1)))
			}
			passes := 0
			a.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
				scope.Store().VariableWithNodeValue("/seen/"+string(rune('a'+passes)), x).SetTrainable(false)
				passes++
				return Mul(x, scope.VariableWithValue("b", 0.0).NodeValue(x.Graph()))
			}
			store := model.NewStore()
			require.NoError(t, store.SetRNGStateFromSeed(1))
			trainer, err := a.Trainer(b, store)
			require.NoError(t, err)
			for step, want := range []float64{1, .75, .5, .25, 0, 0} {
				if step == 0 {
					passes = 0
				}
				_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{tensors.FromShape(shapes.Make(dtypes.Float64, k*m, 1))}})
				require.NoError(t, err)
				require.Equal(t, 2*k+1, passes, "D is asked twice a step of its own and once in G's")
				var seen [][]float64
				for pass := range passes {
					v := store.GetVariable("/seen/" + string(rune('a'+pass))).MustValue()
					x := tensors.MustCopyFlatData[float64](v)
					if pass == passes-1 {
						// G may have changed by then, and its spread with it.
						mean := stat.Mean(x, nil)
						require.InDelta(t, 0, mean, .2)
						continue
					}
					require.InDelta(t, want*std, stat.StdDev(x, nil), .03, "pass %d at step %d", pass, step)
					seen = append(seen, x)
				}
				if want > 0 {
					require.NotEqual(t, seen[0], seen[1])
				}
			}
		}
	})
}

// TestGoldenPenalties compares both penalties and their gradients in the weights of a convolutional D with PyTorch's.
// If x and G(z) are equal, so is every point between them.
func TestGoldenPenalties(t *testing.T) {
	golden := gantest.OpenGolden(t, "../tests/golden", "stabilisers")
	in := func(key string) *tensors.Tensor { return golden.Tensor(t, "penalty/"+key, dtypes.Float64) }
	layers := []string{"conv", "hidden", "output"}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for kind, weight := range map[string]float64{WGANGP: 10, R1: 3} {
			a := &Algorithm1{Game: Game{Stabilisers: Stabilisers{Penalty: Penalty{kind, weight}}}}
			a.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
				x = layer.Conv{Channels: 3, Kernel: 3, Stride: 2, Padding: layer.SameTorch, Bias: true}.Forward(scope.At("conv"), x)
				x = layer.LeakyReLU(x, .2)
				x = Tanh(layer.Dense(scope.At("hidden"), Reshape(x, x.Shape().Dimensions[0], -1), 4, true))
				return layer.Dense(scope.At("output"), x, 1, true)
			}
			store := model.NewStore()
			for _, name := range layers {
				for _, v := range []string{"/weights", "/biases"} {
					_, err := store.CreateVariable("/"+DiscriminatorScope+"/"+name+v, in(name+v))
					require.NoError(t, err)
				}
			}
			exec := model.MustNewExec(b, store, func(root *model.Scope, x *Node) []*Node {
				root.SetTraining(x.Graph(), true)
				it := &iteration{x: x, m: x.Shape().Dimensions[0]}
				it.real = a.Discriminate(root, x, nil)
				penalty := a.penalty(root, it, x, x)
				var weights []*Node
				for _, name := range layers {
					weights = append(weights, store.GetVariable("/"+DiscriminatorScope+"/"+name+"/weights").NodeValue(x.Graph()))
				}
				return append([]*Node{penalty}, Gradient(penalty, weights...)...)
			})
			got := exec.MustCall(in("x"))
			exec.Finalize()
			golden.Check(t, "penalty/"+kind, got[0], 1e-10)
			for i, name := range layers {
				golden.Check(t, "penalty/"+kind+"/"+name+"/weights", got[1+i], 1e-10)
			}
		}
	})
}

// TestPenaltyBetween: the points of WGAN-GP are uniform between the pair, each at its own place. (Drawn from a normal
// distribution, as in a well-known example, a third of them would be outside.)
func TestPenaltyBetween(t *testing.T) {
	const m = 8000
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		var between *Node
		a := &Algorithm1{Game: Game{Stabilisers: Stabilisers{Penalty: Penalty{WGANGP, 1}}}}
		a.Discriminator = func(_ *model.Scope, x, _ *Node) *Node {
			between = x
			return Square(Slice(x, AxisRange(), AxisRange(0, 1)))
		}
		exec := model.MustNewExec(b, model.NewStore(), func(root *model.Scope, x *Node) []*Node {
			root.SetTraining(x.Graph(), true)
			penalty := a.penalty(root, &iteration{x: x, m: m}, x, ZerosLike(x))
			return []*Node{penalty, between}
		})
		defer exec.Finalize()
		ones := make([]float64, 2*m)
		for i := range ones {
			ones[i] = 1
		}
		got := exec.MustCall(tensors.FromFlatDataAndDimensions(ones, m, 2))
		points := tensors.MustCopyFlatData[float64](got[1])
		epsilon := make([]float64, m)
		for i := range epsilon {
			require.Equal(t, points[2*i], points[2*i+1], "one ε an example")
			epsilon[i] = points[2*i]
			require.True(t, epsilon[i] >= 0 && epsilon[i] <= 1)
		}
		mean, variance := stat.MeanVariance(epsilon, nil)
		require.InDelta(t, .5, mean, .02)
		require.InDelta(t, 1./12, variance, .005)
		// D = ε², so ‖∇D‖ = 2ε, and E[(2ε − 1)²] = 1/3.
		require.InDelta(t, 1./3, tensors.ToScalar[float64](got[0]), .02)
	})
}

// TestPenaltyWhereFlat: a flat D has penalty λ, and no NaN gradient.
func TestPenaltyWhereFlat(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a := &Algorithm1{Game: Game{Stabilisers: Stabilisers{Penalty: Penalty{WGANGP, 10}}}}
		a.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
			return Mul(x, scope.VariableWithValue("b", 0.0).NodeValue(x.Graph()))
		}
		exec := model.MustNewExec(b, model.NewStore(), func(root *model.Scope, x *Node) []*Node {
			root.SetTraining(x.Graph(), true)
			penalty := a.penalty(root, &iteration{x: x, m: 3}, x, ZerosLike(x))
			return []*Node{penalty, Gradient(penalty, root.At(DiscriminatorScope).GetVariable("b").NodeValue(x.Graph()))[0]}
		})
		defer exec.Finalize()
		got := exec.MustCall(tensors.FromFlatDataAndDimensions([]float64{1, 2, 3}, 3, 1))
		require.InDelta(t, 10, tensors.ToScalar[float64](got[0]), 1e-4)
		require.Zero(t, tensors.ToScalar[float64](got[1]))
	})
}

// TestPenaltyThroughNetworks: the gradient of a penalty in the weights of our discriminators equals finite differences:
// their parts can be differentiated twice. MaxoutConv is not among them, because GoMLX has no second derivative of max
// pooling. XLA compiles each for seconds and gets the first.
func TestPenaltyThroughNetworks(t *testing.T) {
	mlp := MLP{Hidden: []int{4}, Activation: "tanh", Output: []int{1}, OutputActivation: "linear", MinibatchStd: true}
	relu := MLP{Hidden: []int{4, 3}, Activation: "relu", Output: []int{1}, OutputActivation: "linear"}
	maxout := MaxoutMLP{Units: []int{3}, Pieces: 2}
	norm := func(scope *model.Scope, x, _ *Node) *Node {
		x = layer.BatchNorm{}.Forward(scope, layer.Dense(scope.At("in"), x, 3, false))
		return layer.Dense(scope.At("out"), layer.LeakyReLU(x, .2), 1, true)
	}
	for name, c := range map[string]struct {
		d    Discriminator
		dims []int
	}{
		"mlp": {mlp.Forward, []int{4, 2}}, "relu": {relu.Forward, []int{4, 2}}, "maxout": {maxout.Forward, []int{4, 2}},
		"batch norm": {norm, []int{4, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				if !gantest.OnGo(t, b) && name != "mlp" && !gantest.Long() {
					t.Skip("in long tests")
				}
				checkPenalty(t, b, c.d, c.dims, WGANGP)
			})
		})
	}
}

// checkPenalty compares a penalty's gradient in all weights of D with finite differences.
func checkPenalty(t *testing.T, b compute.Backend, d Discriminator, dims []int, kind string) {
	a := &Algorithm1{Game: Game{Discriminator: d, Stabilisers: Stabilisers{Penalty: Penalty{kind, 1}}}}
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(5))
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, shapes.Make(dtypes.Float64, dims...).Size())
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	data := func() *tensors.Tensor { return tensors.FromFlatDataAndDimensions(x, dims...) }
	build := model.MustNewExec1(b, store, func(root *model.Scope, x *Node) *Node {
		root.SetTraining(x.Graph(), true)
		return a.Discriminate(root, x, nil)
	})
	build.MustCall(data())
	build.Finalize()
	var variables []*model.Variable
	var sizes [][]int
	n := 0
	for v := range store.Scope("/" + DiscriminatorScope).IterVariables() {
		if v.Trainable {
			variables, sizes = append(variables, v), append(sizes, v.Shape().Dimensions)
			n += v.Shape().Size()
		}
	}
	exec := model.MustNewExec(b, store, func(root *model.Scope, weights, x *Node) []*Node {
		root.SetTraining(x.Graph(), true)
		for i, piece := range gantest.Pieces(weights, sizes...) {
			variables[i].SetNodeValue(piece)
		}
		it := &iteration{x: x, m: dims[0]}
		it.real = a.Discriminate(root, x, nil)
		penalty := a.penalty(root, it, x, x)
		return []*Node{penalty, Gradient(penalty, weights)[0]}
	})
	defer exec.Finalize()
	call := func(weights []float64) []*tensors.Tensor {
		return exec.MustCall(tensors.FromFlatDataAndDimensions(weights, n), data())
	}
	at := make([]float64, n)
	for i := range at {
		at[i] = rng.NormFloat64()
	}
	got := tensors.MustCopyFlatData[float64](call(at)[1])
	want := fd.Gradient(nil, func(w []float64) float64 { return tensors.ToScalar[float64](call(w)[0]) }, at, &fd.Settings{Formula: fd.Central})
	largest := 1.
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	require.InDeltaSlice(t, want, got, 1e-6*largest)
	require.NotZero(t, stat.Variance(want, nil))
}

// TestAverage: the EMA starts as G's variables after the first update and then follows them as PyTorch's does; samples
// use it only where it is requested. The game itself does not change by a bit.
func TestAverage(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		const decay, seed = .9, 1
		averaged, plain := smallGame(2, false, Minimax), smallGame(2, false, Minimax)
		averaged.AverageG = decay
		store, other := newStore(t, b, averaged, seed), newStore(t, b, plain, seed)
		trainer, err := averaged.Trainer(b, store)
		require.NoError(t, err)
		twin, err := plain.Trainer(b, other)
		require.NoError(t, err)
		const path = "/" + GeneratorScope + "/hidden_0/dense/weights"
		var want []float64
		for step := range 5 {
			for _, tr := range []*train.Trainer{trainer, twin} {
				_, err = tr.TrainStep(train.Batch{Inputs: []*tensors.Tensor{minibatches(step, 2)}})
				require.NoError(t, err)
			}
			now := values(store, "/"+GeneratorScope)
			require.Equal(t, values(other, "/"+GeneratorScope), now, "G at step %d", step)
			require.Equal(t, values(other, "/"+DiscriminatorScope), values(store, "/"+DiscriminatorScope), "D at step %d", step)
			if step == 0 {
				want = now[path]
			}
			for i := range want {
				want[i] = decay*want[i] + (1-decay)*now[path][i]
			}
			average := tensors.MustCopyFlatData[float64](store.GetVariable("/" + AverageScope + path).MustValue())
			require.InDeltaSlice(t, want, average, 1e-12)
			if step > 0 {
				require.NotEqual(t, now[path], average)
			}
		}
		sample := func(generate func(root *model.Scope, z, y *Node) *Node) []float64 {
			exec := model.MustNewExec1(b, store, func(root *model.Scope, z *Node) *Node { return generate(root, z, nil) })
			defer exec.Finalize()
			return tensors.MustCopyFlatData[float64](exec.MustCall([][]float64{{1, -1}}))
		}
		live, smooth := sample(averaged.Generate), sample(averaged.GenerateAverage)
		require.NotEqual(t, live, smooth)
		require.Equal(t, live, sample(plain.GenerateAverage), "a game that keeps no average")
		for v := range store.Scope("/" + GeneratorScope).IterVariables() {
			if a := store.GetVariable("/" + AverageScope + v.Path()); a != nil {
				require.False(t, a.Trainable)
				require.NoError(t, v.SetValue(tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[float64](a.MustValue()), v.Shape().Dimensions...)))
			}
		}
		require.Equal(t, smooth, sample(averaged.Generate), "the weights put in the average's place")
	})
}

// TestGoldenAverage compares the EMA with PyTorch's, which copies first.
func TestGoldenAverage(t *testing.T) {
	golden := gantest.OpenGolden(t, "../tests/golden", "stabilisers")
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a, store := &Algorithm1{Game: Game{Stabilisers: Stabilisers{AverageG: .9}}}, model.NewStore()
		exec := model.MustNewExec1(b, store, func(root *model.Scope, now, step *Node) *Node {
			root.SetTraining(now.Graph(), true)
			v := root.At(GeneratorScope).VariableWithValue("w", [][]float64{{0, 0, 0}, {0, 0, 0}})
			v.SetNodeValue(now)
			a.average(root, &iteration{gVariables: []*model.Variable{v}}, step)
			return now
		})
		defer exec.Finalize()
		for i := range 4 {
			key := fmt.Sprintf("average/%d/", i)
			exec.MustCall(golden.Tensor(t, key+"now", dtypes.Float64), int64(i))
			golden.Check(t, key+"average", store.GetVariable("/"+AverageScope+"/"+GeneratorScope+"/w").MustValue(), 1e-12)
		}
	})
}

// TestAccuraciesAndWeights: D's accuracies and the norms of the players' variables after an update, by hand.
func TestAccuraciesAndWeights(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a := smallGame(1, false, NonSaturating)
		store := newStore(t, b, a, 1)
		trainer, err := a.Trainer(b, store)
		require.NoError(t, err)
		seen := map[string]float64{}
		for range 2 { // a second step: the norms do not include the optimizers' state
			out, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{minibatches(0, 1)}})
			require.NoError(t, err)
			for i, m := range trainer.TrainMetrics() {
				seen[m.ShortName()] = shapes.ConvertTo[float64](out[i].Value())
			}
			for key, scope := range map[string]string{"d_weights": DiscriminatorScope, "g_weights": GeneratorScope} {
				sum := 0.0
				for _, weights := range values(store, "/"+scope) {
					for _, w := range weights {
						sum += w * w
					}
				}
				require.InDelta(t, math.Sqrt(sum), seen[key], 1e-9, key)
			}
		}
		for _, key := range []string{"acc_real", "acc_fake"} {
			require.InDelta(t, math.Round(seen[key]*testM), seen[key]*testM, 1e-9, "a fraction of %d", testM)
		}
	})
}

// TestAccuracies by hand: above the boundary D calls an example real, below it fake.
func TestAccuracies(t *testing.T) {
	b := gantest.Open(t, "go")
	for boundary, want := range map[float64][2]float64{0: {.75, .5}, .5: {.5, .75}} {
		exec := MustNewExec(b, func(real, fake *Node) []*Node {
			it := &iteration{real: real, fake: fake, boundary: boundary}
			var out []*Node
			for _, m := range Metrics() {
				if m.Name == "acc_real" || m.Name == "acc_fake" {
					out = append(out, m.node(it))
				}
			}
			return out
		})
		got := exec.MustCall([][]float64{{2}, {.25}, {1}, {-1}}, [][]float64{{-2}, {.25}, {1}, {-1}})
		exec.Finalize()
		require.Equal(t, want, [2]float64{tensors.ToScalar[float64](got[0]), tensors.ToScalar[float64](got[1])})
	}
}

// TestStabilisersRefused: each by its key in a configuration.
func TestStabilisersRefused(t *testing.T) {
	for _, c := range []struct {
		key   string
		spoil func(*Algorithm1)
	}{
		{"flip_real", func(a *Algorithm1) { a.FlipReal = 1 }},
		{"flip_real", func(a *Algorithm1) { a.FlipReal = -.1 }},
		{"flip_real", func(a *Algorithm1) { a.FlipReal = math.NaN() }},
		{"flip_real", func(a *Algorithm1) { a.FlipReal, a.Objective.Flip = .1, nil }},
		{"flip_fake", func(a *Algorithm1) { a.FlipFake = 1 }},
		{"flip_fake", func(a *Algorithm1) { a.FlipFake, a.Objective.Flip = .1, nil }},
		{"smooth_real", func(a *Algorithm1) { a.SmoothReal = math.NaN() }},
		{"smooth_real", func(a *Algorithm1) { a.SmoothReal, a.Objective = .1, Hinge }},
		{"smooth_real", func(a *Algorithm1) { a.SmoothReal, a.Objective = .1, Wasserstein }},
		{"average_g", func(a *Algorithm1) { a.AverageG = -.1 }},
		{"instance_noise.std", func(a *Algorithm1) { a.InstanceNoise.Steps = 1 }},
		{"instance_noise.steps", func(a *Algorithm1) { a.InstanceNoise.Std = 1 }},
		{"penalty.kind", func(a *Algorithm1) { a.Penalty.Weight = 1 }},
		{"penalty.weight", func(a *Algorithm1) { a.Penalty.Kind = R1 }},
	} {
		a := smallGame(1, false, Minimax)
		c.spoil(a)
		gantest.RequireInvalid(t, a.Validate(), c.key)
	}
}

// TestR1Converges: the Dirac-GAN, G(z) = θ and D(x) = σ(ψx) for data at 0, moves away from its equilibrium (0, 0)
// without a penalty and converges to it with R1 (Mescheder et al. 2018, section 2 and theorem 4.1).
func TestR1Converges(t *testing.T) {
	distance := func(b compute.Backend, p Penalty) float64 {
		a := smallGame(1, true, Minimax)
		a.HalfV, a.Penalty = false, p
		a.DiscriminatorRule, a.GeneratorRule = &optim.Momentum{LearningRate: .1}, &optim.Momentum{LearningRate: .1}
		a.Generator = func(scope *model.Scope, z, _ *Node) *Node {
			theta := scope.VariableWithValue("theta", 1.0).NodeValue(z.Graph())
			return Add(MulScalar(Slice(z, AxisRange(), AxisRange(0, 1)), 0), theta)
		}
		a.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
			return Mul(x, scope.VariableWithValue("psi", 1.0).NodeValue(x.Graph()))
		}
		store := model.NewStore()
		trainer, err := a.Trainer(b, store)
		require.NoError(t, err)
		for range 300 {
			_, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{tensors.FromShape(shapes.Make(dtypes.Float64, 4, 1))}})
			require.NoError(t, err)
		}
		at := func(path string) float64 { return tensors.ToScalar[float64](store.GetVariable(path).MustValue()) }
		return math.Hypot(at("/"+GeneratorScope+"/theta"), at("/"+DiscriminatorScope+"/psi"))
	}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		require.Greater(t, distance(b, Penalty{}), math.Sqrt2, "further away than it began")
		require.Less(t, distance(b, Penalty{R1, 1}), .01)
	})
}

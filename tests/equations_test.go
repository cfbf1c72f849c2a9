package tests

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// A twin is an equation of the deck, evaluated at three points: as it is written, in plain Go, and by the library.
type twin func(t *testing.T, point int) (written, library []float64)

// TestEquations: each equation of the deck, as written, has the value that the library has.
func TestEquations(t *testing.T) {
	for _, e := range readDeck(t).Equations {
		require.Contains(t, twins, e.ID, "no twin in Go")
		require.Equal(t, "tests.TestEquations", e.Test, e.ID)
		t.Run(e.ID, func(t *testing.T) {
			for point := range 3 {
				written, library := twins[e.ID](t, point)
				require.NotEmpty(t, written)
				require.InDeltaSlice(t, written, library, 1e-5, "at point %d", point)
			}
		})
	}
	require.Len(t, twins, len(readDeck(t).Equations), "a twin of no equation")
}

// eval builds a graph of one input on the Go engine and runs it.
func eval[F ExecGraphFn](t *testing.T, graph F, args ...any) []float64 {
	t.Helper()
	engine, err := backend.Open("go")
	require.NoError(t, err)
	var values []float64
	for _, out := range MustNewExec(engine, graph).MustCall(args...) {
		values = append(values, tensors.MustCopyFlatData[float64](out)...)
	}
	return values
}

func column(values ...float64) [][]float64 {
	rows := make([][]float64, len(values))
	for i, v := range values {
		rows[i] = []float64{v}
	}
	return rows
}

func mean(f func(float64) float64, values []float64) (m float64) {
	for _, v := range values {
		m += f(v) / float64(len(values))
	}
	return m
}

func σ(a float64) float64 { return 1 / (1 + math.Exp(-a)) }

// logits are what D says of m real and m made examples, at each point.
var logits = []struct{ real, fake []float64 }{
	{[]float64{0, 0, 0}, []float64{0, 0, 0}},
	{[]float64{2, -1, .5}, []float64{-3, .25, -.5}},
	{[]float64{5, 4, -2}, []float64{-6, 3, 1}},
}

// densities are p_data and p_g at four places, at each point.
var densities = []struct{ data, g []float64 }{
	{[]float64{.25, .25, .25, .25}, []float64{.25, .25, .25, .25}},
	{[]float64{.7, .1, .1, .1}, []float64{.1, .2, .3, .4}},
	{[]float64{.5, .5, 0, 0}, []float64{0, 0, .9, .1}},
}

func dOf(logit float64) float64 { return σ(logit) }

func value(_ *testing.T, point int) float64 {
	l := logits[point]
	return mean(func(a float64) float64 { return math.Log(dOf(a)) }, l.real) +
		mean(func(a float64) float64 { return math.Log(1 - dOf(a)) }, l.fake)
}

var twins = map[string]twin{
	"gan-1": func(t *testing.T, i int) (_, _ []float64) {
		return []float64{value(t, i)}, eval(t, ganlib.Value, column(logits[i].real...), column(logits[i].fake...))
	},
	"gan-1-estimate": func(t *testing.T, i int) (_, _ []float64) {
		const m = 3
		sum := 0.
		for j := range m {
			sum += math.Log(dOf(logits[i].real[j]))/m + math.Log(1-dOf(logits[i].fake[j]))/m
		}
		return []float64{sum}, eval(t, ganlib.Value, column(logits[i].real...), column(logits[i].fake...))
	},
	"slide-7": func(t *testing.T, i int) (_, _ []float64) {
		x, z := logits[i].real[1], logits[i].fake[1]
		return []float64{math.Log(dOf(x)), math.Log(1 - dOf(z))},
			append(eval(t, ganlib.RealTerm, column(x)), eval(t, ganlib.FakeTerm, column(z))...)
	},
	"gan-2": func(_ *testing.T, i int) (_, _ []float64) {
		p := densities[i]
		written := make([]float64, len(p.data))
		for x := range written {
			written[x] = p.data[x] / (p.data[x] + p.g[x])
		}
		return written, ganlib.OptimalDiscriminator(p.data, p.g)
	},
	"gan-3": func(_ *testing.T, i int) (_, _ []float64) {
		p, d, dx := densities[i], []float64{.9, .5, .2, .01}, .5
		integral := 0.
		for x := range d {
			integral += (p.data[x]*math.Log(d[x]) + p.g[x]*math.Log(1-d[x])) * dx
		}
		return []float64{integral}, []float64{ganlib.ValueOnGrid(d, p.data, p.g, dx)}
	},
	"gan-4": func(_ *testing.T, i int) (_, _ []float64) {
		p, most := densities[i], 0.
		for x := range p.data { // the best D at each x by itself: a search for the top of a concave function of its logit
			v := func(a float64) float64 { return p.data[x]*math.Log(σ(a)) + p.g[x]*math.Log(σ(-a)) }
			lo, hi := -40., 40.
			for range 200 {
				if third := (hi - lo) / 3; v(lo+third) < v(hi-third) {
					lo += third
				} else {
					hi -= third
				}
			}
			most += v(lo)
		}
		return []float64{most}, []float64{ganlib.Criterion(p.data, p.g, 1)}
	},
	"gan-5": func(_ *testing.T, i int) (_, _ []float64) {
		p := densities[i]
		return []float64{-math.Log(4) + klToMiddle(p.data, p.g) + klToMiddle(p.g, p.data)}, []float64{ganlib.Criterion(p.data, p.g, 1)}
	},
	"gan-6": func(_ *testing.T, i int) (_, _ []float64) {
		p := densities[i]
		jsd := klToMiddle(p.data, p.g)/2 + klToMiddle(p.g, p.data)/2
		return []float64{jsd, -math.Log(4) + 2*jsd}, []float64{ganlib.JSD(p.data, p.g, 1), ganlib.Criterion(p.data, p.g, 1)}
	},
	"algorithm-1-d": func(t *testing.T, i int) (_, _ []float64) { // D(x) = σ(θd·x), with the "logits" as examples
		θd, up := []float64{-.5, .1, 2}[i], 0.
		for j, x := range logits[1].real {
			gz := logits[1].fake[j]
			up += ((1-σ(θd*x))*x - σ(θd*gz)*gz) / 3
		}
		return []float64{up}, eval(t, func(θ, x, gz *Node) *Node {
			return Neg(Gradient(ganlib.Minimax.Discriminator(Mul(θ, x), Mul(θ, gz)), θ)[0]) // it descends −V
		}, θd, column(logits[1].real...), column(logits[1].fake...))
	},
	"algorithm-1-g": func(t *testing.T, i int) (_, _ []float64) { // G(z) = θg + z, D(x) = σ(x/2)
		θg := []float64{-1, 0, 3}[i]
		down := mean(func(z float64) float64 { return -σ((θg+z)/2) / 2 }, logits[1].fake)
		return []float64{down}, eval(t, func(θ, z *Node) *Node {
			return Gradient(ganlib.Minimax.Generator(DivScalar(Add(θ, z), 2)), θ)[0]
		}, θg, column(logits[1].fake...))
	},
	"momentum": func(t *testing.T, i int) (_, _ []float64) {
		μ, ε := []float64{0, .5, .9}[i], .1
		v, θ := 0., 1.
		for range 3 {
			v = μ*v - ε*2*θ // the slope of θ²
			θ += v
		}
		return []float64{θ}, []float64{descendSquare(t, &optim.Momentum{LearningRate: ε, Initial: μ}, 3)}
	},
	"dirac-gradients": func(t *testing.T, i int) (_, _ []float64) {
		ψ, θ := []float64{1, -.5, 3}[i], []float64{1, 2, -.25}[i]
		return []float64{-θ * σ(ψ*θ), -ψ * σ(ψ*θ)}, eval(t, func(ψ, θ *Node) []*Node {
			logit := func(x *Node) *Node { return Reshape(Mul(ψ, x), 1, 1) }
			v := Neg(ganlib.Minimax.Discriminator(logit(ZerosLike(θ)), logit(θ)))
			return Gradient(v, ψ, θ)
		}, ψ, θ)
	},
	"saturating": func(t *testing.T, i int) (_, _ []float64) {
		a := []float64{-4, 0, 4}[i]
		return []float64{-σ(a)}, eval(t, func(a *Node) *Node { return Gradient(ganlib.Minimax.Generator(a), a)[0] }, column(a))
	},
	"non-saturating": func(t *testing.T, i int) (_, _ []float64) {
		a := []float64{-4, 0, 4}[i]
		return []float64{1 - σ(a)}, eval(t, func(a *Node) *Node { return Neg(Gradient(ganlib.NonSaturating.Generator(a), a)[0]) }, column(a))
	},
	"contrast": func(t *testing.T, i int) (_, _ []float64) {
		pixels := [][]uint8{{0, 255, 10, 20}, {1, 2, 3, 4}, {200, 0, 0, 100}}[i]
		numbers, err := (&data.Images{N: 1, Height: 2, Width: 2, Channels: 1, Pixels: pixels}).Numbers(data.Contrast)
		require.NoError(t, err)
		m, length := 0., 0.
		for _, p := range pixels {
			m += float64(p) / 4
		}
		for _, p := range pixels {
			length = math.Hypot(length, float64(p)-m)
		}
		var written, library []float64
		for j, p := range pixels {
			written, library = append(written, (float64(p)-m)/length), append(library, float64(numbers[j])/55)
		}
		return written, library
	},
	"conv-size": func(t *testing.T, i int) (_, _ []float64) {
		n, k, s, before, after := sizes(i)
		x, w := make([]float64, n*n), make([]float64, k*k)
		y := eval(t, func(x, w *Node) *Node {
			return layer.Conv2D(Reshape(x, 1, n, n, 1), Reshape(w, k, k, 1, 1), s, layer.Explicit(before, after))
		}, x, w)
		side := math.Floor(float64(n+before+after-k)/float64(s)) + 1
		return []float64{side}, []float64{math.Sqrt(float64(len(y)))}
	},
	"transposed-size": func(t *testing.T, i int) (_, _ []float64) {
		n, k, s, before, after := sizes(i)
		x, w := make([]float64, n*n), make([]float64, k*k)
		y := eval(t, func(x, w *Node) *Node {
			return layer.ConvTranspose2D(Reshape(x, 1, n, n, 1), Reshape(w, k, k, 1, 1), s, layer.Explicit(before, after))
		}, x, w)
		return []float64{float64(s*(n-1) + k - before - after)}, []float64{math.Sqrt(float64(len(y)))}
	},
	"adjoint": func(t *testing.T, i int) (_, _ []float64) {
		n, k, s, before, after := sizes(i)
		both := eval(t, func(w *Node) []*Node {
			g := w.Graph()
			wave := func(side int) *Node { return Sin(IotaFull(g, shapes.Make(w.DType(), 1, side, side, 1))) }
			x := wave(n)
			conv := layer.Conv2D(x, w, s, layer.Explicit(before, after))
			side := conv.Shape().Dimensions[1]
			y := Cos(wave(side))
			back := layer.ConvTranspose2D(y, w, s, layer.Explicit(before, after))
			rows := back.Shape().Dimensions[1] // the last pixels may have met no kernel
			met := Slice(x, AxisRange(), AxisRange(0, rows), AxisRange(0, rows))
			return []*Node{ReduceAllSum(Mul(conv, y)), ReduceAllSum(Mul(met, back))}
		}, kernel(k))
		return both[:1], both[1:]
	},
	"parzen": func(t *testing.T, i int) (_, _ []float64) {
		const d = 2
		sigma, samples, x := []float64{.1, .5, 2}[i], []float32{0, 0, 1, 1, .5, 0}, []float32{.25, .5, 1, 0}
		estimates, err := measure.Parzen(samples, x, d, sigma)
		require.NoError(t, err)
		written := 0.
		for a := 0; a < len(x); a += d {
			sum := 0.
			for b := 0; b < len(samples); b += d {
				distance := math.Hypot(float64(x[a]-samples[b]), float64(x[a+1]-samples[b+1]))
				sum += math.Exp(-distance*distance/(2*sigma*sigma)) / float64(len(samples)/d)
			}
			written += (math.Log(sum) - d/2.*math.Log(2*math.Pi*sigma*sigma)) / float64(len(x)/d)
		}
		return []float64{written}, []float64{estimates[0].Value}
	},
	"fid": func(t *testing.T, i int) (_, _ []float64) {
		a := measure.Gaussian{Mean: []float64{0, 1}, Covariance: mat.NewSymDense(2, []float64{2, .5, .5, 1})}
		b := measure.Gaussian{Mean: []float64{float64(i), -1}, Covariance: mat.NewSymDense(2, []float64{1 + float64(i), .25, .25, 3})}
		library, err := measure.Frechet(a, b)
		require.NoError(t, err)
		var product mat.Dense
		product.Mul(a.Covariance, b.Covariance)
		root := math.Sqrt(mat.Trace(&product) + 2*math.Sqrt(mat.Det(&product))) // tr √M of a 2 × 2 matrix
		μ := math.Hypot(a.Mean[0]-b.Mean[0], a.Mean[1]-b.Mean[1])
		return []float64{μ*μ + mat.Trace(a.Covariance) + mat.Trace(b.Covariance) - 2*root}, []float64{library}
	},
	"mmd": func(t *testing.T, i int) (_, _ []float64) {
		sigma, x, y := []float64{.5, 1, 3}[i], []float32{0, 1, 2, 4}, []float32{.5, 3, 3.5}
		library, err := measure.MMD(x, y, 1, sigma)
		require.NoError(t, err)
		return []float64{alike(x, x, sigma) + alike(y, y, sigma) - 2*alike(x, y, sigma)}, []float64{library.Value}
	},
	"inception-score": func(t *testing.T, i int) (_, _ []float64) {
		p := [][]float32{{.9, .1, .1, .9, .5, .5}, {1, 0, 0, 1, 1, 0}, {.2, .8, .2, .8, .2, .8}}[i]
		library, err := measure.InceptionScore(p, 2, 1)
		require.NoError(t, err)
		kl := 0.
		for j, py := range p {
			if py > 0 {
				marginal := float64(p[j%2]+p[j%2+2]+p[j%2+4]) / 3
				kl += float64(py) * math.Log(float64(py)/marginal) / 3
			}
		}
		return []float64{math.Exp(kl)}, []float64{library.Value}
	},
	"flipped-labels": func(t *testing.T, i int) (_, _ []float64) {
		a, r, p := []float64{-1, 0, 2}[i], []float64{.25, .5, 1}[i], .35
		d := σ(a)
		return []float64{-r*((1-p)*math.Log(d)+p*math.Log(1-d)) - (1-r)*math.Log(1-d)}, eval(t, func(a *Node) *Node {
			real := Add(MulScalar(ganlib.RealTerm(a), 1-p), MulScalar(ganlib.RealTerm(ganlib.Minimax.Flip(a)), p))
			return Neg(Add(MulScalar(real, r), MulScalar(ganlib.FakeTerm(a), 1-r)))
		}, column(a))
	},
	"scores": func(t *testing.T, i int) (_, _ []float64) {
		l := logits[i]
		g, d := mean(σ, l.fake), mean(σ, l.real)/2+mean(func(a float64) float64 { return 1 - σ(a) }, l.fake)/2
		return []float64{g, d}, eval(t, func(real, fake *Node) []*Node {
			return []*Node{ganlib.Score(fake), DivScalar(Add(ganlib.Score(real), OneMinus(ganlib.Score(fake))), 2)}
		}, column(l.real...), column(l.fake...))
	},
}

// klToMiddle is KL(p ‖ (p + q)/2).
func klToMiddle(p, q []float64) (kl float64) {
	for x := range p {
		if p[x] > 0 {
			kl += p[x] * math.Log(p[x]/((p[x]+q[x])/2))
		}
	}
	return kl
}

// alike is E k(a, b) over pairs of different rows, with the Gaussian kernel.
func alike(a, b []float32, sigma float64) float64 {
	sum, pairs := 0., 0.
	for i := range a {
		for j := range b {
			if &a[0] == &b[0] && i == j {
				continue
			}
			d := float64(a[i] - b[j])
			sum, pairs = sum+math.Exp(-d*d/(2*sigma*sigma)), pairs+1
		}
	}
	return sum / pairs
}

// sizes are an image's side, a kernel's, the stride and the zeros on both sides.
func sizes(point int) (n, k, s, before, after int) {
	return []int{64, 7, 9}[point], []int{5, 4, 3}[point], []int{2, 1, 3}[point], []int{2, 0, 1}[point], []int{1, 3, 0}[point]
}

// kernel is one of side k, [k, k, 1, 1], with no symmetry.
func kernel(k int) *tensors.Tensor {
	w := make([]float64, k*k)
	for i := range w {
		w[i] = math.Sin(float64(i * i))
	}
	return tensors.FromFlatDataAndDimensions(w, k, k, 1, 1)
}

// descendSquare makes n updates of θ, at first 1, by a rule that descends θ².
func descendSquare(t *testing.T, rule optim.Rule, n int) (θ float64) {
	engine, err := backend.Open("go")
	require.NoError(t, err)
	exec, err := model.NewExec(engine, model.NewStore(), func(root *model.Scope, g *Graph) *Node {
		root.SetTraining(g, true)
		scope := root.At("player")
		v := scope.VariableWithValue("theta", 1.)
		rule.UpdateGraph(scope, g, Square(v.NodeValue(g)))
		return v.NodeValue(g)
	})
	require.NoError(t, err)
	for range n {
		θ = tensors.ToScalar[float64](exec.MustCall()[0])
	}
	return θ
}

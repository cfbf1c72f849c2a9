package layer

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
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// setting is one convolution to be checked, over an image of height × width.
type setting struct {
	kernel, stride int
	padding        Padding
	height, width  int
}

func (s setting) String() string {
	return fmt.Sprintf("k%d s%d %s %dx%d", s.kernel, s.stride, s.padding, s.height, s.width)
}

// settings are kernels 1 to 6, strides 1 to 3 and every kind of padding, over images odd in one direction and even in
// the other. The Go backend runs all of them in a second. XLA compiles each for a second, so it gets every kernel once,
// with the strides and the paddings in turn, and every kernel at every stride in long tests.
func settings(b compute.Backend, sizes ...[2]int) []setting {
	var all []setting
	for kernel := 1; kernel <= 6; kernel++ {
		paddings := []Padding{Explicit(0, 0), Explicit(2, 1), SameTF, SameTorch, Explicit(kernel-1, kernel)}
		for stride := 1; stride <= 3; stride++ {
			for i, p := range paddings {
				if engine(b) != "go" && (i != (kernel+stride)%len(paddings) || !gantest.Long() && stride != 1+kernel%3) {
					continue
				}
				for _, size := range sizes {
					all = append(all, setting{kernel, stride, p, size[0], size[1]})
				}
			}
		}
	}
	return all
}

// loops is the definition of a convolution: x [n, h, w, in], kernel [k, k, in, out], both row after row.
func (s setting) loops(x, kernel []float64, n, in, out int) (y []float64, dims []int) {
	h, err := s.padding.convolve(s.height, s.kernel, s.stride)
	if err != nil {
		panic(err)
	}
	w, _ := s.padding.convolve(s.width, s.kernel, s.stride)
	dims = []int{n, h.m, w.m, out}
	y = make([]float64, n*h.m*w.m*out)
	for at := range y {
		b, i, j, o := at/out/w.m/h.m, at/out/w.m%h.m, at/out%w.m, at%out
		for t := range s.kernel * s.kernel * in {
			u, v, c := t/in/s.kernel, t/in%s.kernel, t%in
			row, column := i*s.stride+u-h.lo, j*s.stride+v-w.lo
			if row >= 0 && row < s.height && column >= 0 && column < s.width {
				y[at] += x[((b*s.height+row)*s.width+column)*in+c] * kernel[t*out+o]
			}
		}
	}
	return y, dims
}

func (s setting) geometry(t *testing.T) geometry {
	h, err := s.padding.convolve(s.height, s.kernel, s.stride)
	require.NoError(t, err)
	w, err := s.padding.convolve(s.width, s.kernel, s.stride)
	require.NoError(t, err)
	return geometry{h, w}
}

// TestForms compares the convolution in every form with its definition, and the transposed convolution
// and the kernel's gradient with it, as its adjoints: ⟨gather(x, w), y⟩ = ⟨x, scatter(y, w)⟩ =
// ⟨w, correlate(x, y)⟩.
func TestForms(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		tiny := []setting{{1, 2, Explicit(1, 1), 1, 1}, {3, 3, SameTF, 1, 2}, {2, 3, SameTorch, 2, 1}}
		for _, s := range append(settings(b, [2]int{9, 8}), tiny...) {
			checkForms(t, b, s)
		}
	})
}

func checkForms(t *testing.T, b compute.Backend, s setting) {
	const batch, in, out = 2, 2, 3
	g := s.geometry(t)
	image, window := []int{batch, s.height, s.width, in}, []int{s.kernel, s.kernel, in, out}
	x, w := random(batch*s.height*s.width*in, 1), random(s.kernel*s.kernel*in*out, 2)
	want, dims := s.loops(x, w, batch, in, out)
	y := random(len(want), 3)
	exec := MustNewExec(b, func(x, w, y *Node) []*Node {
		var results []*Node
		for _, f := range forms {
			results = append(results, f.gather(x, w, g), f.scatter(y, w, g), f.correlate(x, y, g))
		}
		return results
	})
	defer exec.Finalize()
	got := exec.MustCall(tensors.FromFlatDataAndDimensions(x, image...),
		tensors.FromFlatDataAndDimensions(w, window...), tensors.FromFlatDataAndDimensions(y, dims...))
	for i, f := range forms {
		gathered, scattered, correlated := got[3*i], got[3*i+1], got[3*i+2]
		require.Equal(t, dims, gathered.Shape().Dimensions, "%s %s", f.name, s)
		require.InDeltaSlice(t, want, tensors.MustCopyFlatData[float64](gathered), 1e-10, "%s %s", f.name, s)
		require.Equal(t, image, scattered.Shape().Dimensions, "%s %s", f.name, s)
		require.InDelta(t, dot(want, y), dot(x, tensors.MustCopyFlatData[float64](scattered)), 1e-9, "%s %s", f.name, s)
		require.Equal(t, window, correlated.Shape().Dimensions, "%s %s", f.name, s)
		require.InDelta(t, dot(want, y), dot(w, tensors.MustCopyFlatData[float64](correlated)), 1e-9, "%s %s", f.name, s)
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// TestGradients compares the gradients of both convolutions, in image and kernel at once, with finite differences. XLA
// takes other forms for results of more than 4×4 pixels than for the small ones.
func TestGradients(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		sizes := [][2]int{{7, 6}, {6, 7}}
		if engine(b) != "go" {
			sizes = [][2]int{{15, 14}}
		}
		for _, s := range settings(b, sizes...) {
			x, dims, f := s.squares(t)
			gantest.CheckGradient(t, b, x, dims, 1e-7, f)
			require.False(t, t.Failed(), s)
		}
	})
}

// TestSecondOrder does the same for the second derivatives that a gradient penalty needs.
func TestSecondOrder(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for i, s := range settings(b, [2]int{7, 6}) {
			if engine(b) != "go" && i%2 == 0 { // XLA: every stride once
				continue
			}
			x, dims, f := s.squares(t)
			gantest.CheckSecondOrder(t, b, x, dims, 1e-6, f)
			require.False(t, t.Failed(), s)
		}
	})
}

// squares is a point and a function there: the summed squares of a convolution of an image and of a transposed
// convolution to an image of that size, with one kernel.
func (s setting) squares(t *testing.T) (x []float64, dims []int, f func(x *Node) *Node) {
	const in, out = 1, 2
	g := s.geometry(t)
	image, result, kernel := []int{1, s.height, s.width, in}, []int{1, g[0].m, g[1].m, out}, []int{s.kernel, s.kernel, in, out}
	n := s.height*s.width*in + g[0].m*g[1].m*out + s.kernel*s.kernel*in*out
	return random(n, 4), []int{n}, func(x *Node) *Node {
		p := gantest.Pieces(x, image, result, kernel)
		return Add(ReduceAllSum(Square(Conv2D(p[0], p[2], s.stride, s.padding))),
			ReduceAllSum(Square(ConvTranspose2D(p[1], p[2], s.stride, s.padding))))
	}
}

// TestAdjoint is the property that defines the transposed convolution, ⟨conv(x, w), y⟩ = ⟨x, convᵀ(y, w)⟩,
// in float32 and for settings drawn at random.
func TestAdjoint(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 0))
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for range 12 {
			s := setting{1 + rng.IntN(6), 1 + rng.IntN(3), []Padding{SameTF, SameTorch}[rng.IntN(2)], 0, 0}
			// "same" gives the transposed convolution stride·m pixels, so x must have as many.
			s.height, s.width = s.stride*(1+rng.IntN(6)), s.stride*(1+rng.IntN(6))
			g, batch, in, out := s.geometry(t), 1+rng.IntN(3), 1+rng.IntN(20), 1+rng.IntN(5)
			exec := MustNewExec(b, func(x, w, y *Node) []*Node {
				return []*Node{ReduceAllSum(Mul(Conv2D(x, w, s.stride, s.padding), y)), ReduceAllSum(Mul(x, ConvTranspose2D(y, w, s.stride, s.padding)))}
			})
			got := exec.MustCall(normal32(batch, s.height, s.width, in), normal32(s.kernel, s.kernel, in, out), normal32(batch, g[0].m, g[1].m, out))
			exec.Finalize()
			left, right := tensors.ToScalar[float32](got[0]), tensors.ToScalar[float32](got[1])
			scale := math.Sqrt(float64(batch * g[0].m * g[1].m * out * s.kernel * s.kernel * in)) // of such a sum
			require.InDelta(t, left, right, 1e-5*scale, "%s, %d examples, %d→%d channels", s, batch, in, out)
		}
	})
}

// TestPaddings: what each padding means, by the sizes and the zeros it gives.
func TestPaddings(t *testing.T) {
	for _, c := range []struct {
		p       Padding
		n, k, s int
		lo, m   int
	}{
		{Explicit(0, 0), 28, 5, 1, 0, 24},
		{Explicit(1, 1), 64, 4, 2, 1, 32}, // PyTorch's example
		{SameTorch, 64, 4, 2, 1, 32},      // the same by name
		{SameTorch, 64, 5, 2, 2, 32},      // the released DCGAN
		{SameTF, 64, 5, 2, 1, 32},         // TensorFlow: 3 zeros in all, 1 before
		{SameTF, 7, 5, 2, 2, 4},           // 4 zeros, 2 before
		{SameTF, 7, 3, 1, 1, 7},           // stride 1: every "same" agrees
		{SameTorch, 7, 3, 1, 1, 7},        //
		{SameTorch, 7, 4, 1, 1, 7},        // PyTorch's padding="same": the odd zero after
		{SameTF, 7, 4, 1, 1, 7},           //
		{SameTF, 6, 1, 3, 0, 2},           // a kernel smaller than its stride skips pixels
	} {
		a, err := c.p.convolve(c.n, c.k, c.s)
		require.NoError(t, err)
		require.Equal(t, axis{c.n, c.k, c.s, c.lo, c.m}, a, c.p.String())
	}
	a, err := Explicit(2, 1).transpose(4, 5, 2) // PyTorch's padding 2, output_padding 1
	require.NoError(t, err)
	require.Equal(t, axis{8, 5, 2, 2, 4}, a)
	a, err = Explicit(0, 0).transpose(4, 5, 1) // MathWorks' first
	require.NoError(t, err)
	require.Equal(t, 8, a.n)
}

// TestOutputPadding: PyTorch's output_padding 1 at padding 0 adds a last row and column that only their own taps meet:
// none at stride 2 and a kernel of 3.
func TestOutputPadding(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		exec := MustNewExec(b, func(y, w *Node) []*Node {
			cut := ConvTranspose2D(y, w, 2, Explicit(0, 0))
			grown := ConvTranspose2D(y, w, 2, Explicit(0, -1))
			return []*Node{padEnd(padEnd(cut, 1, 10), 2, 8), grown}
		})
		got := exec.MustCall(normal32(2, 4, 3, 5), normal32(3, 3, 2, 5))
		require.Equal(t, []int{2, 10, 8, 2}, got[1].Shape().Dimensions)
		require.InDeltaSlice(t, tensors.MustCopyFlatData[float32](got[0]), tensors.MustCopyFlatData[float32](got[1]), 1e-5)
	})
}

// TestConvolutionErrors: what does not fit is refused by name while the graph is built.
func TestConvolutionErrors(t *testing.T) {
	b := gantest.Open(t, "go")
	image := func(g *Graph, dims ...int) *Node { return Zeros(g, shapes.Make(dtypes.Float32, dims...)) }
	for message, build := range map[string]func(s *model.Scope, g *Graph) *Node{
		"kernel of 5 does not fit into 3 pixels": func(s *model.Scope, g *Graph) *Node {
			return Conv2D(image(g, 1, 3, 8, 1), image(g, 5, 5, 1, 1), 1, Explicit(0, 0))
		},
		"as many channels in x as on w's axis 2": func(s *model.Scope, g *Graph) *Node {
			return Conv2D(image(g, 1, 8, 8, 3), image(g, 5, 5, 1, 1), 1, SameTF)
		},
		"as many channels in x as on w's axis 3": func(s *model.Scope, g *Graph) *Node {
			return ConvTranspose2D(image(g, 1, 8, 8, 3), image(g, 5, 5, 3, 1), 1, SameTF)
		},
		"stride 0: want at least 1": func(s *model.Scope, g *Graph) *Node {
			return Conv2D(image(g, 1, 8, 8, 1), image(g, 5, 5, 1, 1), 0, SameTF)
		},
		"cuts everything off the 5 pixels": func(s *model.Scope, g *Graph) *Node {
			return ConvTranspose2D(image(g, 1, 1, 1, 1), image(g, 5, 5, 1, 1), 2, Explicit(3, 2))
		},
		"Explicit(-1, 0): want at least 0": func(s *model.Scope, g *Graph) *Node {
			return Conv2D(image(g, 1, 8, 8, 1), image(g, 5, 5, 1, 1), 1, Explicit(-1, 0))
		},
		"0 channels, kernel 5, stride 2": func(s *model.Scope, g *Graph) *Node {
			return Conv{Kernel: 5, Stride: 2}.Forward(s, image(g, 1, 8, 8, 1))
		},
		"want [batch, height, width, channels]": func(s *model.Scope, g *Graph) *Node {
			return ConvTranspose{Channels: 2, Kernel: 5, Stride: 2}.Forward(s, image(g, 1, 8))
		},
	} {
		_, err := model.MustNewExec(b, model.NewStore(), build).Call()
		require.ErrorContains(t, err, message)
	}
}

func normal32(dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	values := make([]float32, n)
	for i, v := range random(n, 1) {
		values[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}

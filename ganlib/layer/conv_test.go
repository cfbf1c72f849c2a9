package layer

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
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

// settings are kernels 1 to 6, strides 1 to 3, every kind of padding, odd and even sizes, and rectangles.
func settings() []setting {
	var all []setting
	for kernel := 1; kernel <= 6; kernel++ {
		for stride := 1; stride <= 3; stride++ {
			for _, p := range []Padding{Explicit(0, 0), Explicit(1, 1), Explicit(2, 1), Explicit(kernel-1, kernel), SameTF, SameTorch} {
				for _, size := range [][2]int{{6, 7}, {9, 8}} {
					all = append(all, setting{kernel, stride, p, size[0], size[1]})
				}
			}
		}
	}
	return append(all, setting{1, 2, Explicit(1, 1), 1, 1}, setting{3, 3, SameTF, 1, 2}, setting{2, 3, SameTorch, 2, 1})
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

const batch, in, out = 2, 2, 3

// TestConv2D compares every form with the definition, and the transposed convolution and the kernel's
// gradient with it through the adjoint property ⟨conv(x, w), y⟩ = ⟨x, convᵀ(y, w)⟩ = ⟨w, corr(x, y)⟩.
func TestConv2D(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, s := range settings() {
			h, err := s.padding.convolve(s.height, s.kernel, s.stride)
			w, err2 := s.padding.convolve(s.width, s.kernel, s.stride)
			if err != nil || err2 != nil {
				continue // refused: see TestPaddingErrors
			}
			x, kernel := random(batch*s.height*s.width*in, 1), random(s.kernel*s.kernel*in*out, 2)
			want, dims := s.loops(x, kernel, batch, in, out)
			y := random(len(want), 3)
			inner := dot(want, y)
			exec := MustNewExec(b, func(x, w0, y *Node) []*Node {
				var results []*Node
				for _, f := range forms {
					g := geometry{h, w}
					results = append(results, f.gather(x, w0, g), f.scatter(y, w0, g), f.correlate(x, y, g))
				}
				return results
			})
			got := exec.MustCall(tensors.FromFlatDataAndDimensions(x, batch, s.height, s.width, in),
				tensors.FromFlatDataAndDimensions(kernel, s.kernel, s.kernel, in, out), tensors.FromFlatDataAndDimensions(y, dims...))
			for i, f := range forms {
				require.Equal(t, dims, got[3*i].Shape().Dimensions, "%s %s", f.name, s)
				require.InDeltaSlice(t, want, tensors.MustCopyFlatData[float64](got[3*i]), 1e-10, "%s %s", f.name, s)
				require.Equal(t, []int{batch, s.height, s.width, in}, got[3*i+1].Shape().Dimensions, "%s %s", f.name, s)
				require.InDelta(t, inner, dot(x, tensors.MustCopyFlatData[float64](got[3*i+1])), 1e-9, "%s %s", f.name, s)
				require.Equal(t, []int{s.kernel, s.kernel, in, out}, got[3*i+2].Shape().Dimensions, "%s %s", f.name, s)
				require.InDelta(t, inner, dot(kernel, tensors.MustCopyFlatData[float64](got[3*i+2])), 1e-9, "%s %s", f.name, s)
			}
			exec.Finalize()
		}
	})
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

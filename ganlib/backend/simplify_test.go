package backend

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"
)

// TestSimplified: nodes that do nothing are their operands.
func TestSimplified(t *testing.T) {
	b, err := Open("go")
	require.NoError(t, err)
	f := b.Builder("test").Main()
	x, err := f.Parameter("x", shapes.Make(dtypes.Float32, 2, 3), nil)
	require.NoError(t, err)
	y, err := f.Parameter("y", shapes.Make(dtypes.Float32, 2, 3), nil)
	require.NoError(t, err)
	is := func(want, got compute.Value, err error) {
		t.Helper()
		require.NoError(t, err)
		require.Same(t, want, got)
	}
	v, err := f.Identity(x)
	is(x, v, err)
	v, err = f.Reshape(x, 2, 3)
	is(x, v, err)
	v, err = f.BroadcastInDim(x, shapes.Make(dtypes.Float32, 2, 3), []int{0, 1})
	is(x, v, err)

	never, err := f.Constant([]bool{false})
	require.NoError(t, err)
	v, err = f.Where(never, x, y)
	is(y, v, err)
	wide, err := f.BroadcastInDim(never, shapes.Make(dtypes.Bool, 2, 3), nil)
	require.NoError(t, err)
	v, err = f.Where(wide, x, y)
	is(y, v, err)
	always, err := f.Constant([]bool{true})
	require.NoError(t, err)
	v, err = f.Where(always, x, y)
	require.NoError(t, err)
	require.NotSame(t, x, v)
	require.NotSame(t, y, v)
}

// TestSimplifiedBits: a simplified graph computes the same bits as GoMLX's backend by itself, also where outputs have
// become one node and where an output is an input.
func TestSimplifiedBits(t *testing.T) {
	simple, err := Open("go")
	require.NoError(t, err)
	plain, err := compute.NewWithConfig("go:ops_sequential")
	require.NoError(t, err)
	negative := float32(math.Copysign(0, -1))
	column := []float32{1.1, negative, -3e-30, 7, .3}
	run := func(b compute.Backend) [][]float32 {
		exec := MustNewExec(b, func(x *Node) []*Node {
			g := x.Graph()
			y := Sin(AddScalar(x, 1))
			corner := Slice(y, AxisRange(0, 1))
			loss := ReduceAllSum(Where(GreaterThan(x, ScalarZero(g, x.DType())), BroadcastToDims(corner, 5, 1), Square(y)))
			return append([]*Node{
				x, y, Identity(y), StopGradient(y),
				DotGeneral(x, []int{1}, nil, y, []int{1}, nil), DotGeneral(x, []int{1}, nil, x, []int{1}, nil),
				Where(Const(g, false), BroadcastToDims(loss, 5, 1), y),
			}, Gradient(loss, x)...)
		})
		defer exec.Finalize()
		var out [][]float32
		for _, tensor := range exec.MustCall(tensors.FromFlatDataAndDimensions(column, 5, 1)) {
			out = append(out, tensors.MustCopyFlatData[float32](tensor))
		}
		return out
	}
	bits := func(all [][]float32) (out [][]uint32) {
		for _, values := range all {
			row := make([]uint32, len(values))
			for i, v := range values {
				row[i] = math.Float32bits(v)
			}
			out = append(out, row)
		}
		return out
	}
	require.Equal(t, bits(run(plain)), bits(run(simple)))
}

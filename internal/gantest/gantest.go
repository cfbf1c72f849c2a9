// Package gantest runs a test on every backend, and holds gradients to finite differences.
package gantest

import (
	"errors"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/diff/fd"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// RequireXLA is the environment variable under which a missing XLA fails tests instead of skipping them. `make test`
// sets it where XLA is expected.
const RequireXLA = "GAN_REQUIRE_XLA"

// LongTests is the environment variable under which tests try every case. `make test-long` sets it.
const LongTests = "GAN_LONG_TESTS"

// Long reports whether tests should try every case, those too that another test holds on the other engine.
func Long() bool { return os.Getenv(LongTests) != "" }

// OnGo reports whether a backend is the Go engine.
func OnGo(t testing.TB, b compute.Backend) bool { return b.Name() == Open(t, "go").Name() }

// Backends runs test once on the Go backend and once on XLA CPU, as subtests.
func Backends(t *testing.T, test func(t *testing.T, b compute.Backend)) {
	t.Helper()
	for _, name := range []string{"go", "xla:cpu"} {
		t.Run(name, func(t *testing.T) { test(t, Open(t, name)) })
	}
}

// Open returns the named backend. Where XLA is not there it skips the test, or fails it under RequireXLA.
func Open(t testing.TB, name string) compute.Backend {
	t.Helper()
	if _, ok := backend.Plugin("cpu"); name == "xla:cpu" && !ok {
		if os.Getenv(RequireXLA) != "" {
			t.Fatalf("no XLA CPU plugin, and $%s asks for one: run `make setup`", RequireXLA)
		}
		t.Skip("no XLA CPU plugin: run `make setup` to have one")
	}
	b, err := backend.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// CheckGradient compares the gradient of a scalar function with central finite differences, in float64, at the point x
// of the given shape. The largest difference must stay below tolerance, as a fraction of the gradient's largest
// magnitude or of 1 if that is smaller.
func CheckGradient(t *testing.T, b compute.Backend, x []float64, dims []int, tolerance float64, f func(x *Node) *Node) {
	t.Helper()
	exec := MustNewExec(b, func(x *Node) []*Node {
		y := f(x)
		return append([]*Node{y}, Gradient(y, x)...)
	})
	defer exec.Finalize()
	call := func(at []float64) []*tensors.Tensor {
		return exec.MustCall(tensors.FromFlatDataAndDimensions(at, dims...))
	}
	got := tensors.MustCopyFlatData[float64](call(x)[1])
	want := fd.Gradient(nil, func(at []float64) float64 { return tensors.ToScalar[float64](call(at)[0]) },
		x, &fd.Settings{Formula: fd.Central})
	scale := 1.0
	for _, v := range want {
		scale = max(scale, v, -v)
	}
	for i := range want {
		if diff := got[i] - want[i]; !(max(diff, -diff) <= tolerance*scale) {
			t.Errorf("gradient[%d] = %g, finite differences say %g", i, got[i], want[i])
		}
	}
}

// CheckSecondOrder compares the gradient of ½‖∇f − w‖² with finite differences, as CheckGradient does that of f, for
// some fixed w. A gradient penalty needs second derivatives; the norm of ∇f alone would see them in its own direction
// only, which for batch norm, say, is blind to the mean.
func CheckSecondOrder(t *testing.T, b compute.Backend, x []float64, dims []int, tolerance float64, f func(x *Node) *Node) {
	t.Helper()
	w := make([]float64, len(x))
	for i := range w {
		w[i] = math.Sin(float64(i + 1))
	}
	CheckGradient(t, b, x, dims, tolerance, func(x *Node) *Node {
		off := Sub(Gradient(f(x), x)[0], Reshape(Const(x.Graph(), w), dims...))
		return MulScalar(ReduceAllSum(Square(off)), 0.5)
	})
}

// Pieces cuts a vector into consecutive pieces of the given shapes, so that one check holds the gradients with respect
// to several inputs at once.
func Pieces(x *Node, shapes ...[]int) []*Node {
	pieces, from := make([]*Node, len(shapes)), 0
	for i, dims := range shapes {
		size := 1
		for _, n := range dims {
			size *= n
		}
		pieces[i] = Reshape(Slice(x, AxisRange(from, from+size)), dims...)
		from += size
	}
	return pieces
}

// Variable makes a variable that has the given value in the value's own graph, in place of one that the layer under
// test would make. A check then sees the gradients in a layer's weights as in its inputs.
func Variable(scope *model.Scope, name string, value *Node) {
	store := scope.Store().WithVariableAsConst(true) // or the graph would want it as a parameter
	v, err := scope.CreateVariable(name, tensors.FromShape(value.Shape()))
	if err != nil {
		panic(err)
	}
	v.NodeValue(value.Graph())
	store.WithVariableAsConst(false)
	v.SetNodeValue(value)
}

// SetStateOfInfinity sets the store's random state to one from which, on XLA, the third normal number of a float32 draw
// of 16 is +Inf: a zero from its 32-bit generator, found by trying 1.2 billion draws.
func SetStateOfInfinity(t *testing.T, store *model.Store) {
	t.Helper()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		t.Fatal(err)
	}
	state := []uint64{5577006791947779410, 8674665223381009803, 15352856648520921629}
	if err := store.GetVariable("/" + model.RNGStateVariableName).SetValue(tensors.FromFlatDataAndDimensions(state, 3)); err != nil {
		t.Fatal(err)
	}
}

// RequireInvalid requires that a setting was refused, by its key.
func RequireInvalid(t testing.TB, err error, key string) {
	t.Helper()
	var refused *invalid.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal of %s", err, key)
	}
	if refused.Key != key {
		t.Fatalf("got a refusal of %s (%v), want one of %s", refused.Key, err, key)
	}
}

//go:build unix

package layer

import (
	"fmt"
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/gantest"
)

// layerSize is a strided layer: an image of size² pixels with in channels, and a result with out channels
// at half the size. In a generator the same layer goes the other way.
type layerSize struct {
	name        string
	batch, size int
	in, out     int
}

var dcganLayers = []layerSize{
	{"lsun64", 32, 64, 3, 128}, {"lsun64", 32, 32, 128, 256}, {"lsun64", 32, 16, 256, 512}, {"lsun64", 32, 8, 512, 1024},
	{"mnist28", 128, 28, 11, 64}, {"mnist28", 128, 28, 1, 74}, {"mnist28", 128, 14, 74, 128}, {"mnist28", 128, 14, 64, 138},
}

// BenchmarkForms measures every form at DCGAN's own sizes: the table that fastest is made from.
//
//	go test ./ganlib/layer -run '^$' -bench Forms/xla -benchtime 5x
func BenchmarkForms(b *testing.B) {
	for _, backend := range []string{"xla:cpu", "go"} {
		for _, l := range dcganLayers {
			for _, op := range []string{"gather", "scatter", "correlate"} {
				for _, f := range forms {
					if f.name == "direct" && l.name == "lsun64" && op == "scatter" {
						continue // minutes
					}
					b.Run(fmt.Sprintf("%s/%s/%d→%d@%d/%s/%s", backend, l.name, l.in, l.out, l.size, op, f.name), func(b *testing.B) {
						benchmarkForm(b, gantest.Open(b, backend), l, op, f)
					})
				}
			}
		}
	}
}

// benchmarkForm reports the GFLOP/s of useful work of a form, where the engine has loops inside one, as training runs it:
// XLA's CPU compiler takes other ways there. Each iteration writes one number of its result into the first operand, so
// that no iteration can be left out. The best call of a few counts, for machines are noisy.
func benchmarkForm(b *testing.B, backend compute.Backend, l layerSize, op string, f form) {
	const k = 5
	a, err := SameTorch.convolve(l.size, k, 2)
	if err != nil {
		b.Fatal(err)
	}
	g := geometry{a, a}
	image, kernel, result := []int{l.batch, l.size, l.size, l.in}, []int{k, k, l.in, l.out}, []int{l.batch, a.m, a.m, l.out}
	operands := map[string]struct {
		build func(a, b *Node, g geometry) *Node
		dims  [2][]int
	}{
		"gather":    {f.gather, [2][]int{image, kernel}},
		"scatter":   {f.scatter, [2][]int{result, kernel}},
		"correlate": {f.correlate, [2][]int{image, result}},
	}[op]
	store := model.NewStore()
	var variables [2]*model.Variable
	for i, dims := range operands.dims {
		variables[i] = store.RootScope().VariableWithValue(string(rune('a'+i)), normal32(dims...)).SetTrainable(false)
	}
	build := func(g2 *Graph) *Node {
		x, y := variables[0].NodeValue(g2), variables[1].NodeValue(g2)
		most := ReduceAllMax(operands.build(x, y, g))
		zero := Const(g2, int32(0))
		variables[0].SetNodeValue(DynamicUpdateSlice(x, Reshape(MulScalar(most, 1e-3), 1, 1, 1, 1), []*Node{zero, zero, zero, zero}))
		return most
	}
	times, call := caller(b, backend, store, build)
	call()
	best, least := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for b.Loop() {
		start, used := time.Now(), processorTime()
		call()
		best = min(best, time.Since(start)/time.Duration(times))
		least = min(least, (processorTime()-used)/time.Duration(times))
	}
	work := 2 * float64(k*k*l.in*l.out*a.m*a.m*l.batch) / 1e9
	b.ReportMetric(work/best.Seconds(), "GFLOP/s")
	b.ReportMetric(work/least.Seconds(), "GFLOP/processor-s")
	b.ReportMetric(0, "ns/op")
}

// processorTime is what this process has used so far, on all cores. It tells of a form on a busy machine too.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// caller returns a call that makes a number of iterations of a graph on a store: several in a loop, where there are loops.
func caller(b *testing.B, backend compute.Backend, store *model.Store, build func(*Graph) *Node) (times int, call func()) {
	if !loop.Supported(backend) {
		exec := model.MustNewExec(backend, store, func(_ *model.Scope, g *Graph) *Node { return build(g) })
		b.Cleanup(exec.Finalize)
		return 1, func() { exec.MustCall()[0].MustFinalizeAll() }
	}
	blocks, err := loop.FromBatches(func(int) (train.Batch, error) {
		return train.Batch{Inputs: []*tensors.Tensor{tensors.FromValue(int32(0))}}, nil
	})
	if err != nil {
		b.Fatal(err)
	}
	l, err := loop.New(backend, store, func(_ *model.Scope, batch []*Node) []*Node {
		return []*Node{build(batch[0].Graph())}
	}, blocks)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(l.Finalize)
	const iterations = 3
	return iterations, func() {
		if _, err := l.Run(0, iterations); err != nil {
			b.Fatal(err)
		}
	}
}

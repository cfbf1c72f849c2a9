package layer

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

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

func benchmarkForm(b *testing.B, backend compute.Backend, l layerSize, op string, f form) {
	const k = 5
	a, err := SameTorch.convolve(l.size, k, 2)
	if err != nil {
		b.Fatal(err)
	}
	g := geometry{a, a}
	x := normal32(l.batch, l.size, l.size, l.in)
	w := normal32(k, k, l.in, l.out)
	y := normal32(l.batch, a.m, a.m, l.out)
	compute := map[string]struct {
		build func(a, b *Node, g geometry) *Node
		args  []any
	}{
		"gather":    {f.gather, []any{x, w}},
		"scatter":   {f.scatter, []any{y, w}},
		"correlate": {f.correlate, []any{x, y}},
	}[op]
	exec := MustNewExec(backend, func(a, b *Node) *Node { return compute.build(a, b, g) })
	defer exec.Finalize()
	exec.MustCall(compute.args...)[0].MustFinalizeAll()
	best := time.Duration(math.MaxInt64) // machines are noisy: the best is what the form can do
	for b.Loop() {
		start := time.Now()
		exec.MustCall(compute.args...)[0].MustFinalizeAll()
		best = min(best, time.Since(start))
	}
	work := 2 * float64(k*k*l.in*l.out*a.m*a.m*l.batch) / 1e9
	b.ReportMetric(work/best.Seconds(), "GFLOP/s")
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

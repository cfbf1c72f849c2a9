package gans

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// BenchmarkMinibatches compares the time to draw a minibatch with the time of an iteration: a DCGAN's on 128 images, of
// MNIST's 60,000 and of 50,000 as large as CIFAR-10's. It reports the median times of a draw and of an iteration in
// milliseconds, and the draw's fraction of the two in percent.
func BenchmarkMinibatches(b *testing.B) {
	noise := &data.Images{Name: "noise", N: 50_000, Height: 32, Width: 32, Channels: 3}
	noise.Pixels = make([]uint8, noise.N*noise.Size())
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range noise.Pixels {
		noise.Pixels[i] = uint8(rng.Uint32())
	}
	digits, err := Data{Set: "mnist"}.Images(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		cfg     Config
		source  data.Source
		drawing data.Drawing
	}{
		{"mnist", MNIST28Unconditional(), digits, data.Drawing{Size: 128}},
		{"mnist/on-device", MNIST28Unconditional(), digits, data.Drawing{Size: 128, OnDevice: true}},
		{"cifar", CIFAR32(), noise, data.Drawing{Size: 128, Scale: data.Symmetric}},
		{"cifar/flip", CIFAR32(), noise, data.Drawing{Size: 128, Scale: data.Symmetric, Flip: true}},
		{"cifar/on-device", CIFAR32(), noise, data.Drawing{Size: 128, Scale: data.Symmetric, OnDevice: true}},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkMinibatches(b, c.cfg, c.source, c.drawing) })
	}
}

func benchmarkMinibatches(b *testing.B, cfg Config, source data.Source, drawing data.Drawing) {
	backend := gantest.Open(b, "xla:cpu")
	cfg.Backend = "xla:cpu"
	gan, err := cfg.build(nil)
	if err != nil {
		b.Fatal(err)
	}
	trainer, err := gan.Trainer()
	if err != nil {
		b.Fatal(err)
	}
	batches, err := data.NewBatches(b.Context(), backend, source, drawing)
	if err != nil {
		b.Fatal(err)
	}
	defer batches.Finalize()
	var draws, iterations []time.Duration
	step := 0
	iterate := func() {
		start := time.Now()
		x, _, err := batches.Draw(step)
		if err != nil {
			b.Fatal(err)
		}
		if err := x.ConstBytes(func([]byte) {}); err != nil { // XLA is done when its results can be read
			b.Fatal(err)
		}
		drawn := time.Now()
		metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}})
		if err != nil {
			b.Fatal(err)
		}
		for _, m := range metrics {
			tensors.ToScalar[float32](m)
		}
		if step++; step > 2 { // the first is compiled
			draws, iterations = append(draws, drawn.Sub(start)), append(iterations, time.Since(drawn))
		}
	}
	iterate()
	iterate()
	for b.Loop() {
		iterate()
	}
	median := func(times []time.Duration) float64 {
		slices.Sort(times)
		return float64(times[len(times)/2].Microseconds()) / 1000
	}
	draw, iteration := median(draws), median(iterations)
	b.ReportMetric(draw, "draw-ms")
	b.ReportMetric(iteration, "iteration-ms")
	b.ReportMetric(100*draw/(draw+iteration), "%")
}

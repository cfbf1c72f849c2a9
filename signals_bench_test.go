package gans

import (
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/internal/gantest"
)

// BenchmarkSignals holds a measurement against the iterations it looks at: a DCGAN's on 128 images of MNIST, once
// the graphs are compiled. It reports the mean times of both in seconds, and a measurement's share of 100 iterations
// in percent.
func BenchmarkSignals(b *testing.B) {
	backend := gantest.Open(b, "xla:cpu")
	cfg := MNIST28()
	cfg.Backend, cfg.BatchSize = "xla:cpu", 128
	gan, d, err := prepare(cfg)
	require := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	require(err)
	defer d.close()
	batches, err := d.batches(backend, cfg.BatchSize)
	require(err)
	trainer, err := gan.algorithm.Trainer(backend, gan.store)
	require(err)
	s, err := newSignals(gan, d)
	require(err)

	step := 0
	iterate := func() time.Duration {
		batch, err := batches(step)
		require(err)
		step++
		start := time.Now()
		metrics, err := trainer.TrainStep(batch)
		require(err)
		for _, m := range metrics { // XLA is done when its results can be read
			tensors.ToScalar[float32](m)
		}
		return time.Since(start)
	}
	look := func() time.Duration {
		start := time.Now()
		_, err := s.measure()
		require(err)
		return time.Since(start)
	}
	iterate()
	iterate() // the first makes variables that the graph then takes
	look()
	var iterations, looks time.Duration
	for b.Loop() {
		iterations, looks = iterations+iterate(), looks+look()
	}
	b.ReportMetric(iterations.Seconds()/float64(b.N), "iteration-s")
	b.ReportMetric(looks.Seconds()/float64(b.N), "measurement-s")
	b.ReportMetric(looks.Seconds()/iterations.Seconds(), "%") // 100·looks / 100 iterations
}

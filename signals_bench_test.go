package gans

import (
	"testing"
	"time"

	"github.com/gans-in-go/gans/internal/gantest"
)

// BenchmarkSignals is what a measurement costs a DCGAN on MNIST, once its graphs are compiled.
func BenchmarkSignals(b *testing.B) {
	gantest.Open(b, "xla:cpu")
	cfg := MNIST28()
	cfg.Backend, cfg.BatchSize = "xla:cpu", 128
	gan, d, err := prepare(cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer d.close()
	start := time.Now()
	s, err := newSignals(gan, d)
	if err != nil {
		b.Fatal(err)
	}
	look := func() {
		if _, err := s.measure(); err != nil {
			b.Fatal(err)
		}
	}
	look() // makes the weights
	first := time.Since(start)
	for b.Loop() {
		look()
	}
	b.ReportMetric(first.Seconds(), "first-s")
}

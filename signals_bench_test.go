package gans

import (
	"encoding/json"
	"image"
	"image/png"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/watch"
	"github.com/gans-in-go/gans/internal/gantest"
)

// BenchmarkSignals compares the cost of watching a run with that of its iterations: those of the preset mnist28 on 128
// images, once the graphs are compiled. It reports the mean times in seconds of an iteration, of a measurement, of a
// picture of samples, and of plot.png for as many records as the preset makes, with their lines in history.jsonl; and
// what these take together of 100 iterations, in percent.
func BenchmarkSignals(b *testing.B) {
	backend := gantest.Open(b, "xla:cpu")
	cfg := MNIST28()
	cfg.Backend, cfg.BatchSize = "xla:cpu", 128
	feed := feedOf(b, cfg)
	gan, err := cfg.newGame(b.Context(), feed)
	require := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	require(err)
	batches, err := feed.Batches(b.Context(), backend, cfg.BatchSize)
	require(err)
	trainer, err := gan.Trainer()
	require(err)
	s, err := gan.signals(b.Context(), feed)
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
	since := func(start time.Time, total *time.Duration) { *total += time.Since(start) }
	var history []run.Record
	var sample image.Image
	look := func(total *time.Duration) {
		defer since(time.Now(), total)
		values, err := s.Measure()
		require(err)
		for _, name := range []string{"d_real", "d_fake", "d_loss", "g_loss", "v", "d_grad", "g_grad"} { // every step's, for the plot
			values[name] = .5
		}
		history = slices.Repeat([]run.Record{{Step: step, Values: values}}, cfg.Steps/cfg.RecordEvery)
	}
	picture := func(total *time.Duration) {
		defer since(time.Now(), total)
		var err error
		sample, err = gan.progress()
		require(err)
		require(png.Encode(io.Discard, sample))
	}
	plot := func(total *time.Duration) {
		for i := range history { // of one measurement, at as many steps
			history[i].Step = (i + 1) * cfg.RecordEvery
		}
		defer since(time.Now(), total)
		for _, r := range history[:100/cfg.RecordEvery] {
			_, err := json.Marshal(r)
			require(err)
		}
		drawn, err := watch.Plot(history, sample)
		require(err)
		require(png.Encode(io.Discard, drawn))
	}
	iterate()
	iterate() // the first makes variables that the graph then takes
	var iterations, looks, pictures, plots, warm time.Duration
	look(&warm)
	picture(&warm)
	plot(&warm)
	for b.Loop() {
		iterations += iterate()
		look(&looks)
		picture(&pictures)
		plot(&plots)
	}
	n := float64(b.N)
	b.ReportMetric(iterations.Seconds()/n, "iteration-s")
	b.ReportMetric(looks.Seconds()/n, "measurement-s")
	b.ReportMetric(pictures.Seconds()/n, "picture-s")
	b.ReportMetric(plots.Seconds()/n, "history+plot-s")
	b.ReportMetric((looks+pictures+plots).Seconds()/iterations.Seconds(), "%") // 100·all / 100 iterations
}

package dcganlib

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// The benchmarks time iterations of Algorithm 1 on pictures made by a formula: D's step, then G's, each on fresh noise,
// by Adam. They report images/s, at the median iteration, and first-s, the seconds of the first one, which includes
// compilation. tests/bench runs them beside PyTorch and TensorFlow, and measures memory.

func BenchmarkMNIST28(b *testing.B) { benchmark(b, MNIST28(), 32, 128) }

// BenchmarkLSUN64 takes seconds per iteration on the Go backend: it may time a single one.
func BenchmarkLSUN64(b *testing.B) { benchmark(b, LSUN64(), 32) }

func benchmark(b *testing.B, c Config, batches ...int) {
	for _, backend := range []string{"xla:cpu", "go"} {
		for _, batch := range batches {
			c.BatchSize = batch
			b.Run(backend+"/"+strconv.Itoa(batch), func(b *testing.B) { benchmarkIteration(b, backend, c) })
		}
	}
}

func benchmarkIteration(b *testing.B, backend string, c Config) {
	algorithm, err := c.Algorithm1()
	require.NoError(b, err)
	trainer, err := algorithm.Trainer(gantest.Open(b, backend), model.NewStore())
	require.NoError(b, err)
	images := pictures(c)
	step := func() time.Duration {
		start := time.Now()
		metrics, err := trainer.TrainStep(train.Batch{Inputs: inputs(c, images)})
		if err != nil {
			b.Fatal(err)
		}
		for i, m := range metrics { // XLA is done when its results can be read
			value := float64(tensors.ToScalar[float32](m))
			require.False(b, math.IsNaN(value) || math.IsInf(value, 0), "%s is %v", trainer.TrainMetrics()[i].Name(), value)
		}
		return time.Since(start)
	}
	first := step()
	step()
	var times []time.Duration
	for b.Loop() {
		times = append(times, step())
	}
	slices.Sort(times)
	b.ReportMetric(float64(c.BatchSize)/times[len(times)/2].Seconds(), "images/s")
	b.ReportMetric(first.Seconds(), "first-s")
}

// pictures are waves [batch, height, width, channels], each of its own phase.
func pictures(c Config) []float32 {
	flat := make([]float32, c.BatchSize*c.Size*c.Size*c.Channels)
	for i := range flat {
		channel, column, row := i%c.Channels, i/c.Channels%c.Size, i/c.Channels/c.Size%c.Size
		phase := i/(c.Channels*c.Size*c.Size) + channel
		flat[i] = float32(math.Sin(2*math.Pi*float64(row+column)/float64(c.Size) + float64(phase)))
		if c.Output == outputSigmoid {
			flat[i] = (flat[i] + 1) / 2
		}
	}
	return flat
}

// inputs is a batch, new for each iteration: a trainer keeps what it is given.
func inputs(c Config, images []float32) []*tensors.Tensor {
	x := tensors.FromFlatDataAndDimensions(images, c.BatchSize, c.Size, c.Size, c.Channels)
	if c.Classes == 0 {
		return []*tensors.Tensor{x}
	}
	labels := make([]int32, c.BatchSize)
	for i := range labels {
		labels[i] = int32(i % c.Classes)
	}
	return []*tensors.Tensor{x, tensors.FromValue(labels)}
}

package gans

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// deviceEnv names an engine to check or to time, such as a GPU's: `make gpu-check` and `make gpu-bench` set it. Without
// it a small game is played on the Go engine.
const deviceEnv = "GAN_DEVICE"

// How far a variable's update on two devices may be apart, as a fraction of its length. The moments follow the gradients;
// TF32, which keeps 10 of 23 bits, is off by up to 5e-4 a number. Adam divides each weight's moments by each other, so
// where a gradient is almost zero its rounding counts as much as another's whole.
const (
	momentsTolerance = 5e-5
	weightsTolerance = 5e-3
)

// tolerance is that of a variable.
func tolerance(path string) float64 {
	if strings.HasPrefix(path, "/AdamOptimizer/") {
		return momentsTolerance
	}
	return weightsTolerance
}

// TestDevice compares one iteration on two devices: from equal weights and moments, on the same examples and noise, both
// players' updates are the same.
func TestDevice(t *testing.T) {
	name, presets, begin := "go", []string{"figure1"}, smallGame
	if device := os.Getenv(deviceEnv); device != "" {
		name, presets, begin = device, []string{"figure1", "mnist28"}, newGame
	}
	device, err := backend.Open(name)
	require.NoError(t, err)
	for _, preset := range presets {
		t.Run(preset, func(t *testing.T) {
			found := compare(t, begin(t, preset, gantest.Open(t, "xla:cpu")), begin(t, preset, device))
			for _, path := range slices.Sorted(maps.Keys(found)) {
				t.Logf("%.1e  %s", found[path], path)
			}
			for _, path := range beyond(found) {
				t.Errorf("%s on %s is %.1e of its update away from that on the CPU", path, name, found[path])
			}
		})
	}
}

// TestDeviceFindsFaults: the comparison notices a rule that is off by a hundredth, and inputs with the ten bits of TF32.
func TestDeviceFindsFaults(t *testing.T) {
	device := gantest.Open(t, "go")
	faulty := func(change func(a *ganlib.Algorithm1)) []string {
		good, bad := smallGame(t, "figure1", device), smallGame(t, "figure1", device)
		change(bad.algorithm)
		return beyond(compare(t, good, bad))
	}
	require.Empty(t, faulty(func(*ganlib.Algorithm1) {}))
	slower := func(rule optim.Rule) optim.Rule {
		adam := *rule.(*optim.Adam)
		adam.LearningRate *= .99
		return &adam
	}
	found := faulty(func(a *ganlib.Algorithm1) { a.GeneratorRule = slower(a.GeneratorRule) })
	require.Contains(t, found, "/generator/output/dense/weights")
	require.NotContains(t, found, "/discriminator/output/dense/weights")
	found = faulty(func(a *ganlib.Algorithm1) { a.DiscriminatorRule = slower(a.DiscriminatorRule) })
	require.Contains(t, found, "/discriminator/output/dense/weights")
	found = faulty(func(a *ganlib.Algorithm1) {
		generator, discriminator := a.Generator, a.Discriminator
		a.Generator = func(scope *model.Scope, z, y *Node) *Node { return generator(scope, tenBits(z), y) }
		a.Discriminator = func(scope *model.Scope, x, y *Node) *Node { return discriminator(scope, tenBits(x), y) }
	})
	for _, player := range []string{"generator", "discriminator"} {
		require.True(t, slices.ContainsFunc(found, func(path string) bool { return strings.HasPrefix(path, "/AdamOptimizer/"+player) }), found)
	}
}

// tenBits rounds numbers to the bits that TF32 keeps, which float16 keeps too.
func tenBits(x *Node) *Node { return ConvertDType(ConvertDType(x, dtypes.Float16), x.DType()) }

// game is a preset on a device.
type game struct {
	cfg       Config
	algorithm *ganlib.Algorithm1
	device    compute.Backend
	drawn     int // times that noise was drawn since the graph was begun
}

// newGame is a preset whose noise is the same on every device.
func newGame(t *testing.T, preset string, device compute.Backend) *game {
	t.Helper()
	cfg, err := Preset(preset)
	require.NoError(t, err)
	g := &game{cfg: cfg, device: device}
	g.algorithm, err = cfg.algorithm(nil)
	require.NoError(t, err)
	generator := g.algorithm.Generator
	g.algorithm.Generator = func(scope *model.Scope, z, y *Node) *Node { return generator(scope, g.noise(z), y) }
	return g
}

// smallGame is newGame with one step of D and few examples, to be quick.
func smallGame(t *testing.T, preset string, device compute.Backend) *game {
	t.Helper()
	g := newGame(t, preset, device)
	g.algorithm.K, g.cfg.K, g.cfg.BatchSize = 1, 1, 16
	return g
}

// noise takes the place of z.
func (g *game) noise(z *Node) *Node {
	g.drawn++
	return ConstTensor(z.Graph(), drawn(uint64(g.drawn), z.Shape().Dimensions...))
}

// drawn are numbers from U(−1, 1), different ones for each seed.
func drawn(seed uint64, dims ...int) *tensors.Tensor {
	rng, size := rand.New(rand.NewPCG(seed, 1)), 1
	for _, n := range dims {
		size *= n
	}
	flat := make([]float32, size)
	for i := range flat {
		flat[i] = 2*rng.Float32() - 1
	}
	return tensors.FromFlatDataAndDimensions(flat, dims...)
}

// batch is an iteration's examples, and labels if there are any.
func (g *game) batch(step uint64) train.Batch {
	n := g.cfg.K * g.cfg.BatchSize
	inputs := []*tensors.Tensor{drawn(1000+step, slices.Concat([]int{n}, g.cfg.Generator.output())...)}
	if classes := g.cfg.Generator.classes(); classes > 0 {
		labels := make([]int32, n)
		for i := range labels {
			labels[i] = int32(i % classes)
		}
		inputs = append(inputs, tensors.FromValue(labels))
	}
	return train.Batch{Inputs: inputs}
}

// compare plays an iteration of the first game, then the next one of both, from the same state. For each variable it
// returns the distance between its two updates, as a fraction of the first game's.
func compare(t *testing.T, first, second *game) map[string]float64 {
	t.Helper()
	store, err := first.cfg.newStore()
	require.NoError(t, err)
	trainer, err := first.algorithm.Trainer(first.device, store)
	require.NoError(t, err)
	first.play(t, trainer, 1)
	before, other := floats(store), copyOf(t, store)
	first.play(t, trainer, 2)
	trainer, err = second.algorithm.Trainer(second.device, other)
	require.NoError(t, err)
	second.play(t, trainer, 2)
	after, afterOther := floats(store), floats(other)
	require.Equal(t, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(afterOther)))
	found := make(map[string]float64)
	for path, start := range before {
		var update, apart float64
		for i := range start {
			update += square(after[path][i] - start[i])
			apart += square(afterOther[path][i] - after[path][i])
		}
		if update > 0 || apart > 0 {
			found[path] = math.Sqrt(apart / update)
		}
	}
	return found
}

// beyond are the variables that are too far apart.
func beyond(found map[string]float64) (paths []string) {
	for path, distance := range found {
		if !(distance <= tolerance(path)) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func square(x float32) float64 { return float64(x) * float64(x) }

// play plays one iteration.
func (g *game) play(t *testing.T, trainer *train.Trainer, step uint64) {
	t.Helper()
	g.drawn = 0
	_, err := trainer.TrainStep(g.batch(step))
	require.NoError(t, err)
}

// copyOf is a store with the same variables.
func copyOf(t *testing.T, store *model.Store) *model.Store {
	t.Helper()
	other := model.NewStore()
	for v := range store.IterVariables() {
		value, err := v.MustValue().LocalClone()
		require.NoError(t, err)
		twin, err := other.CreateVariable(v.Path(), value)
		require.NoError(t, err)
		twin.SetTrainable(v.Trainable)
	}
	return other
}

// floats are the values of the variables that are numbers and not counts, without the trainer's own.
func floats(store *model.Store) map[string][]float32 {
	values := make(map[string][]float32)
	for v := range store.IterVariables() {
		if v.DType().IsFloat() && !strings.HasPrefix(v.Path(), "/metrics/") {
			values[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
		}
	}
	return values
}

// BenchmarkDevice trains presets at their own batch, in loops as training runs them, on examples that stay on the device.
// It reports images/s, of the median call, and first-s, the seconds until the first iteration is done. Whether float32
// products are TF32's is a choice of the engine: tests/bench/gpu.py makes it.
func BenchmarkDevice(b *testing.B) {
	for _, preset := range []string{"mnist28", "lsun64"} {
		for _, precision := range []string{"float32", "bfloat16"} {
			b.Run(preset+"/"+precision, func(b *testing.B) { benchmarkDevice(b, preset, precision == "bfloat16") })
		}
	}
}

func benchmarkDevice(b *testing.B, preset string, bfloat16 bool) {
	cfg, err := Preset(preset)
	require.NoError(b, err)
	cfg.Backend = cmp.Or(os.Getenv(deviceEnv), "xla:cpu")
	for _, player := range []*Network{&cfg.Generator, &cfg.Discriminator} {
		networks := *player.DCGAN
		networks.BFloat16 = bfloat16
		player.DCGAN = &networks
	}
	gan, err := cfg.build(nil)
	require.NoError(b, err)
	trainer, err := gan.Trainer()
	require.NoError(b, err)
	began := time.Now()
	iterations, err := loop.ForTrainer(trainer, gan.Algorithm1.Iterate, still{(&game{cfg: cfg}).batch(0).Inputs})
	require.NoError(b, err)
	step := 0
	call := func() (imagesPerSecond float64) {
		began := time.Now()
		values, err := iterations.Some(step, 1<<20)
		require.NoError(b, err)
		step += len(values)
		for _, value := range values[len(values)-1] {
			require.False(b, math.IsNaN(value) || math.IsInf(value, 0), "after %d iterations", step)
		}
		return float64(len(values)*cfg.BatchSize) / time.Since(began).Seconds()
	}
	call()
	first := time.Since(began)
	for range 5 { // until a call takes as long as one does in training
		call()
	}
	var speeds []float64
	for b.Loop() {
		speeds = append(speeds, call())
	}
	slices.Sort(speeds)
	b.ReportMetric(speeds[len(speeds)/2], "images/s")
	b.ReportMetric(first.Seconds(), "first-s")
}

// still are minibatches that are always the same.
type still struct{ batch []*tensors.Tensor }

func (s still) Most() int { return 1024 }

func (s still) Shared() int { return 0 }

func (s still) Load(int, int) ([]*tensors.Tensor, error) { return s.batch, nil }

func (s still) Batch(block []*Node, _ *Node) []*Node { return block }

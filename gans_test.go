package gans

import (
	"bytes"
	"context"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// onBackends runs test with the name of each backend.
func onBackends(t *testing.T, test func(t *testing.T, name string)) {
	t.Helper()
	for _, name := range []string{"go", "xla:cpu"} {
		t.Run(name, func(t *testing.T) {
			gantest.Open(t, name) // skips the test where XLA is not there
			test(t, name)
		})
	}
}

// onGo is onBackends for what TestCutAtEveryStep and the tests of ganlib hold on XLA, which compiles a game for many
// seconds: XLA only in long tests.
func onGo(t *testing.T, test func(t *testing.T, name string)) {
	t.Helper()
	if gantest.Long() {
		onBackends(t, test)
		return
	}
	test(t, "go")
}

// trial is a configuration and its directory.
type trial struct {
	Config
	Options
}

func (c trial) train(ctx context.Context) (*GAN, error) { return Train(ctx, c.Config, c.Options) }

// lasting is the trial with another number of iterations.
func (c trial) lasting(steps int) trial {
	c.Config = c.WithSteps(steps)
	return c
}

// smallLine is Figure1 with networks, minibatches and steps for a test: Adam with an annealed rate, k = 2.
func smallLine(t testing.TB, backendName string) trial {
	cfg := trial{Config: Figure1()}
	cfg.Dir, cfg.Backend = filepath.Join(t.TempDir(), "line"), backendName
	cfg.BatchSize, cfg.K = 16, 2
	cfg.Generator.MLP.Hidden, cfg.Discriminator.MLP.Hidden = []int{8}, []int{8}
	cfg.RecordEvery, cfg.SaveEvery = 1, 5
	return cfg.lasting(12)
}

// smallMNIST is MNIST likewise: simultaneous updates, dropout, and a momentum whose schedule moves. An
// epoch of the data, 5 iterations, ends inside the run.
func smallMNIST(t testing.TB, backendName string) trial {
	cfg := trial{Config: MNIST()}
	cfg.Dir, cfg.Backend = filepath.Join(t.TempDir(), "mnist"), backendName
	cfg.Data.First, cfg.BatchSize = 100, 20
	cfg.Generator.MLP.Hidden, cfg.Noise.Dim = []int{16, 16}, 8
	cfg.Discriminator.Maxout.Units, cfg.Discriminator.Maxout.Pieces = []int{8, 8}, 2
	for _, rule := range []ganlib.Rule{cfg.GeneratorRule, cfg.DiscriminatorRule} {
		rule.Momentum.Epoch, rule.Momentum.Saturate = 2, 4
	}
	cfg.Steps, cfg.RecordEvery, cfg.SampleEvery, cfg.SaveEvery = 12, 1, 6, 5
	return cfg
}

// smallDCGAN is MNIST28 likewise: a conditional game with batch norm and Adam, on digits of 16 x 16.
func smallDCGAN(t testing.TB, backendName string) trial {
	cfg := trial{Config: MNIST28()}
	cfg.Dir, cfg.Backend = filepath.Join(t.TempDir(), "dcgan"), backendName
	cfg.Data.First, cfg.Data.Size, cfg.BatchSize = 100, 16, 20
	cfg.FlipReal, cfg.Noise.Dim = .2, 8
	for _, n := range []*dcganlib.Networks{cfg.Generator.DCGAN, cfg.Discriminator.DCGAN} {
		n.Size, n.Base, n.Filters, n.Hidden, n.BatchNorm = 16, 4, []int{4, 8}, 0, "affine"
	}
	cfg.Steps, cfg.RecordEvery, cfg.SampleEvery, cfg.SaveEvery = 12, 1, 6, 5
	return cfg
}

// stopAfter cancels a run's context after a step.
func stopAfter(t *testing.T, cfg *trial, step int) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cfg.Watch = append(cfg.Watch, func(r run.Record) error {
		if r.Step == step {
			cancel()
		}
		return nil
	})
	return ctx
}

// saved returns the bytes of all variables in a run's newest checkpoint: weights, the optimizers' state, the random
// state, the step.
func saved(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	store := model.NewStore()
	var warnings bytes.Buffer
	_, err = r.Restore(store, &warnings)
	require.NoError(t, err)
	require.Empty(t, warnings.String())
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		require.NoError(t, v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) }))
	}
	return state
}

// recorded returns what each record measured. There must be one for every step.
func recorded(t *testing.T, dir string) []map[string]float64 {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	records, err := r.History()
	require.NoError(t, err)
	values := make([]map[string]float64, len(records))
	for i, record := range records {
		require.Equal(t, i+1, record.Step)
		values[i] = record.Values
	}
	return values
}

// TestARunCutInTwo: a run stopped between two checkpoints and inside an epoch, and resumed by a new call, ends with the
// bits of an uninterrupted run. Opened again, it uses them.
func TestARunCutInTwo(t *testing.T) {
	for name, small := range map[string]func(testing.TB, string) trial{"line": smallLine, "mnist": smallMNIST, "dcgan": smallDCGAN} {
		on := onBackends
		if name == "line" { // TestCutAtEveryStep has its rule and its k
			on = onGo
		}
		t.Run(name, func(t *testing.T) {
			on(t, func(t *testing.T, backendName string) {
				whole, err := small(t, backendName).train(t.Context())
				require.NoError(t, err)

				first := small(t, backendName)
				second := first
				_, err = first.train(stopAfter(t, &first, 7))
				require.ErrorIs(t, err, run.ErrInterrupted)
				require.Len(t, recorded(t, first.Dir), 7)

				cut, err := second.train(t.Context())
				require.NoError(t, err)
				require.Equal(t, 12, cut.Step)
				require.Equal(t, recorded(t, whole.Run.Dir), recorded(t, cut.Run.Dir))
				require.Equal(t, saved(t, whole.Run.Dir), saved(t, cut.Run.Dir))
				requireSamePictures(t, whole.Run, cut.Run)
				requireOpensAs(t, whole, cut.Run.Dir)
			})
		})
	}
}

// requireOpensAs opens a run again: it must play like the trained game, bit for bit on its training backend and up to
// rounding on another.
func requireOpensAs(t *testing.T, trained *GAN, dir string) {
	t.Helper()
	want, judged := play(t, trained)
	t.Setenv(backend.Env, trained.Config.Backend) // as a user does for Open
	opened, err := Open(dir)
	require.NoError(t, err)
	require.Equal(t, trained.Step, opened.Step)
	cfg := trained.Config
	require.Equal(t, cfg, opened.Config)
	got, gotJudged := play(t, opened)
	require.Equal(t, want, got)
	require.Equal(t, judged, gotJudged)

	onGo, err := OpenOn(dir, "go")
	require.NoError(t, err)
	require.Equal(t, cfg.Backend, onGo.Config.Backend, "the backend it was trained on")
	got, gotJudged = play(t, onGo)
	require.InDeltaSlice(t, want, got, 1e-5)
	require.InDeltaSlice(t, judged, gotJudged, 1e-5)
}

// play draws samples and lets D judge them.
func play(t *testing.T, gan *GAN) (x, judged []float32) {
	t.Helper()
	x, err := gan.Sample(5, 3)
	require.NoError(t, err)
	judged, err = gan.Discriminate(x, gan.LabelsFor(5)...)
	require.NoError(t, err)
	require.Len(t, judged, 5)
	return x, judged
}

func requireSamePictures(t *testing.T, a, b *run.Run) {
	t.Helper()
	wanted, err := a.Samples()
	require.NoError(t, err)
	got, err := b.Samples()
	require.NoError(t, err)
	require.Len(t, got, len(wanted))
	for i := range wanted {
		want, err := os.ReadFile(wanted[i])
		require.NoError(t, err)
		picture, err := os.ReadFile(got[i])
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, picture), "%s and %s differ", wanted[i], got[i])
	}
}

// TestTheSeedDecides: the same seed gives the same numbers; another seed gives other initial weights and another order
// of the data. (On XLA, too, the same seed gives the same numbers: TestARunCutInTwo trains three times with one seed.)
func TestTheSeedDecides(t *testing.T) {
	var runs []map[string][]byte
	for _, seed := range []int64{4, 4, -5} {
		cfg := smallMNIST(t, "go")
		cfg.Seed, cfg.Steps = seed, 3
		_, err := cfg.train(t.Context())
		require.NoError(t, err)
		runs = append(runs, saved(t, cfg.Dir))
	}
	require.Equal(t, runs[0], runs[1])

	for _, cfg := range []Config{smallLine(t, "go").Config, smallMNIST(t, "go").Config} {
		other := cfg
		other.Seed = -5
		a, b := untrained(t, cfg), untrained(t, other)
		require.NotEqual(t, batch(t, a, 0), batch(t, b, 0))
		x, _ := play(t, a)
		y, _ := play(t, b)
		require.NotEqual(t, x, y)
	}
}

// untrained builds a game with its initial players.
func untrained(t *testing.T, cfg Config) *GAN {
	t.Helper()
	feed := feedOf(t, cfg)
	gan, err := cfg.newGame(t.Context(), feed)
	require.NoError(t, err)
	return gan
}

// feedOf opens the data of a trainable configuration, until the test ends.
func feedOf(t testing.TB, cfg Config) data.Feed {
	t.Helper()
	require.NoError(t, cfg.Validate())
	feed, err := cfg.feed(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, feed.Close()) })
	return feed
}

// minibatch is the batch of an iteration.
func minibatch(t *testing.T, gan *GAN, step int) train.Batch {
	t.Helper()
	draw, err := feedOf(t, gan.Config).Batches(t.Context(), gan.Backend, gan.Config.K*gan.Config.BatchSize)
	require.NoError(t, err)
	b, err := draw(step)
	require.NoError(t, err)
	return b
}

// batch is the examples of an iteration, [k·m, ...], flat.
func batch(t *testing.T, gan *GAN, step int) []float32 {
	t.Helper()
	b := minibatch(t, gan, step)
	n := 1 // inputs of a batch: examples, and in a conditional game their labels
	if gan.Classes() > 0 {
		n = 2
	}
	require.Len(t, b.Inputs, n)
	require.Equal(t, append([]int{gan.Config.K * gan.Config.BatchSize}, gan.Shape...), b.Inputs[0].Shape().Dimensions)
	return tensors.MustCopyFlatData[float32](b.Inputs[0])
}

// TestBatches: an epoch shows every image once, in [0, 1], and the next in another order; numbers on the line are drawn
// anew each iteration.
func TestBatches(t *testing.T) {
	gan := untrained(t, smallMNIST(t, "go").Config)
	set, err := gan.Config.Data.Images(t.Context())
	require.NoError(t, err)
	unseen := make(map[string]int)
	for i := range set.N {
		unseen[string(set.At(i))]++
	}
	for step := range 5 {
		x := batch(t, gan, step)
		for ; len(x) > 0; x = x[784:] {
			pixels := make([]byte, 784)
			for i, v := range x[:784] {
				pixels[i] = byte(math.Round(255 * float64(v)))
			}
			unseen[string(pixels)]--
		}
	}
	for _, n := range unseen {
		require.Zero(t, n, "times an image was missed, or seen again")
	}
	require.NotEqual(t, batch(t, gan, 0), batch(t, gan, 5))

	gan = untrained(t, smallLine(t, "go").Config)
	require.NotEqual(t, batch(t, gan, 0), batch(t, gan, 1))
}

// TestBatchesWithLabels: a conditional game gets each image, at its size, with its label in the set.
func TestBatchesWithLabels(t *testing.T) {
	gan := untrained(t, smallDCGAN(t, "go").Config)
	set, err := gan.Config.Data.Images(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int{16, 16, 1}, []int{set.Height, set.Width, set.Channels})
	labels := make(map[string]int)
	for i := range set.N {
		labels[string(set.At(i))] = set.Labels[i]
	}
	require.Len(t, labels, set.N, "no two images alike")
	for step := range 5 {
		b := minibatch(t, gan, step)
		x := tensors.MustCopyFlatData[float32](b.Inputs[0])
		for _, label := range tensors.MustCopyFlatData[int32](b.Inputs[1]) {
			pixels := make([]byte, 256)
			for i := range pixels {
				pixels[i] = byte(math.Round(255 * float64(x[i])))
			}
			require.Contains(t, labels, string(pixels))
			require.EqualValues(t, labels[string(pixels)], label)
			delete(labels, string(pixels))
			x = x[256:]
		}
	}
	require.Empty(t, labels, "an epoch shows every image once")
}

func TestOpenRefuses(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorIs(t, err, run.ErrNotARun)

	cfg := smallLine(t, "go")
	_, err = cfg.train(t.Context())
	require.NoError(t, err)
	path := filepath.Join(cfg.Dir, "config.json")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	misspelt := bytes.Replace(text, []byte(`"half_v"`), []byte(`"halfv"`), 1)
	require.NoError(t, os.WriteFile(path, misspelt, 0o666))
	_, err = Open(cfg.Dir)
	var unknown *run.UnknownKeyError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, run.UnknownKeyError{Key: "halfv", Nearest: "half_v"}, *unknown)
	require.ErrorContains(t, err, path)
}

// TestOpenWithoutACheckpoint: a run that has only begun is no game yet.
func TestOpenWithoutACheckpoint(t *testing.T) {
	cfg := smallLine(t, "go")
	_, err := cfg.train(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(filepath.Join(cfg.Dir, "checkpoints")))
	gan, err := OpenOn(cfg.Dir, "go")
	require.ErrorIs(t, err, run.ErrNoCheckpoint)
	require.Nil(t, gan)
}

// TestAFinishedRun says so and does not change; with more steps, it continues.
func TestAFinishedRun(t *testing.T) {
	cfg := smallMNIST(t, "go")
	cfg.Steps = 4
	_, err := cfg.train(t.Context())
	require.NoError(t, err)
	var said bytes.Buffer
	cfg.Output = &said
	again, err := cfg.train(t.Context())
	require.NoError(t, err)
	require.Contains(t, said.String(), "is finished: 4 steps")
	require.Len(t, recorded(t, again.Run.Dir), 4)

	cfg.Steps = 6
	cfg.RecordEvery, cfg.SampleEvery, cfg.SaveEvery = 2, 3, 6 // intervals may change
	more, err := cfg.train(t.Context())
	require.NoError(t, err)
	require.Equal(t, 6, more.Step)
	require.Contains(t, said.String(), "at step 4 of 6")
}

// TestRestore: the weights of a kept iteration make the samples of a run that ended there.
func TestRestore(t *testing.T) {
	onGo(t, func(t *testing.T, backendName string) {
		cfg := smallMNIST(t, backendName)
		cfg.Steps, cfg.SaveEvery, cfg.KeepEvery = 10, 1, 2
		gan, err := cfg.train(t.Context())
		require.NoError(t, err)
		last, err := gan.Sample(3, 1)
		require.NoError(t, err)

		require.ErrorIs(t, gan.Restore(3), run.ErrNoCheckpoint)
		same, err := gan.Sample(3, 1)
		require.NoError(t, err)
		require.Equal(t, last, same, "an error leaves the weights as they were")

		require.NoError(t, gan.Restore(4))
		require.Equal(t, 4, gan.Step)
		earlier, err := gan.Sample(3, 1)
		require.NoError(t, err)
		short := smallMNIST(t, backendName)
		short.Steps = 4
		ended, err := short.train(t.Context())
		require.NoError(t, err)
		want, err := ended.Sample(3, 1)
		require.NoError(t, err)
		require.Equal(t, want, earlier)
	})
}

// TestAnotherConfigurationIsRefused, with each key that changed, nested ones dotted.
func TestAnotherConfigurationIsRefused(t *testing.T) {
	cfg := smallLine(t, "go")
	_, err := cfg.train(t.Context())
	require.NoError(t, err)
	before := contents(t, cfg.Dir)

	other := cfg
	wider := *cfg.Generator.MLP
	wider.Hidden = []int{9}
	other.Generator.MLP = &wider
	other.Seed = 2
	_, err = other.train(t.Context())
	requireChanges(t, err, "generator.mlp.hidden: was [8], now [9]", "seed: was 1, now 2")

	// Rates that anneal to zero at the end leave nothing to continue with.
	_, err = cfg.lasting(20).train(t.Context())
	requireChanges(t, err, "discriminator_rule.adam.linear: was 24, now 40", "generator_rule.adam.linear: was 12, now 20", "steps: was 12, now 20")
	require.Equal(t, before, contents(t, cfg.Dir), "a refusal changes nothing")
}

// requireChanges requires a refusal that lists the changes.
func requireChanges(t *testing.T, err error, changes ...string) {
	t.Helper()
	require.ErrorIs(t, err, run.ErrOtherConfig)
	var other *run.OtherConfigError
	require.ErrorAs(t, err, &other)
	require.Equal(t, changes, other.Changes)
}

// contents reads a whole directory.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[path] = string(content)
		return err
	}))
	return files
}

// TestTheNamesMeanTheThings: the first record of a run is V and D's loss of the initial players, computed here from the
// parts that the configuration names.
func TestTheNamesMeanTheThings(t *testing.T) {
	cfg := smallLine(t, "go")
	cfg.K, cfg.Steps, cfg.HalfV = 1, 1, true
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	got := recorded(t, cfg.Dir)[0]

	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(cfg.Seed))
	exec := model.MustNewExec1(gantest.Open(t, "go"), store, func(root *model.Scope, x *Node) *Node {
		root.SetTraining(x.Graph(), true)
		z := cfg.Noise.Sample(root, x.Graph(), dtypes.Float32, x.Shape().Dimensions[0])
		fake := cfg.Generator.MLP.Forward(root.At(ganlib.GeneratorScope), z, nil)
		D := root.At(ganlib.DiscriminatorScope)
		return ganlib.Value(cfg.Discriminator.MLP.Forward(D, x, nil), cfg.Discriminator.MLP.Forward(D, fake, nil))
	})
	x := tensors.FromFlatDataAndDimensions(batch(t, gan, 0), cfg.BatchSize, 1)
	v := shapes.ConvertTo[float64](exec.MustCall1(x).Value())
	require.InDelta(t, v, got["v"], 1e-6)
	require.InDelta(t, -v/2, got["d_loss"], 1e-6)
}

// TestPlane: a game on points in the plane trains, and its picture shows real and generated points.
func TestPlane(t *testing.T) {
	for _, set := range data.Toys() {
		cfg, err := Ring8().On(set)
		require.NoError(t, err)
		cfg.Backend = "go"
		gan, err := Train(t.Context(), cfg.WithSteps(2), Options{Dir: filepath.Join(t.TempDir(), set)})
		require.NoError(t, err)
		picture, err := gan.Picture(50, 1)
		require.NoError(t, err)
		x, err := gan.Sample(50, 1)
		require.NoError(t, err)
		distribution, err := cfg.Data.Distribution()
		require.NoError(t, err)
		plane := func(seed uint64) image.Image {
			drawn, err := figure.Scatter(figure.Plane{Real: distribution.Batch(seed, 0, 50), Generated: x})
			require.NoError(t, err)
			return drawn
		}
		require.Equal(t, plane(1^0xd1b54a32d192ed03), picture)
		require.NotEqual(t, plane(1), picture, "the data are not drawn by the random numbers of the noise")
		_, err = gan.Images(1, 1)
		require.ErrorIs(t, err, data.ErrUnfit)
	}
}

// TestStackedMNIST: a DCGAN trains on three digits in three colours.
func TestStackedMNIST(t *testing.T) {
	cfg, err := CIFAR32().On("stacked-mnist")
	require.NoError(t, err)
	cfg.BatchSize, cfg.Backend = 4, "go"
	gan := untrained(t, cfg)
	x := batch(t, gan, 0)
	require.Len(t, x, 4*32*32*3)
	coloured := false
	for ; len(x) > 0; x = x[3:] {
		coloured = coloured || x[0] != x[1]
	}
	require.True(t, coloured)
}

// TestOpenNeedsNoData: a run on a user's files opens, and samples, when they are gone; only training D alone needs
// them.
func TestOpenNeedsNoData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "images-idx3-ubyte")
	file := append([]byte{0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 16, 0, 0, 0, 16}, bytes.Repeat([]byte{1, 9}, 20*16*8)...)
	require.NoError(t, os.WriteFile(path, file, 0o666))
	cfg := smallDCGAN(t, "go")
	cfg.Generator.DCGAN.Classes, cfg.Discriminator.DCGAN.Classes = 0, 0
	cfg.Data = Data{Path: path}
	trained, err := cfg.lasting(1).train(t.Context())
	require.NoError(t, err)
	want, err := trained.Sample(2, 1)
	require.NoError(t, err)

	require.NoError(t, os.Remove(path))
	opened, err := OpenOn(cfg.Dir, "go")
	require.NoError(t, err)
	got, err := opened.Sample(2, 1)
	require.NoError(t, err)
	require.Equal(t, want, got)
	rule, err := cfg.DiscriminatorRule.Rule()
	require.NoError(t, err)
	_, err = opened.TrainDiscriminator(t.Context(), 1, rule)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// onBedrooms is a small run on an LMDB, which stays open while it is read.
func onBedrooms(t *testing.T) trial {
	cfg := smallDCGAN(t, "go")
	for _, n := range []*dcganlib.Networks{cfg.Generator.DCGAN, cfg.Discriminator.DCGAN} {
		n.Classes = 0
	}
	cfg.Data, cfg.BatchSize = Data{Path: filepath.Join("tests", "golden", "lsun", "bedroom_test_lmdb")}, 4
	return cfg.lasting(1)
}

// openData counts the descriptors of this process that are an LMDB's.
func openData(t *testing.T) (n int) {
	t.Helper()
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("only Linux tells which files are open")
	}
	for _, d := range descriptors {
		if path, err := os.Readlink("/proc/self/fd/" + d.Name()); err == nil && filepath.Base(path) == "data.mdb" {
			n++
		}
	}
	return n
}

// TestDataAreClosed after training, probing, training D alone and choosing real images.
func TestDataAreClosed(t *testing.T) {
	feed, err := onBedrooms(t).feed(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, 1, openData(t), "what is counted")
	require.NoError(t, feed.Close())
	require.Zero(t, openData(t))

	cfg := onBedrooms(t)
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	require.Zero(t, openData(t), "Train")
	_, err = gan.Probe(t.Context(), 1)
	require.NoError(t, err)
	require.Zero(t, openData(t), "Probe")
	rule, err := cfg.DiscriminatorRule.Rule()
	require.NoError(t, err)
	_, err = gan.TrainDiscriminator(t.Context(), 1, rule)
	require.NoError(t, err)
	require.Zero(t, openData(t), "TrainDiscriminator")
	_, err = gan.realImages(t.Context(), 1, Evaluation{})
	require.NoError(t, err)
	require.Zero(t, openData(t), "realImages")
}

// TestCancelledWhileReading: a cancelled context ends the reading of the data, before a fault at their end is found.
// Train says that it was interrupted, as it does later on.
func TestCancelledWhileReading(t *testing.T) {
	cfg := onBedrooms(t)
	path := filepath.Join(t.TempDir(), "images-idx3-ubyte")
	file := append([]byte{0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 16, 0, 0, 0, 16}, bytes.Repeat([]byte{1, 9}, 20*16*8)...)
	require.NoError(t, os.WriteFile(path, file, 0o666))
	cfg.Data.Path = path
	gan, err := cfg.train(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, file[:len(file)-1], 0o666))
	rule, err := cfg.DiscriminatorRule.Rule()
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cfg.Dir += "-2"
	for name, read := range map[string]func() error{
		"Probe":              func() error { _, err := gan.Probe(ctx, 1); return err },
		"TrainDiscriminator": func() error { _, err := gan.TrainDiscriminator(ctx, 1, rule); return err },
		"realImages":         func() error { _, err := gan.realImages(ctx, 1, Evaluation{}); return err },
		"Train": func() error {
			_, err := cfg.train(ctx)
			require.ErrorIs(t, err, run.ErrInterrupted)
			return err
		},
	} {
		err := read()
		require.ErrorIs(t, err, context.Canceled, name)
		require.NotErrorIs(t, err, data.ErrTruncated, name)
	}
	require.NoDirExists(t, cfg.Dir)
	_, err = gan.Probe(t.Context(), 1)
	require.ErrorIs(t, err, data.ErrTruncated)

	digits := smallMNIST(t, "go")
	_, err = digits.train(ctx)
	require.ErrorIs(t, err, run.ErrInterrupted)
}

// TestOnDevice: images kept on the device make the same run as images sent to it, which can resume either way.
func TestOnDevice(t *testing.T) {
	onBackends(t, func(t *testing.T, backendName string) {
		sent, kept := smallMNIST(t, backendName), smallMNIST(t, backendName)
		sent.Data.Flip, kept.Data.Flip = true, true
		_, err := sent.train(t.Context())
		require.NoError(t, err)

		kept.Data.OnDevice = true
		first := kept
		_, err = first.train(stopAfter(t, &first, 7))
		require.ErrorIs(t, err, run.ErrInterrupted)
		kept.Data.OnDevice = false
		_, err = kept.train(t.Context())
		require.NoError(t, err)
		require.Equal(t, saved(t, sent.Dir), saved(t, kept.Dir))
	})
}

// TestImagesOfAPath: a run's own photographs, without a network that decides the channels.
func TestImagesOfAPath(t *testing.T) {
	set, err := Data{Path: filepath.Join("tests", "golden", "lsun", "bedroom_test_lmdb"), Size: 8, First: 3}.Images(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int{3, 8, 8, 3}, []int{set.N, set.Height, set.Width, set.Channels})
	_, err = Data{Path: filepath.Join("tests", "golden", "lsun", "bedroom_test_lmdb")}.Images(t.Context())
	gantest.RequireInvalid(t, err, "data.size")
}

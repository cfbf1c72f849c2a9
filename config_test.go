package gans

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/monitor"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestPresets: every preset can be built, and survives its JSON unchanged.
func TestPresets(t *testing.T) {
	require.GreaterOrEqual(t, len(Presets()), 11)
	for _, name := range Presets() {
		cfg, err := Preset(name)
		require.NoError(t, err)
		text, err := json.Marshal(cfg)
		require.NoError(t, err)
		var back Config
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&back))
		require.Equal(t, cfg, back, name)

		if set, err := catalog.Lookup(cfg.Data.Set); err == nil && set.BuiltIn == "" {
			t.Setenv(catalog.Env, t.TempDir())
			_, err := cfg.feed(t.Context(), nil)
			require.ErrorIs(t, err, catalog.ErrNotFetched)
			cfg, err = cfg.On("fashion")
			require.NoError(t, err)
		}
		cfg.Backend = "go"
		untrained(t, cfg)
	}
	_, err := Preset("minst")
	gantest.RequireInvalid(t, err, "preset")
	require.ErrorContains(t, err, `"mnist", perhaps`)
}

// TestPresetsShareNothing: a change to one configuration must not show in the next.
func TestPresetsShareNothing(t *testing.T) {
	cfg := MNIST()
	require.NotSame(t, cfg.GeneratorRule.Momentum, cfg.DiscriminatorRule.Momentum)
	cfg.GeneratorRule.Momentum.LearningRate = 7
	cfg.Generator.MLP.Hidden[0] = 7
	require.NotEqual(t, cfg, MNIST())
	require.Equal(t, .1, MNIST().GeneratorRule.Momentum.LearningRate)
	require.Equal(t, 1200, MNIST().Generator.MLP.Hidden[0])

	cfg = LSUN64()
	cfg.Generator.DCGAN.Filters[0] = 7
	require.Equal(t, 128, cfg.Discriminator.DCGAN.Filters[0])
	require.Equal(t, 128, LSUN64().Generator.DCGAN.Filters[0])
}

// TestPresetsAreRecipes: a preset plays the game of its recipe in package dcganlib.
func TestPresetsAreRecipes(t *testing.T) {
	for name, recipe := range map[string]dcganlib.Config{
		"mnist28": dcganlib.MNIST28(), "mnist28-unconditional": dcganlib.MNIST28Unconditional(), "lsun64": dcganlib.LSUN64(),
		"cifar32": dcganlib.CIFAR32(), "torch64": dcganlib.Torch64(), "flowers64": dcganlib.Flowers64(),
	} {
		cfg, err := Preset(name)
		require.NoError(t, err)
		require.Equal(t, recipe.BatchSize, cfg.BatchSize)
		require.Equal(t, recipe.Networks, *cfg.Generator.DCGAN)
		require.Equal(t, recipe.Networks, *cfg.Discriminator.DCGAN)
		cfg, err = cfg.On("mnist")
		require.NoError(t, err)
		cfg.Backend = "go"
		got := untrained(t, cfg).Algorithm1
		want, err := recipe.Algorithm1()
		require.NoError(t, err)
		require.Equal(t, want.Objective.Name, got.Objective.Name)
		// Functions cannot be compared.
		got.Generator, got.Discriminator, got.Objective = nil, nil, ganlib.Objective{}
		want.Generator, want.Discriminator, want.Objective = nil, nil, ganlib.Objective{}
		require.Equal(t, want, got, name)
	}
}

// TestOn: a preset on other data converts them to its size, channels and range.
func TestOn(t *testing.T) {
	for name, corner := range map[string]float32{"lsun64": -1, "cifar32": -1, "mnist28": 0} {
		cfg, err := Preset(name)
		require.NoError(t, err)
		on, err := cfg.On("mnist")
		require.NoError(t, err)
		on.BatchSize, on.Backend = 2, "go"
		gan := untrained(t, on)
		x := batch(t, gan, 0)
		require.Len(t, x, 2*on.Generator.DCGAN.Size*on.Generator.DCGAN.Size*on.Generator.DCGAN.Channels)
		require.Equal(t, corner, x[0], "the corner of a digit")
		require.Greater(t, slices.Max(x), float32(.5))
		if gan.Shape[2] == 3 {
			for ; len(x) > 0; x = x[3:] {
				require.Equal(t, []float32{x[0], x[0]}, x[1:3], "grey")
			}
		}
	}
	same, err := MNIST28().On("mnist")
	require.NoError(t, err)
	require.Equal(t, MNIST28(), same, "its own data stay as they are")
	moved, err := MNIST28().On("fashion")
	require.NoError(t, err)
	moved, err = moved.On("emoji")
	require.NoError(t, err)
	once, err := MNIST28().On("emoji")
	require.NoError(t, err)
	require.Equal(t, once.Name, moved.Name, "the name is of the last data alone")
	normal, err := MNIST().On("normal")
	require.NoError(t, err)
	require.Equal(t, Figure1().Data.Std, normal.Data.Std)
	_, err = normal.newGame(t.Context(), feedOf(t, normal))
	gantest.RequireInvalid(t, err, "generator")
	bedrooms, err := LSUN64().On("lsun-bedrooms")
	require.NoError(t, err)
	require.Equal(t, LSUN64(), bedrooms)
	flowers, err := Flowers64().On("emoji")
	require.NoError(t, err)
	require.Equal(t, Data{Set: "emoji", Size: 64, Flip: true}, flowers.Data, "the mirror is the recipe's")
	_, err = LSUN64().On("fish")
	var unknown *catalog.UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "fish", unknown.Name)
}

// TestParameterCounts are those of the 2014 MNIST networks.
//
//	G: 100·1200+1200 + 1200·1200+1200 + 1200·784+784 = 2,503,984
//	D: 784·240·5+240·5 + 240·240·5+240·5 + 240·1+1   = 1,231,441
func TestParameterCounts(t *testing.T) {
	cfg := MNIST()
	cfg.Backend = "go"
	gan := untrained(t, cfg)
	x, err := gan.Sample(1, 1)
	require.NoError(t, err)
	_, err = gan.Discriminate(x)
	require.NoError(t, err)
	require.Equal(t, 2_503_984, gan.Store.Scope("/"+ganlib.GeneratorScope).NumParameters())
	require.Equal(t, 1_231_441, gan.Store.Scope("/"+ganlib.DiscriminatorScope).NumParameters())
}

func TestWithSteps(t *testing.T) {
	cfg := Figure1()
	short := cfg.WithSteps(30)
	require.Equal(t, 30, short.Steps)
	require.Equal(t, 30, short.GeneratorRule.Adam.Linear)
	require.Equal(t, 5*30, short.DiscriminatorRule.Adam.Linear, "D moves k times an iteration")
	require.Equal(t, Figure1(), cfg, "the one it came from stays")

	constant := MNISTAdam().WithSteps(30)
	require.Zero(t, constant.GeneratorRule.Adam.Linear)
	require.Equal(t, 30, MNIST().WithSteps(30).Steps)
}

// change is a configuration with one mistake, and the key that the error must name.
type change struct {
	do  func(*Config)
	key string
}

// TestBadConfigurations are refused before any work is done: no directory is made.
func TestBadConfigurations(t *testing.T) {
	for preset, changes := range map[string][]change{"figure1": badLine, "mnist": badMNIST, "mnist28": badDCGAN} {
		for i, bad := range changes {
			t.Run(fmt.Sprintf("%s %d %s", preset, i, bad.key), func(t *testing.T) {
				gantest.RequireInvalid(t, refused(t, preset, bad.do), bad.key)
			})
		}
	}
}

// TestBadData are refused likewise, with what is wrong with them.
func TestBadData(t *testing.T) {
	require.ErrorIs(t, refused(t, "figure1", func(c *Config) { c.Data = Data{Path: "fish"} }), fs.ErrNotExist)
	var unknown *catalog.UnknownError
	require.ErrorAs(t, refused(t, "figure1", func(c *Config) { c.Data = Data{Set: "fish"} }), &unknown)
	require.Equal(t, "fish", unknown.Name)
	gantest.RequireInvalid(t, refused(t, "figure1", func(c *Config) { c.Backend = "tpu" }), "backend")
	_, err := Train(t.Context(), Figure1(), Options{})
	gantest.RequireInvalid(t, err, "Options.Dir")
}

// refused trains a preset with a mistake, which must leave no directory.
func refused(t *testing.T, preset string, spoil func(*Config)) error {
	t.Helper()
	cfg, err := Preset(preset)
	require.NoError(t, err)
	cfg.Backend = "go"
	spoil(&cfg)
	dir := t.TempDir() + "/run"
	_, err = Train(t.Context(), cfg, Options{Dir: dir})
	require.Error(t, err)
	require.NoDirExists(t, dir)
	return err
}

var badLine = []change{
	{func(c *Config) { c.BatchSize = 0 }, "batch_size"},
	{func(c *Config) { c.K = 0 }, "k"},
	{func(c *Config) { c.Steps = 0 }, "steps"},
	{func(c *Config) { c.RecordEvery = 0 }, "record_every"},
	{func(c *Config) { c.SampleEvery = -1 }, "sample_every"},
	{func(c *Config) { c.SaveEvery = 0 }, "save_every"},
	{func(c *Config) { c.KeepEvery = 3 }, "keep_every"},
	{func(c *Config) { c.Simultaneous = true }, "k"},

	{func(c *Config) { c.Data.Path = "fish" }, "data.path"},
	{func(c *Config) { c.Data = Data{Path: "fish", Part: "test"} }, "data.part"},
	{func(c *Config) { c.Data = Data{Set: "ring8"} }, "generator"},
	{func(c *Config) { c.Data.Part = "test" }, "data.part"},
	{func(c *Config) { c.Data.First = 5 }, "data.first"},
	{func(c *Config) { c.Data.Size = 8 }, "data.size"},
	{func(c *Config) { c.Data.Crop = 8 }, "data.crop"},
	{func(c *Config) { c.Data.Flip = true }, "data.flip"},
	{func(c *Config) { c.Data.Replacement = true }, "data.replacement"},
	{func(c *Config) { c.Data.OnDevice = true }, "data.on_device"},
	{func(c *Config) { c.Data.MaxFailed = .1 }, "data.max_failed"},
	{func(c *Config) { c.Data = Data{Path: "fish", MaxFailed: 1.1} }, "data.max_failed"},
	{func(c *Config) { c.Data = Data{Set: "mnist", MaxFailed: .1} }, "data.max_failed"},
	{func(c *Config) { c.Data.Std = 0 }, "data.std"},
	{func(c *Config) { c.Data.Std = math.NaN() }, "data.std"},
	{func(c *Config) { c.Data.Mean = math.Inf(1) }, "data.mean"},
	{func(c *Config) { c.Data.Mean = math.NaN() }, "data.mean"},
	{func(c *Config) { c.Noise.Noise = "cauchy" }, "noise.noise"},
	{func(c *Config) { c.Noise.Dim = 0 }, "noise.dim"},

	{func(c *Config) { c.Objective.Name = "maximin" }, "objective.name"},
	{func(c *Config) { c.Objective = ganlib.ObjectiveChoice{Name: "blend"} }, "objective"},
	{func(c *Config) { c.Objective = ganlib.ObjectiveChoice{Name: "blend", Minimax: -1, Zurich: 2} }, "objective"},

	{func(c *Config) { c.Generator = Network{} }, "generator"},
	{func(c *Config) { c.Generator.Maxout = &ganlib.MaxoutMLP{} }, "generator"},
	{func(c *Config) { c.Generator.MLP.Activation = "selu" }, "generator.mlp.activation"},
	{func(c *Config) { c.Generator.MLP.Hidden = []int{8, 0} }, "generator.mlp.hidden[1]"},
	{func(c *Config) { c.Generator.MLP.Output = []int{2} }, "generator"},
	{func(c *Config) { c.Generator.BiasFromData = true }, "generator.bias_from_data"},
	{func(c *Config) { c.Discriminator.MLP.Output = []int{2} }, "discriminator.mlp.output"},
	{func(c *Config) { c.Discriminator.MLP.Output = nil }, "discriminator.mlp.output"},
	{func(c *Config) { c.Discriminator.MLP.OutputActivation = "sigmoid" }, "discriminator.mlp.output_activation"},

	{func(c *Config) { c.SmoothReal = 1 }, "smooth_real"},
	{func(c *Config) { c.SmoothReal, c.Objective.Name = .1, "wasserstein" }, "smooth_real"},
	{func(c *Config) { c.FlipFake = -.1 }, "flip_fake"},
	{func(c *Config) { c.AverageG = 1 }, "average_g"},
	{func(c *Config) { c.InstanceNoise.Std = .1 }, "instance_noise.steps"},
	{func(c *Config) { c.Penalty.Kind = "gp" }, "penalty.kind"},
	{func(c *Config) { c.Penalty.Kind = "r1" }, "penalty.weight"},
	{func(c *Config) { c.Generator.MLP.MinibatchStd = true }, "generator.mlp.minibatch_std"},
	{func(c *Config) { c.MeasureEvery = -1 }, "measure_every"},
	{func(c *Config) { c.Best, c.MeasureEvery = "fid", 20 }, "best"},
	{func(c *Config) { c.Best, c.MeasureEvery = "recall", 0 }, "measure_every"},
	{func(c *Config) { c.Best, c.MeasureEvery = "recall", 290 }, "save_every"},
	{func(c *Config) { c.Best, c.MeasureEvery = "modes", 500 }, "best"},
	{func(c *Config) { c.OnFailure = &monitor.OnFailure{} }, "on_failure.action"},
	{func(c *Config) { c.OnFailure = &monitor.OnFailure{Action: "stop", Limit: 2} }, "on_failure.limit"},
	{func(c *Config) { c.OnFailure = &monitor.OnFailure{Action: "rollback", RateFactor: 2} }, "on_failure.rate_factor"},
	{func(c *Config) { c.OnFailure = &monitor.OnFailure{Action: "rollback", Limit: -1} }, "on_failure.limit"},

	{func(c *Config) { c.GeneratorRule = ganlib.Rule{} }, "generator_rule"},
	{func(c *Config) { c.DiscriminatorRule.Momentum = &optim.Momentum{LearningRate: 1} }, "discriminator_rule"},
	{func(c *Config) { c.GeneratorRule.Adam.LearningRate = 0 }, "generator_rule.adam.learning_rate"},
	{func(c *Config) { c.GeneratorRule.Adam.LearningRate = math.NaN() }, "generator_rule.adam.learning_rate"},
	{func(c *Config) { c.GeneratorRule.Adam.LearningRate = math.Inf(1) }, "generator_rule.adam.learning_rate"},
	{func(c *Config) { c.GeneratorRule.Adam.Beta1 = 1 }, "generator_rule.adam.beta1"},
	{func(c *Config) { c.DiscriminatorRule.Adam.Beta2 = -.1 }, "discriminator_rule.adam.beta2"},
	{func(c *Config) { c.GeneratorRule.Adam.Epsilon = 0 }, "generator_rule.adam.epsilon"},
	{func(c *Config) { c.GeneratorRule.Adam.Linear = -1 }, "generator_rule.adam.linear"},
}

var badMNIST = []change{
	{func(c *Config) { c.BatchSize = 50_001 }, "batch_size"},
	{func(c *Config) { c.K, c.Simultaneous, c.Data.First = 3, false, 200 }, "batch_size"},
	{func(c *Config) { c.Data.First = -5 }, "data.first"},
	{func(c *Config) { c.Data.First = 60_001 }, "data.first"},

	{func(c *Config) { c.Generator.MLP.Output = []int{28, 28} }, "generator"},
	{func(c *Config) { c.Generator.MLP.Output = []int{784} }, "generator"},
	{func(c *Config) { c.Generator.MLP.OutputActivation = "tanh" }, "generator.bias_from_data"},
	{func(c *Config) { c.Generator = Network{Network: ganlib.Network{Maxout: c.Discriminator.Maxout}} }, "generator"},
	{func(c *Config) { c.Discriminator.BiasFromData = true }, "discriminator.bias_from_data"},
	{func(c *Config) { c.Discriminator.Pretrained = "x" }, "discriminator.pretrained"},
	{func(c *Config) { c.Discriminator.Maxout.Dropout = 1 }, "discriminator.maxout.dropout"},
	{func(c *Config) { c.Discriminator.Maxout.Pieces = 0 }, "discriminator.maxout.pieces"},

	{func(c *Config) { c.GeneratorRule.Momentum.LearningRate = 0 }, "generator_rule.momentum.learning_rate"},
	{func(c *Config) { c.GeneratorRule.Momentum.Decay = .5 }, "generator_rule.momentum.decay"},
	{func(c *Config) { c.GeneratorRule.Momentum.MinRate = 1 }, "generator_rule.momentum.min_rate"},
	{func(c *Config) { c.GeneratorRule.Momentum.Initial = 1 }, "generator_rule.momentum.initial"},
	{func(c *Config) { c.DiscriminatorRule.Momentum.Final = math.NaN() }, "discriminator_rule.momentum.final"},
	{func(c *Config) { c.GeneratorRule.Momentum.Epoch = -1 }, "generator_rule.momentum.epoch"},
	{func(c *Config) { c.GeneratorRule.Momentum.Saturate = 1 }, "generator_rule.momentum.saturate"},
	{func(c *Config) { c.DiscriminatorRule.MaxColNorm = -1 }, "discriminator_rule.max_col_norm"},
}

// badDCGAN are refused before anything is compiled: a size that does not fit, zero channels, a batch of one
// with batch norm, labels that do not match.
var badDCGAN = []change{
	{func(c *Config) { c.Generator.DCGAN.Size = 30 }, "generator.dcgan.size"},
	{func(c *Config) { c.Discriminator.DCGAN.Size = 32 }, "discriminator.dcgan.size"},
	{func(c *Config) { c.Generator.DCGAN.Channels = 0 }, "generator.dcgan.channels"},
	{func(c *Config) { c.Generator.DCGAN.Filters = []int{64} }, "generator.dcgan.filters"},
	{func(c *Config) { c.Discriminator.DCGAN.Kernel = 0; c.Discriminator.DCGAN.Padding = "valid" }, "discriminator.dcgan.padding"},
	{func(c *Config) { c.BatchSize = 1 }, "batch_size"},
	{func(c *Config) { c.BatchSize, c.Generator.DCGAN.BatchNorm = 1, "none" }, "batch_size"},
	{func(c *Config) { c.Generator.MLP = &ganlib.MLP{} }, "generator"},
	{func(c *Config) { c.Generator.BiasFromData = true }, "generator.bias_from_data"},

	{func(c *Config) { c.Data.Size = 14 }, "generator"},
	{func(c *Config) { c.Data.Size = -14 }, "data.size"},
	{func(c *Config) { c.Generator.DCGAN.Channels = 2 }, "discriminator.dcgan"},
	{func(c *Config) { c.Generator.DCGAN.Channels, c.Discriminator.DCGAN.Channels = 2, 2 }, "generator"},
	{func(c *Config) { c.Generator.DCGAN.Channels = 3 }, "discriminator.dcgan"},

	{func(c *Config) { c.Discriminator.DCGAN.Classes = 0 }, "discriminator.dcgan.classes"},
	{func(c *Config) { c.Generator.DCGAN.Classes, c.Discriminator.DCGAN.Classes = 5, 5 }, "generator.dcgan.classes"},
	{func(c *Config) { c.Generator.DCGAN.Classes, c.Discriminator.DCGAN.Classes = 1, 1 }, "generator.dcgan.classes"},

	{func(c *Config) { c.Penalty = ganlib.Penalty{Kind: "r1", Weight: 10} }, "penalty.kind"},
	{func(c *Config) { c.FlipReal = 1 }, "flip_real"},
	{func(c *Config) { c.Noise.Dim = 0 }, "noise.dim"},
}

// TestLabelsMissing: a conditional generator needs data with labels.
func TestLabelsMissing(t *testing.T) {
	const n = 128 // a minibatch
	unlabelled, err := data.NewFeed(&data.Images{N: n, Height: 28, Width: 28, Channels: 1, Pixels: make([]uint8, n*784)}, data.Drawing{}, false)
	require.NoError(t, err)
	gantest.RequireInvalid(t, MNIST28().validateFor(unlabelled), "generator.dcgan.classes")
	require.NoError(t, MNIST28Unconditional().validateFor(unlabelled))
}

// TestPenaltyNetworks: a DCGAN without batch norm may have a penalty; max pooling never may.
func TestPenaltyNetworks(t *testing.T) {
	cfg := MNIST28()
	cfg.Penalty = ganlib.Penalty{Kind: ganlib.R1, Weight: 10}
	cfg.Discriminator.DCGAN.BatchNorm = "none"
	require.NoError(t, cfg.Validate())
	cfg = CIFAR10Conv()
	cfg.Penalty = ganlib.Penalty{Kind: ganlib.R1, Weight: 10}
	gantest.RequireInvalid(t, cfg.Validate(), "penalty.kind")
}

// TestStabilisersInJSON: what is off is not in config.json, so runs begun without it resume; what is on survives
// unchanged.
func TestStabilisersInJSON(t *testing.T) {
	cfg := Ring8()
	cfg.MeasureEvery = 0
	text, err := json.Marshal(cfg)
	require.NoError(t, err)
	keys := []string{"smooth_real", "flip_fake", "instance_noise", "penalty", "average_g", "spectral_norm", "minibatch_std", "measure_every", `"best"`, "on_failure"}
	for _, key := range keys {
		require.NotContains(t, string(text), key)
	}
	cfg = stabilised("", "go").Config
	cfg.MeasureEvery, cfg.Best, cfg.OnFailure = 1, "modes", &monitor.OnFailure{Action: "rollback", RateFactor: .3, Limit: 2}
	require.NoError(t, cfg.Validate())
	text, err = json.Marshal(cfg)
	require.NoError(t, err)
	for _, key := range keys {
		require.Contains(t, string(text), key)
	}
	var back Config
	require.NoError(t, json.Unmarshal(text, &back))
	back.Backend = cfg.Backend
	require.Equal(t, cfg, back)
}

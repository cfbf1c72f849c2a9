package gans

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// TestPresets: every preset can be built, and comes back from its JSON as it was.
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

		if _, ok := builtIn[cfg.Data.Set]; !ok && cfg.Data.images() {
			t.Setenv(catalog.Env, t.TempDir())
			_, _, err := prepare(cfg)
			require.ErrorContains(t, err, fmt.Sprintf(`data: data set %q is not here`, cfg.Data.Set))
			cfg, err = cfg.On("fashion")
			require.NoError(t, err)
		}
		cfg.Backend = "go"
		untrained(t, cfg)
	}
	_, err := Preset("minst")
	require.ErrorContains(t, err, fmt.Sprintf(`preset "minst" is unknown: want one of %q`, Presets()))
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

// TestPresetsAreRecipes: what a preset plays is what its recipe in package dcganlib plays.
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
		got, want := untrained(t, cfg).algorithm, recipe.Algorithm1()
		require.Equal(t, want.Objective.Name, got.Objective.Name)
		// Functions cannot be compared.
		got.Generator, got.Discriminator, got.Objective = nil, nil, ganlib.Objective{}
		want.Generator, want.Discriminator, want.Objective = nil, nil, ganlib.Objective{}
		require.Equal(t, want, got, name)
	}
}

// TestOn: a preset on other data has them at its size, in its channels and range.
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
		if gan.shape()[2] == 3 {
			for ; len(x) > 0; x = x[3:] {
				require.Equal(t, []float32{x[0], x[0]}, x[1:3], "grey")
			}
		}
	}
	same, err := MNIST28().On("mnist")
	require.NoError(t, err)
	require.Equal(t, MNIST28(), same, "its own data stay as they are")
	normal, err := MNIST().On("normal")
	require.NoError(t, err)
	require.Equal(t, Figure1().Data.Std, normal.Data.Std)
	_, _, err = prepare(normal)
	require.EqualError(t, err, "generator: its output has shape [28 28 1]: want [1], the shape of one example")
	bedrooms, err := LSUN64().On("lsun-bedrooms")
	require.NoError(t, err)
	require.Equal(t, LSUN64(), bedrooms)
	flowers, err := Flowers64().On("emoji")
	require.NoError(t, err)
	require.Equal(t, Data{Set: "emoji", Size: 64, Flip: true}, flowers.Data, "the mirror is the recipe's")
	_, err = LSUN64().On("fish")
	require.ErrorContains(t, err, `data: no set is called "fish", and there is no such file: want one of [`)
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
	require.Equal(t, 2_503_984, gan.store.Scope("/"+ganlib.GeneratorScope).NumParameters())
	require.Equal(t, 1_231_441, gan.store.Scope("/"+ganlib.DiscriminatorScope).NumParameters())
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

// change is a configuration that is wrong in one thing, and what the error must say.
type change struct {
	do   func(*Config)
	want string
}

// TestBadConfigurations are refused before any work is done: no directory is made.
func TestBadConfigurations(t *testing.T) {
	for preset, changes := range map[string][]change{"figure1": badLine, "mnist": badMNIST, "mnist28": badDCGAN} {
		for _, bad := range changes {
			t.Run(bad.want, func(t *testing.T) {
				cfg, err := Preset(preset)
				require.NoError(t, err)
				cfg.Dir, cfg.Backend = t.TempDir()+"/run", "go"
				bad.do(&cfg)
				_, err = Train(t.Context(), cfg)
				require.ErrorContains(t, err, bad.want)
				if cfg.Dir != "" {
					_, err = os.Stat(cfg.Dir)
					require.ErrorIs(t, err, os.ErrNotExist)
				}
			})
		}
	}
}

var badLine = []change{
	{func(c *Config) { c.Dir = "" }, "Config.Dir is empty"},
	{func(c *Config) { c.Backend = "tpu" }, `unknown backend "tpu": want go`},
	{func(c *Config) { c.BatchSize = 0 }, "batch_size is 0: want at least 1"},
	{func(c *Config) { c.K = 0 }, "k is 0: want at least 1"},
	{func(c *Config) { c.Steps = 0 }, "steps is 0: want at least 1"},
	{func(c *Config) { c.RecordEvery = 0 }, "record_every is 0: want at least 1"},
	{func(c *Config) { c.SampleEvery = -1 }, "sample_every is -1: want at least 1"},
	{func(c *Config) { c.SaveEvery = 0 }, "save_every is 0: want at least 1"},
	{func(c *Config) { c.Simultaneous = true }, "k = 5 with simultaneous updates"},

	{func(c *Config) { c.Data.Set = "fish" }, `data: set "fish" is unknown: want one of [`},
	{func(c *Config) { c.Data.Path = "fish" }, `data: both set "normal" and path fish: want one of the two`},
	{func(c *Config) { c.Data = Data{Path: "fish"} }, "fish: no such file"},
	{func(c *Config) { c.Data = Data{Path: "fish", Part: "test"} }, `data: part "test" of fish: only a published set has parts`},
	{func(c *Config) { c.Data = Data{Set: "ring8"} }, "generator: its output has shape [1]: want [2], the shape of one example"},
	{func(c *Config) { c.Data.Std = 0 }, "mean 1 and std 0: want a finite mean and a positive std"},
	{func(c *Config) { c.Data.Mean = math.Inf(1) }, "mean +Inf and std 0.5: want a finite mean"},
	{func(c *Config) { c.Data.Mean = math.NaN() }, "mean NaN and std 0.5: want a finite mean"},
	{func(c *Config) { c.Noise.Noise = "cauchy" }, `noise prior "cauchy" is unknown`},
	{func(c *Config) { c.Noise.Dim = 0 }, "noise prior has 0 dimensions"},

	{func(c *Config) { c.Objective.Name = "maximin" }, `objective: "maximin" is unknown: want one of ["blend" "minimax"`},
	{func(c *Config) { c.Objective = Objective{Name: "blend"} }, "blend of minimax 0 and zurich 0"},
	{func(c *Config) { c.Objective = Objective{"blend", -1, 2} }, "blend of minimax -1 and zurich 2"},

	{func(c *Config) { c.Generator = Network{} }, `generator: want one network: "mlp", "maxout", "dcgan", "deconv" or "maxout_conv"`},
	{func(c *Config) { c.Generator.Maxout = &ganlib.MaxoutMLP{} }, `generator: want one network: "mlp", "maxout", "dcgan", "deconv" or "maxout_conv"`},
	{func(c *Config) { c.Generator.MLP.Activation = "selu" }, `generator: activation "selu" is unknown`},
	{func(c *Config) { c.Generator.MLP.Hidden = []int{8, 0} }, "generator: hidden layer 1 has size 0"},
	{func(c *Config) { c.Generator.MLP.Output = []int{2} }, "generator: its output has shape [2]: want [1], the shape of one example"},
	{func(c *Config) { c.Generator.BiasFromData = true }, `generator: bias_from_data is for an mlp with output_activation "sigmoid"`},
	{func(c *Config) { c.Discriminator.MLP.Output = []int{2} }, "discriminator: its output has shape [2]: want [1], one logit"},
	{func(c *Config) { c.Discriminator.MLP.Output = nil }, "discriminator: output shape []: want positive sizes"},
	{func(c *Config) { c.Discriminator.MLP.OutputActivation = "sigmoid" }, `discriminator: output_activation is "sigmoid": want "linear"`},

	{func(c *Config) { c.SmoothReal = 1 }, "smooth_real is 1: want a share of at least 0 and less than 1"},
	{func(c *Config) { c.SmoothReal, c.Objective.Name = .1, "wasserstein" }, `smooth_real is 0.1 with objective "wasserstein", which has no labels`},
	{func(c *Config) { c.FlipFake = -.1 }, "flip_fake is -0.1: want a share"},
	{func(c *Config) { c.AverageG = 1 }, "average_g is 1: want a share of at least 0 and less than 1"},
	{func(c *Config) { c.InstanceNoise.Std = .1 }, "instance_noise has 0 steps: want the iterations over which it falls to 0"},
	{func(c *Config) { c.Penalty.Kind = "gp" }, `penalty "gp" is unknown: want "wgan-gp" or "r1"`},
	{func(c *Config) { c.Penalty.Kind = "r1" }, `penalty "r1" has weight 0: want a positive number`},
	{func(c *Config) { c.Generator.MLP.MinibatchStd = true }, "generator: minibatch_std is for a discriminator"},
	{func(c *Config) { c.MeasureEvery = -1 }, "measure_every is -1: want at least 1, or 0 for never"},
	{func(c *Config) { c.Best, c.MeasureEvery = "fid", 20 }, `best "fid" is unknown: want one of ["recall" "coverage"`},
	{func(c *Config) { c.Best, c.MeasureEvery = "recall", 0 }, `best is "recall", and measure_every 0: want it measured`},
	{func(c *Config) { c.Best, c.MeasureEvery = "recall", 290 }, `best is "recall", and save_every 500: want a multiple of measure_every, 300`},
	{func(c *Config) { c.Best, c.MeasureEvery = "modes", 500 }, `best is "modes", and normal has none to count`},
	{func(c *Config) { c.OnFailure = &OnFailure{} }, `on_failure: action "" is unknown: want "stop" or "rollback"`},
	{func(c *Config) { c.OnFailure = &OnFailure{Action: "stop", Limit: 2} }, `on_failure: rate_factor 0 and limit 2 with action "stop"`},
	{func(c *Config) { c.OnFailure = &OnFailure{Action: "rollback", RateFactor: 2} }, "on_failure: rate_factor is 2: want more than 0 and at most 1, or 0 for .5"},
	{func(c *Config) { c.OnFailure = &OnFailure{Action: "rollback", Limit: -1} }, "on_failure: limit is -1 roll-backs"},

	{func(c *Config) { c.GeneratorRule = Rule{} }, `generator_rule: want one rule, "momentum" or "adam"`},
	{func(c *Config) { c.DiscriminatorRule.Momentum = &optim.Momentum{LearningRate: 1} }, `discriminator_rule: want one rule`},
	{func(c *Config) { c.GeneratorRule.Adam.LearningRate = 0 }, "generator_rule: learning_rate is 0: want a positive number"},
	{func(c *Config) { c.GeneratorRule.Adam.LearningRate = math.NaN() }, "generator_rule: learning_rate is NaN"},
	{func(c *Config) { c.GeneratorRule.Adam.LearningRate = math.Inf(1) }, "generator_rule: learning_rate is +Inf"},
	{func(c *Config) { c.GeneratorRule.Adam.Beta1 = 1 }, "generator_rule: beta1 is 1: want at least 0 and less than 1"},
	{func(c *Config) { c.DiscriminatorRule.Adam.Beta2 = -.1 }, "discriminator_rule: beta2 is -0.1"},
	{func(c *Config) { c.GeneratorRule.Adam.Epsilon = 0 }, "generator_rule: epsilon is 0: want a positive number"},
	{func(c *Config) { c.GeneratorRule.Adam.Linear = -1 }, "generator_rule: linear is -1 updates"},
}

var badMNIST = []change{
	{func(c *Config) { c.BatchSize = 50_001 }, "k·m = 1·50001 examples: minibatches of 50001 distinct examples out of 50000"},
	{func(c *Config) { c.K, c.Simultaneous, c.Data.First = 3, false, 200 }, "k·m = 3·100 examples: minibatches of 300 distinct examples out of 200"},
	{func(c *Config) { c.Data.First = -5 }, "images 0 to -5"},
	{func(c *Config) { c.Data.First = 60_001 }, "images 0 to 60001"},

	{func(c *Config) { c.Generator.MLP.Output = []int{28, 28} }, "generator: its output has shape [28 28]: want [28 28 1], the shape of one example"},
	{func(c *Config) { c.Generator.MLP.Output = []int{784} }, "generator: its output has shape [784]"},
	{func(c *Config) { c.Generator.MLP.OutputActivation = "tanh" }, `bias_from_data is for an mlp with output_activation "sigmoid"`},
	{func(c *Config) { c.Generator = Network{Maxout: c.Discriminator.Maxout} }, "generator: maxout and maxout_conv are discriminators: want an mlp, a dcgan or a deconv"},
	{func(c *Config) { c.Discriminator.BiasFromData = true }, "discriminator: bias_from_data is for a generator"},
	{func(c *Config) { c.Discriminator.Maxout.Dropout = 1 }, "discriminator: dropout 1: want at least 0 and less than 1"},
	{func(c *Config) { c.Discriminator.Maxout.Pieces = 0 }, "discriminator: maxout layer has size 0"},

	{func(c *Config) { c.GeneratorRule.Momentum.LearningRate = 0 }, "generator_rule: learning_rate is 0"},
	{func(c *Config) { c.GeneratorRule.Momentum.Decay = .5 }, "generator_rule: decay is 0.5: want at least 1, or 0 for none"},
	{func(c *Config) { c.GeneratorRule.Momentum.MinRate = 1 }, "generator_rule: min_rate is 1: want at least 0 and at most learning_rate, 0.1"},
	{func(c *Config) { c.GeneratorRule.Momentum.Initial = 1 }, "generator_rule: initial is 1"},
	{func(c *Config) { c.DiscriminatorRule.Momentum.Final = math.NaN() }, "discriminator_rule: final is NaN"},
	{func(c *Config) { c.GeneratorRule.Momentum.Epoch = -1 }, "generator_rule: epoch is -1 updates"},
	{func(c *Config) { c.GeneratorRule.Momentum.Saturate = 1 }, "generator_rule: saturate is 1: want at least 2"},
}

// badDCGAN are refused before anything is compiled: a size that does not fit, zero channels, a batch of one
// with batch norm, labels that do not match.
var badDCGAN = []change{
	{func(c *Config) { c.Generator.DCGAN.Size = 30 }, "generator: size is 30: want base·2ⁿ, such as 28 or 56 for base 7"},
	{func(c *Config) { c.Discriminator.DCGAN.Size = 32 }, "discriminator: size is 32: want base·2ⁿ"},
	{func(c *Config) { c.Generator.DCGAN.Channels = 0 }, "generator: channels is 0: want 1 for grey images or 3 for colour"},
	{func(c *Config) { c.Generator.DCGAN.Filters = []int{64} }, "generator: size is 28, and 1 filters double base 7 to 14"},
	{func(c *Config) { c.Discriminator.DCGAN.Kernel = 0; c.Discriminator.DCGAN.Padding = "valid" }, `discriminator: padding "valid" is unknown`},
	{func(c *Config) { c.BatchSize = 1 }, "generator: batch_size is 1, and batch norm takes its statistics over the batch: want at least 2"},
	{func(c *Config) { c.BatchSize, c.Generator.DCGAN.BatchNorm = 1, "none" }, "discriminator: batch_size is 1"},
	{func(c *Config) { c.Generator.MLP = &ganlib.MLP{} }, `generator: want one network: "mlp", "maxout", "dcgan", "deconv" or "maxout_conv"`},
	{func(c *Config) { c.Generator.BiasFromData = true }, "generator: bias_from_data is for an mlp"},

	{func(c *Config) { c.Data.Size = 14 }, "generator: its output has shape [28 28 1]: want [14 14 1], the shape of one example; data of size 28 would fit"},
	{func(c *Config) { c.Data.Size = -14 }, "data: size is -14: want the side of an image, or 0"},
	{func(c *Config) { c.Generator.DCGAN.Channels = 2 }, "discriminator: it reads images of shape [28 28 1]: want [28 28 2], the shape of one example"},
	{func(c *Config) { c.Generator.DCGAN.Channels, c.Discriminator.DCGAN.Channels = 2, 2 }, "generator: its output has shape [28 28 2]: want [28 28 1]"},
	{func(c *Config) { c.Generator.DCGAN.Channels = 3 }, "discriminator: it reads images of shape [28 28 1]: want [28 28 3], the shape of one example"},

	{func(c *Config) { c.Discriminator.DCGAN.Classes = 0 }, "the generator has 10 classes, the discriminator 0: want the same labels told to both"},
	{func(c *Config) { c.Generator.DCGAN.Classes, c.Discriminator.DCGAN.Classes = 5, 5 }, "generator: it has 5 classes, the data have 10: want the data's, or 0 for no labels"},
	{func(c *Config) { c.Generator.DCGAN.Classes, c.Discriminator.DCGAN.Classes = 1, 1 }, "generator: classes is 1: want at least 2, or 0 for no labels"},

	{func(c *Config) { c.Penalty = ganlib.Penalty{Kind: "r1", Weight: 10} }, `penalty "r1" with batch norm in the discriminator`},
	{func(c *Config) { c.FlipReal = 1 }, "flip_real is 1: want a share of at least 0 and less than 1"},
	{func(c *Config) { c.FlipReal, c.Objective.Name = .3, "least-squares" }, `flip_real is 0.3 with objective "least-squares"`},
	{func(c *Config) { c.Noise.Dim = 0 }, "noise prior has 0 dimensions"},
}

// TestLabelsMissing: a conditional generator wants data with labels.
func TestLabelsMissing(t *testing.T) {
	one := &data.Images{N: 1, Height: 28, Width: 28, Channels: 1}
	unlabelled := &pictures{fitting: one, one: one}
	require.EqualError(t, MNIST28().check(unlabelled), "generator: it has 10 classes, and the data have no labels: want 0")
	require.NoError(t, MNIST28Unconditional().check(unlabelled))
}

// TestPenaltyNetworks: without batch norm a DCGAN may be penalised; max pooling may never be.
func TestPenaltyNetworks(t *testing.T) {
	cfg := MNIST28()
	cfg.Penalty = ganlib.Penalty{Kind: ganlib.R1, Weight: 10}
	cfg.Discriminator.DCGAN.BatchNorm = "none"
	require.NoError(t, cfg.validate())
	cfg = CIFAR10Conv()
	cfg.Penalty = ganlib.Penalty{Kind: ganlib.R1, Weight: 10}
	require.ErrorContains(t, cfg.validate(), `penalty "r1" with a maxout_conv for a discriminator`)
}

// TestStabilisersInJSON: what is off is not in config.json, so that runs begun without it go on; what is on
// comes back as it was.
func TestStabilisersInJSON(t *testing.T) {
	cfg := Ring8()
	cfg.MeasureEvery = 0
	text, err := json.Marshal(cfg)
	require.NoError(t, err)
	keys := []string{"smooth_real", "flip_fake", "instance_noise", "penalty", "average_g", "spectral_norm", "minibatch_std", "measure_every", `"best"`, "on_failure"}
	for _, key := range keys {
		require.NotContains(t, string(text), key)
	}
	cfg = stabilised("", "go")
	cfg.MeasureEvery, cfg.Best, cfg.OnFailure = 1, "modes", &OnFailure{Action: "rollback", RateFactor: .3, Limit: 2}
	require.NoError(t, cfg.validate())
	text, err = json.Marshal(cfg)
	require.NoError(t, err)
	for _, key := range keys {
		require.Contains(t, string(text), key)
	}
	var back Config
	require.NoError(t, json.Unmarshal(text, &back))
	cfg.Dir = ""
	back.Backend = cfg.Backend
	require.Equal(t, cfg, back)
}

package gans

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// TestPresets: every preset can be built, and comes back from its JSON as it was.
func TestPresets(t *testing.T) {
	require.Equal(t, []string{"figure1", "mnist", "mnist-adam", "mnist-minimax"}, Presets())
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

		cfg.Backend = "go"
		_, err = build(cfg)
		require.NoError(t, err, name)
	}
	_, err := Preset("minst")
	require.EqualError(t, err, `preset "minst" is unknown: want one of ["figure1" "mnist" "mnist-adam" "mnist-minimax"]`)
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
}

// TestParameterCounts are those of the 2014 MNIST networks.
//
//	G: 100·1200+1200 + 1200·1200+1200 + 1200·784+784 = 2,503,984
//	D: 784·240·5+240·5 + 240·240·5+240·5 + 240·1+1   = 1,231,441
func TestParameterCounts(t *testing.T) {
	cfg := MNIST()
	cfg.Backend = "go"
	gan, err := build(cfg)
	require.NoError(t, err)
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
	for preset, changes := range map[string][]change{"figure1": badLine, "mnist": badMNIST} {
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

	{func(c *Config) { c.Data.Set = "celeba" }, `data: set "celeba" is unknown: want "mnist" or "normal"`},
	{func(c *Config) { c.Data.Std = 0 }, "mean 1 and std 0: want a finite mean and a positive std"},
	{func(c *Config) { c.Data.Mean = math.Inf(1) }, "mean +Inf and std 0.5: want a finite mean"},
	{func(c *Config) { c.Data.Mean = math.NaN() }, "mean NaN and std 0.5: want a finite mean"},
	{func(c *Config) { c.Noise.Noise = "cauchy" }, `noise prior "cauchy" is unknown`},
	{func(c *Config) { c.Noise.Dim = 0 }, "noise prior has 0 dimensions"},

	{func(c *Config) { c.Objective.Name = "maximin" }, `objective: "maximin" is unknown: want one of ["blend" "minimax"`},
	{func(c *Config) { c.Objective = Objective{Name: "blend"} }, "blend of minimax 0 and zurich 0"},
	{func(c *Config) { c.Objective = Objective{"blend", -1, 2} }, "blend of minimax -1 and zurich 2"},

	{func(c *Config) { c.Generator = Network{} }, `generator: want one network, "mlp" or "maxout"`},
	{func(c *Config) { c.Generator.Maxout = &ganlib.MaxoutMLP{} }, `generator: want one network, "mlp" or "maxout"`},
	{func(c *Config) { c.Generator.MLP.Activation = "selu" }, `generator: activation "selu" is unknown`},
	{func(c *Config) { c.Generator.MLP.Hidden = []int{8, 0} }, "generator: hidden layer has size 0"},
	{func(c *Config) { c.Generator.MLP.Output = []int{2} }, "generator: its output has shape [2]: want [1], the shape of one example"},
	{func(c *Config) { c.Generator.BiasFromData = true }, "generator: bias_from_data needs data that are images"},
	{func(c *Config) { c.Discriminator.MLP.Output = []int{2} }, "discriminator: its output has shape [2]: want [1], one logit"},
	{func(c *Config) { c.Discriminator.MLP.Output = nil }, "discriminator: output shape []: want positive sizes"},
	{func(c *Config) { c.Discriminator.MLP.OutputActivation = "sigmoid" }, `discriminator: output_activation is "sigmoid": want "linear"`},

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
	{func(c *Config) { c.Generator.MLP.OutputActivation = "tanh" }, `bias_from_data needs data that are images and output_activation "sigmoid", not "tanh"`},
	{func(c *Config) { c.Generator = Network{Maxout: c.Discriminator.Maxout} }, "generator: its output has shape [1]: want [28 28 1]"},
	{func(c *Config) { c.Discriminator.BiasFromData = true }, "discriminator: bias_from_data is for an mlp"},
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

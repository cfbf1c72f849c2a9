package dcganlib

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"testing"

	"github.com/gomlx/gomlx/support/exceptions"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestZeroIsThePaper: a size and a number of channels are enough for the paper's networks; the presets spell them out.
func TestZeroIsThePaper(t *testing.T) {
	require.Equal(t, LSUN64().Networks, Networks{Size: 64, Channels: 3}.orPaper())
	require.Equal(t, []int{128, 256, 512, 1024}, LSUN64().Filters)
	require.Equal(t, []int{128, 256, 512}, Networks{Size: 32, Channels: 3}.orPaper().Filters)
	for name, c := range presets {
		require.Equal(t, c.Networks, c.orPaper(), name)
		require.NoError(t, c.Validate(), name)
	}
}

func TestNetworksRefused(t *testing.T) {
	for _, c := range []struct {
		key   string
		spoil func(*Networks)
	}{
		{"size", func(n *Networks) { n.Size = 0 }},
		{"filters", func(n *Networks) { n.Size = 32 }},              // 4 filters double base 4 to 64
		{"filters", func(n *Networks) { n.Filters = []int{8, 16} }}, // and 2 to 16
		{"size", func(n *Networks) { n.Size = 50 }},                 // not 4·2ⁿ
		{"size", func(n *Networks) { n.Size, n.Filters = 28, nil }}, // not 4·2ⁿ, but 7·2ⁿ
		{"size", func(n *Networks) { n.Size, n.Filters = 4, nil }},  // the base itself
		{"size", func(n *Networks) { n.Size, n.Filters = 3, nil }},  // less than the base
		{"channels", func(n *Networks) { n.Channels = 0 }},
		{"base", func(n *Networks) { n.Base = -1 }},
		{"filters[1]", func(n *Networks) { n.Filters = []int{8, 0, 32, 64} }},
		{"kernel", func(n *Networks) { n.Kernel = 1 }},
		{"kernel", func(n *Networks) { n.Projection, n.Kernel = "plain", 4 }}, // grows base 4 to 7
		{"padding", func(n *Networks) { n.Padding = "same" }},
		{"projection", func(n *Networks) { n.Projection = "none" }},
		{"output", func(n *Networks) { n.Output = "linear" }},
		{"init", func(n *Networks) { n.Init = "he" }},
		{"batch_norm", func(n *Networks) { n.BatchNorm = "off" }},
		{"batch_norm_groups", func(n *Networks) { n.BatchNormGroups = -1 }},
		{"batch_norm_groups", func(n *Networks) { n.BatchNorm, n.BatchNormGroups = "none", 2 }},
		{"epsilon", func(n *Networks) { n.Epsilon = -1 }},
		{"input_dropout", func(n *Networks) { n.InputDropout = 1 }},
		{"hidden", func(n *Networks) { n.Hidden = -1 }},
		{"classes", func(n *Networks) { n.Classes = 1 }},
	} {
		n := LSUN64().Networks
		c.spoil(&n)
		gantest.RequireInvalid(t, n.Validate(), c.key)
		config := LSUN64()
		config.Networks = n
		gantest.RequireInvalid(t, config.Validate(), c.key)
	}
}

// TestHints: the error for a size suggests one that fits.
func TestHints(t *testing.T) {
	for hint, n := range map[string]Networks{
		"such as 16 or 32 for base 4; with base 7 it would fit": {Size: 28, Channels: 1},
		"such as 32 or 64 for base 4":                           {Size: 50, Channels: 1},
		"at least 8":                                            {Size: 4, Channels: 1},
		"2 of them for size 16 from base 4, or size 8":          {Size: 16, Channels: 1, Filters: []int{3}},
	} {
		refused, ok := errors.AsType[*invalid.Error](n.Validate())
		require.True(t, ok)
		require.Contains(t, refused.Want, hint)
	}
}

func TestConfigRefused(t *testing.T) {
	for _, c := range []struct {
		key   string
		spoil func(*Config)
	}{
		{"batch_size", func(c *Config) { c.BatchSize = 0 }},
		{"batch_size", func(c *Config) { c.BatchSize = 1 }}, // with batch norm
		{"batch_size", func(c *Config) { c.BatchSize, c.BatchNormGroups = 8, 3 }},
		{"batch_size", func(c *Config) { c.BatchSize, c.BatchNormGroups = 8, 8 }}, // a group of one
		{"noise.dim", func(c *Config) { c.Noise.Dim = 0 }},
		{"noise.noise", func(c *Config) { c.Noise.Noise = "" }},
		{"k", func(c *Config) { c.K = 0 }},
		{"objective.name", func(c *Config) { c.Objective.Name = "" }},
		{"generator_rule.adam.learning_rate", func(c *Config) { c.GeneratorRule.Adam.LearningRate = 0 }},
		{"discriminator_rule.adam.beta1", func(c *Config) { c.DiscriminatorRule.Adam.Beta1 = 1 }},
		{"discriminator_rule", func(c *Config) { c.DiscriminatorRule = ganlib.Rule{} }},
		{"flip_real", func(c *Config) { c.FlipReal = 1 }},
		{"penalty.kind", func(c *Config) { c.Penalty = ganlib.Penalty{Kind: ganlib.R1, Weight: 10} }}, // with batch norm
		{"penalty.weight", func(c *Config) { c.Penalty.Kind, c.BatchNorm = ganlib.R1, "none" }},
	} {
		config := LSUN64()
		c.spoil(&config)
		gantest.RequireInvalid(t, config.Validate(), c.key)
	}
	alone := LSUN64()
	alone.BatchSize, alone.BatchNorm, alone.Penalty = 1, "none", ganlib.Penalty{Kind: ganlib.R1, Weight: 10}
	require.NoError(t, alone.Validate())
}

// TestConfigJSON: a recipe survives JSON, with all of its settings at one level.
func TestConfigJSON(t *testing.T) {
	for name, c := range presets {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		var read Config
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&read))
		require.Equal(t, c, read, name)
		var keys map[string]any
		require.NoError(t, json.Unmarshal(text, &keys))
		for _, key := range []string{"size", "filters", "batch_norm", "batch_size", "noise", "objective", "k", "generator_rule"} {
			require.Contains(t, keys, key)
		}
	}
}

// TestGraphsRefuse: a mismatch panics while the graph is built, before anything is compiled.
func TestGraphsRefuse(t *testing.T) {
	grey := Networks{Size: 8, Channels: 1, Filters: []int{2}}
	labelled := grey
	labelled.Classes = 3
	none := grey
	none.Channels = 0
	for _, c := range []struct {
		networks Networks
		player   half
		in, y    []int
		want     string
	}{
		{grey, discriminator, []int{2, 8, 8}, nil, "Discriminator: x has shape (Float32)[2, 8, 8]: want [batch, 8, 8, 1]"},
		{grey, discriminator, []int{2, 8, 8, 3}, nil, "want [batch, 8, 8, 1]"},
		{grey, discriminator, []int{2, 16, 16, 1}, nil, "want [batch, 8, 8, 1]"},
		{none, discriminator, []int{2, 8, 8, 1}, nil, "Discriminator: channels is 0: want 1"},
		{none, generator, []int{2, 5}, nil, "Generator: channels is 0: want 1"},
		{grey, generator, []int{2, 5, 1}, nil, "Generator: z has shape (Float32)[2, 5, 1]: want [batch, dim]"},
		{grey, generator, []int{2, 5}, []int{2, 3}, "Generator: labels (Float32)[2, 3] for networks without classes: want nil"},
		{labelled, generator, []int{2, 5}, nil, "Generator: no labels for networks of 3 classes: want one-hot [2, 3]"},
		{labelled, discriminator, []int{2, 8, 8, 1}, []int{2}, "Discriminator: labels (Float32)[2] for networks of 3 classes: want one-hot [2, 3]"},
		{labelled, discriminator, []int{2, 8, 8, 1}, []int{1, 3}, "want one-hot [2, 3]"},
		{grey, generator, []int{1, 5}, nil, "batch"}, // batch norm of one example
	} {
		err := exceptions.TryCatch[error](func() { build(t, c.networks, c.player, c.in, c.y) })
		require.ErrorContains(t, err, c.want)
	}
}

// TestAt: the deepest stages stay, at every size.
func TestAt(t *testing.T) {
	for _, c := range []struct {
		of             Networks
		size, channels int
		base           int
		filters        []int
	}{
		{LSUN64().Networks, 64, 1, 4, []int{128, 256, 512, 1024}},
		{LSUN64().Networks, 0, 0, 4, []int{128, 256, 512, 1024}},
		{LSUN64().Networks, 32, 3, 4, CIFAR32().Filters},
		{LSUN64().Networks, 128, 3, 4, []int{64, 128, 256, 512, 1024}},
		{LSUN64().Networks, 48, 3, 6, []int{256, 512, 1024}},
		{LSUN64().Networks, 28, 1, 7, []int{512, 1024}},
		{MNIST28().Networks, 112, 1, 7, []int{16, 32, 64, 128}},
		{MNIST28().Networks, 224, 1, 7, []int{16, 16, 32, 64, 128}},
	} {
		got, err := c.of.At(c.size, c.channels)
		require.NoError(t, err)
		want := c.of
		want.Size, want.Channels = cmp.Or(c.size, c.of.Size), cmp.Or(c.channels, c.of.Channels)
		want.Base, want.Filters = c.base, c.filters
		require.Equal(t, want, got)
	}
	require.Equal(t, []int{128, 256, 512, 1024}, LSUN64().Filters)
	for _, size := range []int{100, 7, 2, -8} {
		_, err := LSUN64().At(size, 3)
		gantest.RequireInvalid(t, err, "size")
	}
	_, err := Flowers64().At(96, 3) // base 6
	gantest.RequireInvalid(t, err, "kernel")
}

package dcganlib

import (
	"cmp"
	"testing"

	"github.com/gomlx/gomlx/support/exceptions"
	"github.com/stretchr/testify/require"
)

// TestZeroIsThePaper: a size and a number of channels are enough to say the paper's networks, and the
// presets write out what that means.
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
		spoil func(*Networks)
		want  string
	}{
		{func(n *Networks) { n.Size = 0 }, "size is 0: want the side of the images"},
		{func(n *Networks) { n.Size = 32 }, "size is 32, and 4 filters double base 4 to 64: want 3 filters, or size 64"},
		{func(n *Networks) { n.Filters = []int{8, 16} }, "size is 64, and 2 filters double base 4 to 16: want 4 filters, or size 16"},
		{func(n *Networks) { n.Size = 50 }, "size is 50: want base·2ⁿ, such as 32 or 64 for base 4"},
		{func(n *Networks) { n.Size, n.Filters = 28, nil }, "size is 28: want base·2ⁿ, such as 16 or 32 for base 4; with base 7 it would fit"},
		{func(n *Networks) { n.Size, n.Filters = 4, nil }, "size is 4, no larger than base 4: want at least 8"},
		{func(n *Networks) { n.Size, n.Filters = 3, nil }, "size is 3: want base·2ⁿ, such as 8 or 16 for base 4"},
		{func(n *Networks) { n.Channels = 0 }, "channels is 0: want 1 for grey images or 3 for colour"},
		{func(n *Networks) { n.Base = -1 }, "base is -1: want at least 1"},
		{func(n *Networks) { n.Filters = []int{8, 0, 32, 64} }, "filters[1] is 0: want at least 1 channel"},
		{func(n *Networks) { n.Kernel = 1 }, "kernel is 1: want at least 2"},
		{func(n *Networks) { n.Padding = "same" }, `padding "same" is unknown: want one of ["pytorch" "tensorflow"]`},
		{func(n *Networks) { n.Projection = "none" }, `projection "none" is unknown`},
		{func(n *Networks) { n.Projection, n.Kernel = "plain", 4 }, `projection is "plain", and a kernel of 4 grows base 4 to 7: want 8, twice the base, so kernel 5`},
		{func(n *Networks) { n.Output = "linear" }, `output "linear" is unknown`},
		{func(n *Networks) { n.Init = "he" }, `init "he" is unknown`},
		{func(n *Networks) { n.BatchNorm = "off" }, `batch_norm "off" is unknown: want one of ["affine" "plain" "none"]`},
		{func(n *Networks) { n.Epsilon = -1 }, "epsilon is -1: want a small positive number"},
		{func(n *Networks) { n.InputDropout = 1 }, "input_dropout is 1: want at least 0 and less than 1"},
		{func(n *Networks) { n.Hidden = -1 }, "hidden is -1: want at least 1, or 0"},
		{func(n *Networks) { n.Classes = 1 }, "classes is 1: want at least 2, or 0"},
	} {
		n := LSUN64().Networks
		c.spoil(&n)
		require.ErrorContains(t, n.Validate(), c.want)
		config := LSUN64()
		config.Networks = n
		require.ErrorContains(t, config.Validate(), c.want)
	}
}

func TestConfigRefused(t *testing.T) {
	for _, c := range []struct {
		spoil func(*Config)
		want  string
	}{
		{func(c *Config) { c.BatchSize = 0 }, "batch_size is 0: want at least 1"},
		{func(c *Config) { c.BatchSize = 1 }, "batch_size is 1, and batch norm takes its statistics over the batch: want at least 2"},
		{func(c *Config) { c.Noise.Dim = 0 }, "0 dimensions"},
		{func(c *Config) { c.Noise.Noise = "" }, "noise prior"},
		{func(c *Config) { c.LearningRate = 0 }, "learning_rate is 0: want a positive number"},
		{func(c *Config) { c.Beta1 = 1 }, "beta1 is 1: want at least 0 and less than 1"},
		{func(c *Config) { c.FlipReal = 1 }, "flip_real is 1: want a share"},
	} {
		config := LSUN64()
		c.spoil(&config)
		require.ErrorContains(t, config.Validate(), c.want)
	}
	alone := LSUN64()
	alone.BatchSize, alone.BatchNorm = 1, "none"
	require.NoError(t, alone.Validate())
}

// TestGraphsRefuse: what does not fit panics while the graph is built, before anything is compiled.
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

// TestAt: the deepest stages stay, whatever the size.
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
	for size, want := range map[int]string{
		100: "size is 100: want 3, 4, 5, 6 or 7 doubled a few times", 7: "size is 7", 2: "size is 2", -8: "size is -8",
	} {
		_, err := LSUN64().At(size, 3)
		require.ErrorContains(t, err, want)
	}
	_, err := Flowers64().At(96, 3)
	require.ErrorContains(t, err, `projection is "plain", and a kernel of 5`)
}

package gans_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestCheckMemory: numbers that no machine has the memory for are refused by their key before anything is compiled; every
// preset passes.
func TestCheckMemory(t *testing.T) {
	for _, name := range gans.Presets() {
		cfg, err := gans.Preset(name)
		require.NoError(t, err)
		cfg.Backend = "go"
		require.NoError(t, cfg.CheckMemory(), name)
	}
	const huge = 1e9
	for _, c := range []struct {
		key   string
		spoil func(*gans.Config)
	}{
		{"batch_size", func(c *gans.Config) { c.BatchSize = 1e12 }},
		{"batch_size", func(c *gans.Config) { c.BatchSize = math.MaxInt }},
		{"batch_size", func(c *gans.Config) { c.BatchSize, c.Generator.MLP.Hidden = 1e7, []int{1e7} }},
		{"k", func(c *gans.Config) { c.K, c.Simultaneous = huge, false }},
		{"data.size", func(c *gans.Config) { c.Data.Size = huge }},
		{"generator", func(c *gans.Config) { c.Generator.MLP.Hidden = []int{huge, huge} }},
		{"generator", func(c *gans.Config) { c.Generator.MLP.Output = []int{huge, huge, huge} }},
		{"generator", func(c *gans.Config) { c.Noise.Dim = huge }},
		{"discriminator", func(c *gans.Config) { c.Discriminator.Maxout.Units = []int{huge, huge} }},
		{"discriminator", func(c *gans.Config) { c.Discriminator.Maxout.Pieces = huge }},
	} {
		cfg := gans.MNIST()
		cfg.Backend = "go"
		c.spoil(&cfg)
		err := cfg.CheckMemory()
		gantest.RequireInvalid(t, err, c.key)
		require.Regexp(t, `(takes at least|take) \S+ .iB of memory, and this machine has \S+ GiB$`, err.Error())
		dir := filepath.Join(t.TempDir(), "run")
		_, trained := gans.Train(t.Context(), cfg, gans.Options{Dir: dir})
		require.EqualError(t, trained, err.Error())
		require.NoDirExists(t, dir)
	}
	wide := gans.MNIST28()
	wide.Generator.DCGAN.Filters = []int{huge, huge}
	gantest.RequireInvalid(t, wide.Validate(), "generator.dcgan.filters[0]")
	wide = gans.CIFAR10Conv()
	wide.Discriminator.MaxoutConv.Layers[0].Channels = huge
	gantest.RequireInvalid(t, wide.Validate(), "discriminator.maxout_conv.layers[0].channels")
	cfg := gans.Figure1()
	_, err := gans.Sweep(t.Context(), cfg, gans.Options{Dir: t.TempDir()}, gans.SweepOptions{Seeds: 1e12})
	gantest.RequireInvalid(t, err, "seeds")
}

// TestMisfit: a checkpoint that is not one of its config.json is refused by the variable, whether the run is opened or
// goes on. So are more samples than the memory holds.
func TestMisfit(t *testing.T) {
	cfg := gans.Ring8()
	cfg.Backend, cfg.Steps, cfg.BatchSize, cfg.MeasureEvery = "go", 2, 16, 0
	cfg.Generator.MLP.Hidden = []int{16, 16}
	dir := filepath.Join(t.TempDir(), "run")
	gan, err := gans.Train(t.Context(), cfg, gans.Options{Dir: dir})
	require.NoError(t, err)
	for _, n := range []int{1 << 62, 1e15, math.MaxInt} {
		_, err := gan.Sample(n, 1)
		gantest.RequireInvalid(t, err, "samples")
		_, err = gan.Picture(n, 1)
		gantest.RequireInvalid(t, err, "samples")
	}
	path := filepath.Join(dir, "config.json")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, c := range []struct {
		hidden []int
		want   ganlib.MisfitError
	}{
		{[]int{17, 16}, ganlib.MisfitError{Variable: "/generator/hidden_0/dense/weights", Has: "(Float32)[8, 16]", Want: "(Float32)[8, 17]"}},
		{[]int{16}, ganlib.MisfitError{Variable: "/generator/hidden_1/dense/weights", Has: "(Float32)[16, 16]", Want: "none"}},
		{[]int{16, 16, 16}, ganlib.MisfitError{Variable: "/generator/hidden_2/dense/weights", Has: "none", Want: "(Float32)[16, 16]"}},
		{[]int{1e9, 1e9}, ganlib.MisfitError{Variable: "/generator/hidden_0/dense/weights", Has: "(Float32)[8, 16]", Want: "(Float32)[8, 1000000000]"}},
	} {
		edited := cfg
		g := *cfg.Generator.MLP
		edited.Generator.MLP, g.Hidden = &g, c.hidden
		text, err := json.Marshal(edited)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, text, 0o666))
		_, err = gans.OpenOn(dir, "go")
		var misfit *ganlib.MisfitError
		require.ErrorAs(t, err, &misfit)
		require.Equal(t, c.want, *misfit)
		require.ErrorContains(t, err, "does not fit "+path+": ")
		if c.hidden[0] < 1e9 {
			edited.Steps = 4
			_, err = gans.Train(t.Context(), edited, gans.Options{Dir: dir})
			require.ErrorAs(t, err, &misfit)
		}
		require.Less(t, strings.Count(err.Error(), "")-1, 300, err)
	}
	require.NoError(t, os.WriteFile(path, whole, 0o666))
	_, err = gans.OpenOn(dir, "go")
	require.NoError(t, err)
}

// TestTrainCancelled: a context that is cancelled already makes no directory.
func TestTrainCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "run")
	cfg := gans.Figure1()
	cfg.Backend = "go"
	_, err := gans.Train(ctx, cfg, gans.Options{Dir: dir})
	require.ErrorIs(t, err, run.ErrInterrupted)
	require.NoDirExists(t, dir)
}

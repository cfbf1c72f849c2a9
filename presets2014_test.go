package gans

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestThe2014Networks compares shapes and parameter counts with the files that the presets come from, without computing
// any numbers.
//
//	TFD         G: 100·8000+8000 + 8000·100+100 + 100·8000+8000 + 8000·8000+8000 + 8000·2304+2304
//	pretraining G: 100·8000+8000 + 8000·8000+8000 + 8000·2304+2304
//	            D: 2304·6000+6000 + 1200·6000+6000 + 1200+1
//	CIFAR-10 fc G: 100·8000+8000 + 8000·8000+8000 + 8000·3072+3072
//	            D: 3072·8000+8000 + 1600·8000+8000 + 1600+1
//	       conv G: 100·8000+8000 + 8000·8000+8000 + 5·5·3·80 + 3072
//	            D: 8·8·3·64+64 + 8·8·32·64+64 + 5·5·32·384+384 + 5·5·192·2500+2500 + 500+1
func TestThe2014Networks(t *testing.T) {
	for name, want := range map[string]struct {
		example []int
		g, d    int
		scale   data.Scale
	}{
		"tfd":          {[]int{48, 48, 1}, 84_858_404, 21_037_201, data.Unit},
		"tfd-pretrain": {[]int{48, 48, 1}, 83_250_304, 21_037_201, data.Unit},
		"cifar10-fc":   {[]int{32, 32, 3}, 89_395_072, 37_393_601, data.Contrast},
		"cifar10-conv": {[]int{32, 32, 3}, 64_825_072, 12_454_073, data.Contrast},
	} {
		cfg, err := Preset(name)
		require.NoError(t, err)
		require.Equal(t, want.scale, cfg.Generator.scale())
		require.Equal(t, want.example, cfg.Generator.output())
		a, err := cfg.algorithm(nil)
		require.NoError(t, err)
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			store, g := model.NewStore(), NewGraph(b, name)
			defer g.Finalize()
			z := Parameter(g, "z", shapes.Make(dtypes.Float32, 2, cfg.Noise.Dim))
			x := a.Generate(store.RootScope(), z, nil)
			logits := a.Discriminate(store.RootScope(), x, nil)
			require.Equal(t, append([]int{2}, want.example...), x.Shape().Dimensions)
			require.Equal(t, []int{2, 1}, logits.Shape().Dimensions)
			require.Equal(t, want.g, store.Scope("/"+ganlib.GeneratorScope).NumParameters())
			require.Equal(t, want.d, store.Scope("/"+ganlib.DiscriminatorScope).NumParameters())
		})
	}
}

// narrow makes a preset of 2014 quick: a few units per layer, and few of the data.
func narrow(cfg Config) Config {
	for _, n := range []*Network{&cfg.Generator, &cfg.Discriminator} {
		switch {
		case n.MLP != nil:
			for i := range n.MLP.Layers {
				n.MLP.Layers[i].Units = 20 + i
			}
			n.MLP.OutputSparse = min(n.MLP.OutputSparse, 5)
		case n.Deconv != nil:
			n.Deconv.MLP.Hidden, n.Deconv.MLP.Output = []int{20}, []int{10, 10, 4}
		case n.Maxout != nil:
			n.Maxout.Units = []int{12, 12}
		case n.MaxoutConv != nil:
			for i := range n.MaxoutConv.Layers {
				n.MaxoutConv.Layers[i].Channels = 4
			}
			n.MaxoutConv.MLP.Units = []int{12}
		}
	}
	cfg.BatchSize, cfg.Steps, cfg.Data.First = 10, 2, 200
	return cfg
}

// TestThe2014PresetsTrain: each preset, narrow and on other data, plays two iterations and draws samples. XLA compiles
// each for many seconds and runs the golden tests too, so it gets one.
func TestThe2014PresetsTrain(t *testing.T) {
	for _, name := range []string{"tfd", "tfd-pretrain", "cifar10-fc", "cifar10-conv"} {
		onBackends(t, func(t *testing.T, backend string) {
			if backend != "go" && name != "cifar10-fc" {
				return
			}
			preset, err := Preset(name)
			require.NoError(t, err)
			cfg, err := preset.On("mnist")
			require.NoError(t, err)
			cfg = narrow(cfg)
			cfg.Backend = backend
			gan, err := Train(t.Context(), cfg, Options{Dir: t.TempDir()})
			require.NoError(t, err, name)
			x, err := gan.Sample(3, 1)
			require.NoError(t, err)
			require.Len(t, x, 3*len(batch(t, gan, 0))/cfg.BatchSize)
			images, err := gan.Images(3, 1)
			require.NoError(t, err)
			require.Equal(t, preset.Generator.output()[0], images[0].Bounds().Dx())
		})
	}
}

// TestPretrained: the second run of TFD starts with the first's layers as its last, to the bit, and continues without
// the first run.
func TestPretrained(t *testing.T) {
	first, err := TFDPretrain().On("mnist")
	require.NoError(t, err)
	second, err := TFD().On("mnist")
	require.NoError(t, err)
	first, second = narrow(first), narrow(second)
	for i := range 2 {
		second.Generator.MLP.Layers[2+i].Units = first.Generator.MLP.Layers[i].Units
	}
	second.Generator.MLP.Layers[1].Units = first.Noise.Dim
	first.Backend, second.Backend = "go", "go"
	firstDir, o := filepath.Join(t.TempDir(), "first"), Options{Dir: filepath.Join(t.TempDir(), "second")}
	second.Generator.Pretrained = firstDir

	_, err = Train(t.Context(), second, o)
	require.ErrorIs(t, err, run.ErrNotARun)
	require.NoDirExists(t, o.Dir)
	trained, err := Train(t.Context(), first, Options{Dir: firstDir})
	require.NoError(t, err)

	begun := untrained(t, second)
	require.NoError(t, second.begin(o.Dir, begun.Store))
	for _, names := range [][2]string{{"hidden_0", "hidden_2"}, {"hidden_1", "hidden_3"}, {"output", "output"}} {
		for _, of := range []string{"/dense/weights", "/dense/biases"} {
			want := trained.Store.GetVariable("/generator/" + names[0] + of).MustValue()
			got := begun.Store.GetVariable("/generator/" + names[1] + of).MustValue()
			require.Equal(t, tensors.MustCopyFlatData[float32](want), tensors.MustCopyFlatData[float32](got))
		}
	}
	require.Nil(t, begun.Store.GetVariable("/generator/hidden_0/dense/weights"), "new layers begin at random")
	require.Nil(t, begun.Store.GetVariable("/discriminator/maxout_0/dense/weights"), "and so does D")

	_, err = Train(t.Context(), second, o)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(firstDir))
	_, err = Train(t.Context(), second.WithSteps(3), o)
	require.NoError(t, err)
	_, err = Open(o.Dir)
	require.NoError(t, err)
}

// TestPretrainedRefused: a first run whose generator cannot be the end of the second's.
func TestPretrainedRefused(t *testing.T) {
	before, err := layersBefore(TFDPretrain(), TFD())
	require.NoError(t, err)
	require.Equal(t, 2, before)
	before, err = layersBefore(TFD(), TFD())
	require.NoError(t, err)
	require.Zero(t, before)
	for _, spoil := range []func(first, second *Config){
		func(first, _ *Config) { first.Generator = CIFAR10Conv().Generator },
		func(first, _ *Config) { first.Generator.MLP.Layers[1].Units = 7 },
		func(first, second *Config) { *first, *second = *second, *first },
		func(first, _ *Config) { first.Generator.MLP.Output = []int{28, 28, 1} },
		func(first, _ *Config) { first.Generator.MLP.OutputActivation = "tanh" },
		func(first, _ *Config) { first.Noise.Dim = 99 },
	} {
		first, second := TFDPretrain(), TFD()
		spoil(&first, &second)
		_, err := layersBefore(first, second)
		require.ErrorIs(t, err, ganlib.ErrNotBefore)
	}
	for key, spoil := range map[string]func(cfg *Config){
		"generator.pretrained":            func(cfg *Config) { cfg.Generator.Pretrained = "x" },
		"discriminator.pretrained":        func(cfg *Config) { cfg.Discriminator.Pretrained = "x" },
		"generator":                       func(cfg *Config) { cfg.Generator = cfg.Discriminator },
		"discriminator":                   func(cfg *Config) { cfg.Discriminator = cfg.Generator },
		"discriminator_rule.max_col_norm": func(cfg *Config) { cfg.DiscriminatorRule.MaxColNorm = -1 },
		"discriminator.maxout_conv":       func(cfg *Config) { cfg.Generator.Deconv.MLP.Output[0] = 9 },
	} {
		cfg := CIFAR10Conv()
		spoil(&cfg)
		gantest.RequireInvalid(t, cfg.Validate(), key)
	}
}

package ganlib

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// smallRecipe sets every field that a recipe of two MLPs can have.
func smallRecipe() Recipe {
	return Recipe{
		Generator: Network{MLP: &MLP{Hidden: []int{4}, Activation: "relu", Output: []int{3, 3, 1}, OutputActivation: "sigmoid", IRange: .05}},
		Discriminator: Network{
			MLP:          &MLP{Layers: []Layer{{5, "tanh", .5}}, Output: []int{1}, OutputActivation: "linear", MinibatchStd: true},
			SpectralNorm: true,
		},
		Play: Play{
			Noise: Prior{Uniform, 2}, Objective: ObjectiveChoice{Name: "blend", Minimax: 1, Zurich: 3}, HalfV: true, K: 2,
			Stabilisers: Stabilisers{
				FlipReal: .1, FlipFake: .2, SmoothReal: .3, InstanceNoise: InstanceNoise{.4, 5}, Penalty: Penalty{R1, 6}, AverageG: .7,
				Augment: Augment{Color: true, Translation: true, Cutout: true},
			},
			GeneratorRule:     Rule{Momentum: &optim.Momentum{LearningRate: .1, Initial: .5}, MaxColNorm: 2},
			DiscriminatorRule: Rule{Adam: &optim.Adam{LearningRate: 1e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8, Linear: 100}},
		},
	}
}

// TestRecipeJSON checks the keys, which are those of config.json, and reads what it writes.
func TestRecipeJSON(t *testing.T) {
	text, err := json.Marshal(smallRecipe())
	require.NoError(t, err)
	require.JSONEq(t, `{
		"generator": {"mlp": {"hidden": [4], "activation": "relu", "output": [3, 3, 1], "output_activation": "sigmoid", "irange": 0.05}},
		"discriminator": {
			"mlp": {
				"layers": [{"units": 5, "activation": "tanh", "bias": 0.5}],
				"output": [1], "output_activation": "linear", "minibatch_std": true
			},
			"spectral_norm": true
		},
		"noise": {"noise": "uniform", "dim": 2},
		"objective": {"name": "blend", "minimax": 1, "zurich": 3},
		"half_v": true, "k": 2, "simultaneous": false,
		"flip_real": 0.1, "flip_fake": 0.2, "smooth_real": 0.3, "average_g": 0.7,
		"instance_noise": {"std": 0.4, "steps": 5}, "penalty": {"kind": "r1", "weight": 6},
		"augment": {"color": true, "translation": true, "cutout": true},
		"generator_rule": {"momentum": {"learning_rate": 0.1, "initial": 0.5}, "max_col_norm": 2},
		"discriminator_rule": {"adam": {"learning_rate": 0.001, "beta1": 0.5, "beta2": 0.999, "epsilon": 1e-08, "linear": 100}}
	}`, string(text))
	for _, r := range []Recipe{smallRecipe(), MNIST2014(), TFD2014(), TFDPretraining2014(), CIFAR10FC2014(), CIFAR10Conv2014()} {
		text, err := json.Marshal(r)
		require.NoError(t, err)
		var read Recipe
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&read))
		require.Equal(t, r, read)
		read, err = ReadRecipe(text)
		require.NoError(t, err)
		require.Equal(t, r, read)
		_, err = read.Algorithm1()
		require.NoError(t, err)
	}
}

// TestReadRecipe names the keys that a recipe does not have, and those of values that do not belong there.
func TestReadRecipe(t *testing.T) {
	for text, key := range map[string]string{
		`{"kk": 2}`:                              "kk",
		`{"K": 2}`:                               "K",
		`{"Play": {}}`:                           "Play",
		`{"generator": {"mlp": {"hiden": [4]}}}`: "generator.mlp.hiden",
		`{"discriminator": {"mlp": {"layers": [{"units": 1}, {"unit": 2}]}}}`: "discriminator.mlp.layers[1].unit",
		`{"penalty": {"weigth": 1}}`:                                          "penalty.weigth",
		`{"k": "two"}`:                                                        "k",
		`{"half_v": 1, "k": 1.5}`:                                             "half_v",
		`{"generator": {"mlp": {"hidden": [4, "x"]}}}`:                        "generator.mlp.hidden[1]",
		`{"generator_rule": {"adam": {"learning_rate": {}}}}`:                 "generator_rule.adam.learning_rate",
		`{"generator": []}`:                                                   "generator",
		`[]`:                                                                  "",
	} {
		_, err := ReadRecipe([]byte(text))
		gantest.RequireInvalid(t, err, key)
	}
	for _, text := range []string{``, `{"k": 1`, `{"k": 1} {}`} {
		_, err := ReadRecipe([]byte(text))
		var syntax *json.SyntaxError
		require.ErrorAs(t, err, &syntax, text)
	}
	r, err := ReadRecipe([]byte(`{"k": 2, "generator": {"mlp": null}, "flip_real": 0.5}`))
	require.NoError(t, err)
	require.Equal(t, Recipe{Play: Play{K: 2, Stabilisers: Stabilisers{FlipReal: .5}}}, r)
}

// TestRecipeBuilds: the game has the recipe's settings, and new rules each time.
func TestRecipeBuilds(t *testing.T) {
	r := smallRecipe()
	a, err := r.Algorithm1()
	require.NoError(t, err)
	require.Equal(t, r.Noise, a.Prior)
	require.Equal(t, r.Stabilisers, a.Stabilisers)
	require.Equal(t, []any{"blend", true, 2, false, 0}, []any{a.Objective.Name, a.HalfV, a.K, a.Simultaneous, a.Classes})
	require.Equal(t, optim.MaxColNorm{Rule: r.GeneratorRule.Momentum, Limit: 2}, a.GeneratorRule)
	require.Equal(t, r.DiscriminatorRule.Adam, a.DiscriminatorRule)
	require.NotSame(t, r.DiscriminatorRule.Adam, a.DiscriminatorRule)
	again, err := r.Algorithm1()
	require.NoError(t, err)
	require.NotSame(t, a.DiscriminatorRule, again.DiscriminatorRule)

	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		store := model.NewStore()
		trainer, err := a.Trainer(b, store)
		require.NoError(t, err)
		x := tensors.FromShape(shapes.Make(dtypes.Float32, 8, 3, 3, 1))
		_, err = trainer.TrainStep(batchOf(x))
		require.NoError(t, err)
		require.NotNil(t, store.GetVariable("/discriminator/hidden_0/dense/u"), "D alone is spectrally normalised")
		require.Nil(t, store.GetVariable("/generator/hidden_0/dense/u"))
	})
}

func TestRecipeRefused(t *testing.T) {
	for _, c := range []struct {
		key   string
		spoil func(*Recipe)
	}{
		{"generator", func(r *Recipe) { r.Generator.MLP = nil }},
		{"generator", func(r *Recipe) {
			r.Generator = r.Discriminator
			r.Generator.MLP = nil
			r.Generator.Maxout = maxout2014(3)
		}},
		{"generator", func(r *Recipe) { r.Generator.Deconv = &smallDeconv }}, // two networks
		{"generator.deconv.stride", func(r *Recipe) {
			r.Generator = Network{Deconv: &DeconvMLP{MLP: smallDeconv.MLP, Channels: 1, Kernel: 2}}
		}},
		{"generator.mlp.minibatch_std", func(r *Recipe) { r.Generator.MLP.MinibatchStd = true }},
		{"generator.mlp.activation", func(r *Recipe) { r.Generator.MLP.Activation = "swish" }},
		{"discriminator", func(r *Recipe) { r.Discriminator = Network{Deconv: &smallDeconv} }},
		{"discriminator.mlp.output", func(r *Recipe) { r.Discriminator.MLP.Output = []int{2} }},
		{"discriminator.mlp.output_activation", func(r *Recipe) { r.Discriminator.MLP.OutputActivation = "sigmoid" }},
		{"discriminator.maxout.units[0]", func(r *Recipe) { r.Discriminator = Network{Maxout: maxout2014(0)} }},
		{"discriminator.maxout_conv.layers[1].kernel", func(r *Recipe) { r.Discriminator = Network{MaxoutConv: &paperConv} }}, // on 3 × 3
		{"discriminator.maxout_conv", func(r *Recipe) { r.Generator.MLP.Output, r.Discriminator = []int{9}, Network{MaxoutConv: &smallConv} }},
		{"penalty.kind", func(r *Recipe) {
			r.Generator.MLP.Output, r.Discriminator = []int{7, 7, 1}, Network{MaxoutConv: &smallConv}
		}},
		{"noise.dim", func(r *Recipe) { r.Noise.Dim = 0 }},
		{"objective.name", func(r *Recipe) { r.Objective.Name = "better" }},
		{"objective", func(r *Recipe) { r.Objective.Minimax = -1 }},
		{"k", func(r *Recipe) { r.K = 0 }},
		{"flip_real", func(r *Recipe) { r.FlipReal = 1 }},
		{"instance_noise.steps", func(r *Recipe) { r.InstanceNoise.Steps = 0 }},
		{"generator_rule.max_col_norm", func(r *Recipe) { r.GeneratorRule.MaxColNorm = -1 }},
		{"generator_rule.momentum.initial", func(r *Recipe) { r.GeneratorRule.Momentum.Initial = 1 }},
		{"discriminator_rule.adam.epsilon", func(r *Recipe) { r.DiscriminatorRule.Adam.Epsilon = 0 }},
		{"discriminator_rule", func(r *Recipe) { r.DiscriminatorRule.Momentum = r.GeneratorRule.Momentum }},
		{"discriminator_rule", func(r *Recipe) { r.DiscriminatorRule = Rule{} }},
	} {
		r := smallRecipe()
		_, err := r.Algorithm1()
		require.NoError(t, err)
		c.spoil(&r)
		_, err = r.Algorithm1()
		gantest.RequireInvalid(t, err, c.key)
	}
}

// TestObjectiveChoices: each of this package's objectives by its name.
func TestObjectiveChoices(t *testing.T) {
	for _, want := range []Objective{Minimax, NonSaturating, LeastSquares, Hinge, Wasserstein} {
		got, err := ObjectiveChoice{Name: want.Name}.Objective()
		require.NoError(t, err)
		require.Equal(t, want.Name, got.Name)
		require.Equal(t, want.Boundary, got.Boundary)
		require.Equal(t, want.Smooth == nil, got.Smooth == nil)
	}
	_, err := ObjectiveChoice{Name: "blend"}.Objective()
	gantest.RequireInvalid(t, err, "")
}

// TestEnding: a rate that anneals to zero does so at another end, in a copy; others stay.
func TestEnding(t *testing.T) {
	falling := Rule{Adam: &optim.Adam{LearningRate: 1e-3, Linear: 100}}
	require.Equal(t, 50, falling.Ending(50).Adam.Linear)
	require.Equal(t, 100, falling.Adam.Linear)
	constant := Rule{Adam: &optim.Adam{LearningRate: 1e-3}}
	require.Equal(t, constant, constant.Ending(50))
	momentum := Rule{Momentum: &optim.Momentum{LearningRate: .1}}
	require.Equal(t, momentum, momentum.Ending(50))
}

// TestThe2014Networks compares shapes and parameter counts with the files that the recipes come from, without computing
// any numbers.
//
//	MNIST       G: 100·1200+1200 + 1200·1200+1200 + 1200·784+784
//	            D: 784·1200+1200 + 240·1200+1200 + 240+1
//	TFD         G: 100·8000+8000 + 8000·100+100 + 100·8000+8000 + 8000·8000+8000 + 8000·2304+2304
//	pretraining G: 100·8000+8000 + 8000·8000+8000 + 8000·2304+2304
//	            D: 2304·6000+6000 + 1200·6000+6000 + 1200+1
//	CIFAR-10 fc G: 100·8000+8000 + 8000·8000+8000 + 8000·3072+3072
//	            D: 3072·8000+8000 + 1600·8000+8000 + 1600+1
//	       conv G: 100·8000+8000 + 8000·8000+8000 + 5·5·3·80 + 3072
//	            D: 8·8·3·64+64 + 8·8·32·64+64 + 5·5·32·384+384 + 5·5·192·2500+2500 + 500+1
func TestThe2014Networks(t *testing.T) {
	for name, c := range map[string]struct {
		recipe  Recipe
		example []int
		g, d    int
	}{
		"mnist":        {MNIST2014(), []int{28, 28, 1}, 2_503_984, 1_231_441},
		"tfd":          {TFD2014(), []int{48, 48, 1}, 84_858_404, 21_037_201},
		"tfd-pretrain": {TFDPretraining2014(), []int{48, 48, 1}, 83_250_304, 21_037_201},
		"cifar10-fc":   {CIFAR10FC2014(), []int{32, 32, 3}, 89_395_072, 37_393_601},
		"cifar10-conv": {CIFAR10Conv2014(), []int{32, 32, 3}, 64_825_072, 12_454_073},
	} {
		require.Equal(t, c.example, c.recipe.Generator.Output())
		a, err := c.recipe.Algorithm1()
		require.NoError(t, err)
		gantest.Backends(t, func(t *testing.T, b compute.Backend) {
			store, g := model.NewStore(), NewGraph(b, name)
			defer g.Finalize()
			z := Parameter(g, "z", shapes.Make(dtypes.Float32, 2, c.recipe.Noise.Dim))
			x := a.Generate(store.RootScope(), z, nil)
			logits := a.Discriminate(store.RootScope(), x, nil)
			require.Equal(t, append([]int{2}, c.example...), x.Shape().Dimensions)
			require.Equal(t, []int{2, 1}, logits.Shape().Dimensions)
			require.Equal(t, c.g, store.Scope("/"+GeneratorScope).NumParameters(), name)
			require.Equal(t, c.d, store.Scope("/"+DiscriminatorScope).NumParameters(), name)
		})
	}
}

package playground

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/playground/game"
)

// scene is a small game on some data.
func scene(toy data.Toy, dim int) game.Scene {
	player := func(output int) ganlib.Network {
		return ganlib.Network{MLP: &ganlib.MLP{Hidden: []int{8}, Activation: "tanh", Output: []int{output}, OutputActivation: "linear"}}
	}
	adam := ganlib.Rule{Adam: &optim.Adam{LearningRate: 2e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
	return game.Scene{Seed: 3, Data: toy, BatchSize: 16, Recipe: ganlib.Recipe{
		Generator: player(dim), Discriminator: player(1),
		Play: ganlib.Play{
			Noise: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 2}, Objective: ganlib.ObjectiveChoice{Name: ganlib.NonSaturating.Name},
			K: 2, GeneratorRule: adam, DiscriminatorRule: adam,
		},
	}}
}

// TestConfig: a run has every key of the scene, by the same name, and is one that can be trained.
func TestConfig(t *testing.T) {
	cloud := &data.Cloud{Mixture: data.Mixture{Means: [][]float64{{0}, {1}}, Std: .1, Weights: []float64{.25, .75}}}
	for name, s := range map[string]game.Scene{
		"ring8":   scene(data.Toy{Set: "ring8"}, 2),
		"moons":   scene(data.Toy{Set: "moons"}, 2),
		"normal":  scene(data.Toy{Set: data.Normal, Mean: 1, Std: .5}, 1),
		"a cloud": scene(data.Toy{Cloud: cloud}, 1),
	} {
		t.Run(name, func(t *testing.T) {
			s.Penalty, s.AverageG = ganlib.Penalty{Kind: ganlib.R1, Weight: 1}, .9
			s.Generator.SpectralNorm = true
			require.NoError(t, s.Validate())
			cfg := Config(s)
			require.NoError(t, cfg.Validate())
			require.Equal(t, "From the playground: "+name, cfg.Name)
			require.Equal(t, iterations, cfg.Steps)
			s.Steps = 120
			require.Subset(t, keys(t, Config(s)), keys(t, s))
		})
	}
}

// TestTrains: whatever can be drawn on the page can be trained, and is drawn again.
func TestTrains(t *testing.T) {
	dots := func(means ...[]float64) data.Toy {
		return data.Toy{Cloud: &data.Cloud{Mixture: data.Mixture{Means: means, Std: .1}}}
	}
	for name, s := range map[string]game.Scene{
		"a line": scene(dots([]float64{-1}, []float64{1}), 1), "a plane": scene(dots([]float64{0, 1}, []float64{1, 0}), 2),
	} {
		s.Steps = 2
		dir := t.TempDir()
		_, err := gans.Train(t.Context(), Config(s), gans.Options{Dir: dir})
		require.NoError(t, err, name)
		require.FileExists(t, filepath.Join(dir, "samples", "000002.png"))
	}
}

// TestLessonsAreRuns: a link to a lesson can be trained, too.
func TestLessonsAreRuns(t *testing.T) {
	for _, l := range game.Lessons() {
		short := l.Scene
		short.Steps = 1
		_, err := gans.Train(t.Context(), Config(short), gans.Options{Dir: t.TempDir()})
		require.NoError(t, err, l.ID)
		require.Subset(t, keys(t, Config(l.Scene)), without(keys(t, l.Scene), "steps"), l.ID)
	}
	require.NotEmpty(t, game.Lessons())
}

func without(keys map[string]any, key string) map[string]any {
	delete(keys, key)
	return keys
}

// keys are the keys of a value's JSON, with what they hold.
func keys(t *testing.T, of any) map[string]any {
	t.Helper()
	text, err := json.Marshal(of)
	require.NoError(t, err)
	var found map[string]any
	require.NoError(t, json.Unmarshal(text, &found))
	return found
}

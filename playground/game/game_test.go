package game

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// ring is a small game on the ring of 8.
func ring() Scene {
	player := func(output int) ganlib.Network {
		return ganlib.Network{MLP: &ganlib.MLP{Hidden: []int{32, 32}, Activation: "relu", Output: []int{output}, OutputActivation: "linear"}}
	}
	adam := func() ganlib.Rule {
		return ganlib.Rule{Adam: &optim.Adam{LearningRate: 2e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
	}
	return Scene{
		Seed: 1, Data: data.Toy{Set: "ring8"}, BatchSize: 64,
		Recipe: ganlib.Recipe{
			Generator: player(2), Discriminator: player(1),
			Play: ganlib.Play{
				Noise:     ganlib.Prior{Noise: ganlib.Gaussian, Dim: 2},
				Objective: ganlib.ObjectiveChoice{Name: ganlib.NonSaturating.Name}, K: 1,
				GeneratorRule: adam(), DiscriminatorRule: adam(),
			},
		},
	}
}

// weights are all variables of the game, as bytes.
func weights(t *testing.T, store *model.Store) map[string]any {
	t.Helper()
	values := make(map[string]any)
	for v := range store.IterVariables() {
		if strings.HasPrefix(v.Path(), "/metrics/") { // a trainer's means
			continue
		}
		values[v.Path()] = v.MustValue().Value()
	}
	return values
}

// TestIsATrainersRun: a game of moves is the run that a trainer makes of the same scene, to the same bits, for every way
// to play.
func TestIsATrainersRun(t *testing.T) {
	for name, change := range map[string]func(*Scene){
		"as it is":     func(*Scene) {},
		"k":            func(s *Scene) { s.K = 3 },
		"simultaneous": func(s *Scene) { s.Simultaneous = true },
		"stabilised": func(s *Scene) {
			s.Penalty = ganlib.Penalty{Kind: ganlib.R1, Weight: 1}
			s.InstanceNoise = ganlib.InstanceNoise{Std: .1, Steps: 100}
			s.FlipReal, s.SmoothReal, s.AverageG = .1, .1, .9
			s.Discriminator.SpectralNorm = true
		},
		"momentum": func(s *Scene) {
			s.GeneratorRule = ganlib.Rule{Momentum: &optim.Momentum{LearningRate: .1, Initial: .5}}
			s.Objective.Name = ganlib.Minimax.Name
		},
	} {
		t.Run(name, func(t *testing.T) {
			scene := ring()
			change(&scene)
			g, err := Open(scene)
			require.NoError(t, err)
			const steps = 5
			for range steps {
				_, err = g.View()
				require.NoError(t, err)
				_, _, err = g.Iterate()
				require.NoError(t, err)
			}
			require.Equal(t, trained(t, scene, steps), weights(t, g.players.Store))
		})
	}
}

// trained are the variables after a number of iterations by GoMLX's trainer, as gans.Train has it.
func trained(t *testing.T, scene Scene, steps int) map[string]any {
	t.Helper()
	a, err := scene.Algorithm1()
	require.NoError(t, err)
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(scene.Seed))
	trainer, err := a.Trainer(gantest.Open(t, "go"), store)
	require.NoError(t, err)
	d, err := scene.Data.Distribution()
	require.NoError(t, err)
	batches, err := data.Points(d, uint64(scene.Seed)).Batches(t.Context(), nil, scene.K*scene.BatchSize)
	require.NoError(t, err)
	for step := range steps {
		batch, err := batches(step)
		require.NoError(t, err)
		_, err = trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{batch.Inputs[0]}})
		require.NoError(t, err)
	}
	return weights(t, store)
}

// TestMinibatch: G as it was makes of a move's noise the examples that the move shows.
func TestMinibatch(t *testing.T) {
	same := func(g *Game, moved Moved, noiseBefore []float32) {
		t.Helper()
		require.Len(t, moved.Noise, 2*64)
		require.NotEqual(t, noiseBefore, moved.Noise, "each move draws its own")
		gz, err := g.rows(generate, moved.Noise, 2)
		require.NoError(t, err)
		require.Equal(t, gz, moved.Generated)
	}
	g, err := Open(ring())
	require.NoError(t, err)
	d, err := g.MoveD()
	require.NoError(t, err)
	same(g, d, nil)
	before, err := Open(ring())
	require.NoError(t, err)
	_, m, err := g.Iterate()
	require.NoError(t, err)
	same(before, m, d.Noise)

	scene := ring()
	scene.Simultaneous = true
	g, err = Open(scene)
	require.NoError(t, err)
	both, _, err := g.Iterate()
	require.NoError(t, err)
	same(before, both, nil)
}

// TestBack: every earlier iteration comes again to the same bits, across changes of the settings, manual moves and a
// frozen G, and so does what follows.
func TestBack(t *testing.T) {
	g, err := Open(ring())
	require.NoError(t, err)
	var past []map[string]any
	var scenes []Scene
	note := func() {
		past, scenes = append(past, weights(t, g.players.Store)), append(scenes, g.Scene())
	}
	iterate := func(n int) {
		for range n {
			_, _, err := g.Iterate()
			require.NoError(t, err)
			note()
		}
	}
	note()
	iterate(4)
	for range 3 {
		_, err = g.MoveD()
		require.NoError(t, err)
	}
	_, err = g.MoveG()
	require.NoError(t, err)
	note()
	other := g.Scene()
	other.K, other.Penalty = 2, ganlib.Penalty{Kind: ganlib.R1, Weight: 1}
	require.NoError(t, g.Change(other, false))
	past[5], scenes[5] = weights(t, g.players.Store), g.Scene()
	iterate(3)
	require.NoError(t, g.Change(g.Scene(), true))
	past[8] = weights(t, g.players.Store)
	frozen := len(past) - 1
	iterate(3)
	for step := range past {
		if step > frozen {
			require.Equal(t, generator(past[frozen]), generator(past[step]))
		}
	}
	g.past.every = 3 // as in a long game
	g.past.kept = append(g.past.kept[:1:1], g.past.kept[5], g.past.kept[8])
	for _, step := range []int{11, 0, 7, 4, 5, 8, 2, 9, 3, 10, 1, 6} {
		require.NoError(t, g.Back(step))
		require.Equal(t, step, g.Step())
		require.Equal(t, past[step], weights(t, g.players.Store), "iteration %d", step)
		require.Equal(t, scenes[step], g.Scene())
	}
	require.Equal(t, 11, g.Furthest())
	require.NoError(t, g.Back(3))
	iterate(1)
	require.Equal(t, 4, g.Furthest())
	require.Equal(t, past[4], weights(t, g.players.Store))
	gantest.RequireInvalid(t, g.Back(5), "iteration")
}

// generator are G's weights among all variables.
func generator(values map[string]any) map[string]any {
	of := make(map[string]any)
	for path, value := range values {
		if len(path) > 10 && path[:10] == "/generator" {
			of[path] = value
		}
	}
	return of
}

// TestThinning: the past of a long game takes no more memory, and reaches as far back.
func TestThinning(t *testing.T) {
	scene := ring()
	scene.BatchSize = 2
	g, err := Open(scene)
	require.NoError(t, err)
	for range 3 * mostKept {
		_, _, err := g.Iterate()
		require.NoError(t, err)
		require.LessOrEqual(t, len(g.past.kept), mostKept+1)
	}
	want := weights(t, g.players.Store)
	require.NoError(t, g.Back(1))
	require.NoError(t, g.Back(3*mostKept))
	require.Equal(t, want, weights(t, g.players.Store))
}

// TestManyChanges: a game of very many changes forgets the first ones, and comes back to the others.
func TestManyChanges(t *testing.T) {
	scene := ring()
	scene.BatchSize, scene.Generator.MLP.Hidden, scene.Discriminator.MLP.Hidden = 1, []int{1}, []int{1}
	g, err := Open(scene)
	require.NoError(t, err)
	const n = 3 * mostChanges
	var past []map[string]any
	for i := range n {
		past = append(past, weights(t, g.players.Store))
		_, _, err := g.Iterate()
		require.NoError(t, err)
		scene.K = 1 + i%2
		require.NoError(t, g.Change(scene, false))
	}
	require.LessOrEqual(t, len(g.past.kept), mostKept+mostChanges)
	require.Equal(t, n-mostChanges+1, g.Earliest())
	gantest.RequireInvalid(t, g.Back(g.Earliest()-1), "iteration")
	for _, step := range []int{n - 1, g.Earliest(), n - mostChanges/2} {
		require.NoError(t, g.Back(step))
		require.Equal(t, networks(past[step]), networks(weights(t, g.players.Store)))
	}
}

// networks are the variables without what a later change added.
func networks(values map[string]any) map[string]any {
	of := make(map[string]any)
	for path, value := range values {
		if strings.HasPrefix(path, "/generator/") || strings.HasPrefix(path, "/discriminator/") {
			of[path] = value
		}
	}
	return of
}

// TestPastOfLargeStates: states of many bytes are fewer.
func TestPastOfLargeStates(t *testing.T) {
	g, err := Open(ring())
	require.NoError(t, err)
	for range 40 {
		_, _, err := g.Iterate()
		require.NoError(t, err)
		g.past.thin(mostBytes / 10)
		require.LessOrEqual(t, len(g.past.kept), 11)
	}
	require.NoError(t, g.Back(17))
	require.Equal(t, 17, g.Step())
}

// TestAveragesBegin: before the first iteration there are no averages of G's weights, so its samples are those of its
// weights; afterwards they are those of the averages.
func TestAveragesBegin(t *testing.T) {
	samplesOf := func(scene Scene, iterations int) []float32 {
		g, err := Open(scene)
		require.NoError(t, err)
		for range iterations {
			_, _, err := g.Iterate()
			require.NoError(t, err)
		}
		view, err := g.View()
		require.NoError(t, err)
		require.False(t, view.Diverged)
		return view.Samples
	}
	plain := ring()
	plain.Generator.SpectralNorm = true // which would divide averages of 0 by 0
	averaged := plain
	averaged.AverageG = .9
	require.Equal(t, samplesOf(plain, 0), samplesOf(averaged, 0))
	require.NotEqual(t, samplesOf(plain, 2), samplesOf(averaged, 2))
}

// TestDiverged: a game whose numbers are no longer finite says so, and can be written as JSON.
func TestDiverged(t *testing.T) {
	scene := ring()
	scene.GeneratorRule = ganlib.Rule{Momentum: &optim.Momentum{LearningRate: 1e30}}
	scene.DiscriminatorRule = scene.GeneratorRule
	g, err := Open(scene)
	require.NoError(t, err)
	view, err := g.View()
	require.NoError(t, err)
	require.False(t, view.Diverged)
	var d Moved
	for range 5 {
		d, _, err = g.Iterate()
		require.NoError(t, err)
	}
	view, err = g.View()
	require.NoError(t, err)
	require.True(t, view.Diverged)
	require.True(t, d.Diverged)
	for _, v := range []any{view, d} {
		_, err = json.Marshal(v)
		require.NoError(t, err)
	}
	require.NoError(t, g.Back(0))
	view, err = g.View()
	require.NoError(t, err)
	require.False(t, view.Diverged)
}

// TestLink: a link holds the whole scene.
func TestLink(t *testing.T) {
	scene := ring()
	scene.Steps = 120
	scene.Data = data.Toy{Cloud: &data.Cloud{Mixture: data.Mixture{Means: [][]float64{{0, 1}, {1, 0}}, Std: .1}}}
	fragment, err := scene.Fragment()
	require.NoError(t, err)
	for _, link := range []string{fragment, "http://127.0.0.1:8000/#" + fragment, "#lang=ko&" + fragment} {
		got, err := ReadLink(link)
		require.NoError(t, err)
		require.True(t, sameJSON(scene, got))
	}
	for _, link := range []string{"", "#", "#game=", "#game=AAAA", "https://example.org/"} {
		_, err := ReadLink(link)
		require.Error(t, err, link)
	}
}

func TestScenesRefused(t *testing.T) {
	for key, change := range map[string]func(*Scene){
		"data.set": func(s *Scene) { s.Data = data.Toy{Set: "mnist"} },
		"data.std": func(s *Scene) { s.Data = data.Toy{Set: "ring8", Std: 1} },
		"seed":     func(s *Scene) { s.Seed = 1 << 53 },
		"data.cloud.means": func(s *Scene) {
			s.Data = data.Toy{Cloud: &data.Cloud{Mixture: data.Mixture{Means: [][]float64{{1e300, 0}}, Std: 1}}}
		},
		"data.cloud.std": func(s *Scene) {
			s.Data = data.Toy{Cloud: &data.Cloud{Mixture: data.Mixture{Means: [][]float64{{1, 0}}, Std: 1e-9}}}
		},
		"data.mean":                             func(s *Scene) { s.Data = data.Toy{Set: data.Normal, Mean: 1e9, Std: 1} },
		"batch_size":                            func(s *Scene) { s.BatchSize = 1 << 20 },
		"k":                                     func(s *Scene) { s.K = 0 },
		"generator.mlp.output":                  func(s *Scene) { s.Data = data.Toy{Set: data.Normal, Std: 1} },
		"discriminator.mlp.hidden":              func(s *Scene) { s.Discriminator.MLP.Hidden = []int{1 << 20} },
		"generator":                             func(s *Scene) { s.Generator = ganlib.Network{} },
		"objective.name":                        func(s *Scene) { s.Objective.Name = "worst" },
		"discriminator_rule.adam.learning_rate": func(s *Scene) { s.DiscriminatorRule.Adam.LearningRate = -1 },
	} {
		scene := ring()
		change(&scene)
		gantest.RequireInvalid(t, scene.Validate(), key)
		text, err := json.Marshal(scene)
		require.NoError(t, err)
		_, err = ReadScene(text)
		gantest.RequireInvalid(t, err, key)
	}
	heavy := ring()
	heavy.K, heavy.BatchSize, heavy.Generator.MLP.Hidden = mostK, mostBatch, []int{128, 128}
	gantest.RequireInvalid(t, heavy.Validate(), "k")
	_, err := ReadScene([]byte(`{"sead":1}`))
	gantest.RequireInvalid(t, err, "sead")
}

func BenchmarkIterate(b *testing.B) {
	g, err := Open(ring())
	require.NoError(b, err)
	for b.Loop() {
		_, _, err := g.Iterate()
		require.NoError(b, err)
	}
}

func BenchmarkView(b *testing.B) {
	g, err := Open(ring())
	require.NoError(b, err)
	for b.Loop() {
		_, err := g.View()
		require.NoError(b, err)
	}
}

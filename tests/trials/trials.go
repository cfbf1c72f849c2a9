package main

import (
	"math"
	"math/rand/v2"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/diagnose"
	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

// trial is a way to bring about a condition.
type trial struct {
	name    string
	data    string             // "toy" or "MNIST"
	made    diagnose.Condition // what the trial was made to show
	preset  string
	changes map[string]any
	play    func(seed int64) []run.Record // instead of a preset: a game whose orbit is known
}

// Keys of config.json.
const (
	gRate                = "generator_rule.adam.learning_rate"
	dRate                = "discriminator_rule.adam.learning_rate"
	gMomentum, dMomentum = "generator_rule.momentum.learning_rate", "discriminator_rule.momentum.learning_rate"
	loss                 = "objective.name"
)

// trials lists all trials. The ring and its settings are those of the preset ring8, MNIST's networks those of the 2014
// paper.
var trials = []trial{
	{name: "ring-healthy", data: "toy", made: diagnose.Healthy, preset: "ring8", changes: map[string]any{gRate: 5e-3}},
	{name: "ring-g-ahead", data: "toy", made: diagnose.GDominates, preset: "ring8", changes: map[string]any{dRate: 1e-5}},
	{name: "ring-small-d", data: "toy", made: diagnose.GDominates, preset: "ring8", changes: map[string]any{"discriminator.mlp.hidden": []int{4}}},
	{name: "ring-d-ahead", data: "toy", made: diagnose.DDominates, preset: "ring8", changes: map[string]any{loss: "minimax", "k": 5, gRate: 1e-5, "steps": 2000}},
	{name: "ring-mode-loss", data: "toy", made: diagnose.ModeCollapse, preset: "ring8", changes: map[string]any{gRate: 1e-4}},
	{name: "ring-dead", data: "toy", made: diagnose.DeadStart, preset: "ring8", changes: map[string]any{gRate: 10., "steps": 1000}},
	{name: "dirac", data: "toy", made: diagnose.Oscillation, play: dirac(0)},
	{name: "dirac-r1", data: "toy", made: diagnose.Undecided, play: dirac(.3)},
	{name: "mnist-healthy", data: "MNIST", made: diagnose.Healthy, preset: "mnist-adam", changes: mnist(8000, map[string]any{gRate: 1e-3, dRate: 5e-4})},
	{name: "mnist-saturated", data: "MNIST", made: diagnose.Saturated, preset: "mnist-minimax", changes: mnist(2000, nil)},
	{name: "mnist-diverged", data: "MNIST", made: diagnose.Diverged, preset: "mnist", changes: mnist(1000, map[string]any{"half_v": false, "simultaneous": false, gMomentum: 1, dMomentum: 1})},
	{name: "mnist-d-ahead", data: "MNIST", made: diagnose.DDominates, preset: "mnist-adam", changes: mnist(1000, map[string]any{gRate: 1e-6, dRate: 1e-3})},
	{name: "mnist-collapse", data: "MNIST", made: diagnose.ModeCollapse, preset: "mnist-adam", changes: mnist(1000, map[string]any{loss: "non-saturating"})},
	{name: "mnist-dead", data: "MNIST", made: diagnose.DeadStart, preset: "mnist-adam", changes: mnist(1000, map[string]any{gRate: 10})},
}

// mnist returns changes with which the 2014 networks show what they do within a minute: a quarter of the hidden units.
// With these, V whole at the released rate is stable, and arrives earlier than ½V.
func mnist(steps int, changes map[string]any) map[string]any {
	all := map[string]any{
		"generator.mlp.hidden": []int{300, 300}, "discriminator.maxout.units": []int{60, 60},
		"steps": steps, "record_every": 20, "measure_every": 100,
	}
	for key, value := range changes {
		all[key] = value
	}
	return all
}

// config returns the trial's configuration with a seed. Pictures and checkpoints are made only at the end.
func (t trial) config(seed int64) (gans.Config, error) {
	preset, err := gans.Preset(t.preset)
	if err != nil {
		return preset, err
	}
	cfg, err := preset.With(t.changes)
	cfg.Seed, cfg.SampleEvery, cfg.SaveEvery = seed, cfg.Steps, cfg.Steps
	return cfg, err
}

// dirac plays the Dirac-GAN (Mescheder et al. 2018, arXiv:1801.04406): p_data is all at 0, p_g all at θ, and D(x) =
// σ(ψx). Alternating descent circles around the equilibrium at (0, 0). With R1, of weight gamma, it arrives. The seed
// decides where the game begins: at a distance from .5 to 1.5, in any direction.
func dirac(gamma float64) func(seed int64) []run.Record {
	return func(seed int64) []run.Record {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		radius, angle := .5+rng.Float64(), 2*math.Pi*rng.Float64()
		theta, psi := radius*math.Cos(angle), radius*math.Sin(angle)
		const rate, steps, every = .1, 2000, 5
		var history []run.Record
		for step := 1; step <= steps; step++ {
			psi -= rate * (sigmoid(psi*theta)*theta + gamma*psi) // of −log(1 − σ(ψθ)) + γ/2·ψ²
			theta += rate * sigmoid(-psi*theta) * psi            // of −log σ(ψθ)
			if step%every == 0 {
				fake := sigmoid(psi * theta)
				history = append(history, run.Record{Step: step, Values: map[string]float64{
					record.DReal: .5, record.DFake: fake, record.V: math.Log(.5) + math.Log1p(-fake),
				}})
			}
		}
		return history
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func names() []string {
	var all []string
	for _, t := range trials {
		all = append(all, t.name)
	}
	return all
}

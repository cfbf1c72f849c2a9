package diagnose

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/run"
)

const config = `{"k":1,"seed":1,"record_every":10,"steps":1000,"half_v":false,"objective":{"name":"minimax"},
"discriminator":{"mlp":{}},
"generator_rule":{"adam":{"learning_rate":0.0001,"beta1":0.9}},"discriminator_rule":{"adam":{"learning_rate":0.001,"beta1":0.9}}}`

// state is what a made-up run measures at a share of its way, from 0 to 1.
type state func(at float64) map[string]float64

// well is a run that has arrived.
func well(at float64) map[string]float64 {
	return map[string]float64{
		"d_real": .58, "d_fake": .43, "d_loss": 1.2, "g_loss": .9, "v": -1.2, "d_grad": 1, "g_grad": 2, "grad_ratio": .8,
		"coverage": .6, "recall": .8, "precision": .85, "diversity": .97, "g_saturated": .3,
	}
}

// but is a run that is well but for some values.
func but(other map[string]float64) state {
	return func(at float64) map[string]float64 {
		values := well(at)
		for name, v := range other {
			values[name] = v
		}
		return values
	}
}

// history makes 100 records, with noise of 2% and every tenth with measurements.
func history(of state) []run.Record {
	rng := rand.New(rand.NewPCG(1, 2))
	var records []run.Record
	for i := 1; i <= 100; i++ {
		values := of(float64(i) / 100)
		for name := range values {
			values[name] *= 1 + .02*rng.NormFloat64()
			switch name {
			case "coverage", "recall", "precision", "diversity", "g_saturated", "grad_ratio":
				if i%10 != 0 {
					delete(values, name)
				}
			}
		}
		records = append(records, run.Record{Step: 10 * i, Values: values})
	}
	return records
}

// TestRules: each condition by a run that has its signs and no other's, and its remedy by the configuration.
func TestRules(t *testing.T) {
	for name, test := range map[string]struct {
		of     state
		want   Condition
		rule   string
		change string // of the first remedy, as JSON
	}{
		"well":      {well, Healthy, "", "null"},
		"exploding": {but(map[string]float64{"d_grad": 300}), Diverged, "diverged", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"dead": {but(map[string]float64{"coverage": 0, "recall": 0, "precision": 0, "diversity": .6, "g_saturated": 1, "d_real": .7, "d_fake": .3}),
			DeadStart, "dead start", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"a layer cut off": {but(map[string]float64{"coverage": 0, "recall": 0, "precision": 0, "diversity": 0, "g_grad/hidden_0": 0, "g_grad/output": 2}),
			DeadStart, "dead start", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"no gradient": {but(map[string]float64{"coverage": 0, "recall": 0, "precision": 0, "diversity": 0, "g_grad": 0}),
			DeadStart, "dead start", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"saturated": {but(map[string]float64{"coverage": .1, "recall": .1, "precision": .1, "grad_ratio": 1e-4, "diversity": .7}), Saturated, "saturated", `{"objective.name":"non-saturating"}`},
		"D ahead": {but(map[string]float64{"coverage": .1, "recall": .1, "precision": .1, "d_real": .96, "d_fake": .04, "diversity": .7}),
			DDominates, "D ahead", `{"objective.name":"non-saturating"}`},
		"D sure while G learns": {func(at float64) map[string]float64 {
			v := but(map[string]float64{"d_real": .96, "d_fake": .04, "recall": .3, "precision": .4})(at)
			v["coverage"] = .25 * at
			return v
		}, Undecided, "", "null"},
		"D blind":   {but(map[string]float64{"coverage": .1, "recall": .1, "precision": .1, "d_real": .5, "d_fake": .5, "diversity": .7}), GDominates, "D blind", `{"generator_rule.adam.learning_rate":0.000025}`},
		"a proof":   {but(map[string]float64{"d_real": .5, "d_fake": .5, "probe_rise": .4}), GDominates, "D blind", `{"generator_rule.adam.learning_rate":0.000025}`},
		"one blot":  {but(map[string]float64{"diversity": .05}), ModeCollapse, "little variety", `{"discriminator_rule.adam.beta1":0.5,"generator_rule.adam.beta1":0.5}`},
		"few modes": {but(map[string]float64{"recall": .35, "coverage": .32}), ModeCollapse, "modes missing", `{"discriminator_rule.adam.beta1":0.5,"generator_rule.adam.beta1":0.5}`},
		"forgetting": {func(at float64) map[string]float64 {
			v := well(at)
			v["coverage"] = .8 - .45*at
			return v
		}, ModeCollapse, "forgetting", `{"best":"coverage","on_failure":{"action":"rollback"}}`},
		"circles": {func(at float64) map[string]float64 {
			v := well(at)
			v["v"] = -1.2 + .3*math.Sin(60*at)
			return v
		}, Oscillation, "circles", `{"penalty":{"kind":"r1","weight":1}}`},
		"circles that close in": {func(at float64) map[string]float64 {
			v := well(at)
			v["v"] = -1.2 + .3*math.Sin(60*at)*math.Exp(-6*at)
			return v
		}, Healthy, "", "null"},
	} {
		t.Run(name, func(t *testing.T) {
			found := Diagnose(history(test.of), []byte(config))
			require.Equal(t, test.want, found[0].Condition, "%v", found)
			require.Equal(t, test.rule, found[0].Rule)
			require.NotEmpty(t, found[0].Text)
			var changes map[string]any
			if len(found[0].Remedies) > 0 {
				changes = found[0].Remedies[0].Changes
			}
			text, err := json.Marshal(changes)
			require.NoError(t, err)
			require.JSONEq(t, test.change, string(text))
			if test.want != Healthy && test.want != Undecided {
				require.NotEmpty(t, found[0].Evidence)
			}
		})
	}
}

// TestRecordedRuns: what is said of runs that were made to fail, and of healthy ones, which are in testdata.
func TestRecordedRuns(t *testing.T) {
	made := map[string]Condition{
		"ring-healthy": Healthy, "mnist-healthy": Healthy, "ring-g-ahead": GDominates, "ring-small-d": GDominates,
		"ring-d-ahead": DDominates, "mnist-d-ahead": DDominates, "ring-mode-loss": ModeCollapse, "mnist-collapse": ModeCollapse,
		"ring-dead": DeadStart, "mnist-dead": DeadStart, "mnist-saturated": Saturated, "mnist-diverged": Diverged,
	}
	for name, want := range made {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", name+"-0.jsonl"))
			require.NoError(t, err)
			var records []run.Record
			for line := range bytes.Lines(text) {
				var r run.Record
				require.NoError(t, json.Unmarshal(line, &r))
				records = append(records, r)
			}
			var found []Condition
			for _, v := range Diagnose(records, nil) {
				found = append(found, v.Condition)
			}
			require.Contains(t, found, want)
			if want == Healthy {
				require.Len(t, found, 1)
			}
		})
	}
}

// TestPersistence: what was wrong for less than half of the last third is not.
func TestPersistence(t *testing.T) {
	for _, bad := range []map[string]float64{{"d_grad": 300}, {"diversity": .05}, {"recall": .1}, {"coverage": .1}} {
		h := history(func(at float64) map[string]float64 {
			if at > .88 { // one measurement, and 12 of 33 records
				return but(bad)(at)
			}
			return well(at)
		})
		require.Equal(t, Healthy, Diagnose(h[:99], nil)[0].Condition, "%v", bad)
	}
}

// TestLittleEvidence: too little is said to be too little, whatever there is, and no rule trips over it.
func TestLittleEvidence(t *testing.T) {
	require.Equal(t, Undecided, Diagnose(nil, nil)[0].Condition)
	whole := history(well)
	for n := range 30 {
		require.Equal(t, Undecided, Diagnose(whole[:n], nil)[0].Condition, "%d records", n)
	}
	blind := history(func(at float64) map[string]float64 { return map[string]float64{"d_real": .6, "d_fake": .4, "v": -1.2} })
	found := Diagnose(blind, []byte(config))[0]
	require.Equal(t, Undecided, found.Condition)
	require.Equal(t, map[string]any{"measure_every": 100.}, found.Remedies[0].Changes)

	stopped := append(whole, run.Record{Step: 1001, Event: "stopped", Note: "g_loss is NaN; variable /generator/output/weights holds NaN"})
	require.Equal(t, Diverged, Diagnose(stopped, nil)[0].Condition)
	require.Equal(t, Healthy, Diagnose(append(whole, run.Record{Step: 1001, Event: "rollback", Note: "by hand"}), nil)[0].Condition)
}

// TestUnknownSettings: remedies of a configuration that is half known, or not at all, are in words where they can be no
// changes.
func TestUnknownSettings(t *testing.T) {
	stopped := []run.Record{{Step: 1, Event: "stopped", Note: "g_loss is NaN"}}
	for _, config := range []string{"", "{}", `{"generator_rule":{"adam":{"learning_rate":0.1}}}`, `[]`} {
		found := Diagnose(stopped, []byte(config))[0]
		require.Equal(t, Diverged, found.Condition)
		require.NotEmpty(t, found.Remedies[0].Text)
	}
}

// TestDiracGAN plays the game of Mescheder et al. 2018 (arXiv:1801.04406): p_data at 0, p_g at θ, D(x) = σ(ψx), with
// V = log σ(0) + log(1 − σ(ψθ)). Simultaneous descent turns outwards (their Lemma 2.4), alternating steps keep to a
// circle, and R1 closes in. The first two are found, the last is not.
func TestDiracGAN(t *testing.T) {
	const rate = .1
	for name, test := range map[string]struct {
		alternating bool
		r1          float64
		found       bool
	}{
		"simultaneous": {found: true},
		"alternating":  {alternating: true, found: true},
		"R1":           {alternating: true, r1: .2},
	} {
		t.Run(name, func(t *testing.T) {
			theta, psi := .3, .3
			var records []run.Record
			for step := range 900 {
				slope := 1 / (1 + math.Exp(-psi*theta)) // of −log(1 − σ)
				v := -math.Ln2 - math.Log1p(math.Exp(psi*theta))
				nextPsi := psi - rate*(slope*theta+test.r1*psi)
				if test.alternating {
					psi = nextPsi
					slope = 1 / (1 + math.Exp(-psi*theta))
				}
				theta += rate * slope * psi
				psi = nextPsi
				if step%4 == 0 {
					records = append(records, run.Record{Step: step, Values: map[string]float64{"v": v, "d_real": .5, "d_fake": .5}})
				}
			}
			found := Diagnose(records, nil)[0].Condition
			require.Equal(t, test.found, found == Oscillation, "%v", found)
		})
	}
}

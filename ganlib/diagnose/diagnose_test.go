package diagnose

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/ganlib/run"
)

const config = `{"k":1,"seed":1,"record_every":10,"steps":1000,"half_v":false,"objective":{"name":"minimax"},
"discriminator":{"mlp":{}},
"generator_rule":{"adam":{"learning_rate":0.0001,"beta1":0.9}},"discriminator_rule":{"adam":{"learning_rate":0.001,"beta1":0.9}}}`

// state is the measurements of a made-up run at a fraction of its length, from 0 to 1.
type state func(at float64) map[string]float64

// well is a run that has converged.
func well(at float64) map[string]float64 {
	return map[string]float64{
		record.DReal: .58, record.DFake: .43, record.DLoss: 1.2, record.GLoss: .9, record.V: -1.2, record.DGrad: 1, record.GGrad: 2, record.GradRatio: .8,
		record.Coverage: .6, record.Recall: .8, record.Precision: .85, record.Diversity: .97, record.GSaturated: .3,
	}
}

// but is a run that is well except for some values.
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
		for _, name := range slices.Sorted(maps.Keys(values)) {
			values[name] *= 1 + .02*rng.NormFloat64()
			switch name {
			case record.Coverage, record.Recall, record.Precision, record.Diversity, record.GSaturated, record.GradRatio:
				if i%10 != 0 {
					delete(values, name)
				}
			}
		}
		records = append(records, run.Record{Step: 10 * i, Values: values})
	}
	return records
}

// made are runs that show one condition and no other.
func made() map[string]madeRun {
	return map[string]madeRun{
		"well":      {well, Healthy, "", "null"},
		"exploding": {but(map[string]float64{record.DGrad: 300}), Diverged, "diverged", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"dead": {but(map[string]float64{record.Coverage: 0, record.Recall: 0, record.Precision: 0, record.Diversity: .6, record.GSaturated: 1, record.DReal: .7, record.DFake: .3}),
			DeadStart, "dead start", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"a layer cut off": {but(map[string]float64{record.Coverage: 0, record.Recall: 0, record.Precision: 0, record.Diversity: 0, record.GGradIn + "hidden_0": 0, record.GGradIn + "output": 2}),
			DeadStart, "dead start", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"no gradient": {but(map[string]float64{record.Coverage: 0, record.Recall: 0, record.Precision: 0, record.Diversity: 0, record.GGrad: 0}),
			DeadStart, "dead start", `{"discriminator_rule.adam.learning_rate":0.0001,"generator_rule.adam.learning_rate":0.00001}`},
		"saturated": {but(map[string]float64{record.Coverage: .1, record.Recall: .1, record.Precision: .1, record.GradRatio: 1e-4, record.Diversity: .7}), Saturated, "saturated", `{"objective.name":"non-saturating"}`},
		"D ahead": {but(map[string]float64{record.Coverage: .1, record.Recall: .1, record.Precision: .1, record.DReal: .96, record.DFake: .04, record.Diversity: .7}),
			DDominates, "D ahead", `{"objective.name":"non-saturating"}`},
		"D sure while G learns": {func(at float64) map[string]float64 {
			v := but(map[string]float64{record.DReal: .96, record.DFake: .04, record.Recall: .3, record.Precision: .4})(at)
			v[record.Coverage] = .25 * at
			return v
		}, Undecided, "", "null"},
		"D blind":   {but(map[string]float64{record.Coverage: .1, record.Recall: .1, record.Precision: .1, record.DReal: .5, record.DFake: .5, record.Diversity: .7}), GDominates, "D blind", `{"generator_rule.adam.learning_rate":0.000025}`},
		"one blot":  {but(map[string]float64{record.Diversity: .05}), ModeCollapse, "little variety", `{"discriminator_rule.adam.beta1":0.5,"generator_rule.adam.beta1":0.5}`},
		"few modes": {but(map[string]float64{record.Recall: .35, record.Coverage: .32}), ModeCollapse, "modes missing", `{"discriminator_rule.adam.beta1":0.5,"generator_rule.adam.beta1":0.5}`},
		"forgetting": {func(at float64) map[string]float64 {
			v := well(at)
			v[record.Coverage] = .8 - .45*at
			return v
		}, ModeCollapse, "forgetting", `{"best":"coverage","on_failure":{"action":"rollback"}}`},
		"circles": {func(at float64) map[string]float64 {
			v := well(at)
			v[record.V] = -1.2 + .3*math.Sin(60*at)
			return v
		}, Oscillation, "circles", `{"penalty":{"kind":"r1","weight":1}}`},
		"circles that close in": {func(at float64) map[string]float64 {
			v := well(at)
			v[record.V] = -1.2 + .3*math.Sin(60*at)*math.Exp(-6*at)
			return v
		}, Healthy, "", "null"},
	}
}

type madeRun struct {
	of     state
	want   Condition
	rule   string
	change string // of the first remedy, as JSON
}

// TestRollBackKeepsRankedCheckpoints: the intervals that the remedy for forgetting proposes are those run.Spec takes.
func TestRollBackKeepsRankedCheckpoints(t *testing.T) {
	for config, want := range map[string]string{
		`{"record_every": 50, "measure_every": 500, "save_every": 1000, "keep_every": 2000}`: `{}`,
		`{"record_every": 50, "measure_every": 300, "save_every": 1000, "keep_every": 2000}`: `{"save_every": 1200, "keep_every": 2400}`,
		`{"record_every": 50, "measure_every": 300, "save_every": 1000}`:                     `{"save_every": 1200}`,
		`{"record_every": 70, "save_every": 100, "keep_every": 0}`:                           `{"save_every": 140}`,
	} {
		found := Diagnose(history(made()["forgetting"].of), []byte(config))
		require.Equal(t, Forgetting, found[0].Rule)
		changes := maps.Clone(found[0].Remedies[0].Changes)
		require.Equal(t, "coverage", changes["best"])
		delete(changes, "best")
		delete(changes, "on_failure")
		text, err := json.Marshal(changes)
		require.NoError(t, err)
		require.JSONEq(t, want, string(text), config)
	}
}

// TestRules: each condition is found by its rule, and has a remedy that fits the configuration.
func TestRules(t *testing.T) {
	for name, test := range made() {
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

// recorded returns the history of a run in testdata.
func recorded(t *testing.T, path string) (history []run.Record) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for line := range bytes.Lines(text) {
		var r run.Record
		require.NoError(t, json.Unmarshal(line, &r))
		history = append(history, r)
	}
	return history
}

// TestRecordedRuns: runs in testdata that were made to fail, and healthy ones.
func TestRecordedRuns(t *testing.T) {
	conditions := map[string]Condition{
		"ring-healthy": Healthy, "mnist-healthy": Healthy, "ring-g-ahead": GDominates, "ring-small-d": GDominates,
		"ring-d-ahead": DDominates, "mnist-d-ahead": DDominates, "ring-mode-loss": ModeCollapse, "mnist-collapse": ModeCollapse,
		"ring-dead": DeadStart, "mnist-dead": DeadStart, "mnist-saturated": Saturated, "mnist-diverged": Diverged,
	}
	for name, want := range conditions {
		t.Run(name, func(t *testing.T) {
			var found []Condition
			for _, v := range Diagnose(recorded(t, filepath.Join("testdata", name+"-0.jsonl")), nil) {
				found = append(found, v.Condition)
			}
			require.Contains(t, found, want)
			if want == Healthy {
				require.Len(t, found, 1)
			}
		})
	}
}

// blind is a run whose scores are at 1/2 and whose samples look good without a probe.
func blind() []run.Record {
	return history(but(map[string]float64{record.DReal: .5, record.DFake: .5}))
}

// probed adds the records of probes to a history of iterations 10, 20, ..., where run.Note puts them: after their step.
func probed(history []run.Record, rises map[int]float64) []run.Record {
	var with []run.Record
	for _, r := range history {
		with = append(with, r)
		if rise, ok := rises[r.Step]; ok {
			with = append(with, run.Record{Step: r.Step, Event: record.Probe, Values: map[string]float64{record.ProbeRise: rise}})
		}
	}
	return with
}

// TestProbe: a probe in the last third of the run shows that D was blind; of several, the newest counts. It is not
// taken for the end of the run.
func TestProbe(t *testing.T) {
	for name, test := range map[string]struct {
		rises map[int]float64
		want  Condition
	}{
		"none": {nil, Healthy}, "late": {map[int]float64{800: .4}, GDominates}, "at the end": {map[int]float64{1000: .4}, GDominates},
		"early": {map[int]float64{300: .4}, Healthy}, "D had seen all": {map[int]float64{1000: .05}, Healthy},
		"before D saw more": {map[int]float64{800: .4, 1000: .05}, Healthy}, "after D saw less": {map[int]float64{800: .05, 1000: .4}, GDominates},
	} {
		found := Diagnose(probed(blind(), test.rises), []byte(config))
		require.Equal(t, test.want, found[0].Condition, name)
		if test.want == GDominates {
			require.Equal(t, "D blind", found[0].Rule)
			require.Contains(t, found[0].Evidence, Evidence{"rise of V in the frozen-G test", .4, "> .1"})
		}
	}
	require.Equal(t, Healthy, Diagnose(probed(history(well), map[int]float64{1000: .4}), nil)[0].Condition, "D says more than 1/2")

	poorly := history(made()["D blind"].of)
	for rise, want := range map[float64]Condition{.05: Undecided, .1: Undecided, .4: GDominates} {
		found := Diagnose(probed(poorly, map[int]float64{1000: rise}), []byte(config))
		require.Equal(t, want, found[0].Condition, "poor samples, and a rise of %v", rise)
		if want == Undecided {
			require.Contains(t, found[0].Text, "D has little more to see")
			require.Contains(t, found[0].Evidence, Evidence{"rise of V in the frozen-G test", rise, "≤ .1"})
		}
	}
	early := Diagnose(probed(poorly, map[int]float64{300: .05}), []byte(config))
	require.Equal(t, "D blind", early[0].Rule, "D may have more to see now")

	wrong := run.Record{Step: 1000, Event: run.EventRollback, Note: "step 1007: g_loss is NaN"}
	note := run.Record{Step: 1000, Event: record.Probe, Note: "D learned nothing: V is NaN"}
	require.Equal(t, Diverged, Diagnose(append(history(well), wrong, note), nil)[0].Condition)
	require.Equal(t, Healthy, Diagnose(append(history(well), note), nil)[0].Condition)
	require.Equal(t, Undecided, Diagnose([]run.Record{note}, nil)[0].Condition)
}

// TestPersistence: a fault in less than half of the last third does not count.
func TestPersistence(t *testing.T) {
	for _, bad := range []map[string]float64{{record.DGrad: 300}, {record.Diversity: .05}, {record.Recall: .1}, {record.Coverage: .1}} {
		h := history(func(at float64) map[string]float64 {
			if at > .88 { // one measurement, and 12 of 33 records
				return but(bad)(at)
			}
			return well(at)
		})
		require.Equal(t, Healthy, Diagnose(h[:99], nil)[0].Condition, "%v", bad)
	}
}

// TestLittleEvidence: with too few records or measurements the verdict says so, whatever they hold.
func TestLittleEvidence(t *testing.T) {
	require.Equal(t, Undecided, Diagnose(nil, nil)[0].Condition)
	whole := history(well)
	for n := range 30 {
		require.Equal(t, Undecided, Diagnose(whole[:n], nil)[0].Condition, "%d records", n)
	}
	require.Equal(t, "3 records are too few for a verdict: the last third of the run needs at least 5. Train on, or with a smaller record_every.",
		Diagnose(whole[:3], nil)[0].Text)
	require.Equal(t, "2 measurements of the samples are too few for a verdict: the last third of the run needs at least 3. Train on, or with a smaller measure_every.",
		Diagnose(whole[:29], nil)[0].Text)
	unmeasured := history(func(at float64) map[string]float64 {
		return map[string]float64{record.DReal: .6, record.DFake: .4, record.V: -1.2}
	})
	found := Diagnose(unmeasured, []byte(config))[0]
	require.Equal(t, Undecided, found.Condition)
	require.Equal(t, map[string]any{"measure_every": 100.}, found.Remedies[0].Changes)

	stopped := append(whole, run.Record{Step: 1001, Event: run.EventStopped, Note: "g_loss is NaN; variable /generator/output/weights holds NaN"})
	require.Equal(t, Diverged, Diagnose(stopped, nil)[0].Condition)
	require.Equal(t, Healthy, Diagnose(append(whole, run.Record{Step: 1001, Event: run.EventRollback, Note: "by hand"}), nil)[0].Condition)
}

// TestUnknownSettings: remedies have words even if the configuration, known in part or not at all, allows no changes.
func TestUnknownSettings(t *testing.T) {
	stopped := []run.Record{{Step: 1, Event: run.EventStopped, Note: "g_loss is NaN"}}
	for _, config := range []string{"", "{}", `{"generator_rule":{"adam":{"learning_rate":0.1}}}`, `[]`} {
		found := Diagnose(stopped, []byte(config))[0]
		require.Equal(t, Diverged, found.Condition)
		require.NotEmpty(t, found.Remedies[0].Text)
	}
}

// TestDiracGAN plays the game of Mescheder et al. 2018 (arXiv:1801.04406): p_data at 0, p_g at θ, D(x) = σ(ψx) and V =
// log σ(0) + log(1 − σ(ψθ)). Simultaneous descent spirals outwards (their Lemma 2.4), alternating steps stay on a
// circle, and R1 converges. The first two are found, the last is not.
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
					records = append(records, run.Record{Step: step, Values: map[string]float64{record.V: v, record.DReal: .5, record.DFake: .5}})
				}
			}
			found := Diagnose(records, nil)[0].Condition
			require.Equal(t, test.found, found == Oscillation, "%v", found)
		})
	}
}

package gans

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/gantest"
)

const resumeSteps = 8

// stabilised is a small run with everything that has state: k = 3, momentum whose schedule changes within the run
// beside Adam with an annealed rate, an EMA of the weights, spectral norm in both players, annealed noise, flipped
// labels, a penalty at random points, and minibatch standard deviation.
func stabilised(dir, backendName string) trial {
	cfg := trial{Config: Ring8(), Options: Options{Dir: dir}}
	cfg.Backend = backendName
	cfg.BatchSize, cfg.K = 8, 3
	cfg.Generator.MLP.Hidden, cfg.Discriminator.MLP.Hidden = []int{6}, []int{6}
	cfg.Generator.SpectralNorm, cfg.Discriminator.SpectralNorm = true, true
	cfg.Discriminator.MLP.MinibatchStd = true
	cfg.AverageG, cfg.FlipReal, cfg.FlipFake, cfg.SmoothReal = .9, .1, .1, .1
	cfg.InstanceNoise = ganlib.InstanceNoise{Std: .2, Steps: 6}
	cfg.Penalty = ganlib.Penalty{Kind: ganlib.WGANGP, Weight: 1}
	cfg.DiscriminatorRule = ganlib.Rule{Momentum: &optim.Momentum{
		LearningRate: .05, Decay: 1.01, MinRate: .01, Initial: .5, Final: .7, Saturate: 4, Epoch: 6,
	}}
	cfg.GeneratorRule.Adam.Linear = resumeSteps
	cfg.Steps, cfg.RecordEvery, cfg.SampleEvery, cfg.SaveEvery, cfg.KeepEvery = resumeSteps, 1, resumeSteps, 1, 1
	cfg.MeasureEvery = 0
	return cfg
}

// requireSameRun compares a run with an uninterrupted one: every variable of every step's checkpoint, byte by byte, and
// all records.
func requireSameRun(t *testing.T, want past, dir string) {
	t.Helper()
	got := pastOf(t, dir)
	for i := range want.states {
		require.Equal(t, want.states[i], got.states[i], "the state after step %d", i+1)
	}
	require.Equal(t, want.records, got.records)
}

// savedAt returns the bytes of all variables after a step.
func savedAt(t *testing.T, dir string, step int) map[string][]byte {
	t.Helper()
	r, err := run.Open(dir)
	require.NoError(t, err)
	store := model.NewStore()
	require.NoError(t, r.RestoreStep(store, step))
	state := make(map[string][]byte)
	for v := range store.IterVariables() {
		require.NoError(t, v.MustValue().ConstBytes(func(b []byte) { state[v.Path()] = bytes.Clone(b) }))
	}
	return state
}

// TestCutAtEveryStep: a run that is stopped after every single step, and resumed from disk, ends with the bytes of an
// uninterrupted run. On XLA, which compiles the game for seconds each time, it is stopped twice; processes that die
// stop it at other steps.
func TestCutAtEveryStep(t *testing.T) {
	onBackends(t, func(t *testing.T, backendName string) {
		whole := wholeRun(t, backendName)
		first, last := whole.states[0], whole.states[resumeSteps-1]
		for _, path := range []string{"/average/generator/hidden_0/dense/weights", "/discriminator/hidden_0/dense/u", "/velocity/discriminator/hidden_0/dense/weights"} {
			require.Contains(t, last, path)
			require.NotEqual(t, first[path], last[path], path)
		}

		dir := filepath.Join(t.TempDir(), "cut")
		for step := 1; step < resumeSteps; step++ {
			if backendName != "go" && step != 1 && step != 5 && !gantest.Long() {
				continue
			}
			cut := stabilised(dir, backendName)
			_, err := cut.train(stopAfter(t, &cut, step))
			require.ErrorIs(t, err, run.ErrInterrupted)
		}
		_, err := stabilised(dir, backendName).train(t.Context())
		require.NoError(t, err)
		requireSameRun(t, whole, dir)
	})
}

// A past is what a run of resumeSteps left: the bytes of all variables after each step, and the records.
type past struct {
	states  []map[string][]byte
	records []map[string]float64
}

func pastOf(t *testing.T, dir string) past {
	t.Helper()
	p := past{records: recorded(t, dir)}
	for step := 1; step <= resumeSteps; step++ {
		p.states = append(p.states, savedAt(t, dir, step))
	}
	return p
}

// wholeRuns are the pasts of uninterrupted runs, by backend, made once for all tests.
var wholeRuns = map[string]past{}

func wholeRun(t *testing.T, backendName string) past {
	t.Helper()
	if _, ok := wholeRuns[backendName]; !ok {
		whole := stabilised(filepath.Join(t.TempDir(), "whole"), backendName)
		_, err := whole.train(t.Context())
		require.NoError(t, err)
		wholeRuns[backendName] = pastOf(t, whole.Dir)
	}
	return wholeRuns[backendName]
}

// The environment of a test program that is to be a separate process: the run's directory, the backend, and the step at
// whose record it dies.
const resumeDirEnv, resumeBackendEnv, resumeDieEnv = "GAN_TEST_RESUME_DIR", "GAN_TEST_RESUME_BACKEND", "GAN_TEST_RESUME_DIE"

// died is the exit code of such a process.
const died = 7

// TestCutAcrossProcesses: the same across processes that die between a step's record and its checkpoint, so the next
// one repeats the step.
func TestCutAcrossProcesses(t *testing.T) {
	if dir := os.Getenv(resumeDirEnv); dir != "" {
		dieAt, err := strconv.Atoi(os.Getenv(resumeDieEnv))
		require.NoError(t, err)
		cfg := stabilised(dir, os.Getenv(resumeBackendEnv))
		cfg.Watch = append(cfg.Watch, func(r run.Record) error {
			if r.Step == dieAt {
				os.Exit(died)
			}
			return nil
		})
		_, err = cfg.train(context.Background())
		require.NoError(t, err)
		return
	}
	onBackends(t, func(t *testing.T, backendName string) {
		dir := filepath.Join(t.TempDir(), "cut")
		for _, dieAt := range []int{3, 6, 0} {
			process := exec.Command(os.Args[0], "-test.run", "^TestCutAcrossProcesses$")
			process.Env = append(os.Environ(), resumeDirEnv+"="+dir, resumeBackendEnv+"="+backendName, fmt.Sprintf("%s=%d", resumeDieEnv, dieAt))
			said, err := process.CombinedOutput()
			want := died
			if dieAt == 0 {
				want = 0
			}
			require.Equal(t, want, process.ProcessState.ExitCode(), "%v: %s", err, said)
			if dieAt > 0 {
				r, err := run.Open(dir)
				require.NoError(t, err)
				kept, err := r.Checkpoints()
				require.NoError(t, err)
				require.Equal(t, dieAt-1, kept[len(kept)-1].Step, "it died before the step was saved")
			}
		}
		requireSameRun(t, wholeRun(t, backendName), dir)
	})
}

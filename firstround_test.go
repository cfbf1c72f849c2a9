package gans

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"
)

// state is what the program that made a run found in it.
type state struct {
	Step      int                `json:"step"`
	Samples   []float32          `json:"samples"`
	Variables string             `json:"variables_sha256"`
	Values    map[string]float64 `json:"values"`
}

// sameArithmetic means that this program adds in the same order as the one that made the runs.
var sameArithmetic bool

// TestFirstRoundRuns: runs that were made before runs had a schema version open, sample and resume to the same bits.
func TestFirstRoundRuns(t *testing.T) {
	for _, name := range []string{"figure1", "ring8", "mnist28"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", "first-round", name+".json"))
			require.NoError(t, err)
			var want struct {
				state
				Resumed state `json:"resumed"`
			}
			require.NoError(t, json.Unmarshal(text, &want))
			dir := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "first-round", name))))

			gan, err := OpenOn(dir, "go")
			require.NoError(t, err)
			requireState(t, want.state, gan)

			gan, err = Train(t.Context(), gan.Config, Options{Dir: dir})
			require.NoError(t, err)
			requireState(t, want.Resumed, gan)
			history, err := gan.Run.History()
			require.NoError(t, err)
			require.InDeltaMapValues(t, want.Resumed.Values, history[len(history)-1].Values, 1e-4)
		})
	}
}

// requireState requires the bits that the earlier program had. Other processors, and programs without SIMD, add in
// another order: their last digits may differ.
func requireState(t *testing.T, want state, gan *GAN) {
	t.Helper()
	require.Equal(t, want.Step, gan.Step)
	x, err := gan.Sample(4, 7)
	require.NoError(t, err)
	if !sameArithmetic || !cpu.X86.HasAVX512F {
		require.InDeltaSlice(t, want.Samples, x, 1e-3)
		return
	}
	require.Equal(t, want.Samples, x)
	require.Equal(t, want.Variables, digestOf(t, gan))
}

// digestOf is the SHA-256 of the variables of a run's newest checkpoint, in the order of their paths.
func digestOf(t *testing.T, gan *GAN) string {
	store := model.NewStore()
	_, err := gan.Run.Restore(store, nil)
	require.NoError(t, err)
	var lines []string
	for v := range store.IterVariables() {
		value, err := v.Value()
		require.NoError(t, err)
		require.NoError(t, value.ConstBytes(func(b []byte) {
			lines = append(lines, fmt.Sprintf("%s %s %x\n", v.Path(), value.Shape(), sha256.Sum256(b)))
		}))
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		fmt.Fprint(sum, line)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

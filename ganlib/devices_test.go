package ganlib

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/gantest"
)

// onDevices trains a game for n iterations of minibatches of m on a number of devices. It returns the metrics and the
// variables.
func onDevices(t *testing.T, b compute.Backend, a *Algorithm1, devices, m, n int) (rows [][]float64, variables map[string][]float64) {
	t.Helper()
	blocks, err := loop.FromBatches(func(step int) (train.Batch, error) {
		x, labels := make([]float64, m*a.K), make([]int32, m*a.K)
		for i := range x {
			x[i], labels[i] = float64((i*i+3*step)%11)/4, int32((i+step)%3)
		}
		inputs := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, len(x), 1)}
		if a.Classes > 0 {
			inputs = append(inputs, tensors.FromFlatDataAndDimensions(labels, len(labels)))
		}
		return train.Batch{Inputs: inputs}, nil
	})
	require.NoError(t, err)
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	trainer, err := a.Trainer(b, store)
	require.NoError(t, err)
	l, err := loop.ForTrainer(trainer, a.Iterate, blocks)
	require.NoError(t, err)
	defer l.Finalize()
	require.NoError(t, l.Divide(devices))
	rows, err = l.Run(0, n)
	require.NoError(t, err)
	return rows, numbers(store)
}

// TestDevices: whatever an iteration computes, the devices that divide it get the metrics and the variables of one
// device, to rounding.
func TestDevices(t *testing.T) {
	const m, n = 8, 5
	b, games := gantest.Open(t, "xla:cpu"), variants()
	for name, numbers := range map[string][]int{
		"k = 3, labels, averages":              {2, 4},
		"simultaneous, Adam, gradient penalty": {4},
	} {
		t.Run(name, func(t *testing.T) {
			rows, variables := onDevices(t, b, games[name](), 1, m, n)
			for _, devices := range numbers {
				gotRows, gotVariables := onDevices(t, b, games[name](), devices, m, n)
				require.Len(t, gotRows, n)
				for i := range rows {
					require.InDeltaSlice(t, rows[i], gotRows[i], 1e-9, "%d devices, step %d", devices, i)
				}
				for path, value := range variables {
					require.InDeltaSlice(t, value, gotVariables[path], 1e-9, fmt.Sprint(devices, " devices, ", path))
				}
			}
		})
	}
}

// TestEachItsPart reads the program that XLA makes of an iteration for 2 devices: each multiplies matrices of half a
// minibatch, real and generated, and none computes anything on all of it. XLA writes its programs down when it is asked
// to before it starts, so another process makes this one.
func TestEachItsPart(t *testing.T) {
	const m, asked = 74, "GAN_TEST_EACH_ITS_PART"
	b := gantest.Open(t, "xla:cpu")
	if os.Getenv(asked) != "" {
		onDevices(t, b, smallGame(1, false, NonSaturating), 2, m, 1)
		return
	}
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestEachItsPart$")
	child.Env = append(os.Environ(), asked+"=1", "XLA_FLAGS=--xla_dump_to="+dir+" --xla_dump_hlo_as_text",
		"GAN_XLA_CACHE=") // the flags are of this run alone: no other would find its programs
	output, err := child.CombinedOutput()
	require.NoError(t, err, "%s", output)
	programs, err := filepath.Glob(filepath.Join(dir, "*after_optimizations.txt"))
	require.NoError(t, err)
	found := 0
	for _, path := range programs {
		program, err := os.ReadFile(path)
		require.NoError(t, err)
		if text := string(program); strings.Contains(text, "num_partitions=2") {
			found++
			require.True(t, strings.Contains(text, "f64[37,5]{1,0} dot("), "the hidden layer of half a minibatch")
			require.False(t, strings.Contains(text, "f64[74,"), "numbers of a whole minibatch")
		}
	}
	require.Equal(t, 1, found, "programs for 2 devices")
}

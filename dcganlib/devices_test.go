package dcganlib

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/gantest"
)

// onDevices trains networks with spectral norm in D for three iterations in float64, of minibatches of 8 that differ
// from example to example, on a number of devices. It returns the metrics and the variables. All devices hold the same
// variables, bit for bit.
func onDevices(t *testing.T, b compute.Backend, n Networks, devices int) (rows [][]float64, variables map[string][]float64) {
	t.Helper()
	c := recipe(n)
	c.BatchSize = 8
	require.NoError(t, c.Validate())
	algorithm, err := c.Algorithm1()
	require.NoError(t, err)
	algorithm.Discriminator = ganlib.WithSpectralNorm(algorithm.Discriminator)
	blocks, err := loop.FromBatches(func(step int) (train.Batch, error) {
		x := make([]float64, c.BatchSize*n.Size*n.Size)
		for i := range x {
			x[i] = math.Sin(float64(i*(1+i/(n.Size*n.Size)) + step))
		}
		return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, c.BatchSize, n.Size, n.Size, 1)}}, nil
	})
	require.NoError(t, err)
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	trainer, err := algorithm.Trainer(b, store)
	require.NoError(t, err)
	l, err := loop.ForTrainer(trainer, algorithm.Iterate, blocks)
	require.NoError(t, err)
	defer l.Finalize()
	require.NoError(t, l.Divide(devices))
	rows, err = l.Run(0, 3)
	require.NoError(t, err)
	variables = make(map[string][]float64)
	for v := range store.IterVariables() {
		if !v.HasValue() || v.DType() != dtypes.Float64 {
			continue
		}
		variables[v.Path()] = tensors.MustCopyFlatData[float64](v.MustValue())
		if devices > 1 && v.ShardingSpec() != nil {
			value, err := v.DistributedValue()
			require.NoError(t, err)
			for _, copied := range value.Shards() {
				require.Equal(t, variables[v.Path()], tensors.MustCopyFlatData[float64](copied), v.Path())
			}
		}
	}
	return rows, variables
}

// TestDevices: the devices that divide an iteration get the metrics and the variables of one device, to rounding. So
// batch norm is over the whole minibatch, wherever its examples lie.
func TestDevices(t *testing.T) {
	b := gantest.Open(t, "xla:cpu")
	small := Networks{Size: 4, Channels: 1, Base: 2, Filters: []int{3}}
	want, variables := onDevices(t, b, small, 1)
	require.Contains(t, variables, "/discriminator/down_0/u")
	for _, devices := range []int{2, 4} {
		got, gotVariables := onDevices(t, b, small, devices)
		for i := range want {
			require.InDeltaSlice(t, want[i], got[i], 1e-8, "%d devices, step %d", devices, i)
		}
		require.Len(t, gotVariables, len(variables))
		for path, values := range variables {
			require.InDeltaSlice(t, values, gotVariables[path], 1e-8, "%d devices, %s", devices, path)
		}
	}
}

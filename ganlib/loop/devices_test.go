package loop

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// counted are minibatches of 8 numbers; the first number of step s is 8·s, and the others follow.
func counted(t *testing.T) Blocks {
	t.Helper()
	blocks, err := FromBatches(func(step int) (train.Batch, error) {
		x := make([]float32, 8)
		for i := range x {
			x[i] = float32(8*step + i)
		}
		return train.Batch{Inputs: []*tensors.Tensor{tensors.FromValue(x)}}, nil
	})
	require.NoError(t, err)
	return blocks
}

// TestDivide: each device is given examples of its own, all of them together each minibatch once, and a sum over the
// minibatch is the sum over all devices. A second loop goes on with the variables where the first has left them, and a
// single device with those of many.
func TestDivide(t *testing.T) {
	b, store, blocks := gantest.Open(t, "xla:cpu"), model.NewStore(), counted(t)
	sum := func(root *model.Scope, batch []*Node) []*Node {
		v := root.VariableWithValue("sum", float32(0)).SetTrainable(false)
		v.SetNodeValue(Add(v.NodeValue(batch[0].Graph()), ReduceAllSum(batch[0])))
		return []*Node{v.NodeValue(batch[0].Graph())}
	}
	total := 0.
	for step, devices := range []int{4, 4, 1} {
		l, err := New(b, store, sum, blocks)
		require.NoError(t, err)
		require.NoError(t, l.Divide(devices))
		rows, err := l.Run(step, 1)
		require.NoError(t, err)
		total += float64(64*step + 28)
		require.Equal(t, [][]float64{{total}}, rows, "step %d", step)
		if devices > 1 {
			block, err := l.blocks.Load(1, 1)
			require.NoError(t, err)
			inputs, free, err := l.team.divide(append([]*tensors.Tensor{tensors.FromValue(int32(1))}, block...))
			require.NoError(t, err)
			for i, part := range inputs[1].(*dtensor.Tensor).Shards() {
				have := tensors.MustCopyFlatData[float32](part)
				require.Equal(t, []float32{float32(8 + 2*i), float32(9 + 2*i)}, have[:2], "device %d", i)
			}
			free()
		}
		l.Finalize()
	}
}

// TestSharedIsGivenOnce: what all minibatches have in common travels to the devices once.
func TestSharedIsGivenOnce(t *testing.T) {
	shared, own := tensors.FromValue([]float32{1, 2, 3}), tensors.FromValue([][]float32{{1, 2}})
	team, err := newTeam(2, 1, []*tensors.Tensor{shared, own})
	require.NoError(t, err)
	defer team.finalize()
	inputs := []*tensors.Tensor{tensors.FromValue(int32(1)), shared, own, team.zeros}
	first, free, err := team.divide(inputs)
	require.NoError(t, err)
	free()
	second, free, err := team.divide(inputs)
	require.NoError(t, err)
	defer free()
	require.Same(t, first[1], second[1])
	for _, part := range second[1].(*dtensor.Tensor).Shards() {
		require.Equal(t, []float32{1, 2, 3}, part.Value())
	}
	require.NotSame(t, first[2], second[2])
}

// TestDevicesAreRefused: a backend that has too few of them or cannot divide the work, and a minibatch that they do not
// divide.
func TestDevicesAreRefused(t *testing.T) {
	xla := gantest.Open(t, "xla:cpu")
	gantest.RequireInvalid(t, CheckDevices(xla, -1), "devices")
	gantest.RequireInvalid(t, CheckDevices(xla, xla.NumDevices()+1), "devices")
	gantest.RequireInvalid(t, CheckDevices(gantest.Open(t, "go"), 2), "devices")
	require.NoError(t, CheckDevices(gantest.Open(t, "go"), 1))
	require.NoError(t, CheckDevices(xla, xla.NumDevices()))
	l, err := New(xla, model.NewStore(), func(_ *model.Scope, batch []*Node) []*Node { return []*Node{ReduceAllSum(batch[0])} }, counted(t))
	require.NoError(t, err)
	gantest.RequireInvalid(t, l.Divide(3), "devices")
}

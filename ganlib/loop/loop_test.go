package loop

import (
	"testing"
	"time"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestPaced: calls grow to about a quarter of a second, slowly, and shrink at once.
func TestPaced(t *testing.T) {
	n := 1
	took := func(each time.Duration) int { n = paced(n, time.Duration(n)*each); return n }
	require.Equal(t, 4, took(time.Millisecond))
	require.Equal(t, 16, took(time.Millisecond))
	for range 4 {
		took(time.Millisecond)
	}
	require.Equal(t, 250, n)
	require.Equal(t, 1, took(time.Second))
	require.Equal(t, 4, took(0))
}

// TestSteps: each iteration sees its own minibatch and the variables that the last one left, however the iterations are
// divided, and the loop ends by itself where a metric is not finite.
func TestSteps(t *testing.T) {
	b, store := gantest.Open(t, "xla:cpu"), model.NewStore()
	sum := func(root *model.Scope, batch []*Node) []*Node {
		v := root.VariableWithValue("sum", float32(0)).SetTrainable(false)
		total := Add(v.NodeValue(batch[0].Graph()), ReduceAllSum(batch[0]))
		v.SetNodeValue(total)
		return []*Node{total, Log(Add(Neg(total), Const(batch[0].Graph(), float32(100.5))))}
	}
	blocks, err := FromBatches(func(step int) (train.Batch, error) {
		return train.Batch{Inputs: []*tensors.Tensor{tensors.FromValue([]float32{float32(step), 1})}}, nil
	})
	require.NoError(t, err)
	l, err := New(b, store, sum, blocks)
	require.NoError(t, err)
	defer l.Finalize()
	var totals []float64
	for len(totals) < 14 {
		rows, err := l.Some(len(totals), 3)
		require.NoError(t, err)
		require.NotEmpty(t, rows)
		for _, row := range rows {
			totals = append(totals, row[0])
		}
		if totals[len(totals)-1] > 100.5 {
			break
		}
	}
	require.Equal(t, []float64{1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66, 78, 91, 105}, totals, "the sum of step + 1; log(100.5 - 105) is NaN")
	require.EqualValues(t, 105, tensors.ToScalar[float32](store.GetVariable("/sum").MustValue()))
}

// TestUnsupported: the Go engine is refused by its name.
func TestUnsupported(t *testing.T) {
	_, err := New(gantest.Open(t, "go"), model.NewStore(), nil, nil)
	gantest.RequireInvalid(t, err, "backend")
}

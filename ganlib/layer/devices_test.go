package layer

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestBatchNormOnDevices: two devices that divide a batch normalise it as a whole, and with two groups each normalises
// its own half. Both are compared with the definition.
func TestBatchNormOnDevices(t *testing.T) {
	const features = 2
	ones, zeros := []float64{1, 1}, []float64{0, 0}
	b, x := gantest.Open(t, "xla:cpu"), random(8*features, 1)
	for i := range x {
		x[i] += float64(i / 8) // halves that differ
	}
	whole, _, _ := normalised(x, ones, zeros, 1e-5)
	first, _, _ := normalised(x[:8], ones, zeros, 1e-5)
	second, _, _ := normalised(x[8:], ones, zeros, 1e-5)
	for groups, want := range map[int][]float64{1: whole, 2: append(first, second...)} {
		blocks, err := loop.FromBatches(func(int) (train.Batch, error) {
			return train.Batch{Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, 8, features)}}, nil
		})
		require.NoError(t, err)
		l, err := loop.New(b, model.NewStore(), func(root *model.Scope, batch []*Node) (values []*Node) {
			y := Reshape(BatchNorm{Groups: groups}.Forward(root.At("norm"), batch[0]), -1)
			for i := range x {
				values = append(values, Slice(y, AxisElem(i)))
			}
			return values
		}, blocks)
		require.NoError(t, err)
		defer l.Finalize()
		require.NoError(t, l.Divide(2))
		rows, err := l.Run(0, 1)
		require.NoError(t, err)
		require.InDeltaSlice(t, want, rows[0], 1e-12, "%d groups", groups)
	}
}

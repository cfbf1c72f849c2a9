package data_test

import (
	"fmt"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestBlocksAreTheBatches: every minibatch of a block is that of its step, bit for bit, however it is drawn and wherever
// the block begins.
func TestBlocksAreTheBatches(t *testing.T) {
	b, set := gantest.Open(t, "xla:cpu"), noise(30, 3, 4, 3)
	for _, d := range []data.Drawing{{}, {Flip: true}, {Scale: data.Contrast, Replacement: true}, {OnDevice: true, Scale: data.Symmetric}, {OnDevice: true, Flip: true}} {
		for _, labelled := range []bool{false, true} {
			t.Run(fmt.Sprintf("%+v labelled %v", d, labelled), func(t *testing.T) {
				feed, err := data.NewFeed(set, d, labelled)
				require.NoError(t, err)
				defer feed.Close()
				batches, err := feed.Batches(t.Context(), b, 4)
				require.NoError(t, err)
				blocks, err := feed.Blocks(t.Context(), b, 4)
				require.NoError(t, err)
				require.Greater(t, blocks.Most(), 5)
				exec := MustNewExec(b, func(inputs []*Node) []*Node { return blocks.Batch(inputs[1:], inputs[0]) })
				for _, c := range []struct{ step, n int }{{0, 3}, {5, 5}, {2, 1}} {
					block, err := blocks.Load(c.step, c.n)
					require.NoError(t, err)
					for i := range c.n {
						inputs := []any{int32(i)}
						for _, tensor := range block {
							inputs = append(inputs, tensor)
						}
						got := exec.MustCall(inputs...)
						want, err := batches(c.step + i)
						require.NoError(t, err)
						require.Len(t, got, len(want.Inputs))
						require.Equal(t, tensors.MustCopyFlatData[float32](want.Inputs[0]), tensors.MustCopyFlatData[float32](got[0]))
						if labelled {
							require.Equal(t, tensors.MustCopyFlatData[int32](want.Inputs[1]), tensors.MustCopyFlatData[int32](got[1]))
						}
					}
				}
			})
		}
	}
}

// TestBlocksNameTheirSteps: an image that cannot be read ends a block with an error that says which steps it is of.
func TestBlocksNameTheirSteps(t *testing.T) {
	source := &counted{Images: noise(30, 3, 4, 3)}
	feed, err := data.NewFeed(source, data.Drawing{}, false)
	require.NoError(t, err)
	defer feed.Close()
	blocks, err := feed.Blocks(t.Context(), gantest.Open(t, "go"), 4)
	require.NoError(t, err)
	source.fails = true
	_, err = blocks.Load(5, 3)
	require.ErrorIs(t, err, errOnFire)
	require.ErrorContains(t, err, "steps 5 to 7")
}

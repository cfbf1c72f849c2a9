package ganlib

import (
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestMovesAreAnIteration: K moves of D and one of G, or both at once, give the variables and the numbers of a trainer's
// step, whatever an iteration computes.
func TestMovesAreAnIteration(t *testing.T) {
	const n = 3
	for name, game := range variants() {
		t.Run(name, func(t *testing.T) {
			gantest.Backends(t, func(t *testing.T, b compute.Backend) {
				whole, stepped := game(), model.NewStore()
				require.NoError(t, stepped.SetRNGStateFromSeed(1))
				trainer, err := whole.Trainer(b, stepped)
				require.NoError(t, err)
				byMoves := newMover(t, b, game())
				for step := range n {
					batch, err := labelledBatches(whole)(step)
					require.NoError(t, err)
					got := byMoves.iterate(t, batch.Inputs)
					want := valuesOf(t, trainer, batch)
					require.InDelta(t, want[0], got[0], 1e-12, "D's loss, of the first of its K moves")
				}
				moved := numbers(byMoves.store)
				for path, value := range numbers(stepped) {
					require.InDeltaSlice(t, value, moved[path], 1e-12, path)
				}
				require.Equal(t, int64(n), byMoves.store.GetVariable("/global_step").MustValue().Value())
				require.Equal(t, stepped.GetVariable("/#rngState").MustValue().Value(), byMoves.store.GetVariable("/#rngState").MustValue().Value())
			})
		})
	}
}

// mover plays a game by its moves.
type mover struct {
	a     *Algorithm1
	store *model.Store
	execs []*model.Exec // D's and G's, or that of both
}

func newMover(t *testing.T, b compute.Backend, a *Algorithm1) *mover {
	t.Helper()
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	m := &mover{a: a, store: store}
	moves := []func(root *model.Scope, x, y *Node) *Node{
		func(root *model.Scope, x, y *Node) *Node { return a.MoveDiscriminator(root, x, y).Loss },
		func(root *model.Scope, x, y *Node) *Node { return a.MoveGenerator(root, x, y).Loss },
	}
	if a.Simultaneous {
		moves = []func(root *model.Scope, x, y *Node) *Node{func(root *model.Scope, x, y *Node) *Node {
			d, _ := a.MoveBoth(root, x, y)
			return d.Loss
		}}
	}
	for _, move := range moves {
		exec, err := model.NewExec(b, store, func(root *model.Scope, inputs []*Node) *Node {
			return move(root, inputs[0], a.labelsOf(inputs))
		})
		require.NoError(t, err)
		m.execs = append(m.execs, exec)
	}
	return m
}

// iterate makes the moves of an iteration and returns the loss of each.
func (m *mover) iterate(t *testing.T, batch []*tensors.Tensor) (losses []float64) {
	t.Helper()
	call := func(exec *model.Exec, i int) {
		var inputs []any
		for _, x := range batch {
			inputs = append(inputs, slice(t, x, i*testM, (i+1)*testM))
		}
		loss, err := exec.Call1(inputs...)
		require.NoError(t, err)
		losses = append(losses, tensors.ToScalar[float64](loss))
	}
	for i := range m.a.K {
		call(m.execs[0], i)
	}
	if !m.a.Simultaneous {
		call(m.execs[1], m.a.K-1)
	}
	return losses
}

// slice is rows from to to of a tensor.
func slice(t *testing.T, x *tensors.Tensor, from, to int) *tensors.Tensor {
	t.Helper()
	if x.Rank() == 1 {
		return tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[int32](x)[from:to], to-from)
	}
	return tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[float64](x)[from:to], to-from, 1)
}

// TestMovesRefused: a game is played move by move or both at once, as it says.
func TestMovesRefused(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, simultaneous := range []bool{false, true} {
		a := smallGame(1, simultaneous, NonSaturating)
		exec, err := model.NewExec(b, model.NewStore(), func(root *model.Scope, x *Node) *Node {
			if simultaneous {
				return a.MoveDiscriminator(root, x, nil).Loss
			}
			d, _ := a.MoveBoth(root, x, nil)
			return d.Loss
		})
		require.NoError(t, err)
		_, err = exec.Call(minibatches(0, 1))
		require.ErrorContains(t, err, "Simultaneous")
	}
}

package ganlib

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestGoldenAugment compares each change, by the random numbers given, and its gradient with the published arithmetic in
// PyTorch, on images that are not square.
func TestGoldenAugment(t *testing.T) {
	golden := gantest.OpenGolden(t, "../tests/golden", "augment")
	in := func(key string) *tensors.Tensor { return golden.Tensor(t, key, dtypes.Float64) }
	color := []string{"brightness", "saturation", "contrast"}
	shift, cut := []string{"rows", "columns"}, []string{"cut rows", "cut columns"}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for name, test := range map[string]struct {
			augment Augment
			drawn   [][]string
		}{
			"color":       {Augment{Color: true}, [][]string{color}},
			"translation": {Augment{Translation: true}, [][]string{shift}},
			"cutout":      {Augment{Cutout: true}, [][]string{cut}},
			"all":         {Augment{Color: true, Translation: true, Cutout: true}, [][]string{color, shift, cut}},
		} {
			inputs := []any{in("x"), in(name + "/v")}
			for _, keys := range test.drawn {
				for _, key := range keys {
					inputs = append(inputs, in("u/"+key))
				}
			}
			exec := MustNewExec(b, func(inputs []*Node) []*Node {
				x, v, drawn := inputs[0], inputs[1], inputs[2:]
				y := test.augment.by(x, func() *Node {
					u := drawn[0]
					drawn = drawn[1:]
					return u
				})
				return []*Node{y, Gradient(ReduceAllSum(Mul(v, y)), x)[0]}
			})
			got := exec.MustCall(inputs...)
			exec.Finalize()
			golden.Check(t, name+"/y", got[0], 1e-12)
			golden.Check(t, name+"/dx", got[1], 1e-12)
		}
	})
}

// TestAugmentRange: shifts and places reach every value that the published code draws, and no other.
func TestAugmentRange(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		exec := MustNewExec1(b, func(u *Node) *Node { return pick(u, 5) })
		defer exec.Finalize()
		almost := float32(1) - 1.0/(1<<24)
		got := tensors.MustCopyFlatData[float32](exec.MustCall([]float32{0, .19, .21, .5, .79, .81, almost, 1}))
		require.Equal(t, []float32{0, 0, 1, 2, 3, 4, 4, 4}, got)
	})
}

// TestAugmentedGame: D sees changed images, real and generated, each in its own way, in both players' steps; G's gradient
// comes back through the change.
func TestAugmentedGame(t *testing.T) {
	const m, side = 64, 4
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		a := smallGame(1, false, NonSaturating)
		a.Augment = Augment{Color: true}
		a.Generator = func(scope *model.Scope, z, _ *Node) *Node { // G(z) = a everywhere
			w := scope.VariableWithValue("a", 1.0).NodeValue(z.Graph())
			return BroadcastToDims(Reshape(w, 1, 1, 1, 1), z.Shape().Dimensions[0], side, side, 1)
		}
		passes := 0
		a.Discriminator = func(scope *model.Scope, x, _ *Node) *Node {
			scope.Store().VariableWithNodeValue("/seen/"+string(rune('a'+passes)), x).SetTrainable(false)
			passes++
			mean := ReduceMean(x, 1, 2, 3)
			return Mul(ExpandAxes(mean, -1), scope.VariableWithValue("b", 1.0).NodeValue(x.Graph()))
		}
		store := model.NewStore()
		require.NoError(t, store.SetRNGStateFromSeed(1))
		trainer, err := a.Trainer(b, store)
		require.NoError(t, err)
		zeros := tensors.FromShape(shapes.Make(dtypes.Float64, m, side, side, 1))
		_, err = trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{zeros}})
		require.NoError(t, err)
		require.Equal(t, 3, passes)
		brightness := make([][]float64, passes)
		for pass := range passes {
			x := tensors.MustCopyFlatData[float64](store.GetVariable("/seen/" + string(rune('a'+pass))).MustValue())
			for i := 0; i < len(x); i += side * side {
				require.InDelta(t, x[i], stat.Mean(x[i:i+side*side], nil), 1e-12, "one change an image")
				brightness[pass] = append(brightness[pass], x[i])
			}
			require.InDelta(t, 1/3.5, stat.StdDev(brightness[pass], nil), .06, "U(−.5, .5) has deviation 1/√12")
			if pass > 0 {
				require.NotEqual(t, brightness[0], brightness[pass])
			}
		}
		require.NotEqual(t, 1.0, tensors.ToScalar[float64](store.GetVariable("/generator/a").MustValue()), "G has learned")
	})
}

// TestAugmentRefused: what is no image cannot be augmented.
func TestAugmentRefused(t *testing.T) {
	require.NoError(t, Augment{}.ValidateFor([]int{2}))
	require.NoError(t, Augment{Cutout: true}.ValidateFor([]int{8, 8, 1}))
	var refused *invalid.Error
	require.ErrorAs(t, Augment{Cutout: true}.ValidateFor([]int{2}), &refused)
	require.Equal(t, "augment", refused.Key)
}

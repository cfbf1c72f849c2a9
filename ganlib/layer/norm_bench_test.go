package layer

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/internal/gantest"
)

// textbook is batch norm by its definition: the variance through the mean, all of it differentiated.
func textbook(scope *model.Scope, x *Node) *Node {
	axes, features := []int{0, 1, 2}, x.Shape().Dimensions[3]
	gamma, beta := variable(scope, "gamma", x, features), variable(scope, "beta", x, features)
	x = Sub(x, ReduceAndKeep(x, ReduceMean, axes...))
	x = Div(x, Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, axes...), 1e-5)))
	return Add(Mul(x, perFeature(gamma, x)), perFeature(beta, x))
}

// scaled is γ·x + β, the least that batch norm could cost.
func scaled(scope *model.Scope, x *Node) *Node {
	features := x.Shape().Dimensions[3]
	gamma, beta := variable(scope, "gamma", x, features), variable(scope, "beta", x, features)
	return Add(Mul(x, perFeature(gamma, x)), perFeature(beta, x))
}

// BenchmarkBatchNorm times a forward and a backward pass, in x, γ and β, at sizes of DCGAN's layers.
func BenchmarkBatchNorm(b *testing.B) {
	for _, dims := range [][]int{{128, 14, 14, 64}, {32, 32, 32, 128}} {
		for _, backend := range []string{"go", "xla:cpu"} {
			for _, form := range []struct {
				name string
				norm func(scope *model.Scope, x *Node) *Node
			}{
				{"ours", BatchNorm{}.Forward}, {"textbook", textbook}, {"scaled", scaled},
			} {
				b.Run(fmt.Sprintf("%v/%s/%s", dims, backend, form.name), func(b *testing.B) {
					exec := model.MustNewExec(gantest.Open(b, backend), model.NewStore(), func(root *model.Scope, x *Node) []*Node {
						root.SetTraining(x.Graph(), true)
						y := MaxScalar(form.norm(root, x), 0) // as in a network: a rectifier follows
						loss := ReduceAllSum(Square(y))
						return append(root.BuildTrainableVariablesGradientsGraph(loss), Gradient(loss, x)...)
					})
					defer exec.Finalize()
					values := make([]float32, shapes.Make(dtypes.Float32, dims...).Size())
					for i, v := range random(len(values), 1) {
						values[i] = float32(v)
					}
					x := tensors.FromFlatDataAndDimensions(values, dims...)
					exec.MustCall(x)
					for b.Loop() {
						for _, result := range exec.MustCall(x) {
							result.MustFinalizeAll()
						}
					}
				})
			}
		}
	}
}

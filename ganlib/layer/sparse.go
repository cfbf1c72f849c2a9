package layer

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// Sparse initialises a matrix [in, out]. In each column, the weights of one unit, exactly nonzero weights are drawn
// from N(0, 1), in random rows; the others are 0, and so are biases (anything of rank 0 or 1). It is the sparse
// initialisation of Martens, Deep learning via Hessian-free optimization (ICML 2010, section 5), and Pylearn2's
// "sparse_init": a unit can tell its inputs apart however many there are.
func Sparse(scope *model.Scope, nonzero int) initializer.VariableInitializer {
	return func(g *Graph, shape shapes.Shape) *Node {
		if shape.Rank() <= 1 {
			return Zeros(g, shape)
		}
		if shape.Rank() != 2 || nonzero < 1 || nonzero > shape.Dimensions[0] {
			Panicf("layer.Sparse: %d weights a column in %s: want a matrix [in, out], and 1 to in of them", nonzero, shape)
		}
		in, out := shape.Dimensions[0], shape.Dimensions[1]
		// The positions of the largest random numbers are a draw without replacement.
		_, rows := TopK(scope.RandomUniform(g, shapes.Make(dtypes.Float32, out, in)), nonzero, 1)
		columns := Iota(g, rows.Shape(), 0)
		at := Reshape(Stack([]*Node{rows, columns}, -1), out*nonzero, 2)
		return Scatter(at, StandardNormal(scope, g, shapes.Make(shape.DType, out*nonzero)), shape, false, true)
	}
}

package optim

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// MaxColNorm is another rule under a max-norm constraint (Srebro and Shraibman 2005; with dropout, Hinton et al. 2012,
// arXiv:1207.0580): after every update, each column of each weight matrix [in, out] (the weights of one unit) is scaled
// down to the Euclidean norm Limit if it is longer. Biases, kernels of convolutions and the rule's own state are not
// constrained. Pylearn2 calls it "max_col_norm".
type MaxColNorm struct {
	Rule
	// Limit is the largest norm of a column. The 2014 code on faces: 1.9365, which is √3.75.
	Limit float64
}

// Validate refuses a limit that is not a positive number, and a rule that cannot train.
func (m MaxColNorm) Validate() error {
	if !(m.Limit > 0 && m.Limit <= math.MaxFloat64) {
		return invalid.Value("max_col_norm", m.Limit, "a positive number")
	}
	return Validate(m.Rule)
}

// UpdateGraph implements optimizer.Interface.
func (m MaxColNorm) UpdateGraph(scope *model.Scope, _ *Graph, loss *Node) {
	m.UpdateGraphWithGradients(scope, scope.BuildTrainableVariablesGradientsGraph(loss), loss.DType())
}

// UpdateGraphWithGradients implements Rule.
func (m MaxColNorm) UpdateGraphWithGradients(scope *model.Scope, grads []*Node, dtype dtypes.DType) {
	g := grads[0].Graph()
	m.Rule.UpdateGraphWithGradients(scope, grads, dtype)
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) && v.Shape().Rank() == 2 {
			v.SetNodeValue(m.shrink(v.NodeValue(g)))
		}
	}
}

// shrink returns w [in, out] with no column longer than the limit.
func (m MaxColNorm) shrink(w *Node) *Node {
	const epsilon = 1e-7 // Pylearn2's, so that a column of zeros is not divided by 0
	norms := Sqrt(ReduceAndKeep(Square(w), ReduceSum, 0))
	return Mul(w, Div(MinScalar(norms, m.Limit), AddScalar(norms, epsilon)))
}

package layer

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// spectral is the name of the request in a graph's parameters.
const spectral = "spectral_norm"

// WithSpectralNorm applies spectral normalisation to the layers of this package below a scope, in a graph (Miyato et
// al., Spectral Normalization for Generative Adversarial Networks, ICLR 2018, arXiv:1802.05957, Algorithm 1). Each
// weight matrix W is used as W/σ(W), where σ is its largest singular value, so no layer stretches a difference of its
// inputs. A kernel counts as the matrix of its output channels by all the rest, as in the paper and in PyTorch; biases,
// γ and β are left alone. It returns the scope.
//
// σ is estimated by power iteration, one round per pass in training, from the vector of the last pass, a variable "u"
// beside the weights. Outside training it stays. The gradient goes through σ, not through the vectors.
func WithSpectralNorm(scope *model.Scope, g *Graph) *model.Scope {
	scope.SetGraphParam(g, spectral, true)
	return scope
}

// weights is the variable "weights" of a layer on x, divided by σ where the scope asks for it. out is the axis of the
// output channels.
func weights(scope *model.Scope, x *Node, out int, dims ...int) *Node {
	if wanted, _ := scope.GetGraphParam(x.Graph(), spectral); wanted != true {
		return variable(scope, "weights", x, dims...)
	}
	w := scope.VariableWithShape("weights", shapes.Make(masterDType(x), dims...)).NodeValue(x.Graph())
	return ConvertDType(Div(w, sigma(scope, w, out)), x.DType())
}

// sigma estimates the largest singular value of w, a scalar.
func sigma(scope *model.Scope, w *Node, out int) *Node {
	g, channels := w.Graph(), w.Shape().Dimensions[out]
	if last := w.Rank() - 1; out != last {
		w = Transpose(w, out, last)
	}
	w = Reshape(w, -1, channels)
	fixed := StopGradient(w)
	start := func(g *Graph, shape shapes.Shape) *Node { return StandardNormal(scope, g, shape) }
	state := scope.WithInitializer(start).VariableWithShape("u", shapes.Make(w.DType(), channels)).SetTrainable(false)
	u := unit(state.NodeValue(g)) // an average of such vectors is shorter than 1
	v := unit(Dot(fixed, u).Product())
	if scope.IsTraining(g) {
		u = StopGradient(unit(Dot(v, fixed).Product()))
		state.SetNodeValue(u)
	}
	return ReduceAllSum(Mul(StopGradient(v), Dot(w, u).Product()))
}

// unit is the vector of length 1 in the direction of x. PyTorch's epsilon prevents a division by 0.
func unit(x *Node) *Node { return Div(x, MaxScalar(Sqrt(ReduceAllSum(Square(x))), 1e-12)) }

// MinibatchStd appends to x [batch, ..., features] one feature that is the same everywhere: the standard deviation over
// the batch, averaged over all features and positions (Karras et al. 2018, arXiv:1710.10196, section 3, with the whole
// batch as the group; the 1e-8 is their code's). Before D's last layer it shows D that samples are all alike. A logit
// then depends on the other examples of its batch.
func MinibatchStd(x *Node) *Node {
	wide := ConvertDType(x, masterDType(x))
	variance := ReduceMean(Square(Sub(wide, ReduceAndKeep(wide, ReduceMean, 0))), 0)
	std := ReduceAllMean(Sqrt(AddScalar(variance, 1e-8)))
	dims := append([]int{}, x.Shape().Dimensions...)
	dims[len(dims)-1] = 1
	return Concatenate([]*Node{x, BroadcastToDims(ConvertDType(std, x.DType()), dims...)}, -1)
}

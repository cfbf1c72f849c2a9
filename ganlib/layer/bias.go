package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// UntiedBias adds its own number to each value of an example, where Conv's bias has one for each channel: x [batch,
// ...] to the same shape, with one variable, "biases" [...], that starts at 0. Pylearn2 calls it "tied_b: 0".
func UntiedBias(scope *model.Scope, x *Node) *Node {
	dims := x.Shape().Dimensions[1:]
	return Add(x, ExpandAxes(variable(scope.WithInitializer(initializer.Zero), "biases", x, dims...), 0))
}

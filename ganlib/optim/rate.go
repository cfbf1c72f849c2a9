package optim

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// rateScope holds the factor of a player's learning rate, below the player's scope.
const rateScope, factorName = "rate", "factor"

// SetRateFactor multiplies the learning rate of the player below a scope by a positive factor from its next update on,
// whatever its rule and schedule; 1 is the rule's own rate, bit for bit. The factor is a variable, so compiled
// executors use it too. A rule's Clear deletes it.
func SetRateFactor(player *model.Scope, factor float64) error {
	value := float32(factor)
	if !(value > 0 && value <= math.MaxFloat32) {
		return invalid.Value("rate_factor", factor, "a positive number, such as .5")
	}
	v := player.At(rateScope).VariableWithValue(factorName, value).SetTrainable(false)
	return v.SetValue(tensors.FromScalar(value))
}

// rateFactor is the factor that SetRateFactor last set, a scalar, or 1.
func rateFactor(player *model.Scope, g *Graph, dtype dtypes.DType) *Node {
	v := player.At(rateScope).VariableWithValue(factorName, float32(1)).SetTrainable(false)
	return ConvertDType(v.NodeValue(g), dtype)
}

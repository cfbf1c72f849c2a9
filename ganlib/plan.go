package ganlib

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/optim"
)

// A Plan is what an iteration of a game needs, known before anything is compiled.
type Plan struct {
	// Variables are the game's variables after the first iteration, without values: weights, what the learning rules
	// keep, averages.
	Variables *model.Store
	// Largest is the largest result of a matrix product or a convolution, which no engine can do without.
	Largest shapes.Shape
}

// Plan builds an iteration on minibatches of m examples of a shape, with one step of D, and computes nothing. The
// backend is one whose graphs cost nothing to build, such as the Go engine.
func (a *Algorithm1) Plan(backend compute.Backend, m int, example ...int) (*Plan, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	once := *a
	once.K = 1
	plan := &Plan{Variables: model.NewStore()}
	err := TryCatch[error](func() {
		g := NewGraph(backend, "plan")
		defer g.Finalize()
		model.SetStore(g, plan.Variables)
		plan.Variables.SetTraining(g, true)
		inputs := []*Node{Parameter(g, "x", shapes.Make(dtypes.Float32, append([]int{m}, example...)...))}
		if a.Classes > 0 {
			inputs = append(inputs, Parameter(g, "y", shapes.Make(dtypes.Int32, m)))
		}
		once.Iterate(plan.Variables.RootScope(), inputs)
		for _, node := range g.Nodes() {
			product := node.Type() == NodeTypeDotGeneral || node.Type() == NodeTypeConvGeneral
			if product && bytesOf(node.Shape()) > bytesOf(plan.Largest) {
				plan.Largest = node.Shape()
			}
		}
	})
	return plan, err
}

// bytesOf is the size of a value of a shape. It does not overflow, as an integer would.
func bytesOf(s shapes.Shape) float64 {
	if !s.Ok() {
		return 0
	}
	bytes := float64(s.DType.Size())
	for _, n := range s.Dimensions {
		bytes *= float64(n)
	}
	return bytes
}

// Bytes is the size of one player's variables, with what its learning rule keeps and averages of them; scope is
// [GeneratorScope] or [DiscriminatorScope].
func (p *Plan) Bytes(scope string) (bytes float64) {
	for v := range p.Variables.IterVariables() {
		if strings.Contains(v.Path(), "/"+scope+"/") {
			bytes += bytesOf(v.Shape())
		}
	}
	return bytes
}

// LargestBytes is the size of Largest.
func (p *Plan) LargestBytes() float64 { return bytesOf(p.Largest) }

// MisfitError refuses weights that are not those of a game's networks.
type MisfitError struct {
	Variable  string // its path, such as /generator/hidden_0/dense/weights
	Has, Want string // shapes; "none" where there is no such variable
}

// Error says all three.
func (e *MisfitError) Error() string {
	return fmt.Sprintf("%s has shape %s: want %s", e.Variable, e.Has, e.Want)
}

// Fit returns a [*MisfitError] for the first variable of a store whose shape is another than planned, for a weight or
// an average of batch norm that the two networks miss, and for one that they do not have.
func (p *Plan) Fit(store *model.Store) error {
	for v := range p.Variables.IterVariables() {
		has := store.GetVariable(v.Path())
		switch {
		case has == nil && ofNetwork(p.Variables, v):
			return &MisfitError{Variable: v.Path(), Has: "none", Want: v.Shape().String()}
		case has != nil && !has.Shape().Equal(v.Shape()):
			return &MisfitError{Variable: v.Path(), Has: has.Shape().String(), Want: v.Shape().String()}
		}
	}
	for v := range store.IterVariables() {
		if ofNetwork(store, v) && p.Variables.GetVariable(v.Path()) == nil {
			return &MisfitError{Variable: v.Path(), Has: v.Shape().String(), Want: "none"}
		}
	}
	return nil
}

// ofNetwork reports whether a variable of a store belongs to a player's network: a weight, or one of batch norm's averages.
func ofNetwork(store *model.Store, v *model.Variable) bool {
	for _, name := range []string{GeneratorScope, DiscriminatorScope} {
		player := store.Scope("/" + name)
		if strings.HasPrefix(v.Path(), player.Scope()+"/") {
			return v.DType().IsFloat() && !optim.Owns(player, v)
		}
	}
	return false
}

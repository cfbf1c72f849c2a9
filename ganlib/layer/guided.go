package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
)

type guideKey struct{}

// Guide makes gradients pass every [LeakyReLU] that is built in the graph from now on by guided backpropagation
// (Springenberg, Dosovitskiy, Brox and Riedmiller, Striving for Simplicity, ICLR 2015 workshop, arXiv:1412.6806, section
// 3.4): a gradient goes on unchanged where the unit's input and the gradient itself are both positive, and ends
// elsewhere. What arrives at the pixels shows what a unit looks for, and leaves out what speaks against it. It is no
// gradient of any function.
//
// The paper's rule is for rectifiers, whose derivative is 1 where the input is positive and 0 elsewhere. A leaky one
// lets the slope through elsewhere; here nothing passes, as if it did not leak. DCGAN's authors, whose discriminator
// leaks, do not say what they did.
func Guide(g *Graph) { g.AttachState(guideKey{}, true) }

// guided is the result y of a rectifier, with its gradient by guided backpropagation if the graph asks for it: y is
// positive where the input is, and there the rectifier's own derivative is 1.
func guided(y *Node) *Node {
	if y.Graph().State(guideKey{}) == nil {
		return y
	}
	return IdentityWithCustomGradient(y, func(y, v *Node) *Node {
		zero := ScalarZero(y.Graph(), y.DType())
		return Where(LogicalAnd(GreaterThan(y, zero), GreaterThan(v, zero)), v, ZerosLike(v))
	})
}

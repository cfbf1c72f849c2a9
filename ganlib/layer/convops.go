package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// A convolution is linear in its image x and in its kernel w, and with a cotangent y of its result it is
// one trilinear form
//
//	Σ y[b, i, :] · x[b, s·i + t − lo, :] · w[t, :, :]
//
// (one axis shown). Its derivatives in y, x and w are the three functions below: the convolution, the
// transposed convolution and the kernel's gradient. Each one's own derivatives are the other two, so
// gradients of every order stay within the three, and each can be computed in whichever form is the
// fastest: none is differentiated through.

// axis is the geometry along one axis: an image of n pixels, a kernel of k, stride s, lo zeros before the
// image, m pixels in the result.
type axis struct{ n, k, s, lo, m int }

// geometry is that of height and width.
type geometry [2]axis

// gather is the convolution: x [batch, n, n, in], w [k, k, in, out] to [batch, m, m, out].
func gather(x, w *Node, g geometry) *Node {
	return withGradient(x, w, fastest(x.Graph().Backend(), g, w.Shape().Dimensions[2]).gather.gather,
		func(v, w *Node) *Node { return scatter(v, w, g) },
		func(v, x *Node) *Node { return correlate(x, v, g) }, g)
}

// scatter is its adjoint in x: y [batch, m, m, out], w [k, k, in, out] to [batch, n, n, in].
func scatter(y, w *Node, g geometry) *Node {
	return withGradient(y, w, fastest(y.Graph().Backend(), g, w.Shape().Dimensions[2]).scatter.scatter,
		func(v, w *Node) *Node { return gather(v, w, g) },
		func(v, y *Node) *Node { return correlate(v, y, g) }, g)
}

// correlate is its adjoint in w: x [batch, n, n, in], y [batch, m, m, out] to [k, k, in, out].
func correlate(x, y *Node, g geometry) *Node {
	return withGradient(x, y, fastest(x.Graph().Backend(), g, x.Shape().Dimensions[3]).correlate.correlate,
		func(v, y *Node) *Node { return scatter(y, v, g) },
		func(v, x *Node) *Node { return gather(x, v, g) }, g)
}

// withGradient is op(a, b) with derivatives of its own: da(v, b) and db(v, a), for the cotangent v of the
// result.
//
// GoMLX lets one replace the gradient of an identity only, which has one input. So the result passes a
// gate that is always open to op and never to the inputs: backwards, the gate leads to both, where
// identities wait with the right gradients. XLA removes the gate; the Go backend pays one copy.
func withGradient(a, b *Node, op func(a, b *Node, g geometry) *Node, da, db func(v, other *Node) *Node, g geometry) *Node {
	var v *Node // known by the time the inputs' identities ask for it
	aEnd := IdentityWithCustomGradient(a, func(_, _ *Node) *Node { return da(v, b) })
	bEnd := IdentityWithCustomGradient(b, func(_, _ *Node) *Node { return db(v, a) })
	y := StopGradient(op(a, b, g))
	never := Const(y.Graph(), false)
	y = Where(never, BroadcastToShape(Add(first(aEnd), first(bEnd)), y.Shape()), y)
	return IdentityWithCustomGradient(y, func(_, cotangent *Node) *Node {
		v = cotangent
		return cotangent
	})
}

// first is the first number of x, a scalar.
func first(x *Node) *Node {
	corner := make([]SliceAxisSpec, x.Rank())
	for i := range corner {
		corner[i] = AxisRange(0, 1)
	}
	return Reshape(Slice(x, corner...))
}

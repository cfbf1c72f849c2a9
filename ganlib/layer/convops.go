package layer

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// A convolution is linear in its image x and in its kernel w. With a cotangent y of its result it is one trilinear form
//
//	Σ y[b, i, :] · x[b, s·i + t − lo, :] · w[t, :, :]
//
// (one axis shown). Its derivatives in y, x and w are the three functions below: the convolution, the transposed
// convolution and the kernel's gradient. The derivatives of each are the other two, so gradients of every order stay
// within the three. Each is computed in its fastest form; no form is differentiated through.

// axis is the geometry along one axis: an image of n pixels, a kernel of k, stride s, lo zeros before the image, m
// pixels in the result.
type axis struct{ n, k, s, lo, m int }

// geometry has the axes of height and width.
type geometry [2]axis

// gather is the convolution: x [batch, n, n, in], w [k, k, in, out] to [batch, m, m, out].
func gather(x, w *Node, g geometry) *Node {
	form := fastest(x.Graph().Backend(), g, w.Shape().Dimensions[2]).gather
	return withGradient(x, w, form.gather(x, w, g),
		func(v *Node) *Node { return scatter(v, w, g) },
		func(v *Node) *Node { return correlate(x, v, g) })
}

// scatter is its adjoint in x: y [batch, m, m, out], w [k, k, in, out] to [batch, n, n, in].
func scatter(y, w *Node, g geometry) *Node {
	form := fastest(y.Graph().Backend(), g, w.Shape().Dimensions[2]).scatter
	return withGradient(y, w, form.scatter(y, w, g),
		func(v *Node) *Node { return gather(v, w, g) },
		func(v *Node) *Node { return correlate(v, y, g) })
}

// correlate is its adjoint in w: x [batch, n, n, in], y [batch, m, m, out] to [k, k, in, out].
func correlate(x, y *Node, g geometry) *Node {
	form := fastest(x.Graph().Backend(), g, x.Shape().Dimensions[3]).correlate
	return withGradient(x, y, form.correlate(x, y, g),
		func(v *Node) *Node { return scatter(y, v, g) },
		func(v *Node) *Node { return gather(x, v, g) })
}

// withGradient returns the value, computed from a and b, with a gradient of its own: da and db are the gradients in a
// and b for the cotangent v of the value.
//
// GoMLX can replace the gradient of an identity only, which has one input. So the value passes a gate that always
// selects it. In the backward pass the gate leads to a and b, whose identities have the right gradients. XLA removes
// the gate; the Go backend pays one copy.
func withGradient(a, b, value *Node, da, db func(v *Node) *Node) *Node {
	var v *Node // set before the inputs' identities read it
	aEnd := IdentityWithCustomGradient(a, func(_, _ *Node) *Node { return da(v) })
	bEnd := IdentityWithCustomGradient(b, func(_, _ *Node) *Node { return db(v) })
	never := Const(value.Graph(), false)
	y := Where(never, BroadcastToShape(Add(first(aEnd), first(bEnd)), value.Shape()), StopGradient(value))
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

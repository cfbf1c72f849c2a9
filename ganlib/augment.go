package ganlib

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Augment is DiffAugment (Zhao et al. 2020, arXiv:2006.10738): random changes to every image that D sees, real and
// generated, in both players' steps. D then cannot learn a small data set by heart, and since the changes can be
// differentiated, G still learns from D through them. It is for a few hundred or thousand images; the more there are,
// the less it helps. The zero value changes nothing.
//
// The sizes are those of the published code, for pixels in [−1, 1]. In [0, 1] they are twice as strong. The changes are
// made in the order of the fields, each drawn afresh for each image.
type Augment struct {
	// Color adds a number from U(−.5, .5) to the image (brightness), multiplies each pixel's distance from the mean of
	// its channels by one from U(0, 2) (saturation), and each value's distance from the mean of the image by one from
	// U(.5, 1.5) (contrast).
	Color bool `json:"color,omitempty"`
	// Translation shifts the image by up to an eighth of its sides. Zeros come in.
	Translation bool `json:"translation,omitempty"`
	// Cutout sets a rectangle of half the sides to 0. Its centre is anywhere in the image.
	Cutout bool `json:"cutout,omitempty"`
}

// Shares of an image's sides.
const (
	mostShift = .125
	cutSide   = .5
)

// ValidateFor refuses to augment what is no image, by the shape of one example.
func (a Augment) ValidateFor(example []int) error {
	if a != (Augment{}) && len(example) != 3 {
		return invalid.Value("augment", true, "none, for examples of shape %v are no images", example)
	}
	return nil
}

// of is the images x [m, height, width, channels], changed by fresh random numbers.
func (a Augment) of(scope *model.Scope, x *Node) *Node {
	return a.by(x, func() *Node {
		return scope.RandomUniform(x.Graph(), shapes.Make(x.DType(), x.Shape().Dimensions[0], 1, 1, 1))
	})
}

// by is the images x [m, height, width, channels], changed by numbers from U(0, 1), one an image: [m, 1, 1, 1] a call.
func (a Augment) by(x *Node, uniform func() *Node) *Node {
	if a == (Augment{}) {
		return x
	}
	if x.Rank() != 4 {
		Panicf("ganlib.Augment: examples of shape %s: want images [batch, height, width, channels]", x.Shape())
	}
	if a.Color {
		x = Add(x, AddScalar(uniform(), -.5))
		x = spread(x, MulScalar(uniform(), 2), 3)
		x = spread(x, AddScalar(uniform(), .5), 1, 2, 3)
	}
	if a.Translation {
		height, width := x.Shape().Dimensions[1], x.Shape().Dimensions[2]
		x = Einsum("mij,mjwc->miwc", shifts(uniform(), height), x)
		x = Einsum("mij,mhjc->mhic", shifts(uniform(), width), x)
	}
	if a.Cutout {
		x = Mul(x, OneMinus(Mul(cut(uniform(), x, 1), cut(uniform(), x, 2))))
	}
	return x
}

// spread multiplies the distance of x from its mean over the axes by a factor.
func spread(x, factor *Node, axes ...int) *Node {
	mean := ReduceAndKeep(x, ReduceMean, axes...)
	return Add(Mul(Sub(x, mean), factor), mean)
}

// shifts are matrices [m, size, size], one an image, that shift an axis of a size by up to mostShift of it. A product
// with them is differentiated faster than a gather is.
func shifts(uniform *Node, size int) *Node {
	most := int(float64(size)*mostShift + .5)
	by := AddScalar(pick(uniform, 2*most+1), -float64(most))
	square := shapes.Make(uniform.DType(), 1, size, size)
	from := Sub(Iota(uniform.Graph(), square, 2), Iota(uniform.Graph(), square, 1))
	return ConvertDType(Equal(from, Squeeze(by, 3)), uniform.DType())
}

// cut is 1 where an axis of the images x lies within the rectangle to be cut out, and 0 elsewhere.
func cut(uniform, x *Node, axis int) *Node {
	size := x.Shape().Dimensions[axis]
	side := int(float64(size)*cutSide + .5)
	begin := AddScalar(pick(uniform, size+1-side%2), -float64(side/2))
	dims := []int{1, 1, 1, 1}
	dims[axis] = size
	at := Sub(Iota(x.Graph(), shapes.Make(x.DType(), dims...), axis), begin) // [m, size] with axes of 1
	return ConvertDType(LogicalAnd(GreaterOrEqual(at, ZerosLike(at)), LessThan(at, AddScalar(ZerosLike(at), float64(side)))), x.DType())
}

// pick turns numbers from U(0, 1) into whole ones from 0 to n − 1.
func pick(uniform *Node, n int) *Node {
	return MinScalar(Floor(MulScalar(uniform, float64(n))), float64(n-1)) // a product may round up to n
}

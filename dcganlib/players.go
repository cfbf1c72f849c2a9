package dcganlib

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// Generator builds G: noise z [batch, dim] and one-hot labels y [batch, Classes], nil where Classes is 0, to images
// [batch, Size, Size, Channels].
func (n Networks) Generator(scope *model.Scope, z, y *Node) *Node {
	return last(n.GeneratorLayers(scope, z, y))
}

// Discriminator builds D: images x [batch, Size, Size, Channels] and one-hot labels y [batch, Classes], nil where
// Classes is 0, to logits [batch, 1].
func (n Networks) Discriminator(scope *model.Scope, x, y *Node) *Node {
	return last(n.DiscriminatorLayers(scope, x, y))
}

var (
	_ ganlib.Generator     = Networks{}.Generator
	_ ganlib.Discriminator = Networks{}.Discriminator
)

func last(outputs []*Node) *Node { return outputs[len(outputs)-1] }

// GeneratorLayers builds G and returns the output of each layer, after its activation, in the order of
// [Networks.GeneratorStages]. The last is G(z).
func (n Networks) GeneratorLayers(scope *model.Scope, z, y *Node) []*Node {
	p := n.begin("Generator", scope)
	if z.Rank() != 2 {
		Panicf("dcganlib.Generator: z has shape %s: want [batch, dim]", z.Shape())
	}
	x := p.enter(z, y)
	if p.Hidden > 0 {
		x = p.keep(relu(p.norm(hiddenScope, p.dense(hiddenScope, x, p.Hidden))))
	}
	x = p.keep(p.project(x))
	for i, width := range p.widths() {
		x = p.up(i, x, width)
		if i < len(p.Filters)-1 {
			x = p.keep(relu(p.norm(upScope(i), x)))
		}
	}
	x = p.leave(x)
	if p.Output == outputSigmoid {
		return append(p.outputs, Sigmoid(x))
	}
	return append(p.outputs, Tanh(x))
}

// DiscriminatorLayers builds D and returns the output of each layer, after its activation, in the order of
// [Networks.DiscriminatorStages]: the features that D sees. The last are the logits.
func (n Networks) DiscriminatorLayers(scope *model.Scope, x, y *Node) []*Node {
	p := n.begin("Discriminator", scope)
	if x.Rank() != 4 || !slices.Equal(x.Shape().Dimensions[1:], []int{p.Size, p.Size, p.Channels}) {
		Panicf("dcganlib.Discriminator: x has shape %s: want [batch, %d, %d, %d]", x.Shape(), p.Size, p.Size, p.Channels)
	}
	x = layers.DropoutStatic(scope, p.enter(x, y), p.InputDropout)
	for i, width := range p.Filters {
		x = p.down(i, x, width)
		if i > 0 { // the paper: none on D's input
			x = p.norm(downScope(i), x)
		}
		x = p.keep(layer.LeakyReLU(x, slope))
	}
	x = Reshape(x, x.Shape().Dimensions[0], -1)
	if p.Hidden > 0 {
		x = p.keep(layer.LeakyReLU(p.norm(hiddenScope, p.dense(hiddenScope, x, p.Hidden)), slope))
	}
	if p.MinibatchStd {
		x = layer.MinibatchStd(x)
	}
	return append(p.outputs, p.leave(p.dense(outputScope, x, 1)))
}

// player is a player while it is built.
type player struct {
	Networks        // every field filled
	name     string // "Generator" or "Discriminator"
	scope    *model.Scope
	dtype    dtypes.DType // of input and output
	y        *Node        // one-hot labels [batch, Classes], or nil
	outputs  []*Node      // of the layers so far
}

// begin panics on networks that cannot be built.
func (n Networks) begin(name string, scope *model.Scope) *player {
	if err := n.Validate(); err != nil {
		Panicf("dcganlib.%s: %v", name, err)
	}
	n = n.orPaper()
	return &player{Networks: n, name: name, scope: scope.WithInitializer(n.initializer(scope))}
}

func (n Networks) initializer(scope *model.Scope) initializer.VariableInitializer {
	if n.Init == initGlorot {
		return initializer.GlorotUniformFn(scope)
	}
	return layer.Normal(scope, std)
}

// enter converts the input [batch, ...] and the labels to the type in which the network computes.
func (p *player) enter(x, y *Node) *Node {
	p.mustMatch(y, x.Shape().Dimensions[0])
	p.dtype = x.DType()
	if p.BFloat16 {
		x = ConvertDType(x, dtypes.BFloat16)
	}
	if y != nil {
		p.y = ConvertDType(y, x.DType())
	}
	return x
}

// mustMatch panics on labels that do not fit the networks' classes.
func (p *player) mustMatch(y *Node, batch int) {
	switch {
	case p.Classes == 0 && y != nil:
		Panicf("dcganlib.%s: labels %s for networks without classes: want nil", p.name, y.Shape())
	case p.Classes > 0 && y == nil:
		Panicf("dcganlib.%s: no labels for networks of %d classes: want one-hot [%d, %d]", p.name, p.Classes, batch, p.Classes)
	case p.Classes > 0 && !slices.Equal(y.Shape().Dimensions, []int{batch, p.Classes}):
		Panicf("dcganlib.%s: labels %s for networks of %d classes: want one-hot [%d, %d]", p.name, y.Shape(), p.Classes, batch, p.Classes)
	}
}

// leave gives the result the type of the input.
func (p *player) leave(x *Node) *Node { return ConvertDType(x, p.dtype) }

// keep records the output of a layer.
func (p *player) keep(x *Node) *Node {
	p.outputs = append(p.outputs, x)
	return x
}

// join appends the labels to the features of x, at every position of an image.
func (p *player) join(x *Node) *Node {
	if p.y == nil {
		return x
	}
	y, dims := p.y, slices.Clone(x.Shape().Dimensions)
	dims[len(dims)-1] = p.Classes
	if x.Rank() == 4 {
		y = BroadcastToDims(Reshape(y, dims[0], 1, 1, p.Classes), dims...)
	}
	return Concatenate([]*Node{x, y}, -1)
}

func (p *player) dense(name string, x *Node, units int) *Node {
	return layer.Dense(p.scope.At("%s", name), p.join(x), units, p.Bias)
}

// project is G's first layer, apart from a hidden one: x [batch, features] to [batch, Base, Base, channels].
func (p *player) project(x *Node) *Node {
	width := p.Filters[len(p.Filters)-1]
	x = p.dense(projectionScope, x, p.Base*p.Base*width)
	image := []int{x.Shape().Dimensions[0], p.Base, p.Base, width}
	switch p.Projection {
	case projectionPlain:
		return Reshape(x, image...)
	case projectionChannel:
		return relu(p.norm(projectionScope, Reshape(x, image...)))
	}
	return Reshape(relu(p.norm(projectionScope, x)), image...)
}

// up is G's i-th transposed convolution, which doubles the image.
func (p *player) up(i int, x *Node, channels int) *Node {
	return p.convTranspose(i, channels).Forward(p.scope.At("%s", upScope(i)), p.join(x))
}

// convTranspose is the layer of up, for networks with every field filled.
func (n Networks) convTranspose(i, channels int) layer.ConvTranspose {
	conv := layer.ConvTranspose(n.conv(channels))
	if i == 0 && n.Projection == projectionPlain {
		conv.Stride, conv.Padding = 1, uncropped
	}
	return conv
}

var uncropped = layer.Explicit(0, 0)

// down is D's i-th convolution, which halves the image.
func (p *player) down(i int, x *Node, channels int) *Node {
	return p.conv(channels).Forward(p.scope.At("%s", downScope(i)), p.join(x))
}

// conv is the layer of down, for networks with every field filled.
func (n Networks) conv(channels int) layer.Conv {
	padding := layer.SameTorch
	if n.Padding == paddingTF {
		padding = layer.SameTF
	}
	return layer.Conv{Channels: channels, Kernel: n.Kernel, Stride: stride, Padding: padding, Bias: n.Bias}
}

// norm is batch norm. Its variables lie beside those of the layer before it.
func (p *player) norm(name string, x *Node) *Node {
	if p.BatchNorm == batchNormNone {
		return x
	}
	bn := layer.BatchNorm{Epsilon: p.Epsilon, NoAffine: p.BatchNorm == batchNormPlain, Groups: p.BatchNormGroups}
	if p.Init == initNormal {
		bn.GammaStd = std
	}
	return bn.Forward(p.scope.At("%s", name), x)
}

func relu(x *Node) *Node { return layer.Note("relu", MaxScalar(x, 0)) }

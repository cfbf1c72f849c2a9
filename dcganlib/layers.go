package dcganlib

import (
	"fmt"
	"slices"

	"github.com/gans-in-go/gans/ganlib/layer"
)

// Layer is a layer of a player, in finer steps than a [Stage]: batch norm and activations are layers of their own.
type Layer struct {
	Name  string // what it is, much as MathWorks' example calls it: "projectAndReshape", "transposedConv", "batchnorm", …
	Shape []int  // of its output, without the batch
	Note  string // its settings, such as "5×5, stride 2"; "" for none
}

// Layers lists what an example goes through, without building it: in G from z to the image, in D from x to the logit.
// The first layer of each is its input. The networks must be valid. Labels of a conditional game join the input of every
// layer that has weights; the shapes do not count them.
func (c Config) Layers() (generator, discriminator []Layer) {
	n := c.Networks.orPaper()
	return n.generatorPlan(c.Noise.Dim, string(c.Noise.Noise)), n.discriminatorPlan()
}

// layerPlan is a player's layers so far.
type layerPlan struct {
	Networks // every field filled
	layers   []Layer
}

func (p *layerPlan) add(name, note string, shape ...int) {
	p.layers = append(p.layers, Layer{name, slices.Clone(shape), note})
}

// shape is that of the last layer's output.
func (p *layerPlan) shape() []int { return p.layers[len(p.layers)-1].Shape }

// keep adds a layer that keeps the shape of its input.
func (p *layerPlan) keep(name, note string) { p.add(name, note, p.shape()...) }

// norm adds batch norm, where there is any.
func (p *layerPlan) norm(note string) {
	if p.BatchNorm != batchNormNone {
		p.keep("batchnorm", note)
	}
}

func (n Networks) generatorPlan(dim int, noise string) []Layer {
	p := &layerPlan{Networks: n}
	p.add("z", noise, dim)
	if n.Hidden > 0 {
		p.add("fullyConnected", "", n.Hidden)
		p.norm("")
		p.keep("relu", "")
	}
	p.add("projectAndReshape", "", n.Base, n.Base, n.Filters[len(n.Filters)-1])
	if n.Projection != projectionPlain {
		p.norm(map[string]string{projectionUnit: "unit by unit", projectionChannel: ""}[n.Projection])
		p.keep("relu", "")
	}
	for i, channels := range n.widths() {
		side := n.Base * stride << i
		p.add("transposedConv", note(layer.Conv(n.convTranspose(i, channels))), side, side, channels)
		if i < len(n.Filters)-1 {
			p.norm("")
			p.keep("relu", "")
		}
	}
	p.keep(n.Output, "")
	return p.layers
}

func (n Networks) discriminatorPlan() []Layer {
	p := &layerPlan{Networks: n}
	p.add("x", "", n.Size, n.Size, n.Channels)
	if n.InputDropout > 0 {
		p.keep("dropout", fmt.Sprint(n.InputDropout))
	}
	leaky := func() { p.keep("leakyrelu", fmt.Sprintf("slope %g", slope)) }
	for i, channels := range n.Filters {
		side := p.shape()[0] / stride
		p.add("conv", note(n.conv(channels)), side, side, channels)
		if i > 0 {
			p.norm("")
		}
		leaky()
	}
	features := n.Base * n.Base * n.Filters[len(n.Filters)-1]
	if n.Hidden > 0 {
		features = n.Hidden
		p.add("fullyConnected", "", features)
		p.norm("")
		leaky()
	}
	if n.MinibatchStd {
		p.add("minibatchStd", "", features+1)
	}
	p.add("fullyConnected", "the logit", 1)
	return p.layers
}

// note is a convolution's settings in words.
func note(c layer.Conv) string {
	words := fmt.Sprintf("%d×%d, stride %d", c.Kernel, c.Kernel, c.Stride)
	if c.Padding == uncropped {
		words += ", uncropped"
	}
	return words
}

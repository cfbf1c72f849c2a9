package features

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// Discriminator is the D of a DCGAN, to be looked at. Nothing here changes its weights.
type Discriminator struct {
	// Networks is the architecture.
	Networks dcganlib.Networks
	// SpectralNorm says that the layers are spectrally normalised, see [ganlib.WithSpectralNorm].
	SpectralNorm bool
	// Backend is the engine.
	Backend compute.Backend
	// Store holds the weights, below "/discriminator".
	Store *model.Store
}

// Untrained is the same discriminator with first weights, drawn by the seed, in place of the learned ones.
func (d Discriminator) Untrained(seed int64) (Discriminator, error) {
	d.Store = model.NewStore()
	return d, d.Store.SetRNGStateFromSeed(seed)
}

// check refuses a discriminator that cannot be built, and images that it does not read.
func (d Discriminator) check(images *data.Images) error {
	switch {
	case d.Backend == nil:
		return invalid.Value("backend", "none", "an engine, as package backend opens")
	case d.Store == nil:
		return invalid.Value("store", "none", "the weights, or those of Untrained")
	}
	if err := d.Networks.Validate(); err != nil {
		return err
	}
	return d.reads(images)
}

// reads refuses images of another shape than D's.
func (d Discriminator) reads(images *data.Images) error {
	if err := images.Validate(); err != nil {
		return err
	}
	size, channels := d.Networks.Size, d.Networks.Channels
	if images.Height != size || images.Width != size || images.Channels != channels {
		return fmt.Errorf("%w: image set %q has images of %d x %d with %d channels: this discriminator wants %d x %[6]d with %d "+
			"(see Images.Resize and Images.WithChannels)",
			data.ErrUnfit, images.Name, images.Height, images.Width, images.Channels, size, channels)
	}
	return nil
}

// scale is the range of the pixels that D was trained on.
func (d Discriminator) scale() data.Scale {
	if d.Networks.Output == "sigmoid" {
		return data.Unit
	}
	return data.Symmetric
}

// convolutions counts D's convolutions, and has the channels of each.
func (d Discriminator) convolutions() (filters []int) {
	for _, stage := range d.Networks.DiscriminatorStages() {
		if len(stage.Shape) == 3 {
			filters = append(filters, stage.Shape[2])
		}
	}
	return filters
}

// layers builds D on x [n, size, size, channels], without labels and dropout, and returns the output of each convolution
// after its activation, in the type of x.
func (d Discriminator) layers(root *model.Scope, x *Node) []*Node {
	n, g := d.Networks, x.Graph()
	n.InputDropout, n.BatchNormGroups = 0, 0
	scope := root.At(ganlib.DiscriminatorScope)
	if d.SpectralNorm {
		scope = layer.WithSpectralNorm(scope, g)
	}
	var y *Node
	if n.Classes > 0 {
		y = Zeros(g, shapes.Make(x.DType(), x.Shape().Dimensions[0], n.Classes))
	}
	outputs := n.DiscriminatorLayers(scope, x, y)[:len(d.convolutions())]
	for i := range outputs {
		outputs[i] = ConvertDType(outputs[i], x.DType())
	}
	return outputs
}

// settled is the discriminator with a copy of the weights, in which batch norm's averages are those of the images.
func (d Discriminator) settled(ctx context.Context, images *data.Images) (Discriminator, error) {
	if err := d.check(images); err != nil {
		return d, err
	}
	store := model.NewStore()
	for v := range d.Store.IterVariables() {
		if strings.HasPrefix(v.Path(), "/"+ganlib.DiscriminatorScope+"/") || v.Path() == "/"+model.RNGStateVariableName {
			if _, err := v.CloneToStore(store); err != nil {
				return d, err
			}
		}
	}
	d.Store = store
	if !d.Networks.HasBatchNorm() {
		return d, nil
	}
	if images.N < 2 {
		return d, invalid.Value("images", images.N, "at least 2, for batch norm takes its statistics from them")
	}
	return d, d.settle(ctx, images)
}

// Batches of this size, and at most so many of them, move batch norm's averages. Of where they were, .9⁵⁰ = .005 is left.
const settleSize, settleBatches = 128, 50

// settle moves batch norm's averages by minibatches of the images, as a training pass does. The order is always the same.
func (d Discriminator) settle(ctx context.Context, images *data.Images) error {
	exec, err := model.NewExec(d.Backend, d.Store, func(root *model.Scope, x *Node) *Node {
		root.Store().SetTraining(x.Graph(), true)
		outputs := d.layers(root, x)
		return ReduceAllSum(outputs[len(outputs)-1])
	})
	if err != nil {
		return err
	}
	defer exec.Finalize()
	rows := min(settleSize, images.N)
	order := rand.New(rand.NewPCG(1, 0)).Perm(images.N)
	x := make([]float32, rows*images.Size())
	for i := range settleBatches {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := i % (images.N / rows) * rows // few images come again
		if err := images.Fill(x, order[from:from+rows], d.scale()); err != nil {
			return err
		}
		if _, err := exec.Call(tensors.FromFlatDataAndDimensions(x, rows, images.Height, images.Width, images.Channels)); err != nil {
			return err
		}
	}
	return nil
}

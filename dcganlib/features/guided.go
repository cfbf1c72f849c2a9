package features

import (
	"context"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/layer"
)

// Panel is what one feature of D's last convolution looks for.
type Panel struct {
	Feature int
	// Images are the numbers of the images on which the feature is largest, anywhere in the picture, the largest first.
	Images []int
	// Activations are the feature's largest values there.
	Activations []float32
	// Gradients are what guided backpropagation brings from those values to the pixels, [len(Images)][size·size·channels].
	Gradients [][]float32
}

// Guided looks at the first features of D's last convolution: for each, the n images on which it is largest, and the
// guided gradient of that largest value with respect to the pixels (see [layer.Guide]). The paper's Figure 5 shows six
// features. Batch norm's statistics are taken from the images.
func (d Discriminator) Guided(ctx context.Context, images *data.Images, features, n int) ([]Panel, error) {
	if err := d.check(images); err != nil {
		return nil, err
	}
	filters := d.convolutions()
	last := filters[len(filters)-1]
	switch {
	case features < 1 || features > last:
		return nil, invalid.Value("features", features, "1 to %d, those of the last convolution", last)
	case n < 1 || n > images.N:
		return nil, invalid.Value("n", n, "1 to %d, the number of images", images.N)
	}
	d, err := d.settled(ctx, images)
	if err != nil {
		return nil, err
	}
	largest, err := d.largest(ctx, images)
	if err != nil {
		return nil, err
	}
	back, err := d.guidedGradient()
	if err != nil {
		return nil, err
	}
	defer back.Finalize()
	panels := make([]Panel, features)
	for f := range panels {
		p := Panel{Feature: f, Images: most(largest, last, f, n)}
		if err := d.trace(ctx, back, images, last, &p); err != nil {
			return nil, err
		}
		panels[f] = p
	}
	return panels, nil
}

// peaks are the largest values of each channel of D's last convolution over the picture: [n, size, size, channels] to
// [n, filters].
func (d Discriminator) peaks(root *model.Scope, x *Node) *Node {
	outputs := d.layers(root, x)
	return ReduceMax(outputs[len(outputs)-1], 1, 2)
}

// largest are the peaks of all images, [images.N, filters].
func (d Discriminator) largest(ctx context.Context, images *data.Images) (peaks []float32, err error) {
	exec, err := model.NewExec(d.Backend, d.Store, d.peaks)
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	err = inBatches(ctx, exec, images, d.scale(), func(results []*tensors.Tensor, n int) error {
		values, err := tensors.CopyFlatData[float32](results[0])
		peaks = append(peaks, values[:n*results[0].Shape().Dimensions[1]]...)
		return err
	})
	return peaks, err
}

// most are the n rows of x [rows, dim] whose value in a column is largest, the largest first.
func most(x []float32, dim, column, n int) []int {
	rows := make([]int, len(x)/dim)
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		switch u, v := x[a*dim+column], x[b*dim+column]; {
		case u > v:
			return -1
		case u < v:
			return 1
		}
		return 0
	})
	return rows[:n]
}

// guidedGradient compiles the way there and back: images, and the feature of interest as a one-hot row [filters], to its
// peak in each image, and the guided gradient of that with respect to the pixels.
func (d Discriminator) guidedGradient() (*model.Exec, error) {
	return model.NewExec(d.Backend, d.Store, func(root *model.Scope, x, feature *Node) (peaks, gradient *Node) {
		layer.Guide(x.Graph())
		peaks = ReduceSum(Mul(d.peaks(root, x), InsertAxes(feature, 0)), 1)
		return peaks, Gradient(ReduceAllSum(peaks), x)[0] // outside training no image depends on another
	})
}

// trace fills a panel with activations and gradients.
func (d Discriminator) trace(ctx context.Context, back *model.Exec, images *data.Images, filters int, p *Panel) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x := make([]float32, len(p.Images)*images.Size())
	if err := images.Fill(x, p.Images, d.scale()); err != nil {
		return err
	}
	feature := make([]float32, filters)
	feature[p.Feature] = 1
	results, err := back.Call(tensors.FromFlatDataAndDimensions(x, len(p.Images), images.Height, images.Width, images.Channels), feature)
	if err != nil {
		return err
	}
	if p.Activations, err = tensors.CopyFlatData[float32](results[0]); err != nil {
		return err
	}
	gradients, err := tensors.CopyFlatData[float32](results[1])
	p.Gradients = slices.Collect(slices.Chunk(gradients, images.Size()))
	return err
}

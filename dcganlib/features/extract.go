package features

import (
	"context"
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/memory"
)

// Cells is the number of cells along a side of the grid to which each layer is pooled. The paper: 4.
const Cells = 4

// Dim is the number of features of a D whose convolutions have the given numbers of filters.
func Dim(filters ...int) int {
	sum := 0
	for _, n := range filters {
		sum += n
	}
	return Cells * Cells * sum
}

// Extractor turns images into the features of a discriminator. It is a feature.Extractor of package measure/feature. Its
// methods are for one goroutine at a time.
type Extractor struct {
	d    Discriminator
	name string
	exec *model.Exec
}

// Extractor compiles D as an extractor. Batch norm's statistics are taken from the images, which are those that a
// classifier will learn from.
func (d Discriminator) Extractor(ctx context.Context, images *data.Images) (*Extractor, error) {
	d, err := d.settled(ctx, images)
	if err != nil {
		return nil, err
	}
	exec, err := model.NewExec(d.Backend, d.Store, func(root *model.Scope, x *Node) *Node {
		var pooled []*Node
		for _, output := range d.layers(root, x) {
			pooled = append(pooled, Reshape(maxPool(output, Cells), x.Shape().Dimensions[0], -1))
		}
		return Concatenate(pooled, 1)
	})
	return &Extractor{d, fmt.Sprintf("discriminator %v, settled on %s", d.convolutions(), images.Name), exec}, err
}

// Name identifies the features by D's filters and the images that batch norm's statistics are from.
func (e *Extractor) Name() string { return e.name }

// Dim is the number of features.
func (e *Extractor) Dim() int { return Dim(e.d.convolutions()...) }

// Extract returns one row for each image: x of [images.N, dim] in one slice. Its error wraps [data.ErrFormat] for images
// that [data.Images.Validate] refuses, and [data.ErrUnfit] for images of another size or number of channels than D's. It
// is an [invalid.Error] of "images" if the rows do not fit into the machine's memory. Between two batches it returns the
// error of a context that has ended.
func (e *Extractor) Extract(ctx context.Context, images *data.Images) (x []float32, dim int, err error) {
	if err := e.d.reads(images); err != nil {
		return nil, 0, err
	}
	dim = e.Dim()
	const float32Bytes = 4
	if most := int(memory.Limit() / float32Bytes / float64(dim)); images.N > most {
		return nil, 0, invalid.Value("images", images.N, "at most %d, whose %d features each fit into this machine's memory", most, dim)
	}
	x = make([]float32, 0, images.N*dim)
	err = inBatches(ctx, e.exec, images, e.d.scale(), func(rows []*tensors.Tensor, n int) error {
		values, err := tensors.CopyFlatData[float32](rows[0])
		x = append(x, values[:n*dim]...)
		return err
	})
	return x, dim, err
}

// valuesAtOnce bounds the values of the images that pass through D in one call.
const atOnce, valuesAtOnce = 250, 1 << 18

// inBatches passes images, scaled, through an executor, and hands its results on with the number of rows that count. All
// calls have one number of rows, because each is compiled by itself; the last one is filled up with the last image.
func inBatches(ctx context.Context, exec *model.Exec, images *data.Images, scale data.Scale, take func(results []*tensors.Tensor, n int) error) error {
	rows := min(images.N, max(1, min(atOnce, valuesAtOnce/images.Size())))
	x, indices := make([]float32, rows*images.Size()), make([]int, rows)
	for from := 0; from < images.N; from += rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i := range indices {
			indices[i] = min(from+i, images.N-1)
		}
		if err := images.Fill(x, indices, scale); err != nil {
			return err
		}
		results, err := exec.Call(tensors.FromFlatDataAndDimensions(slices.Clone(x), rows, images.Height, images.Width, images.Channels))
		if err != nil {
			return err
		}
		if err := take(results, min(rows, images.N-from)); err != nil {
			return err
		}
		for _, result := range results {
			result.MustFinalizeAll()
		}
	}
	return nil
}

// maxPool is the largest value of each channel of x [n, height, width, channels] in each of k×k cells, [n, k, k,
// channels]. The cells are those of PyTorch's adaptive pooling.
func maxPool(x *Node, k int) *Node {
	d := x.Shape().Dimensions
	cell := func(side, i int) SliceAxisSpec { return AxisRange(i*side/k, ((i+1)*side+k-1)/k) }
	var cells []*Node
	for i := range k {
		for j := range k {
			cells = append(cells, ReduceMax(Slice(x, AxisRange(), cell(d[1], i), cell(d[2], j)), 1, 2))
		}
	}
	return Reshape(Concatenate(cells, 1), d[0], k, k, d[3])
}

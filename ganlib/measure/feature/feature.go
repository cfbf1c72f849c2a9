package feature

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Extractor turns images into rows of numbers, the features.
type Extractor interface {
	// Name identifies the features, such as "random convolutions, seed 1". Scores under one name can be compared.
	Name() string
	// Extract returns one row for each image: x of [images.N, dim] in one slice. Its error wraps [data.ErrFormat] for
	// images that [data.Images.Validate] refuses, and [data.ErrUnfit] for images of a size or a number of channels that
	// the extractor does not read. Between two batches it returns the error of a context that has ended.
	Extract(ctx context.Context, images *data.Images) (x []float32, dim int, err error)
}

// Pixels returns the images themselves: [n, height·width·channels], each pixel value divided by 255, so in [0, 1].
func Pixels() Extractor { return pixels{} }

type pixels struct{}

func (pixels) Name() string { return "pixels" }

func (pixels) Extract(ctx context.Context, images *data.Images) (x []float32, dim int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if err := images.Validate(); err != nil {
		return nil, 0, err
	}
	x = make([]float32, len(images.Pixels))
	for i, v := range images.Pixels {
		x[i] = unit(v)
	}
	return x, images.Size(), nil
}

// unit brings a pixel value to [0, 1]: data.Unit, one value at a time.
func unit(v uint8) float32 { return float32(v) / 255 }

// unitOf is unit in a graph: uint8 or float32 to float32.
func unitOf(pixels *Node) *Node { return DivScalar(ConvertDType(pixels, dtypes.Float32), 255) }

// atOnce and valuesAtOnce bound the number of images, and of their values, that pass through a network in one call.
const atOnce, valuesAtOnce = 250, 1 << 18

// executor is model.Exec or graph.Exec.
type executor interface {
	Call(args ...any) ([]*tensors.Tensor, error)
}

// inBatches passes the values of images, [rows, height, width, channels] from 0 to 255, through an executor and joins each
// of its results, float32 [rows, ...], to one slice. The values are the images' pixels, or those before they were rounded.
// All batches of images of one size have the same number of rows, whatever N is, because each shape is compiled
// separately. Black images fill the last batch.
func inBatches[T uint8 | float32](ctx context.Context, exec executor, images *data.Images, values []T) ([][]float32, error) {
	size := images.Size()
	rows := max(1, min(atOnce, valuesAtOnce/size))
	var joined [][]float32
	for from := 0; from < images.N; from += rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(rows, images.N-from)
		batch := make([]T, rows*size)
		copy(batch, values[from*size:(from+n)*size])
		input := tensors.FromFlatDataAndDimensions(batch, rows, images.Height, images.Width, images.Channels)
		results, err := exec.Call(input)
		input.MustFinalizeAll()
		if err != nil {
			return nil, fmt.Errorf("features of images %d to %d of %q: %w", from, from+n-1, images.Name, err)
		}
		if joined == nil {
			joined = make([][]float32, len(results))
		}
		for i, result := range results {
			values, err := tensors.CopyFlatData[float32](result)
			if err != nil {
				return nil, err
			}
			result.MustFinalizeAll()
			joined[i] = append(joined[i], values[:n*(len(values)/rows)]...)
		}
	}
	return joined, nil
}

// newExec prepares a graph on images, uint8 or float32 from 0 to 255. The compiled graphs are freed with the executor.
func newExec(b compute.Backend, build func(pixels *Node) *Node) (executor, error) {
	return NewExec(b, build)
}

// Unrounded returns the features of examples x [n, height, width, channels] as a generator makes them on a scale, without
// rounding them to bytes first: what differs by little has features that differ by little, as a path length needs. The
// extractor is one of this package's, and the scale is not [data.Contrast], which has lost what is black. Other errors
// are those of Extract.
func Unrounded(ctx context.Context, e Extractor, x []float32, shape []int, scale data.Scale) (rows []float32, dim int, err error) {
	images, err := scale.Images(x, shape)
	if err != nil {
		return nil, 0, err
	}
	span := scale.Span()
	if span == 0 {
		return nil, 0, invalid.Value("scale", int(scale), "Unit (%d) or Symmetric (%d)", data.Unit, data.Symmetric)
	}
	values := make([]float32, len(x))
	for i, v := range x { // black is 0, or −1
		values[i] = 255 * (v + float32(span-1)) / float32(span)
	}
	switch e := e.(type) {
	case pixels:
		for i := range values {
			values[i] /= 255
		}
		return values, images.Size(), ctx.Err()
	case *random:
		return extractRandom(ctx, e, images, values)
	case *Classifier:
		rows, _, err = apply(ctx, e, images, values)
		return rows, features, err
	}
	return nil, 0, invalid.Value("extractor", e.Name(), "pixels, random convolutions or a classifier")
}

// Named returns the extractor with a name, on a backend: "pixels", "random" (convolutions), "mnist" or "fashion"
// (classifiers).
func Named(b compute.Backend, name string) (Extractor, error) {
	switch name {
	case "pixels":
		return Pixels(), nil
	case "random":
		return Random(b, 1)
	case "mnist":
		return extractor(Digits(b))
	case "fashion":
		return extractor(Fashion(b))
	}
	return nil, invalid.Value("extractor", name, "pixels, random, mnist or fashion")
}

// extractor is a classifier as an extractor; a nil one must not become a non-nil Extractor.
func extractor(c *Classifier, err error) (Extractor, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

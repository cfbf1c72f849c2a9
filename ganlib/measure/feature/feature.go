package feature

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/ganlib/data"
)

// Extractor turns images into rows of numbers, the features.
type Extractor interface {
	// Name says what the features are, in words that pin them, such as "random
	// convolutions, seed 1". Numbers measured under one name can be compared.
	Name() string
	// Extract returns one row an image, x of [images.N, dim] in one slice. It
	// returns an error for images that are not as [data.Images.Validate] wants
	// them, or of a kind that the extractor does not know.
	Extract(images *data.Images) (x []float32, dim int, err error)
}

// Pixels are the images themselves: [n, height·width·channels], each pixel value
// divided by 255, so in [0, 1].
func Pixels() Extractor { return pixels{} }

type pixels struct{}

func (pixels) Name() string { return "pixels" }

func (pixels) Extract(images *data.Images) (x []float32, dim int, err error) {
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

// unitOf is unit in a graph: uint8 to float32.
func unitOf(pixels *Node) *Node { return DivScalar(ConvertDType(pixels, dtypes.Float32), 255) }

// atOnce and valuesAtOnce bound how many images, and how many of their values,
// pass through a network at a time.
const atOnce, valuesAtOnce = 250, 1 << 18

// executor is model.Exec or graph.Exec.
type executor interface {
	Call(args ...any) ([]*tensors.Tensor, error)
}

// inBatches passes images as uint8 [rows, height, width, channels] through an
// executor and joins each of its results, float32 [rows, ...], to one slice. All
// batches of images of one size have the same number of rows, whatever N is, for
// each shape is a compilation of its own: black images fill the last one up.
func inBatches(exec executor, images *data.Images) ([][]float32, error) {
	size := images.Size()
	rows := max(1, min(atOnce, valuesAtOnce/size))
	var joined [][]float32
	for from := 0; from < images.N; from += rows {
		n := min(rows, images.N-from)
		batch := make([]uint8, rows*size)
		copy(batch, images.Pixels[from*size:(from+n)*size])
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

// newExec prepares a graph on uint8 images. Compiled graphs go with the executor
// when nobody has it any more.
func newExec(b compute.Backend, build func(pixels *Node) *Node) (executor, error) {
	return NewExec(b, build)
}

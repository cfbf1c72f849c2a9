package inception

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/images"
	"github.com/gomlx/gomlx/examples/inceptionv3"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/data"
)

const (
	// side is the height and width at which the network sees images.
	side = inceptionv3.ClassificationImageSize
	// embedding is the number of features of an image.
	embedding = inceptionv3.EmbeddingSize
	// atOnce is the number of images in a batch, small because each takes some 6 MB in its widest layer.
	atOnce = 8
)

// Extractor is the network with its weights. It is a feature.Extractor. Only one goroutine at a time may use it.
type Extractor struct {
	weights string // the start of their hash
	exec    *model.Exec
}

// New returns the network with the weights in a folder, on a backend. The package comment says what the folder holds.
// New unpacks weights.h5 if gomlx_weights is not there.
//
// Without weights it returns an error that wraps [data.ErrMissing] and says where to get them. If weights.h5 is not
// Keras's own file, or a value is not finite, the error wraps [data.ErrFormat]; if a tensor's file is missing,
// [fs.ErrNotExist].
func New(b compute.Backend, dir string) (*Extractor, error) {
	if err := unpacked(dir); err != nil {
		return nil, err
	}
	hash, err := checkWeights(dir)
	if err != nil {
		return nil, err
	}
	exec, err := model.NewExec(b, model.NewStore(), func(root *model.Scope, pixels *Node) *Node {
		return features(root, dir, pixels)
	})
	if err != nil {
		return nil, fmt.Errorf("InceptionV3: %w", err)
	}
	return &Extractor{weights: hash, exec: exec}, nil
}

// features maps uint8 [n, 299, 299, 3] to float32 [n, 2048], the mean of each of the last block's maps. Like
// [inceptionv3.BuildGraph] it panics if a weight is not there or has another shape.
func features(root *model.Scope, dir string, pixels *Node) *Node {
	// From [0, 255] to [−1, 1], as Keras's preprocess_input.
	x := inceptionv3.PreprocessImage(ConvertDType(pixels, dtypes.Float32), 255, images.ChannelsLast)
	return inceptionv3.BuildGraph(root, x).PreTrained(dir).Trainable(false).SetPooling(inceptionv3.MeanPooling).Done()
}

// Name identifies the network and, by the start of a hash, its weights.
func (e *Extractor) Name() string {
	return fmt.Sprintf("InceptionV3 of Keras, weights %s, %d features, not comparable with published FID", e.weights, embedding)
}

// Extract returns the features of each image: x of [images.N, 2048]. It brings images to 299 x 299 by
// [data.Images.Resize] and grey ones to three equal channels.
//
// Its error wraps [data.ErrFormat] for images that [data.Images.Validate] refuses, and [data.ErrUnfit] for images that
// are not square.
func (e *Extractor) Extract(ctx context.Context, images *data.Images) (x []float32, dim int, err error) {
	if err := images.Validate(); err != nil {
		return nil, 0, err
	}
	if images.Height != images.Width {
		return nil, 0, fmt.Errorf("%w: image set %q has images of %d x %d: want square ones, for InceptionV3 reads %d x %d",
			data.ErrUnfit, images.Name, images.Height, images.Width, side, side)
	}
	x = make([]float32, 0, images.N*embedding)
	batch := min(images.N, atOnce)
	for lo := 0; lo < images.N; lo += batch {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		rows, err := e.rows(images, lo, min(lo+batch, images.N), batch)
		if err != nil {
			return nil, 0, fmt.Errorf("features of images %d on of %q: %w", lo, images.Name, err)
		}
		x = append(x, rows...)
	}
	return x, embedding, nil
}

// rows are the features of images lo to hi-1, which pass through the network in batches of one size, because each size
// is compiled separately.
func (e *Extractor) rows(images *data.Images, lo, hi, batch int) ([]float32, error) {
	part, err := images.Subset(lo, hi)
	if err != nil {
		return nil, err
	}
	if part, err = part.Resize(side); err != nil {
		return nil, err
	}
	if part, err = part.WithChannels(3); err != nil {
		return nil, err
	}
	pixels := make([]uint8, batch*part.Size()) // black where the set has ended
	copy(pixels, part.Pixels)
	in := tensors.FromFlatDataAndDimensions(pixels, batch, side, side, 3)
	defer in.MustFinalizeAll()
	outputs, err := e.exec.Call(in)
	if err != nil {
		return nil, err
	}
	defer outputs[0].MustFinalizeAll()
	rows, err := tensors.CopyFlatData[float32](outputs[0])
	if err != nil {
		return nil, err
	}
	rows = rows[:(hi-lo)*embedding]
	for i, v := range rows {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%w: feature %d of image %d is %v: want finite numbers, so other weights", data.ErrFormat, i%embedding, lo+i/embedding, v)
		}
	}
	return rows, nil
}

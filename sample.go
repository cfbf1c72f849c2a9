package gans

import (
	"fmt"
	"image"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
)

// fixedSeed draws the noise of the pictures a run makes as it goes, the same in every run.
const fixedSeed = 0

// maxRows and maxValues bound how many examples, and how many numbers of theirs, pass through a network
// at once. A hidden layer of DCGAN holds ten times the numbers of the image and more.
const maxRows, maxValues = 1000, 1 << 20

// Sample draws n examples from p_g: float32 [n, ...] in one slice, row after row. The same seed gives
// the same noise on every backend, and the first n of any longer sample.
//
// In a conditional game the labels given are taken in turn, over and over; without any, all classes are:
// example i is of class i mod Classes.
func (gan *GAN) Sample(n int, seed uint64, labels ...int) ([]float32, error) {
	if n < 1 {
		return nil, fmt.Errorf("%d samples: want at least 1", n)
	}
	if err := gan.checkLabels(labels); err != nil {
		return nil, err
	}
	return gan.Generate(gan.NoiseFor(n, seed), gan.LabelsFor(n, labels...)...)
}

// NoiseFor draws the noise Sample(n, seed) uses: [n, dim], row after row.
func (gan *GAN) NoiseFor(n int, seed uint64) []float32 {
	return tensors.MustCopyFlatData[float32](gan.Config.Noise.Draw(n, seed))
}

// LabelsFor lists the n labels Sample(n, seed, labels...) uses; none in a game without labels.
func (gan *GAN) LabelsFor(n int, labels ...int) []int {
	classes := gan.Classes()
	if classes == 0 {
		return nil
	}
	all := make([]int, n)
	for i := range all {
		if len(labels) > 0 {
			all[i] = labels[i%len(labels)]
		} else {
			all[i] = i % classes
		}
	}
	return all
}

// Classes is the number of labels of a conditional game, 0 to Classes − 1, or 0 in a game without.
func (gan *GAN) Classes() int { return gan.algorithm.Classes }

// checkLabels reports labels the game does not have.
func (gan *GAN) checkLabels(labels []int) error {
	classes := gan.Classes()
	if classes == 0 && len(labels) > 0 {
		return fmt.Errorf("label %d in a game without labels: want none", labels[0])
	}
	for _, label := range labels {
		if label < 0 || label >= classes {
			return fmt.Errorf("label %d in a game of %d classes: want 0 to %d", label, classes, classes-1)
		}
	}
	return nil
}

// Generate is G: noise [n, dim] to examples [n, ...], row after row. A conditional game wants n labels. With
// Config.AverageG it is G with the average of its weights.
func (gan *GAN) Generate(z []float32, labels ...int) ([]float32, error) {
	return gan.infer(&gan.generate, gan.algorithm.GenerateAverage, z, []int{gan.Config.Noise.Dim}, labels)
}

// Discriminate is D: examples [n, ...] to the probability of each that it is real, [n]. A conditional game
// wants n labels. Dropout is off.
func (gan *GAN) Discriminate(x []float32, labels ...int) ([]float32, error) {
	d := func(root *model.Scope, x, y *Node) *Node { return Sigmoid(gan.algorithm.Discriminate(root, x, y)) }
	return gan.infer(&gan.judge, d, x, gan.shape(), labels)
}

// infer passes rows of the given shape, and their labels in a conditional game, through a player, whose
// executor is made once and kept.
func (gan *GAN) infer(kept **model.Exec, player func(root *model.Scope, in, y *Node) *Node, in []float32, shape, labels []int) ([]float32, error) {
	size, err := rowSize(in, shape)
	if err != nil {
		return nil, err
	}
	if err := gan.checkLabels(labels); err != nil {
		return nil, err
	}
	if n := len(in) / size; gan.Classes() > 0 && len(labels) != n {
		return nil, fmt.Errorf("%d labels for %d rows in a game of %d classes: want one label a row", len(labels), n, gan.Classes())
	}
	if *kept == nil {
		*kept, err = model.NewExec(gan.backend, gan.store, func(root *model.Scope, inputs []*Node) *Node {
			return player(root, inputs[0], gan.oneHot(inputs))
		})
		if err != nil {
			return nil, err
		}
	}
	return inChunks(*kept, in, shape, labels, gan.rowsAtOnce(len(in)/size))
}

// oneHot is the label of each row of a batch, or nil in a game without labels.
func (gan *GAN) oneHot(inputs []*Node) *Node {
	if len(inputs) == 1 {
		return nil
	}
	return gan.algorithm.OneHot(inputs[1], inputs[0].DType())
}

// rowsAtOnce is in how many rows at a time to pass n through a network. All chunks have that size, for
// each size is a compilation of its own.
func (gan *GAN) rowsAtOnce(n int) int {
	most := min(maxRows, max(1, maxValues/shapes.Make(dtypes.Float32, gan.shape()...).Size()))
	chunks := (n + most - 1) / most
	return (n + chunks - 1) / chunks
}

// inChunks passes rows of the given shape, and their labels if there are any, through an executor, so many
// at a time. The last chunk reaches back over rows already done rather than be shorter.
func inChunks(exec *model.Exec, in []float32, shape, labels []int, rows int) ([]float32, error) {
	size := shapes.Make(dtypes.Float32, shape...).Size()
	n := len(in) / size
	var out []float32
	for done := 0; done < n; done += rows {
		from := min(done, n-rows)
		inputs := []any{tensors.FromFlatDataAndDimensions(in[from*size:(from+rows)*size], append([]int{rows}, shape...)...)}
		if len(labels) > 0 {
			inputs = append(inputs, data.LabelTensor(labels[from:from+rows]))
		}
		results, err := exec.Call(inputs...)
		if err != nil {
			return nil, err
		}
		values, err := tensors.CopyFlatData[float32](results[0])
		if err != nil {
			return nil, err
		}
		out = append(out, values[(done-from)*(len(values)/rows):]...)
	}
	return out, nil
}

// rowSize is the number of values in a row of the given shape; x must be whole rows.
func rowSize(x []float32, shape []int) (int, error) {
	size := shapes.Make(dtypes.Float32, shape...).Size()
	if len(x) == 0 || len(x)%size != 0 {
		return 0, fmt.Errorf("%d values are no whole, positive number of rows of shape %v", len(x), shape)
	}
	return size, nil
}

// Images draws n examples from p_g as pictures, with the labels Sample would give them. It is an error if
// the data are no images.
func (gan *GAN) Images(n int, seed uint64, labels ...int) ([]image.Image, error) {
	x, err := gan.Sample(n, seed, labels...)
	if err != nil {
		return nil, err
	}
	return gan.Pictures(x)
}

// Pictures turns examples [n, ...], row after row, into images.
func (gan *GAN) Pictures(x []float32) ([]image.Image, error) {
	set, err := gan.Pixels(x)
	if err != nil {
		return nil, err
	}
	pictures := make([]image.Image, set.N)
	for i := range pictures {
		pictures[i] = set.Image(i)
	}
	return pictures, nil
}

// Pixels rounds examples [n, height, width, channels], row after row, to the pixels of an image set.
func (gan *GAN) Pixels(x []float32) (*data.Images, error) {
	shape := gan.shape()
	size, err := rowSize(x, shape)
	if err != nil {
		return nil, err
	}
	if len(shape) != 3 {
		return nil, fmt.Errorf("%s has no images", gan.Config.Data)
	}
	set := &data.Images{
		Name: "samples of " + gan.Config.Name, Source: gan.Config.Dir,
		N: len(x) / size, Height: shape[0], Width: shape[1], Channels: shape[2], Pixels: make([]uint8, len(x)),
	}
	scale := gan.Config.Generator.scale()
	for i := range set.N {
		scale.Pixels(set.At(i), x[i*size:(i+1)*size])
	}
	return set, nil
}

// shape is that of one example.
func (gan *GAN) shape() []int { return gan.Config.Generator.output() }

// Picture draws n samples: a grid of images, a panel of Figure 1 for numbers on the line, or points in the
// plane over the data's. The grid of a
// conditional game has a column for each of the labels, which are as Sample takes them; any other is nearly
// square.
func (gan *GAN) Picture(n int, seed uint64, labels ...int) (image.Image, error) {
	if err := gan.checkLabels(labels); err != nil {
		return nil, err
	}
	switch {
	case gan.onLine() != nil:
		panel, err := gan.panelOf(n, seed)
		if err != nil {
			return nil, err
		}
		return figure.Figure1([]figure.Panel{panel})
	case slices.Equal(gan.shape(), []int{2}):
		return gan.scatter(n, seed)
	}
	images, err := gan.Images(n, seed, labels...)
	if err != nil {
		return nil, err
	}
	return figure.Grid(images, figure.GridStyle{Columns: gan.columns(n, labels)})
}

// columns is the width of a grid of n images.
func (gan *GAN) columns(n int, labels []int) int {
	turn := len(labels)
	if turn == 0 {
		turn = gan.Classes()
	}
	if turn > 1 {
		return min(turn, n)
	}
	return int(math.Ceil(math.Sqrt(float64(n))))
}

// PictureSize is a good number of samples for Picture: 64 images, ten of each class in a conditional game,
// 20,000 numbers on the line, or 2,000 points in the plane.
func (gan *GAN) PictureSize() int {
	switch {
	case gan.onLine() != nil:
		return 20_000
	case len(gan.shape()) == 1:
		return 2000
	}
	if classes := gan.Classes(); classes > 0 {
		return 10 * classes
	}
	return 64
}

// progress draws the run's fixed noise: a picture of the same z over and over.
func (gan *GAN) progress() (image.Image, error) { return gan.Picture(gan.PictureSize(), fixedSeed) }

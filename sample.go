package gans

import (
	"fmt"
	"image"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// fixedSeed draws the noise of the pictures a run makes as it goes, the same in every run.
const fixedSeed = 0

// chunk bounds how many examples pass through a network at once.
const chunk = 1000

// Sample draws n examples from p_g: float32 [n, ...] in one slice, row after row. The same seed gives
// the same noise on every backend, and the first n of any longer sample.
func (gan *GAN) Sample(n int, seed uint64) ([]float32, error) {
	if n < 1 {
		return nil, fmt.Errorf("%d samples: want at least 1", n)
	}
	return gan.Generate(gan.NoiseFor(n, seed))
}

// NoiseFor draws the noise Sample(n, seed) uses: [n, dim], row after row.
func (gan *GAN) NoiseFor(n int, seed uint64) []float32 {
	return tensors.MustCopyFlatData[float32](gan.Config.Noise.Draw(n, seed))
}

// Generate is G: noise [n, dim] to examples [n, ...], row after row.
func (gan *GAN) Generate(z []float32) ([]float32, error) {
	g := func(root *model.Scope, z *Node) *Node { return gan.algorithm.Generate(root, z, nil) }
	return gan.infer(&gan.generate, g, z, []int{gan.Config.Noise.Dim})
}

// Discriminate is D: examples [n, ...] to the probability of each that it is real, [n]. Dropout is off.
func (gan *GAN) Discriminate(x []float32) ([]float32, error) {
	d := func(root *model.Scope, x *Node) *Node { return Sigmoid(gan.algorithm.Discriminate(root, x, nil)) }
	return gan.infer(&gan.judge, d, x, gan.dataset.shape())
}

// infer passes rows of the given shape through a player, whose executor is made once and kept.
func (gan *GAN) infer(kept **model.Exec, player func(*model.Scope, *Node) *Node, in []float32, shape []int) ([]float32, error) {
	if *kept == nil {
		exec, err := model.NewExec(gan.backend, gan.store, player)
		if err != nil {
			return nil, err
		}
		*kept = exec
	}
	return inChunks(*kept, in, shape)
}

// inChunks passes rows of the given shape through an executor, at most chunk at a time.
func inChunks(exec *model.Exec, in []float32, shape []int) ([]float32, error) {
	size, err := rowSize(in, shape)
	if err != nil {
		return nil, err
	}
	var out []float32
	for len(in) > 0 {
		n := min(chunk, len(in)/size)
		rows := tensors.FromFlatDataAndDimensions(in[:n*size], append([]int{n}, shape...)...)
		results, err := exec.Call(rows)
		if err != nil {
			return nil, err
		}
		values, err := tensors.CopyFlatData[float32](results[0])
		if err != nil {
			return nil, err
		}
		out, in = append(out, values...), in[n*size:]
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

// Images draws n examples from p_g as pictures. It is an error if the data are no images.
func (gan *GAN) Images(n int, seed uint64) ([]image.Image, error) {
	x, err := gan.Sample(n, seed)
	if err != nil {
		return nil, err
	}
	return gan.Pictures(x)
}

// Pictures turns examples [n, ...], row after row, into images.
func (gan *GAN) Pictures(x []float32) ([]image.Image, error) {
	size, err := rowSize(x, gan.dataset.shape())
	if err != nil {
		return nil, err
	}
	pictures := make([]image.Image, len(x)/size)
	for i := range pictures {
		var ok bool
		if pictures[i], ok = gan.dataset.image(x[i*size : (i+1)*size]); !ok {
			return nil, fmt.Errorf("data set %q has no images", gan.Config.Data.Set)
		}
	}
	return pictures, nil
}

// Picture draws n samples: a grid of images, nearly square, or a panel of Figure 1 for numbers on the
// line.
func (gan *GAN) Picture(n int, seed uint64) (image.Image, error) {
	if _, ok := gan.dataset.(*line); ok {
		panel, err := gan.panelOf(n, seed)
		if err != nil {
			return nil, err
		}
		return figure.Figure1([]figure.Panel{panel})
	}
	images, err := gan.Images(n, seed)
	if err != nil {
		return nil, err
	}
	return figure.Grid(images, figure.GridStyle{Columns: int(math.Ceil(math.Sqrt(float64(n))))})
}

// progress draws the run's fixed noise: a picture of the same z over and over.
func (gan *GAN) progress() (image.Image, error) {
	if _, ok := gan.dataset.(*line); ok {
		return gan.Picture(20_000, fixedSeed)
	}
	return gan.Picture(64, fixedSeed)
}

// TrainDiscriminator plays D alone against a frozen G, for the given number of steps with a learning
// rule of its own, and returns V(D,G) on the last minibatch. D then tells how far p_g is from p_data,
// which D at 1/2 during play does not. The run on disk stays as it is.
func (gan *GAN) TrainDiscriminator(steps int, rule optim.Rule) (v float64, err error) {
	if steps < 1 {
		return 0, fmt.Errorf("%d discriminator steps: want at least 1", steps)
	}
	// Neither the run's own state of D's rule nor its last learning rate may leak into this one.
	for _, r := range []optim.Rule{gan.algorithm.DiscriminatorRule, rule} {
		if err := r.Clear(gan.store.Scope("/" + ganlib.DiscriminatorScope)); err != nil {
			return 0, err
		}
	}
	gan.judge = nil // compiled when those variables were there
	cfg := gan.Config
	cfg.K = 1 // one minibatch a step
	d, err := cfg.Data.load(cfg)
	if err != nil {
		return 0, err
	}
	exec, err := model.NewExec(gan.backend, gan.store, func(root *model.Scope, x *Node) *Node {
		return gan.algorithm.DiscriminatorStep(root, x, nil, rule)
	})
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	for i := range steps {
		batch, err := d.batch(gan.Step + i)
		if err != nil {
			return 0, err
		}
		out, err := exec.Call(batch.Inputs[0])
		if err != nil {
			return 0, err
		}
		v = float64(tensors.ToScalar[float32](out[0]))
	}
	return v, nil
}

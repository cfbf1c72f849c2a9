package inception

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/examples/inceptionv3"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/gantest"
)

var _ feature.Extractor = (*Extractor)(nil)

// hashed and uniform are the formulas of tests/golden/inception_keras.py: lowbias32, and numbers in
// [low, high) from it.
func hashed(stream, i int) uint32 {
	h := uint32(i) + uint32(stream*1000003)
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	h *= 0x846ca68b
	return h ^ h>>16
}

func uniform(stream int, low, high float64, dims ...int) *tensors.Tensor {
	tensor := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
	tensors.MustMutableFlatData(tensor, func(x []float32) {
		for i := range x {
			product := float64(hashed(stream, i)) / (1 << 32) * (high - low) // rounded by itself, as NumPy's
			x[i] = float32(low + product)
		}
	})
	return tensor
}

// writeWeights writes the formula's weights to a folder, in the network's shapes.
func writeWeights(t *testing.T, b compute.Backend, dir string) {
	t.Helper()
	for n, kernel := range kernels(t, b) {
		n++
		bound := math.Sqrt(6 / float64(kernel[0]*kernel[1]*kernel[2]))
		write(t, dir, n, 0, uniform(4*n, -bound, bound, kernel...))
		write(t, dir, n, 1, uniform(4*n+1, -.1, .1, kernel[3]))
		write(t, dir, n, 2, uniform(4*n+2, -.1, .1, kernel[3]))
		write(t, dir, n, 3, uniform(4*n+3, .5, 1.5, kernel[3]))
	}
}

func write(t *testing.T, dir string, n, i int, tensor *tensors.Tensor) {
	t.Helper()
	path := filepath.Join(dir, inceptionv3.UnpackedWeightsName, tensorNames(n)[i])
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, tensor.Save(path))
}

// kernels are the shapes of the network's convolutions, [height, width, in, out], in the order in which it makes them.
func kernels(t *testing.T, b compute.Backend) [][]int {
	t.Helper()
	store := model.NewStore()
	build, err := model.NewExec(b, store, func(root *model.Scope, x *Node) *Node {
		inceptionv3.BuildGraph(root, x).Done()
		return ReduceAllSum(x) // the graph is made only for its shapes
	})
	require.NoError(t, err)
	defer build.Finalize()
	_, err = build.Compile(shapes.Make(dtypes.Float32, 1, 75, 75, 3))
	require.NoError(t, err)
	dims := make([][]int, convolutions)
	for n := range dims {
		path := fmt.Sprintf("/%s/conv2d_%d/weights", inceptionv3.BuildScope, n)
		if n == 0 {
			path = "/" + inceptionv3.BuildScope + "/conv2d/weights"
		}
		v := store.GetVariable(path)
		require.NotNil(t, v, path)
		dims[n] = v.Shape().Dimensions
	}
	return dims
}

// weightsOnce is a folder of weights that all tests share; TestMain removes it.
var weightsOnce struct {
	sync.Once
	dir string
}

func weights(t *testing.T) string {
	t.Helper()
	weightsOnce.Do(func() {
		dir, err := os.MkdirTemp("", "inception")
		require.NoError(t, err)
		weightsOnce.dir = dir
		writeWeights(t, gantest.Open(t, "go"), dir)
	})
	require.False(t, t.Failed(), "no weights")
	return weightsOnce.dir
}

// extractors are by backend. Tests share them, for XLA compiles the network for many seconds.
var extractors = map[string]*Extractor{}

func extractorOn(t *testing.T, b compute.Backend) *Extractor {
	t.Helper()
	if extractors[b.Name()] == nil {
		extractor, err := New(b, weights(t))
		require.NoError(t, err)
		extractors[b.Name()] = extractor
	}
	return extractors[b.Name()]
}

func TestMain(m *testing.M) {
	code := m.Run()
	if weightsOnce.dir != "" {
		os.RemoveAll(weightsOnce.dir)
	}
	os.Exit(code)
}

// golden are the two images of the golden file: noise, and ramps.
func golden() *data.Images {
	images := &data.Images{Name: "noise and ramps", N: 2, Height: side, Width: side, Channels: 3}
	for i := range images.Size() {
		images.Pixels = append(images.Pixels, uint8(hashed(1, i)>>24))
	}
	for i := range images.Size() {
		y, x, c := i/3/side, i/3%side, i%3
		images.Pixels = append(images.Pixels, uint8(y+2*x+85*c))
	}
	return images
}

// TestGolden compares the network, the order of its weights and the scale of its images with Keras's, which computed in
// float64. Images scaled by 256 instead of 255 change the features by 4e-3 of the largest.
func TestGolden(t *testing.T) {
	file := gantest.OpenGolden(t, "../../../../tests/golden", "inception-keras")
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		x, dim, err := extractorOn(t, b).Extract(t.Context(), golden())
		require.NoError(t, err)
		require.Equal(t, embedding, dim)
		file.Check(t, "features", tensors.FromFlatDataAndDimensions(x, 2, dim), 1e-5)
	})
	file.CheckAllSeen(t)
}

// TestExtract: an image's features do not depend on those beside it, also in the last, filled batch. Grey images equal
// colour ones with equal channels, and small ones equal those resized before.
func TestExtract(t *testing.T) {
	extractor := extractorOn(t, gantest.Open(t, "xla:cpu"))
	grey := &data.Images{Name: "grey", N: atOnce + 1, Height: 8, Width: 8, Channels: 1}
	for i := range grey.N * grey.Size() {
		grey.Pixels = append(grey.Pixels, uint8(hashed(2, i)>>24))
	}
	x, dim, err := extractor.Extract(t.Context(), grey)
	require.NoError(t, err)
	require.Len(t, x, grey.N*dim)

	last, err := grey.Subset(atOnce-1, atOnce+1)
	require.NoError(t, err)
	last, err = last.WithChannels(3)
	require.NoError(t, err)
	last, err = last.Resize(side)
	require.NoError(t, err)
	alone, _, err := extractor.Extract(t.Context(), last)
	require.NoError(t, err)
	require.InDeltaSlice(t, alone, x[(atOnce-1)*dim:], 1e-3) // of features up to 20
	require.NotEqual(t, alone[:dim], alone[dim:])
}

func TestExtractRefuses(t *testing.T) {
	extractor, err := New(gantest.Open(t, "go"), weights(t))
	require.NoError(t, err)
	require.Regexp(t, `^InceptionV3 of Keras, weights [0-9a-f]{8}, 2048 features, not comparable with published FID$`, extractor.Name())
	_, _, err = extractor.Extract(t.Context(), &data.Images{Name: "wide", N: 1, Height: 1, Width: 2, Channels: 1, Pixels: make([]uint8, 2)})
	require.ErrorIs(t, err, data.ErrUnfit)
	_, _, err = extractor.Extract(t.Context(), &data.Images{Name: "none"})
	require.ErrorIs(t, err, data.ErrFormat)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = extractor.Extract(ended, golden())
	require.ErrorIs(t, err, context.Canceled)
}

func TestNewRefuses(t *testing.T) {
	b := gantest.Open(t, "go")
	absent := t.TempDir()
	_, err := New(b, absent)
	require.ErrorIs(t, err, data.ErrMissing)
	require.ErrorContains(t, err, inceptionv3.WeightsURL)

	other := t.TempDir()
	packed := filepath.Join(other, inceptionv3.WeightsH5Name)
	require.NoError(t, os.WriteFile(packed, []byte("half a download"), 0o666))
	_, err = New(b, other)
	require.ErrorIs(t, err, data.ErrFormat)
	require.FileExists(t, packed, "GoMLX's own check would have deleted it")
}

// TestNewChecksWeights: tensors that are missing, not finite, or of another type or shape are errors, not panics.
func TestNewChecksWeights(t *testing.T) {
	b, dir := gantest.Open(t, "go"), t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(weights(t))))
	whole, err := New(b, dir)
	require.NoError(t, err)
	path := filepath.Join(dir, inceptionv3.UnpackedWeightsName, tensorNames(94)[1])
	image := &data.Images{Name: "black", N: 1, Height: 1, Width: 1, Channels: 1, Pixels: []uint8{0}}

	require.NoError(t, uniform(1, 0, 1, 192).Save(path))
	changed, err := New(b, dir)
	require.NoError(t, err)
	require.NotEqual(t, whole.Name(), changed.Name())

	require.NoError(t, uniform(1, 0, 1, 7).Save(path))
	wrong, err := New(b, dir)
	require.NoError(t, err)
	_, _, err = wrong.Extract(t.Context(), image)
	require.Error(t, err, "a shape that the network does not have")

	require.NoError(t, tensors.FromValue([]float32{float32(math.NaN())}).Save(path))
	_, err = New(b, dir)
	require.ErrorIs(t, err, data.ErrFormat)
	require.ErrorContains(t, err, path)

	require.NoError(t, tensors.FromValue([]float64{1}).Save(path))
	_, err = New(b, dir)
	require.ErrorContains(t, err, path)

	require.NoError(t, os.Remove(path))
	_, err = New(b, dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, path)
}

// TestUnpack reads an HDF5 file laid out as Keras's, made by tests/golden/inception_h5.py.
func TestUnpack(t *testing.T) {
	if _, err := exec.LookPath("h5dump"); err != nil {
		t.Skip("no h5dump: install hdf5-tools to have one")
	}
	folder := filepath.Join(t.TempDir(), inceptionv3.UnpackedWeightsName)
	require.NoError(t, unpack(folder, "../../../../tests/golden/inception-layout.h5"))
	for i, name := range tensorNames(1) {
		tensor, err := tensors.Load(filepath.Join(folder, name))
		require.NoError(t, err)
		values, err := tensors.CopyFlatData[float32](tensor)
		require.NoError(t, err)
		require.Equal(t, []float32{float32(i), -1, .5}, values, name)
	}
}

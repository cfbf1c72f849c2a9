package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/layer"
	"github.com/gans-in-go/gans/ganlib/optim"
	"github.com/gans-in-go/gans/internal/gantest"
)

// generator has a matrix, batch norm with its mean and variance, and biases.
func generator(scope *model.Scope, z, _ *Node) *Node {
	x := layer.Dense(scope.At("project"), z, 4, false)
	x = layer.BatchNorm{}.Forward(scope.At("norm"), x)
	return layer.Dense(scope.At("output"), x, 1, true)
}

// game is a small game on an engine, with nothing in its store.
func game(t *testing.T, b compute.Backend) *ganlib.Players {
	t.Helper()
	d := ganlib.MLP{Hidden: []int{3}, Activation: "tanh", Output: []int{1}, OutputActivation: "linear"}
	adam := func() ganlib.Rule {
		return ganlib.Rule{Adam: &optim.Adam{LearningRate: 1e-3, Beta1: .5, Beta2: .999, Epsilon: 1e-8}}
	}
	play := ganlib.Play{
		Noise: ganlib.Prior{Noise: ganlib.Gaussian, Dim: 2}, Objective: ganlib.ObjectiveChoice{Name: ganlib.NonSaturating.Name}, K: 1,
		GeneratorRule: adam(), DiscriminatorRule: adam(),
	}
	algorithm, err := play.Algorithm1(generator, d.Forward, 0)
	require.NoError(t, err)
	store := model.NewStore()
	require.NoError(t, store.SetRNGStateFromSeed(1))
	return &ganlib.Players{Algorithm1: algorithm, Backend: b, Store: store, Shape: []int{1}}
}

// trained is the game after an iteration, which gives its store the state of two optimizers besides.
func trained(t *testing.T, b compute.Backend) *ganlib.Players {
	t.Helper()
	p := game(t, b)
	trainer, err := p.Trainer()
	require.NoError(t, err)
	x := tensors.FromFlatDataAndDimensions([]float32{-1, 0, 0, 1, 1, 2, 2, 3}, 8, 1)
	_, err = trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}})
	require.NoError(t, err)
	return p
}

var names = []string{
	"discriminator/hidden_0/dense/biases", "discriminator/hidden_0/dense/weights", "discriminator/output/dense/biases",
	"discriminator/output/dense/weights", "generator/norm/beta", "generator/norm/gamma", "generator/norm/mean",
	"generator/norm/variance", "generator/output/biases", "generator/output/weights", "generator/project/weights",
}

// written is the store's file.
func written(t *testing.T, store *model.Store, f Format, metadata map[string]string) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, Write(&file, store, f, metadata))
	return file.Bytes()
}

// TestRoundTrip: what is read plays as what was written, to the bit as float32 and nearly as float16, and the optimizers'
// state stays behind.
func TestRoundTrip(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		p := trained(t, b)
		want, err := p.Sample(50, 1)
		require.NoError(t, err)
		judged, err := p.Discriminate(want)
		require.NoError(t, err)
		for f, tolerance := range map[Format]float64{Safetensors: 0, Half: 2e-3} {
			content := written(t, p.Store, f, map[string]string{"licence": "CC0"})
			require.Equal(t, content, written(t, p.Store, f, map[string]string{"licence": "CC0"}), "the same bytes again")
			read := game(t, b)
			metadata, err := Read(content, read.Store)
			require.NoError(t, err)
			require.Equal(t, map[string]string{"licence": "CC0"}, metadata)
			values, err := Values(read.Store)
			require.NoError(t, err)
			require.Equal(t, names, slices.Sorted(maps.Keys(values)))
			got, err := read.Sample(50, 1)
			require.NoError(t, err)
			require.InDeltaSlice(t, want, got, tolerance, "%s", f)
			p, err := read.Discriminate(want)
			require.NoError(t, err)
			require.InDeltaSlice(t, judged, p, tolerance, "%s", f)
		}
	})
}

// TestPython: a file that the format's own package has written.
func TestPython(t *testing.T) {
	store := model.NewStore()
	metadata, err := ReadFS(os.DirFS(filepath.Join("..", "..", "tests", "golden", "safetensors")), "numpy.safetensors", store)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"made by": "safetensors 0.8.0"}, metadata)
	require.Equal(t, [][]float32{{0, .125, .25}, {.375, .5, .625}}, store.GetVariable("/generator/kernel").MustValue().Value())
	require.Equal(t, []float32{0, .125, .25}, store.GetVariable("/generator/bias").MustValue().Value())
	require.Equal(t, float32(.5), store.GetVariable("/discriminator/scale").MustValue().Value())
}

// TestHalf: kernels are rounded to float16, vectors are not.
func TestHalf(t *testing.T) {
	store := storeOf(t, map[string]*tensors.Tensor{
		"generator/kernel": tensors.FromValue([][]float32{{1.0001, 65504}}), "generator/variance": tensors.FromValue([]float32{1e-12, 1e30}),
	})
	read := model.NewStore()
	_, err := Read(written(t, store, Half, nil), read)
	require.NoError(t, err)
	require.Equal(t, [][]float32{{1, 65504}}, read.GetVariable("generator/kernel").MustValue().Value())
	require.Equal(t, []float32{1e-12, 1e30}, read.GetVariable("generator/variance").MustValue().Value())
}

// storeOf is a store of these variables.
func storeOf(t *testing.T, values map[string]*tensors.Tensor) *model.Store {
	t.Helper()
	store := model.NewStore()
	for name, value := range values {
		_, err := store.CreateVariable(name, value)
		require.NoError(t, err)
	}
	return store
}

// TestNPZ: NumPy's reader finds the same numbers under the same names.
func TestNPZ(t *testing.T) {
	p := trained(t, gantest.Open(t, "go"))
	content := written(t, p.Store, NPZ, nil)
	arrays, err := numpy.FromNpzReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	values, err := Values(p.Store)
	require.NoError(t, err)
	require.Equal(t, names, slices.Sorted(maps.Keys(arrays)))
	for name, value := range values {
		require.Equal(t, value.Value(), arrays[name].Value(), name)
	}
}

// TestWriteRefuses: what a file could not hold, or nobody could use.
func TestWriteRefuses(t *testing.T) {
	numbers := func(v ...float32) *model.Store {
		return storeOf(t, map[string]*tensors.Tensor{"generator/w": tensors.FromFlatDataAndDimensions(v, 1, len(v))})
	}
	var file bytes.Buffer
	gantest.RequireInvalid(t, Write(&file, numbers(1), "pickle", nil), "format")
	gantest.RequireInvalid(t, Write(&file, numbers(1), NPZ, map[string]string{"a": "b"}), "metadata")
	gantest.RequireInvalid(t, Write(&file, model.NewStore(), Safetensors, nil), "store")
	doubles := storeOf(t, map[string]*tensors.Tensor{"generator/w": tensors.FromValue([]float64{1})})
	gantest.RequireInvalid(t, Write(&file, doubles, Safetensors, nil), "weights")
	require.ErrorIs(t, Write(&file, numbers(1, float32(math.NaN())), Safetensors, nil), data.ErrFormat)
	require.Zero(t, file.Len())
	require.ErrorIs(t, Write(&file, numbers(1, 7e4), Half, nil), data.ErrTooLarge)
	require.NoError(t, Write(&file, numbers(1, 7e4), Safetensors, nil))
}

// file is a safetensors file of a header and as many bytes.
func file(header string, size int) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), make([]byte, size)...)
}

// one is the header of a file with one tensor.
func one(dtype, shape, offsets string) string {
	return fmt.Sprintf(`{"generator/w":{"dtype":%q,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
}

// two is the header of a file with two tensors of one number each.
func two(a, b string) string {
	return fmt.Sprintf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":%s},"b":{"dtype":"F32","shape":[],"data_offsets":%s}}`, a, b)
}

// damaged are files that are refused.
var damaged = map[string]struct {
	content []byte
	err     error
}{
	"empty":                   {nil, data.ErrTruncated},
	"cut in the length":       {[]byte{1, 2, 3}, data.ErrTruncated},
	"a header beyond the end": {binary.LittleEndian.AppendUint64(nil, math.MaxUint64), data.ErrTruncated},
	"no JSON":                 {file("PK\x03\x04", 4), data.ErrFormat},
	"null":                    {file("null", 0), data.ErrFormat},
	"no tensors":              {file(`{"__metadata__":{"a":"b"}}`, 0), data.ErrFormat},
	"metadata of numbers":     {file(`{"__metadata__":{"a":1}}`, 0), data.ErrFormat},
	"another type":            {file(one("BF16", "[2]", "[0,4]"), 4), data.ErrFormat},
	"a start behind the end":  {file(one("F32", "[1]", "[4,0]"), 4), data.ErrFormat},
	"a start before the file": {file(one("F32", "[2]", "[-4,4]"), 4), data.ErrFormat},
	"one offset":              {file(one("F32", "[1]", "[4]"), 4), data.ErrFormat},
	"half a number":           {file(one("F32", "[1]", "[0,6]"), 6), data.ErrFormat},
	"another shape":           {file(one("F32", "[2,2]", "[0,8]"), 8), data.ErrFormat},
	"a negative shape":        {file(one("F32", "[-1,-2]", "[0,8]"), 8), data.ErrFormat},
	"an empty tensor":         {file(one("F32", "[0]", "[0,0]"), 0), data.ErrFormat},
	"a product that overflows": {
		file(one("F32", "[4294967296,4294967296,2]", "[0,8]"), 8), data.ErrFormat,
	},
	"more than the machine has": {file(one("F32", "[1099511627776]", "[0,4398046511104]"), 8), data.ErrTruncated},
	"bytes behind the last":     {file(one("F32", "[1]", "[0,4]"), 8), data.ErrFormat},
	"an overlap":                {file(two("[0,4]", "[2,6]"), 6), data.ErrFormat},
	"the same bytes twice":      {file(two("[0,4]", "[0,4]"), 4), data.ErrFormat},
	"a gap":                     {file(two("[0,4]", "[8,12]"), 12), data.ErrFormat},
	"an empty name":             {file(strings.Replace(one("F32", "[1]", "[0,4]"), "generator/w", "", 1), 4), data.ErrFormat},
	"an empty part of a name":   {file(strings.Replace(one("F32", "[1]", "[0,4]"), "generator/w", "/w", 1), 4), data.ErrFormat},
	"NaN":                       {append(file(one("F32", "[1]", "[0,4]"), 0), 0xff, 0xff, 0xff, 0xff), data.ErrFormat},
}

// TestReadRefuses: each kind of damage is refused by its error, and leaves the store empty.
func TestReadRefuses(t *testing.T) {
	for what, c := range damaged {
		store := model.NewStore()
		_, err := Read(c.content, store)
		require.ErrorIs(t, err, c.err, what)
		require.Zero(t, store.NumVariables(), what)
	}
	whole := file(two("[0,4]", "[4,8]"), 8)
	store := model.NewStore()
	_, err := Read(whole, store)
	require.NoError(t, err)
	require.Equal(t, float32(0), store.GetVariable("/b").MustValue().Value())
	_, err = Read(whole, store)
	require.ErrorContains(t, err, "has it already")
	for n := range len(whole) {
		_, err := Read(whole[:n], model.NewStore())
		require.Error(t, err, "the first %d bytes", n)
	}
}

// FuzzRead: what is read is as large as the file, at most, and is written to the same again.
func FuzzRead(f *testing.F) {
	for _, c := range damaged {
		f.Add(c.content)
	}
	f.Add(file(two("[0,4]", "[4,8]"), 8))
	f.Add(file(one("F16", "[1,2]", "[0,4]"), 4))
	f.Add(file(one("F32", "[2]", "[0,8]"), 8))
	f.Fuzz(func(t *testing.T, content []byte) {
		store := model.NewStore()
		metadata, err := Read(content, store)
		if err != nil {
			return
		}
		bytes := 0
		for v := range store.IterVariables() {
			bytes += 2 * v.Shape().Size()
		}
		require.LessOrEqual(t, bytes, len(content))
		values, err := Values(store)
		if err != nil {
			return // none of a player
		}
		again := model.NewStore()
		got, err := Read(written(t, store, Safetensors, metadata), again)
		require.NoError(t, err)
		require.Equal(t, len(metadata), len(got))
		for name, value := range values {
			require.Equal(t, value.Value(), again.GetVariable(name).MustValue().Value())
		}
	})
}

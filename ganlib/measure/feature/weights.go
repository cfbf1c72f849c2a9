package feature

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/disk"
)

// weights are the variables of a network, float32, by their paths without the first slash, such as "conv_0/weights".
type weights map[string]*tensors.Tensor

// logitBiases is the variable with one value for each class.
const logitBiases = "logits/biases"

// classes is the number of classes of the network that has these weights.
func (w weights) classes() (int, error) {
	biases := w[logitBiases]
	if biases == nil || biases.Rank() != 1 || biases.Shape().Dimensions[0] < 2 {
		return 0, fmt.Errorf("%w: weights without %s of at least 2 classes: want those of a classifier that this package has trained", data.ErrFormat, logitBiases)
	}
	return biases.Shape().Dimensions[0], nil
}

// blank is a store with the variables of the network, which have no values yet.
func blank(b compute.Backend, classes int) (*model.Store, error) {
	store := model.NewStore()
	g := NewGraph(b, "variables of the classifier")
	defer g.Finalize()
	return store, exceptions.TryCatch[error](func() {
		network(store.RootScope(), Parameter(g, "x", shapes.Make(dtypes.Float32, 1, side, side, 1)), classes)
	})
}

// store returns the network's variables with these values. There must be one for each variable, finite and of its
// shape, and no others.
func (w weights) store(b compute.Backend, classes int) (*model.Store, error) {
	store, err := blank(b, classes)
	if err != nil {
		return nil, err
	}
	others := maps.Clone(w)
	for v := range store.IterVariables() {
		name := nameOf(v)
		value := w[name]
		if value == nil {
			return nil, fmt.Errorf("%w: weights without %s: want %s", data.ErrFormat, name, v.Shape())
		}
		if !value.Shape().Equal(v.Shape()) {
			return nil, fmt.Errorf("%w: weights %s are %s: want %s", data.ErrFormat, name, value.Shape(), v.Shape())
		}
		for i, x := range tensors.MustCopyFlatData[float32](value) {
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, fmt.Errorf("%w: weights %s have %v at %d: want finite numbers", data.ErrFormat, name, x, i)
			}
		}
		if err := v.SetValue(value); err != nil {
			return nil, err
		}
		delete(others, name)
	}
	if len(others) > 0 {
		return nil, fmt.Errorf("%w: weights %q do not belong to the classifier", data.ErrFormat, slices.Sorted(maps.Keys(others)))
	}
	return store, nil
}

func nameOf(v *model.Variable) string { return strings.TrimPrefix(v.Path(), model.ScopeSeparator) }

// trained returns the weights of the network in a store that has been trained, which also holds the optimizer's state.
// They are rounded to float16, as in files.
func trained(b compute.Backend, store *model.Store, classes int) (weights, error) {
	plan, err := blank(b, classes)
	if err != nil {
		return nil, err
	}
	w := weights{}
	for v := range plan.IterVariables() {
		value, err := store.GetVariable(v.Path()).Value()
		if err != nil {
			return nil, err
		}
		w[nameOf(v)] = widened(narrowed(value))
	}
	return w, nil
}

// narrowed rounds a float32 tensor to float16.
func narrowed(x *tensors.Tensor) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(float16.FromFloat32s(tensors.MustCopyFlatData[float32](x)...), x.Shape().Dimensions...)
}

// widened converts a float16 tensor to float32.
func widened(x *tensors.Tensor) *tensors.Tensor {
	half := tensors.MustCopyFlatData[float16.Float16](x)
	wide := make([]float32, len(half))
	for i, v := range half {
		wide[i] = v.Float32()
	}
	return tensors.FromFlatDataAndDimensions(wide, x.Shape().Dimensions...)
}

// WriteFile writes the weights to a file for [ReadClassifier]: NumPy's .npz, with one float16 array for each of the
// network's variables. The file is written completely or not at all, and replaces an earlier one.
func (c *Classifier) WriteFile(path string) error {
	content, err := c.encode()
	if err != nil {
		return err
	}
	aside, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	defer os.Remove(aside.Name()) // nothing is there once it has been renamed
	_, err = aside.Write(content)
	if err := errors.Join(err, aside.Chmod(0o644), aside.Sync(), aside.Close()); err != nil {
		return err
	}
	return os.Rename(aside.Name(), path)
}

// encode is the content of a file. The same weights give the same bytes.
func (c *Classifier) encode() ([]byte, error) {
	values := weights{}
	for v := range c.store.IterVariables() {
		values[nameOf(v)] = v.MustValue()
	}
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		entry, err := archive.Create(name + ".npy")
		if err == nil {
			err = numpy.ToNpyWriter(narrowed(values[name]), entry)
		}
		if err != nil {
			return nil, fmt.Errorf("weights %s: %w", name, err)
		}
	}
	if err := archive.Close(); err != nil { // it writes the directory
		return nil, err
	}
	return file.Bytes(), nil
}

// ReadClassifier reads a classifier that [Classifier.WriteFile] has written. Errors name the file. They wrap
// [data.ErrFormat], [data.ErrTruncated] or [data.ErrDamaged] if it is damaged, and [data.ErrFormat] if its weights are not
// exactly those of the network.
func ReadClassifier(b compute.Backend, path string) (*Classifier, error) {
	content, err := disk.ReadFile(path)
	if err != nil {
		return nil, err // it names the path already
	}
	sum := sha256.Sum256(content)
	c, err := decode(b, fmt.Sprintf("classifier %s, SHA-256 %x", filepath.Base(path), sum[:6]), content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// decode returns the classifier with the weights in the content of a file.
func decode(b compute.Backend, name string, content []byte) (*Classifier, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("%w: not a .npz file: %w", data.ErrFormat, err)
	}
	w := weights{}
	for _, entry := range archive.File {
		array, err := decodeEntry(entry)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name, err)
		}
		w[strings.TrimSuffix(entry.Name, ".npy")] = array
	}
	return newClassifier(b, name, w)
}

// entryLimit is a number of bytes that no array of the network reaches.
const entryLimit = 1 << 20

// decodeEntry reads an array of float16, as [Classifier.WriteFile] writes them.
func decodeEntry(entry *zip.File) (*tensors.Tensor, error) {
	if entry.UncompressedSize64 > entryLimit {
		return nil, fmt.Errorf("%w: %d bytes: want at most %d", data.ErrTooLarge, entry.UncompressedSize64, entryLimit)
	}
	r, err := entry.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", data.ErrDamaged, err)
	}
	defer r.Close()
	header, values, err := readNumbers[float32](r, int64(entry.UncompressedSize64), func(h *npyHeader) error {
		if h.dtype != "<f2" {
			return fmt.Errorf("%w: numbers of type %q: want little-endian float16 ('<f2')", data.ErrFormat, h.dtype)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(values, header.shape...), nil
}

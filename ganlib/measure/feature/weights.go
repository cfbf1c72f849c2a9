package feature

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
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
)

// weights are the variables of a network, float32, by their paths without the
// first slash, such as "conv_0/weights".
type weights map[string]*tensors.Tensor

// logitBiases are as many as there are classes.
const logitBiases = "logits/biases"

// classes is the number of classes of the network that has these weights.
func (w weights) classes() (int, error) {
	biases := w[logitBiases]
	if biases == nil || biases.Rank() != 1 || biases.Shape().Dimensions[0] < 2 {
		return 0, fmt.Errorf("weights without %s of at least 2 classes: want those of a classifier that this package has trained", logitBiases)
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

// store is the network's variables with these values, which must be all of them,
// of the right shapes and finite, and no others.
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
			return nil, fmt.Errorf("weights without %s: want %s", name, v.Shape())
		}
		if !value.Shape().Equal(v.Shape()) {
			return nil, fmt.Errorf("weights %s are %s: want %s", name, value.Shape(), v.Shape())
		}
		for i, x := range tensors.MustCopyFlatData[float32](value) {
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, fmt.Errorf("weights %s have %v at %d: want finite numbers", name, x, i)
			}
		}
		if err := v.SetValue(value); err != nil {
			return nil, err
		}
		delete(others, name)
	}
	for name := range others {
		return nil, fmt.Errorf("weights %s are none of the classifier's", name)
	}
	return store, nil
}

func nameOf(v *model.Variable) string { return strings.TrimPrefix(v.Path(), model.ScopeSeparator) }

// trained are the weights of the network in a store that has been trained, which
// holds the learning rule's state too, rounded as a file keeps them.
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

// narrowed is a float32 tensor in float16, the nearest numbers.
func narrowed(x *tensors.Tensor) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(float16.FromFloat32s(tensors.MustCopyFlatData[float32](x)...), x.Shape().Dimensions...)
}

// widened is a float16 tensor in float32, the same numbers.
func widened(x *tensors.Tensor) *tensors.Tensor {
	half := tensors.MustCopyFlatData[float16.Float16](x)
	wide := make([]float32, len(half))
	for i, v := range half {
		wide[i] = v.Float32()
	}
	return tensors.FromFlatDataAndDimensions(wide, x.Shape().Dimensions...)
}

// WriteFile writes the weights to a file, for [ReadClassifier]: NumPy's .npz, one
// float16 array for each of the network's variables. The file appears as a whole
// or not at all; one that has that name is replaced.
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

// ReadClassifier reads a classifier that [Classifier.WriteFile] has written. It
// returns an error that names the file if that is damaged, or if its weights are
// not those of the network, all of them and no others.
func ReadClassifier(b compute.Backend, path string) (*Classifier, error) {
	content, err := os.ReadFile(path)
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

// decode is the classifier with the weights that a file holds.
func decode(b compute.Backend, name string, content []byte) (*Classifier, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("not a .npz file: %w", err)
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

// entryLimit is more bytes than any array of the network has.
const entryLimit = 1 << 20

// decodeEntry reads an array. It reads the entry to its end first: only there does
// package zip compare its checksum, and GoMLX's reader, which knows how many bytes
// it wants, stops just before.
func decodeEntry(entry *zip.File) (*tensors.Tensor, error) {
	if entry.UncompressedSize64 > entryLimit {
		return nil, fmt.Errorf("%d bytes: want at most %d", entry.UncompressedSize64, entryLimit)
	}
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	array, err := numpy.FromNpyReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if array.DType() != dtypes.Float16 {
		return nil, fmt.Errorf("array of %s: want %s", array.DType(), dtypes.Float16)
	}
	return widened(array), nil
}

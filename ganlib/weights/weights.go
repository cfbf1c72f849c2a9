// Package weights writes what the players of a game have learned to a file that other programs read, and reads it back:
// the variables of both networks, batch norm's means and variances among them, without the state of an optimizer.
//
// A variable goes by its path in the store without the first slash, such as "generator/stage_0/kernel". The forms are
//
//   - safetensors (https://huggingface.co/docs/safetensors), which Python, JavaScript and Rust have readers for, and which
//     this package reads too;
//   - NumPy's .npz.
package weights

import (
	"archive/zip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/optim"
)

// Format is a form of a file.
type Format string

const (
	// Safetensors holds every number as float32.
	Safetensors Format = "safetensors"
	// Half is safetensors with kernels and matrices as float16: half the size. Vectors, such as biases and batch norm's
	// statistics, stay float32, whose range they need.
	Half Format = "safetensors-half"
	// NPZ is NumPy's archive, float32. It has no place for metadata.
	NPZ Format = "npz"
)

// Write writes the variables of both players, which must be float32 and finite, in the order of their names: the same
// store gives the same bytes. Metadata are words of one's own, such as a licence; nil for none.
func Write(w io.Writer, store *model.Store, f Format, metadata map[string]string) error {
	values, err := Values(store)
	if err != nil {
		return err
	}
	switch f {
	case Safetensors, Half:
		return writeSafetensors(w, values, f == Half, metadata)
	case NPZ:
		if len(metadata) > 0 {
			return invalid.Value("metadata", slices.Sorted(maps.Keys(metadata)), "none in an .npz")
		}
		return writeNPZ(w, values)
	}
	return invalid.Value("format", string(f), "%q, %q or %q", Safetensors, Half, NPZ)
}

// Values are the variables of both players by their names. Those of the average of G's weights belong to them, where the
// game keeps one. A store without any is an error, and so are numbers that are not finite.
func Values(store *model.Store) (map[string]*tensors.Tensor, error) {
	values := make(map[string]*tensors.Tensor)
	for v := range store.IterVariables() {
		player, ok := playerOf(store, v)
		if !ok || optim.Owns(player, v) || !v.DType().IsFloat() {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.Path(), err)
		}
		numbers, err := tensors.CopyFlatData[float32](value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.Path(), invalid.Value("weights", v.DType(), "float32"))
		}
		if err := checkFinite(numbers); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Path(), err)
		}
		values[strings.TrimPrefix(v.Path(), model.ScopeSeparator)] = value
	}
	if len(values) == 0 {
		return nil, invalid.Value("store", "without variables of a player", "weights, such as those of a run that was opened")
	}
	return values, nil
}

// playerOf is the scope of the player that a variable is below, if it is.
func playerOf(store *model.Store, v *model.Variable) (*model.Scope, bool) {
	first, _, below := strings.Cut(strings.TrimPrefix(v.Path(), model.ScopeSeparator), model.ScopeSeparator)
	players := []string{ganlib.GeneratorScope, ganlib.DiscriminatorScope, ganlib.AverageScope}
	return store.Scope(model.ScopeSeparator + first), below && slices.Contains(players, first)
}

// checkFinite refuses NaN and infinities.
func checkFinite(numbers []float32) error {
	for i, v := range numbers {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%w: %v at %d of %d: want finite numbers", data.ErrFormat, v, i, len(numbers))
		}
	}
	return nil
}

// entry is what the header of a safetensors file says of a tensor.
type entry struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	// Offsets are where its bytes begin and end, counted from the end of the header.
	Offsets []int `json:"data_offsets"`
}

const (
	metadataKey    = "__metadata__"
	float32s, half = "F32", "F16"
	// lengthBytes is the size of the length of the header, with which a file begins; headers are padded to a multiple.
	lengthBytes = 8
)

// sizes of a number in bytes.
var sizes = map[string]int{float32s: 4, half: 2}

func writeSafetensors(w io.Writer, values map[string]*tensors.Tensor, halved bool, metadata map[string]string) error {
	header := make(map[string]any, len(values)+1)
	if len(metadata) > 0 {
		header[metadataKey] = metadata
	}
	names, at := slices.Sorted(maps.Keys(values)), 0
	for _, name := range names {
		shape := values[name].Shape()
		e := entry{DType: float32s, Shape: append([]int{}, shape.Dimensions...)}
		if halved && shape.Rank() > 1 {
			e.DType = half
		}
		e.Offsets = []int{at, at + shape.Size()*sizes[e.DType]}
		header[name], at = e, e.Offsets[1]
	}
	text, err := json.Marshal(header) // keys in order
	if err != nil {
		return err
	}
	for len(text)%lengthBytes != 0 {
		text = append(text, ' ')
	}
	if _, err := w.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)); err != nil {
		return err
	}
	for _, name := range names {
		content, err := encode(tensors.MustCopyFlatData[float32](values[name]), header[name].(entry).DType)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
	}
	return nil
}

// encode is the numbers as bytes. A number beyond float16 is an error there.
func encode(numbers []float32, dtype string) ([]byte, error) {
	content := make([]byte, 0, len(numbers)*sizes[dtype])
	for i, v := range numbers {
		if dtype == float32s {
			content = binary.LittleEndian.AppendUint32(content, math.Float32bits(v))
			continue
		}
		narrow := float16.FromFloat32(v)
		if math.IsInf(float64(narrow.Float32()), 0) {
			return nil, fmt.Errorf("%w: %v at %d: want numbers within float16, or all of them as float32", data.ErrTooLarge, v, i)
		}
		content = binary.LittleEndian.AppendUint16(content, narrow.Bits())
	}
	return content, nil
}

func writeNPZ(w io.Writer, values map[string]*tensors.Tensor) error {
	archive := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		entry, err := archive.Create(name + ".npy")
		if err == nil {
			err = numpy.ToNpyWriter(values[name], entry)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return archive.Close()
}

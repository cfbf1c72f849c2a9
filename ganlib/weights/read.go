package weights

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gans-in-go/gans/ganlib/data"
)

// Read puts the tensors of a safetensors file, float32 or float16, into a store that lacks them, as float32, and returns
// the file's metadata. The names are those that [Write] gives. On an error the store stays as it was.
//
// An error wraps [data.ErrTruncated] if the content ends before its header says it does, and [data.ErrFormat] if it is not
// a safetensors file, holds other numbers, leaves gaps between tensors or lets them overlap. Memory is reserved only for
// what lies within the content.
func Read(content []byte, store *model.Store) (metadata map[string]string, err error) {
	entries, metadata, body, err := readHeader(content)
	if err != nil {
		return nil, err
	}
	if err := checkOffsets(entries, len(body)); err != nil {
		return nil, err
	}
	values := make(map[string]*tensors.Tensor, len(entries))
	for name, e := range entries {
		numbers := decode(body[e.Offsets[0]:e.Offsets[1]], e.DType)
		if err := checkFinite(numbers); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if store.GetVariable(model.ScopeSeparator+name) != nil {
			return nil, fmt.Errorf("%s: %w: the store has it already: want a store without weights", name, data.ErrFormat)
		}
		values[name] = tensors.FromFlatDataAndDimensions(numbers, e.Shape...)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, err := store.CreateVariable(model.ScopeSeparator+name, values[name]); err != nil {
			return nil, err
		}
	}
	return metadata, nil
}

// ReadFS is [Read] of a file in a folder. Errors name the file.
func ReadFS(folder fs.FS, name string, store *model.Store) (metadata map[string]string, err error) {
	content, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err // it names the file already
	}
	if metadata, err = Read(content, store); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return metadata, nil
}

// readHeader divides a file into what its header says of each tensor, its metadata, and the bytes of the tensors.
func readHeader(content []byte) (entries map[string]entry, metadata map[string]string, body []byte, err error) {
	if len(content) < lengthBytes {
		return nil, nil, nil, fmt.Errorf("%w: %d bytes: want the length of a header in the first %d", data.ErrTruncated, len(content), lengthBytes)
	}
	length, rest := binary.LittleEndian.Uint64(content), content[lengthBytes:]
	if length > uint64(len(rest)) {
		return nil, nil, nil, fmt.Errorf("%w: a header of %d bytes, and %d follow: want a whole safetensors file", data.ErrTruncated, length, len(rest))
	}
	var fields map[string]json.RawMessage
	text, body := rest[:length], rest[length:]
	if err := json.Unmarshal(text, &fields); err != nil || fields == nil {
		return nil, nil, nil, fmt.Errorf("%w: the header begins with %.20q: want a JSON object, as in a safetensors file", data.ErrFormat, text)
	}
	entries = make(map[string]entry, len(fields))
	for name, field := range fields {
		if name == metadataKey {
			err = json.Unmarshal(field, &metadata)
		} else {
			entries[name], err = readEntry(name, field)
		}
		if err != nil {
			return nil, nil, nil, fmt.Errorf("%w: %.60q: %w", data.ErrFormat, name, err)
		}
	}
	if len(entries) == 0 {
		return nil, nil, nil, fmt.Errorf("%w: a header without tensors: want the weights of both players", data.ErrFormat)
	}
	return entries, metadata, body, nil
}

// readEntry reads what a header says of a tensor, and compares its shape with its size.
func readEntry(name string, field []byte) (e entry, err error) {
	if err := json.Unmarshal(field, &e); err != nil {
		return e, err
	}
	if len(e.Offsets) != 2 {
		return e, fmt.Errorf("data_offsets %v: want a start and an end", e.Offsets)
	}
	size, ok := sizes[e.DType]
	from, to := e.Offsets[0], e.Offsets[1]
	switch {
	case !validName(name):
		return e, fmt.Errorf("a path with an empty part: want one such as generator/output/weights")
	case !ok:
		return e, fmt.Errorf("numbers of type %.20q: want %s or %s", e.DType, float32s, half)
	case from < 0 || to < from || (to-from)%size != 0:
		return e, fmt.Errorf("bytes %d to %d: want a start, an end behind it, and whole numbers between", from, to)
	}
	left := (to - from) / size
	for _, n := range e.Shape { // divided, not multiplied: the product of numbers out of a file may overflow
		if n < 1 || left%n != 0 {
			return e, fmt.Errorf("shape %v in %d bytes: want as many numbers as there are", e.Shape, to-from)
		}
		left /= n
	}
	if left != 1 {
		return e, fmt.Errorf("shape %v in %d bytes: want as many numbers as there are", e.Shape, to-from)
	}
	return e, nil
}

// validName reports whether a name can be the path of a variable.
func validName(name string) bool {
	return !slices.Contains(strings.Split(name, model.ScopeSeparator), "")
}

// checkOffsets refuses tensors that do not lie one behind the other from the first byte to the last.
func checkOffsets(entries map[string]entry, size int) error {
	at := 0
	for _, name := range slices.SortedFunc(maps.Keys(entries), func(a, b string) int { return entries[a].Offsets[0] - entries[b].Offsets[0] }) {
		switch from, to := entries[name].Offsets[0], entries[name].Offsets[1]; {
		case to > size:
			return fmt.Errorf("%s: %w: bytes %d to %d of %d: want the whole file", name, data.ErrTruncated, from, to, size)
		case from != at:
			return fmt.Errorf("%s: %w: begins at byte %d: want %d, behind the one before", name, data.ErrFormat, from, at)
		default:
			at = to
		}
	}
	if at != size {
		return fmt.Errorf("%w: %d bytes behind the last tensor: want none", data.ErrFormat, size-at)
	}
	return nil
}

// decode is bytes as numbers.
func decode(content []byte, dtype string) []float32 {
	numbers := make([]float32, len(content)/sizes[dtype])
	for i := range numbers {
		if dtype == half {
			numbers[i] = float16.FromBits(binary.LittleEndian.Uint16(content[2*i:])).Float32()
		} else {
			numbers[i] = math.Float32frombits(binary.LittleEndian.Uint32(content[4*i:]))
		}
	}
	return numbers
}

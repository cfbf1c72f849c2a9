package mat

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math"
	"unsafe"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/cancel"
)

// Variable is one of a file's arrays.
type Variable struct {
	Name string
	// Class is its type in MATLAB.
	Class Class
	// Dims are its dimensions. The first index varies fastest in the file.
	Dims []int
	// Complex says that it has an imaginary part.
	Complex bool
	// Logical says that it holds MATLAB's true and false: 1 and 0 of class [Uint8].
	Logical bool

	element *element
	stored  storage // type of the values in the file
	at      int64   // bytes of the array before the values
	rest    int64   // bytes of the array after them
}

// Len is the number of values, the product of the dimensions.
func (v *Variable) Len() int {
	n, _ := product(v.Dims)
	return n
}

// String is the name, class and dimensions, such as "X uint8 [32 32 3 73257]".
func (v *Variable) String() string {
	kind := v.Class.String()
	if v.Logical {
		kind = "logical"
	}
	if v.Complex {
		kind = "complex " + kind
	}
	return fmt.Sprintf("%s %s %v", v.Name, kind, v.Dims)
}

// Number is a type that values can be read as.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Values returns all values of a variable, in the order of the file: the first index varies fastest. It returns an
// error that names the variable if it is not an array of real numbers, if it would take more than limit bytes, if the
// file is damaged, if T cannot hold a value (300 as uint8, or .5 as int), or once ctx is done. Between float64 and
// float32 values are rounded.
func Values[T Number](ctx context.Context, v *Variable, limit int64) ([]T, error) {
	var zero T
	if size := int64(unsafe.Sizeof(zero)); int64(v.Len()) > limit/size {
		return nil, fmt.Errorf("variable %s: %w: %d values of %d bytes are more than the limit of %d bytes", v, data.ErrTooLarge, v.Len(), size, limit)
	}
	d, err := newDecoder[T](ctx, v)
	if err != nil {
		return nil, err
	}
	values := make([]T, v.Len())
	if err := d.decode(values); err != nil {
		return nil, err
	}
	return values, d.finish()
}

// Pieces goes through the values of a variable, size values at a time, in the order of the file; the last piece may be
// shorter. Each piece overwrites the one before. The errors are those of [Values], except for the limit, and one ends
// the loop.
func Pieces[T Number](ctx context.Context, v *Variable, size int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		if size < 1 {
			yield(nil, fmt.Errorf("variable %s: %w: pieces of %d values: want at least 1", v, data.ErrFormat, size))
			return
		}
		d, err := newDecoder[T](ctx, v)
		if err != nil {
			yield(nil, err)
			return
		}
		piece := make([]T, min(size, v.Len()))
		for left := v.Len(); left > 0; left -= len(piece) {
			piece = piece[:min(len(piece), left)]
			if err := d.decode(piece); err != nil {
				yield(nil, err)
				return
			}
			if !yield(piece, nil) {
				return
			}
		}
		if err := d.finish(); err != nil {
			yield(nil, err)
		}
	}
}

// decoder reads the values of a variable one after another.
type decoder[T Number] struct {
	v    *Variable
	r    io.Reader
	fill func(dst []T) error // with the next values
}

// newDecoder opens a variable at its first value.
func newDecoder[T Number](ctx context.Context, v *Variable) (*decoder[T], error) {
	if !v.Class.Numeric() || v.Complex {
		return nil, fmt.Errorf("variable %s: %w: only arrays of real numbers can be read", v, data.ErrFormat)
	}
	r, _, err := v.element.open(new(unpacker))
	if err == nil {
		r = cancel.Reader(ctx, r)
		_, err = io.CopyN(io.Discard, r, v.at)
	}
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", v, err)
	}
	return &decoder[T]{v, r, filler[T](v, r)}, nil
}

// decode reads the next len(dst) values.
func (d *decoder[T]) decode(dst []T) error {
	if err := d.fill(dst); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("%w: the array ends before its %d values do: %w", data.ErrTruncated, d.v.Len(), io.ErrUnexpectedEOF)
		}
		return fmt.Errorf("variable %s: %w", d.v, err)
	}
	return nil
}

// finish reads on to the checksum, where there is one.
func (d *decoder[T]) finish() error {
	if !d.v.element.packed {
		return nil
	}
	if err := finish(d.r, d.v.rest); err != nil {
		return fmt.Errorf("variable %s: %w", d.v, err)
	}
	return nil
}

// filler reads values of the type they are stored in.
func filler[T Number](v *Variable, r io.Reader) func([]T) error {
	order := v.element.file.order
	switch v.stored {
	case asInt8:
		return from[T, int8](r, order)
	case asUint8:
		return from[T, uint8](r, order)
	case asInt16:
		return from[T, int16](r, order)
	case asUint16:
		return from[T, uint16](r, order)
	case asInt32:
		return from[T, int32](r, order)
	case asUint32:
		return from[T, uint32](r, order)
	case asInt64:
		return from[T, int64](r, order)
	case asUint64:
		return from[T, uint64](r, order)
	case asSingle:
		return from[T, float32](r, order)
	default: // asDouble: other types were refused with the tag
		return from[T, float64](r, order)
	}
}

// from reads values that are stored as S, a few at a time. Bytes wanted as bytes are read in place.
func from[T, S Number](r io.Reader, order binary.ByteOrder) func([]T) error {
	const few = 4096
	stored := make([]S, few)
	raw := make([]byte, few*int(unsafe.Sizeof(stored[0])))
	return func(dst []T) error {
		if _, bytes := any(stored).([]uint8); bytes {
			if dst, bytes := any(dst).([]uint8); bytes {
				_, err := io.ReadFull(r, dst)
				return err
			}
		}
		for len(dst) > 0 {
			n := min(few, len(dst))
			raw := raw[:n*int(unsafe.Sizeof(stored[0]))]
			if _, err := io.ReadFull(r, raw); err != nil {
				return err
			}
			if _, err := binary.Decode(raw, order, stored[:n]); err != nil {
				return err
			}
			for i, s := range stored[:n] {
				t, ok := exactly[T](s)
				if !ok {
					return fmt.Errorf("%w: value %v cannot be held as %T", data.ErrFormat, s, t)
				}
				dst[i] = t
			}
			dst = dst[n:]
		}
		return nil
	}
}

// exactly converts a number, and reports whether it is still the same. Between floats rounding is allowed.
func exactly[T, S Number](s S) (T, bool) {
	t := T(s)
	switch {
	case isFloat[S]() && isFloat[T]():
		return t, true
	case !isFloat[S]() && !isFloat[T]():
		return t, S(t) == s && (t < 0) == (s < 0)
	}
	// Go leaves open what a float beyond an integer's range becomes, so both sides are compared where neither is near
	// that: below 2^53, as float64.
	return t, math.Abs(float64(s)) < 1<<53 && float64(t) == float64(s)
}

func isFloat[T Number]() bool {
	one := T(1)
	return one/2 != 0
}

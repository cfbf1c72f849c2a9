package mat

import "fmt"

// Class is what MATLAB calls the type of a variable.
type Class uint8

// The classes, by the numbers they have in a file. Those from [Double] to [Uint64] can be read. A logical array is of
// class [Uint8].
const (
	Cell Class = iota + 1
	Struct
	Object
	Char
	Sparse
	Double
	Single
	Int8
	Uint8
	Int16
	Uint16
	Int32
	Uint32
	Int64
	Uint64
	Function
	Opaque
)

var classNames = [...]string{
	Cell: "cell", Struct: "struct", Object: "object", Char: "char", Sparse: "sparse",
	Double: "double", Single: "single", Int8: "int8", Uint8: "uint8", Int16: "int16", Uint16: "uint16",
	Int32: "int32", Uint32: "uint32", Int64: "int64", Uint64: "uint64", Function: "function", Opaque: "opaque",
}

// String is MATLAB's name of the class, such as "uint8".
func (c Class) String() string {
	if c < Cell || c > Opaque {
		return fmt.Sprintf("class %d", uint8(c))
	}
	return classNames[c]
}

// Numeric reports whether arrays of the class hold plain numbers.
func (c Class) Numeric() bool { return c >= Double && c <= Uint64 }

// storage is the type of values, or of anything else, in a file.
type storage uint32

// The types that occur here, by the numbers they have in a file.
const (
	asInt8       storage = 1
	asUint8      storage = 2
	asInt16      storage = 3
	asUint16     storage = 4
	asInt32      storage = 5
	asUint32     storage = 6
	asSingle     storage = 7
	asDouble     storage = 9
	asInt64      storage = 12
	asUint64     storage = 13
	asMatrix     storage = 14 // an array: flags, dimensions, name, values, each an element of its own
	asCompressed storage = 15 // another element, packed by zlib
	asUTF8       storage = 16
)

// size is the number of bytes of one number, 0 where no number is stored.
func (s storage) size() int64 {
	switch s {
	case asInt8, asUint8:
		return 1
	case asInt16, asUint16:
		return 2
	case asInt32, asUint32, asSingle:
		return 4
	case asDouble, asInt64, asUint64:
		return 8
	}
	return 0
}

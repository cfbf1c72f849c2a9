package onnx

import (
	"errors"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Layout is the order of the axes of images.
type Layout string

const (
	// ChannelsLast is [n, height, width, channels], as everywhere in this module.
	ChannelsLast Layout = "nhwc"
	// ChannelsFirst is [n, channels, height, width], as PyTorch has it.
	ChannelsFirst Layout = "nchw"
)

// Options say how a model is written.
type Options struct {
	// Layout of the output, if it is images. Anything else keeps its shape, and only ChannelsLast fits.
	Layout Layout
	// Metadata is kept in the model, for its users to read. The layout of images joins it.
	Metadata map[string]string
}

// LibraryEnv names the environment variable that holds the path of onnxruntime's library.
const LibraryEnv = "ONNXRUNTIME_SHARED_LIBRARY_PATH"

// ErrNoCgo is the error of programs that were built without cgo.
var ErrNoCgo = errors.New("this program was built without cgo, which the ONNX exporter needs")

// ErrNoLibrary means that the library of onnxruntime is not where [Library] looks, or cannot be used.
var ErrNoLibrary = errors.New("no library of onnxruntime")

// validate refuses a layout that does not fit examples of a shape.
func (o Options) validate(shape []int) error {
	switch {
	case o.Layout != ChannelsLast && o.Layout != ChannelsFirst:
		return invalid.Value("layout", string(o.Layout), "%s or %s", ChannelsLast, ChannelsFirst)
	case o.Layout == ChannelsFirst && len(shape) != 3:
		return invalid.Value("layout", string(o.Layout), "%s, for examples of shape %v are no images", ChannelsLast, shape)
	}
	return nil
}

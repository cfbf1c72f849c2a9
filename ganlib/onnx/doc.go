// Package onnx writes a generator as an ONNX model, for programs that know nothing of Go: onnxruntime in Python, C++, C#
// or a browser.
//
// A model has the input z, float32 [n, dim], in a conditional game the input y, one-hot float32 [n, classes], and the
// output x, float32 [n, ...]. n is any number: it is not fixed when the model is written. Each weight is in the model
// once, by the name that package weights gives it. With averaged weights (ganlib.Stabilisers.AverageG) the model is that of
// the averages, as [ganlib.Players.Generate] is.
//
// GoMLX's exporter (github.com/gomlx/compute-onnx) makes the graph. It opens the library of onnxruntime for that, which
// nothing else in this module needs; it is found as [Library] says. Programs built without cgo cannot export: their
// [Write] returns [ErrNoCgo].
package onnx

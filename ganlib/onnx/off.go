//go:build !cgo

package onnx

import (
	"io"

	"github.com/gans-in-go/gans/ganlib"
)

// Write returns ErrNoCgo.
func Write(io.Writer, *ganlib.Players, Options) error { return ErrNoCgo }

// Library is "".
func Library() string { return "" }

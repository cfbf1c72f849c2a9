//go:build cgo

package onnx

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"
	onnxbackend "github.com/gomlx/compute-onnx"

	"github.com/gans-in-go/gans/ganlib/backend"
)

// Library is the path of onnxruntime's library, "" if there is none: what [LibraryEnv] says, else what Python's package
// onnxruntime has brought into the .venv of a checkout around the working directory.
func Library() string {
	if path := os.Getenv(LibraryEnv); path != "" {
		return path
	}
	root, err := backend.Checkout()
	if err != nil {
		return ""
	}
	for _, name := range []string{"libonnxruntime.so.*", "libonnxruntime.*.dylib", "onnxruntime.dll"} {
		for _, packages := range []string{"lib/python*", "Lib"} {
			found, _ := filepath.Glob(filepath.Join(root, ".venv", packages, "site-packages", "onnxruntime", "capi", name))
			if len(found) > 0 {
				return found[0]
			}
		}
	}
	return ""
}

// openEngine opens GoMLX's engine that writes ONNX. It fetches nothing.
func openEngine() (compute.Backend, error) {
	path := Library()
	if path == "" {
		return nil, fmt.Errorf("%w: want its path in $%s; `pip install onnxruntime` brings it, in site-packages/onnxruntime/capi", ErrNoLibrary, LibraryEnv)
	}
	onnxbackend.EnableAutoInstall(false)
	engine, err := onnxbackend.New("cpu," + path)
	if err != nil {
		return nil, fmt.Errorf("%w at %s: %w", ErrNoLibrary, path, err)
	}
	engine.(*onnxbackend.Backend).SetKeepModelProto(true)
	return engine, nil
}

//go:build !cgo

package lsun

import (
	"errors"
	"io"
)

func available() error {
	return errors.New("reading an LMDB needs a program built with cgo, and this one was not: " +
		"install a C compiler, such as gcc, and build with CGO_ENABLED=1")
}

// A store is never opened here: available refuses first.
type store struct{}

func openStore(string) (*store, error)                               { return nil, available() }
func (*store) keys(io.Writer) (keys, error)                          { return keys{}, available() }
func (*store) view(func(get func(key []byte) ([]byte, error))) error { return available() }
func (*store) close() error                                          { return nil }

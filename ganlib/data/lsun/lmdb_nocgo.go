//go:build !cgo

package lsun

import (
	"context"
	"io"
)

const available = false

// A store is never opened here: [Open] refuses first.
type store struct{}

func openStore(context.Context, string) (*store, error)              { return nil, ErrNoCgo }
func (*store) keys(context.Context, io.Writer) (keys, error)         { return keys{}, ErrNoCgo }
func (*store) view(func(get func(key []byte) ([]byte, error))) error { return ErrNoCgo }
func (*store) close() error                                          { return nil }

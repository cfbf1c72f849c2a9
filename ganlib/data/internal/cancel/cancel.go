// Package cancel stops reading when a context is cancelled.
package cancel

import (
	"context"
	"io"
)

// Reader returns a reader of r that fails with the context's error once the context is done.
func Reader(ctx context.Context, r io.Reader) io.Reader { return reader{ctx, r} }

type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

package cancel

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReader(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	r := Reader(ctx, strings.NewReader("abc"))
	one := make([]byte, 1)
	_, err := r.Read(one)
	require.NoError(t, err)
	stop()
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, context.Canceled)
}

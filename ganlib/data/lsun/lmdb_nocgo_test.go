//go:build !cgo

package lsun

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

func TestOpenWithoutCgo(t *testing.T) {
	_, err := Open(t.Context(), "data.mdb", Options{Frame: data.Frame{Size: 64, Channels: 3}})
	require.ErrorIs(t, err, ErrNoCgo)
	require.ErrorContains(t, err, "data.mdb: ")
}

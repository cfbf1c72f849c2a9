//go:build !cgo

package lsun

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

func TestOpenWithoutCgo(t *testing.T) {
	_, err := Open("data.mdb", Options{Frame: data.Frame{Size: 64, Channels: 3}})
	for _, part := range []string{"data.mdb: ", "cgo", "C compiler", "CGO_ENABLED=1"} {
		require.ErrorContains(t, err, part)
	}
}

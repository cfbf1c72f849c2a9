package layer

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// TestEngine: each backend reads its own row of the table. The GPU's direct form is 40 times slower on the Go backend.
func TestEngine(t *testing.T) {
	rows := map[string]bool{}
	gantest.Backends(t, func(t *testing.T, b compute.Backend) { rows[engine(b)] = true })
	require.True(t, rows["go"])
	require.False(t, rows["gpu"])
}

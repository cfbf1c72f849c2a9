package memory_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/memory"
)

// TestTotal compares with what Linux tells in another place, which leaves out what the kernel itself took at its start.
func TestTotal(t *testing.T) {
	total, err := memory.Total()
	require.NoError(t, err)
	require.Equal(t, float64(total), memory.Limit())
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		t.Skip(err)
	}
	var kib uint64
	_, err = fmt.Sscanf(string(text), "MemTotal: %d kB", &kib)
	require.NoError(t, err)
	require.InEpsilon(t, kib<<10, total, .05)
}

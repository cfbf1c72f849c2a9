package monitor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/measure"
)

// TestMoved: what fell did not rise by a negative number.
func TestMoved(t *testing.T) {
	for after, want := range map[float64]string{-1.25: "rose by 0.136", -1.524: "fell by 0.138", -1.386: "rose by 0.000"} {
		p := Probe{Before: measure.Estimate{Value: -1.386}, After: measure.Estimate{Value: after}}
		require.Equal(t, want, p.Moved())
		require.Contains(t, p.Record(1).Note, "V "+want)
	}
}

package sweep

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/record"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestComparison: the table has the last records of each value of the setting, also where one has nothing to show; the
// charts have a band a value, and a chart only for what was recorded.
func TestComparison(t *testing.T) {
	modes := Quartiles{Step: []int{2, 4}, Runs: []int{3, 3}, Lower: []float64{0, 5}, Median: []float64{1, 6}, Upper: []float64{2, 7.5}}
	c := Comparison{Key: "k", Settings: []Setting{
		{"1", &Result{Seeds: []int64{1, 2, 3}, Stopped: map[int64]string{2: "NaN"}, Values: map[string]Quartiles{record.Modes: modes, "own": modes}}},
		{"5", &Result{Seeds: []int64{1}, Values: map[string]Quartiles{record.V: modes}}},
		{"25", nil},
	}}
	require.Equal(t, "| k   | runs | stopped | v            | modes        |\n"+
		"| --- | ---  | ---     | ---          | ---          |\n"+
		"| 1   | 3    | 1       |              | 6 (5 to 7.5) |\n"+
		"| 5   | 1    | 0       | 6 (5 to 7.5) |              |\n"+
		"| 25  | 0    | 0       |              |              |\n", c.Table())

	charts := c.charts()
	require.Len(t, charts, 2)
	require.Equal(t, "V(D,G), nats", charts[0].Title)
	require.Equal(t, "k = 5", charts[0].Bands[0].Name)
	require.Equal(t, []float64{2, 4}, charts[1].Bands[0].X)
	require.Len(t, charts[1].Bands, 1)

	dir := t.TempDir()
	require.NoError(t, c.Write(dir))
	text, err := os.ReadFile(filepath.Join(dir, "compare.md"))
	require.NoError(t, err)
	require.Equal(t, c.Table(), string(text))
	require.FileExists(t, filepath.Join(dir, "compare.png"))
	gantest.RequireInvalid(t, Comparison{Key: "k"}.Write(dir), "Settings")
}

package run

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWriteCSV: columns are the union of the records' values, text is quoted where it must be, lines end as RFC 4180
// has it, and numbers read back as they were.
func TestWriteCSV(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, WriteCSV(&text, []Record{
		{Step: 1, Seconds: .5, Values: map[string]float64{"d_loss": 1.0 / 3, "g_grad/output": 2}},
		{Step: 2, Seconds: 1, Event: EventRollback, Note: "collapsed, \"again\"\nand\x1b again"},
		{Step: 100, Seconds: 2, Values: map[string]float64{"coverage": 1e-20, "d_loss": -7}},
	}))
	require.True(t, strings.HasPrefix(text.String(), "step,seconds,event,note,coverage,d_loss,g_grad/output\r\n1,0.5,,,,0.3333333333333333,2\r\n"), text.String())
	rows, err := csv.NewReader(&text).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"step", "seconds", "event", "note", "coverage", "d_loss", "g_grad/output"},
		{"1", "0.5", "", "", "", "0.3333333333333333", "2"},
		{"2", "1", "rollback", "collapsed, \"again\"\nand\\x1b again", "", "", ""},
		{"100", "2", "", "", "1e-20", "-7", ""},
	}, rows)
	text.Reset()
	require.NoError(t, WriteCSV(&text, nil))
	require.Equal(t, "step,seconds,event,note\r\n", text.String())
}

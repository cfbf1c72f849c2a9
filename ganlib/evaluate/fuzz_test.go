package evaluate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// FuzzReadTable1 reads any bytes as a table1.json: they are refused, or a row that is written and read again.
func FuzzReadTable1(f *testing.F) {
	f.Add([]byte(`{"data":"mnist","dim":784,"epoch":3,"candidates":[{"step":1,"sigma":0.2,"validation":{"value":-3,"std_err":1}}],"chosen":{"step":1}}`))
	f.Add([]byte(`{"epoch":1,"candidates":[{"step":5}],"chosen":{"step":5}}`))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"epoch":1e400}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "table1.json")
		require.NoError(t, os.WriteFile(path, content, 0o666))
		var row *Table1Result
		var err error
		gantest.RequireAllocates(t, 200*len(content)+1<<18, func() { row, err = ReadTable1(path) })
		if err != nil {
			return
		}
		_, _ = row.Paper()
		require.NoError(t, row.WriteFile(path))
		again, err := ReadTable1(path)
		require.NoError(t, err)
		require.Equal(t, row.Chosen, again.Chosen)
	})
}

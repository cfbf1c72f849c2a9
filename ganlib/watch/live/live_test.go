package live

import (
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/run"
)

// TestWatch: the picture is drawn in one place at intervals, and at the end as a separate output.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"steps": 50}`), 0o666))
	now := time.Unix(1e9, 0)
	var updates []string
	pictures := 0
	c := &cell{
		dir: dir, id: "here",
		update:  func(id, html string) { updates = append(updates, id+" "+html) },
		display: func(image.Image) error { pictures++; return nil },
		now:     func() time.Time { return now },
	}
	var history strings.Builder
	for step := 10; step <= 50; step += 10 {
		fmt.Fprintf(&history, `{"step":%d,"seconds":%d,"d_real":0.6,"d_fake":0.4}`+"\n", step, step)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "history.jsonl"), []byte(history.String()), 0o666))
		require.NoError(t, c.see(run.Record{Step: step}))
		now = now.Add(interval * 2 / 3)
	}
	require.Len(t, updates, 3, "at 10, at 30, and the last makes room")
	require.Contains(t, updates[1], `here <img width="960" alt="The run so far" src="data:image/png;base64,`)
	require.Contains(t, updates[1], "Iteration 30 of 50")
	require.Equal(t, "here ", updates[2])
	require.Equal(t, 1, pictures)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{}`), 0o666))
	for range 2 {
		now = now.Add(interval)
		require.NoError(t, c.see(run.Record{Step: 60}))
	}
	require.True(t, strings.HasSuffix(updates[4], "<p>Iteration 60</p>"), "nobody knows the end")
	require.Equal(t, 1, pictures)

	now, c.dir = now.Add(interval), t.TempDir()
	require.ErrorIs(t, c.see(run.Record{Step: 1}), fs.ErrNotExist)
	require.NoError(t, Watch(c.dir)(run.Record{Step: 1}), "outside a notebook")
}

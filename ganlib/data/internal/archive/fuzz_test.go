package archive

import (
	"bytes"
	"io"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzWalk walks any bytes as an archive. The walk returns, hands out no more bytes and files than its limits, and only
// safe names. Everything it allocates on the way, freed or not, stays under 16 times the limit on bytes.
func FuzzWalk(f *testing.F) {
	zeros := file{name: "zeros", content: strings.Repeat("\x00", 1<<21)}
	link := file{name: "l", kind: '2'}
	for _, whole := range [][]byte{
		zipOf(f, nil, three...), tarOf(f, three...), gzipped(f, tarOf(f, three...)), zipOf(f, nil),
		zipOf(f, nil, zeros), gzipped(f, tarOf(f, zeros)), overlapping(f, 40, 1<<16),
		sparseTar(), sparsePAX(), tarOf(f, link), encrypted(f), method(f, 12),
		tarOf(f, file{name: strings.Repeat("long/", 100) + "x"}),
	} {
		f.Add(whole)
		f.Add(whole[:len(whole)/2])
		f.Add(whole[:len(whole)-min(len(whole), 10)])
	}
	limits := Limits{Bytes: 1 << 20, Entries: 64}
	buffer := make([]byte, 1<<12)
	f.Fuzz(func(t *testing.T, content []byte) {
		var delivered int64
		files := 0
		w := &walker{ctx: t.Context(), limits: limits, visit: func(name string, _ int64, r io.Reader) error {
			files++
			require.True(t, filepath.IsLocal(name) && path.Clean(name) == name && !strings.ContainsAny(name, "\\\x00"), "%q", name)
			n, _ := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, buffer) // damaged or not, the walk goes on
			delivered += n
			return nil
		}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = w.archive(bytes.NewReader(content), int64(len(content)))
		runtime.ReadMemStats(&after)
		require.LessOrEqual(t, delivered, limits.Bytes)
		require.LessOrEqual(t, files, limits.Entries)
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(16*limits.Bytes))
	})
}

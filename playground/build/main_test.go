package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCommitted: the page's program is the one that the sources make.
func TestCommitted(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for another platform, a minute the first time")
	}
	require.NoError(t, perform(true))
}

// TestCompare: the check above must be able to fail, and does not mind how the program is packed.
func TestCompare(t *testing.T) {
	page := t.TempDir()
	files := func(wasm, script string) map[string][]byte {
		packed, err := pack([]byte(wasm))
		require.NoError(t, err)
		return map[string][]byte{program: packed, support: []byte(script)}
	}
	made := files("new", "js")
	require.ErrorContains(t, compare(made, page), "`make playground` builds it")
	for name, content := range made {
		require.NoError(t, os.WriteFile(filepath.Join(page, name), content, 0o666))
	}
	require.NoError(t, compare(made, page))
	require.ErrorContains(t, compare(files("old", "js"), page), "gan.wasm.gz is not what the sources make")
	require.ErrorContains(t, compare(files("new", "other"), page), "wasm_exec.js is not what the sources make")
	require.NoError(t, os.WriteFile(filepath.Join(page, program), []byte("new"), 0o666))
	require.ErrorContains(t, compare(made, page), "`make playground` builds it", "not packed")
	two, err := pack([]byte("new"))
	require.NoError(t, err)
	require.Equal(t, made[program], two)
}

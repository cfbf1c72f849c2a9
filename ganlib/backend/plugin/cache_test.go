//go:build linux

package plugin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

func TestRefusesWhatOthersWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o777))
	_, err := openPrograms(dir, file)
	var refused *invalid.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, CacheEnv, refused.Key)
	made := filepath.Join(t.TempDir(), "a", "b")
	_, err = openPrograms(made, file)
	require.NoError(t, err)
	info, err := os.Stat(made)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

package backend

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// elsewhere moves the test to an empty directory and hides whatever plugins the machine has.
func elsewhere(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Chdir(dir)
	t.Setenv(Env, "")
	t.Setenv(pluginPathEnv, "")
	has, installed := hasXLA, installDirs
	t.Cleanup(func() { hasXLA, installDirs = has, installed })
	hasXLA, installDirs = true, func() []string { return nil }
	running := started
	t.Cleanup(func() { started = running })
	started = map[string]compute.Backend{}
	return dir
}

// putPlugin makes an empty file where a plugin would be.
func putPlugin(t *testing.T, dir, name string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	path := filepath.Join(dir, pluginFiles(name)[0])
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	return path
}

func TestResolve(t *testing.T) {
	dir := elsewhere(t)
	require.Equal(t, "go", Resolve(""), "no plugin")
	t.Setenv(pluginPathEnv, dir)
	putPlugin(t, dir, "cpu")
	load := loadPlugin
	t.Cleanup(func() { loadPlugin = load })
	loadPlugin = func(string) error { return nil }
	require.Equal(t, "xla:cpu", Resolve(""), "a plugin")
	loadPlugin = func(string) error { return errors.New("it is cut short") }
	require.Equal(t, "go", Resolve(""), "a plugin that cannot be loaded")
	require.Equal(t, "xla:cpu", Resolve("xla:cpu"), "a name is never replaced")
	t.Setenv(Env, "go:parallelism=1")
	require.Equal(t, "go:parallelism=1", Resolve(""), "the environment beats the default")
	require.Equal(t, "xla:cuda", Resolve("xla:cuda"), "a name beats the environment")
	require.Equal(t, "xla:cpu", Resolve("xla"))
}

func TestPluginIsFoundInOrder(t *testing.T) {
	dir := elsewhere(t)
	_, ok := Plugin("cpu")
	require.False(t, ok)

	installed := putPlugin(t, filepath.Join(dir, "go-xla"), "cpu")
	installDirs = func() []string { return []string{filepath.Dir(installed)} }
	path, _ := Plugin("cpu")
	requireSameFile(t, installed, path)

	checkout := filepath.Join(dir, "gans")
	inVenv := putPlugin(t, filepath.Join(checkout, ".venv", "pjrt"), "cpu")
	require.NoError(t, os.WriteFile(filepath.Join(checkout, "go.mod"), []byte("module github.com/gans-in-go/gans\n\ngo 1.27.0\n"), 0o644))
	deep := filepath.Join(checkout, "notebooks", "ko")
	require.NoError(t, os.MkdirAll(deep, 0o755))
	t.Chdir(deep)
	path, _ = Plugin("cpu")
	requireSameFile(t, inVenv, path)

	inEnv := putPlugin(t, filepath.Join(dir, "plugins"), "cpu")
	t.Setenv(pluginPathEnv, filepath.Join(dir, "nowhere")+string(filepath.ListSeparator)+filepath.Dir(inEnv))
	path, _ = Plugin("cpu")
	requireSameFile(t, inEnv, path)
}

// TestPluginFiles: any of a plugin's names will do.
func TestPluginFiles(t *testing.T) {
	dir := elsewhere(t)
	t.Setenv(pluginPathEnv, dir)
	for _, file := range pluginFiles("cpu") {
		path := filepath.Join(dir, file)
		require.NoError(t, os.WriteFile(path, nil, 0o644))
		found, ok := Plugin("cpu")
		require.True(t, ok)
		requireSameFile(t, path, found)
		require.NoError(t, os.Remove(path))
	}
	_, ok := Plugin("cpu")
	require.False(t, ok)
}

func requireSameFile(t *testing.T, want, got string) {
	t.Helper()
	a, err := os.Stat(want)
	require.NoError(t, err)
	b, err := os.Stat(got)
	require.NoError(t, err)
	require.True(t, os.SameFile(a, b), "%s is not %s", got, want)
}

// TestAStrangersVenvIsNotTrusted: a plugin is code. One below a directory that is not a checkout of this project is not
// loaded.
func TestAStrangersVenvIsNotTrusted(t *testing.T) {
	dir := elsewhere(t)
	putPlugin(t, filepath.Join(dir, ".venv", "pjrt"), "cpu")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/other\n"), 0o644))
	_, ok := Plugin("cpu")
	require.False(t, ok)
}

// TestADirectoryNamedAfterAVendor: go-xla judges a plugin by its whole path, and would offer CUDA's options to the
// CPU's plugin in such a directory.
func TestADirectoryNamedAfterAVendor(t *testing.T) {
	plugin, ok := Plugin("cpu")
	if !ok && os.Getenv("GAN_REQUIRE_XLA") == "" {
		t.Skip("no XLA CPU plugin: run `make setup` to have one")
	}
	require.True(t, ok, "no XLA CPU plugin: run `make setup`")
	dir := filepath.Join(t.TempDir(), "nvidia-cuda")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.Symlink(plugin, filepath.Join(dir, pluginFiles("cpu")[0])))
	t.Setenv(pluginPathEnv, dir)
	b, err := start("xla:cpu")
	require.NoError(t, err)
	b.Finalize()
}

func TestOpenRefuses(t *testing.T) {
	elsewhere(t)
	_, err := Open("tpu")
	var refused *invalid.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, invalid.Error{Key: "backend", Value: "tpu", Want: "go, xla:cpu or xla:cuda"}, *refused)
	_, err = Open("xla:cpu")
	require.ErrorIs(t, err, ErrNoPlugin)
	for _, place := range []string{"$" + pluginPathEnv, ".venv/pjrt of a checkout around the working directory", "go-xla's installer"} {
		require.ErrorContains(t, err, place)
	}
	hasXLA = false
	_, err = Open("xla:cpu")
	require.ErrorIs(t, err, ErrNoXLA)
	require.Equal(t, "go", Resolve(""))
}

func TestGoIsAlwaysThere(t *testing.T) {
	elsewhere(t)
	for _, name := range []string{"go", "", "go:ops_parallel"} {
		b, err := Open(name)
		require.NoError(t, err)
		require.Equal(t, "Go Backend", b.Name())
		again, err := Open(name)
		require.NoError(t, err)
		require.True(t, b == again, "one engine for all")
	}
}

// TestWarnsOnce: only a program built without SIMD, on a machine that has it, gives the advice, and only once.
func TestWarnsOnce(t *testing.T) {
	var said bytes.Buffer
	warnOnce = sync.Once{}
	warnWithoutSIMD(&said)
	first := said.String()
	warnWithoutSIMD(&said)
	require.Equal(t, first, said.String())
	built, able := SIMD()
	if able && !built {
		require.Contains(t, first, "GOEXPERIMENT=simd")
	} else {
		require.Empty(t, first)
	}
}

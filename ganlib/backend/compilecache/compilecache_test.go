//go:build cgo && linux && (amd64 || arm64)

package compilecache_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/rogpeppe/go-internal/cache"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/backend/compilecache"
	"github.com/gans-in-go/gans/internal/gantest"
)

// factor is what a process of [TestMain] multiplies 7 by.
const factor = "TEST_COMPILECACHE_FACTOR"

// TestMain makes the test a program that compiles one graph by XLA and prints its result, where the environment asks.
func TestMain(m *testing.M) {
	if os.Getenv(factor) == "" {
		os.Exit(m.Run())
	}
	b, err := backend.Open("xla:cpu")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	by, _ := strconv.ParseFloat(os.Getenv(factor), 64)
	fmt.Print(MustExecOnce(b, func(x *Node) *Node { return MulScalar(x, by) }, 7.).Value())
	os.Exit(0)
}

// product is 7·by, computed in a process of its own.
func product(t *testing.T, dir, by string, env ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), compilecache.Env+"="+dir, factor+"="+by), env...)
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// kept are the keys of a directory's programs.
func kept(t *testing.T, dir string) (keys []cache.ActionID) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*-a"))
	require.NoError(t, err)
	for _, file := range files {
		key, err := hex.DecodeString(strings.TrimSuffix(filepath.Base(file), "-a"))
		require.NoError(t, err)
		keys = append(keys, cache.ActionID(key))
	}
	return keys
}

// TestLoads changes what is kept, by which a program that was loaded differs from one that was compiled.
func TestLoads(t *testing.T) {
	gantest.Open(t, "xla:cpu")
	dir := t.TempDir()
	require.Equal(t, "14", product(t, dir, "2"))
	two := kept(t, dir)
	require.NotEmpty(t, two)
	require.Equal(t, "14", product(t, dir, "2"))
	require.Equal(t, two, kept(t, dir), "the same program is found again")

	other := t.TempDir()
	require.Equal(t, "21", product(t, other, "3"))
	from, err := cache.Open(other)
	require.NoError(t, err)
	to, err := cache.Open(dir)
	require.NoError(t, err)
	for _, key := range kept(t, other) {
		three, _, err := from.GetBytes(key)
		require.NoError(t, err)
		for _, key := range two {
			require.NoError(t, to.PutBytes(key, three))
		}
	}
	require.Equal(t, "21", product(t, dir, "2"), "by another's program")
	require.Equal(t, "14", product(t, dir, "2", "XLA_FLAGS=--xla_cpu_enable_fast_math=false"), "other flags, another key")
}

func TestSurvivesDamage(t *testing.T) {
	gantest.Open(t, "xla:cpu")
	dir := t.TempDir()
	require.Equal(t, "14", product(t, dir, "2"))
	files, err := filepath.Glob(filepath.Join(dir, "*", "*-d"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		require.NoError(t, os.Truncate(file, 100))
	}
	require.Equal(t, "14", product(t, dir, "2"), "cut short: compiled again")

	c, err := cache.Open(dir)
	require.NoError(t, err)
	for _, key := range kept(t, dir) {
		require.NoError(t, c.PutBytes(key, []byte("no program")))
	}
	require.Equal(t, "14", product(t, dir, "2"), "whole, but no program: compiled again")
}

func TestRefusesWhatOthersWrite(t *testing.T) {
	plugin := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	require.NoError(t, os.WriteFile(plugin, nil, 0o644))
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o777))
	_, err := compilecache.Open(dir, plugin)
	gantest.RequireInvalid(t, err, compilecache.Env)
	made := filepath.Join(t.TempDir(), "a", "b")
	_, err = compilecache.Open(made, plugin)
	require.NoError(t, err)
	info, err := os.Stat(made)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

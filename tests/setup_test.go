package tests

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// The tools that setup finds on the pretended machine: they do what it needs of them, fast. Environment.py and gan are
// the real ones.
var pretended = map[string]string{
	"uname": `echo "$PRETEND_UNAME"`,
	"python3": `case "$*" in
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip "*requirements-pjrt.txt)
	mkdir -p "$HOUSE/.venv/site-packages/lammps_jax_pjrt_cpu" && touch "$HOUSE/.venv/site-packages/lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so" ;;
"-m pip "*requirements.txt) touch "$HOUSE/.venv/bin/jupyter-lab" ;;
-V) echo Python 3.13.0 ;;
*get_path*) echo "$HOUSE/.venv/site-packages" ;;
*environment.py) exec "$REAL_PYTHON" "$@" ;;
esac`,
	"go": `case "$*" in
version) echo go version go1.27.3 ;;
"env GOVERSION") echo go1.27.3 ;;
"env GOROOT") echo "$HOUSE/goroot" ;;
"env CGO_ENABLED") echo 1 ;;
"env CC") echo "$PRETEND_CC" ;;
"run ./cmd/gan "*) shift 2; exec "$GAN" "$@" ;;
"install tool") cp "$HOUSE/tools/gonb" "$GOBIN/" ;;
esac`,
	"gonb": `mkdir -p "$JUPYTER_DATA_DIR/kernels/gonb" && echo '{}' >"$JUPYTER_DATA_DIR/kernels/gonb/kernel.json"`,
}

// pretend makes a checkout with what setup reads, and the tools of another machine.
func pretend(t *testing.T, gan, uname, cc string, world []string) (setup func(args ...string) string, house string) {
	t.Helper()
	house = t.TempDir()
	tools := filepath.Join(house, "tools")
	for _, dir := range []string{"tools", "goroot/bin", "cmd"} {
		require.NoError(t, os.MkdirAll(filepath.Join(house, dir), 0o777))
	}
	require.NoError(t, os.CopyFS(filepath.Join(house, "docker"), os.DirFS(filepath.Join(checkout(t), "docker"))))
	require.NoError(t, os.CopyFS(filepath.Join(house, "cmd/gan"), os.DirFS(filepath.Join(checkout(t), "cmd/gan"))))
	for _, file := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(checkout(t), file))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(house, file), text, 0o666))
	}
	for name, text := range pretended {
		require.NoError(t, os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\n"+text+"\n"), 0o777))
	}
	require.NoError(t, os.Symlink(filepath.Join(tools, "go"), filepath.Join(house, "goroot/bin/go")))
	python, err := exec.LookPath("python3")
	require.NoError(t, err)
	environment := append([]string{"HOUSE=" + house, "HOME=" + house, "PRETEND_UNAME=" + uname, "PRETEND_CC=" + cc, "GAN=" + gan,
		"REAL_PYTHON=" + python, "PATH=" + tools + ":/usr/bin:/bin"}, world...)
	return func(args ...string) string {
		t.Helper()
		cmd := exec.Command("sh", append([]string{"docker/setup.sh"}, args...)...)
		cmd.Dir, cmd.Env = house, environment
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}, house
}

// kernelBackend is the engine that setup chose for cells.
func kernelBackend(t *testing.T, house string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(house, ".venv/share/jupyter/kernels/gonb/kernel.json"))
	require.NoError(t, err)
	var spec struct{ Env map[string]string }
	require.NoError(t, json.Unmarshal(text, &spec))
	return spec.Env["GOMLX_BACKEND"]
}

// requiresXLA reports whether tests must find XLA.
func requiresXLA(t *testing.T, house string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(house, ".venv/env"))
	require.NoError(t, err)
	return strings.Contains(string(text), gantest.RequireXLA+"=1")
}

// TestSetupElsewhere: setup on machines for which PyPI has no plugin, with a server of this test in the place of
// go-xla's publisher. It goes on with the Go engine where the plugin cannot be had, and asks once.
func TestSetupElsewhere(t *testing.T) {
	thin := gantest.ThinPlugin(t)
	gan := filepath.Join(t.TempDir(), "gan")
	outputOf(t, goCommand(t, ".", nil, "build", "-o", gan, "./cmd/gan"))
	for _, uname := range []string{"Linux aarch64", "Darwin arm64"} {
		t.Run(uname, func(t *testing.T) {
			var requests, gone atomic.Int32
			setup, house := pretend(t, gan, uname, "cc", gantest.Hosts(t, release(packed(t, thin), &requests, &gone), "api.github.com", "github.com"))

			gone.Store(1)
			said := setup()
			require.Contains(t, said, "404 Not Found")
			require.Contains(t, said, "setup: no XLA plugin: the pure-Go engine is used. To try again: make plugin\n")
			require.Regexp(t, "(?m)^The Go engine computes,.* run `make plugin`", said)
			require.Equal(t, "go", kernelBackend(t, house))
			require.False(t, requiresXLA(t, house))
			asked := requests.Load()
			require.Regexp(t, `^setup: ready \(\d+ s\)\n$`, setup())
			require.Equal(t, asked, requests.Load(), "a second time nobody is asked")

			gone.Store(0)
			said = setup("plugin")
			require.Contains(t, said, "https://github.com/gomlx/pjrt-cpu-binaries/releases/download/")
			require.Contains(t, said, " computes here: "+house+"/.venv/pjrt/pjrt_c_api_cpu_plugin.so\n")
			require.Contains(t, said, "\nXLA computes: ")
			require.Equal(t, "xla:cpu", kernelBackend(t, house))
			require.True(t, requiresXLA(t, house))
			require.Regexp(t, `^setup: ready \(\d+ s\)\n$`, setup())
		})
	}
	t.Run("no C compiler", func(t *testing.T) {
		var requests, gone atomic.Int32
		setup, house := pretend(t, gan, "Linux aarch64", "false", gantest.Hosts(t, release(nil, &requests, &gone), "api.github.com"))
		require.Contains(t, setup(), "setup: no C compiler: XLA is left out")
		require.Equal(t, "go", kernelBackend(t, house))
		require.Zero(t, requests.Load(), "a plugin would be of no use")
	})
	t.Run("Linux x86_64", func(t *testing.T) {
		var requests, gone atomic.Int32
		setup, house := pretend(t, gan, "Linux x86_64", "cc", gantest.Hosts(t, release(nil, &requests, &gone), "api.github.com"))
		require.NotContains(t, setup(), "publisher")
		require.Equal(t, "xla:cpu", kernelBackend(t, house))
		require.Zero(t, requests.Load(), "PyPI has it")
	})
}

// packed is the plugin as its publisher packs it.
func packed(t *testing.T, plugin []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "pjrt_c_api_cpu_v0.114.0_plugin.so", Mode: 0o755, Size: int64(len(plugin))}))
	_, err := w.Write(plugin)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, zipped.Close())
	return out.Bytes()
}

// release answers as GitHub does for a release with this archive, or with nothing if it is gone.
func release(archive []byte, requests, gone *atomic.Int32) http.HandlerFunc {
	name := fmt.Sprintf("pjrt_cpu_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
	return func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		switch {
		case gone.Load() != 0:
			http.NotFound(w, r)
		case r.Host == "api.github.com":
			fmt.Fprintf(w, `{"assets": [{"name": %q, "size": %d, "digest": "sha256:%x", "browser_download_url": %q}]}`,
				name, len(archive), sha256.Sum256(archive), "https://github.com/gomlx/pjrt-cpu-binaries/releases/download/v0.114.0/"+name)
		default:
			_, _ = w.Write(archive)
		}
	}
}

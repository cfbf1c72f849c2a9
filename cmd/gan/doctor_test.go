package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/internal/gantest"
)

// doctor runs `gan doctor` with $GOMLX_BACKEND.
func doctor(t *testing.T, engine string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := command("doctor")
	cmd.Env = append(cmd.Env, backend.Env+"="+engine)
	return finish(t, cmd)
}

func TestDoctor(t *testing.T) {
	status, out, errs := doctor(t, "go")
	require.Zero(t, status, errs)
	require.Regexp(t, `(?m)^engine +go$`, out)
	built, able := backend.SIMD()
	require.Equal(t, built && able, regexp.MustCompile(`(?m)^SIMD +yes$`).MatchString(out), out)
	require.Regexp(t, `(?m)^cores +\d+, of which \d+ are used$`, out)
	require.Regexp(t, `(?m)^memory +[\d.]+ GiB$`, out)
	require.Regexp(t, `(?m)^Go +built with go1\.`, out)
	require.Regexp(t, `(?m)^Go kernel +(gonb v|none)`, out)
	require.Regexp(t, `\n\nThe Go engine computes.*\n$`, out)

	status, out, errs = doctor(t, "tpu")
	require.Equal(t, 1, status)
	require.Regexp(t, `(?m)^engine +tpu does not start\n`, out)
	require.Regexp(t, `\n\ntpu does not start: backend is "tpu".*\n$`, out)
	require.Contains(t, errs, "backend tpu does not start")
}

// TestDoctorXLA: with a plugin, and outside the checkout, as where a binary that was built in it is run.
func TestDoctorXLA(t *testing.T) {
	gantest.Open(t, "xla:cpu")
	status, out, errs := doctor(t, "")
	require.Zero(t, status, errs)
	require.Regexp(t, `(?m)^engine +xla:cpu\nXLA plugin cpu +/.*, PJRT 0\.\d+$`, out)
	require.Regexp(t, `\n\nXLA computes: .*\n$`, out)
	if runtime.GOOS == "linux" {
		require.Regexp(t, `(?m)^XLA programs +kept in /.* \(\$GAN_XLA_CACHE\)$`, out)
	}

	cmd := command("doctor")
	cmd.Dir = newHome(t)
	cmd.Env = append(cmd.Env, "HOME="+cmd.Dir, "PJRT_PLUGIN_LIBRARY_PATH=")
	_, out, _ = finish(t, cmd)
	require.Regexp(t, `XLA plugin cpu +(/|none in \$PJRT_PLUGIN_LIBRARY_PATH, in \.venv/pjrt of a checkout)`, out)
}

// newHome is a home without anything but a choice: a go command that finds none goes on writing its counters there when
// it has answered, while the test removes the folder.
func newHome(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "telemetry", "off")
	cmd.Env = append(os.Environ(), "HOME="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return dir
}

// TestDoctorBrokenPlugin: a plugin of which the end is missing is named, with the reason, and the Go engine computes.
func TestDoctorBrokenPlugin(t *testing.T) {
	if !backend.HasXLA() || runtime.GOOS != "linux" {
		t.Skip("a program without XLA, or another system's libraries")
	}
	whole := gantest.ThinPlugin(t)
	cmd := command("doctor")
	cmd.Dir = t.TempDir()
	path := filepath.Join(cmd.Dir, "pjrt_c_api_cpu_plugin.so")
	require.NoError(t, os.WriteFile(path, whole[:len(whole)/2], 0o666))
	cmd.Env = append(cmd.Env, "PJRT_PLUGIN_LIBRARY_PATH="+cmd.Dir, "GOMLX_BACKEND=")
	code, out, errs := finish(t, cmd)
	require.Zero(t, code, errs)
	require.Regexp(t, `engine +go\n`, out)
	require.Contains(t, out, path+", which cannot be loaded")
	require.Contains(t, errs, "gans: the Go engine computes, because XLA's cannot: plugin "+path)
}

// TestVerdict: the cases that a machine can be.
func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		machine
		computes, mend string
	}{
		"a plugin": {machine{engine: "xla:cpu", platform: "linux_arm64", hasXLA: true, plugin: true},
			"^XLA computes", "fastest engine here.$"},
		"SIMD, no plugin, in a checkout": {machine{engine: "go", platform: "linux_amd64", hasXLA: true, built: true, able: true, checkout: true},
			"^The Go engine computes, with SIMD.", "run `make plugin`, or `gan plugin` where there is no make.$"},
		"SIMD, no plugin, elsewhere": {machine{engine: "go", platform: "windows_amd64", hasXLA: true, built: true, able: true},
			"^The Go engine computes, with SIMD.", "run `gan plugin --dir DIR` and set PJRT_PLUGIN_LIBRARY_PATH=DIR.$"},
		"SIMD, no C compiler": {machine{engine: "go", platform: "linux_amd64", built: true, able: true},
			"^The Go engine computes, with SIMD.", "install a C compiler .* and build with CGO_ENABLED=1.$"},
		"SIMD, a plugin, but told to use Go": {machine{engine: "go", chosen: "go", platform: "linux_amd64", hasXLA: true, plugin: true, built: true, able: true},
			"^The Go engine computes, with SIMD.", `\$GOMLX_BACKEND is go: unset it.$`},
		"SIMD, a plugin that cannot be loaded": {machine{engine: "go", platform: "linux_amd64", hasXLA: true, plugin: true, broken: errors.New("cut short"), built: true, able: true, checkout: true},
			"^The Go engine computes, with SIMD.", "run `make clean setup`, for its plugin cannot be loaded: cut short.$"},
		"the same elsewhere": {machine{engine: "go", platform: "linux_amd64", hasXLA: true, plugin: true, broken: errors.New("cut short"), built: true, able: true},
			"^The Go engine computes, with SIMD.", "run `gan plugin --dir DIR` .* cannot be loaded: cut short.$"},
		"built without SIMD": {machine{engine: "go", platform: "linux_amd64", hasXLA: true, able: true, checkout: true},
			"without SIMD: matrix products take 20 to 30 times longer", "GOEXPERIMENT=simd.*run `make plugin`"},
		"arm64, no plugin": {machine{engine: "go", platform: "linux_arm64", hasXLA: true, checkout: true},
			"has no SIMD that it could use: matrix products take 20 to 30 times longer", "run `make plugin`"},
		"Apple Silicon, no C compiler": {machine{engine: "go", platform: "darwin_arm64"},
			"has no SIMD that it could use: matrix products take 20 to 30 times longer", "xcode-select --install"},
		"no plugin exists": {machine{engine: "go", platform: "linux_riscv64"},
			"20 to 30 times longer", "There is no XLA plugin for linux_riscv64: choose small networks"},
		"an engine that does not start": {machine{engine: "xla:cuda", err: errors.New("no GPU"), platform: "linux_amd64"},
			"^xla:cuda does not start", ": no GPU$"},
	} {
		verdict := c.verdict()
		require.Regexp(t, c.computes, verdict, name)
		require.Regexp(t, c.mend, verdict, name)
		require.NotContains(t, verdict, "\n", name)
	}
}

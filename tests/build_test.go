package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// goCommand is the go command in a directory of the checkout, with nothing to help it: no network, no
// workspace, no leave to change go.mod. Settings of the environment go before.
func goCommand(t *testing.T, dir string, settings []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(checkout(t), filepath.FromSlash(dir))
	cmd.Env = append(append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false"), settings...)
	return cmd
}

// outputOf runs a command that has to succeed and returns its standard output.
func outputOf(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%v\n%s%s", cmd.Args, out, errs.String())
	return string(out)
}

// TestCrossBuilds: everything compiles without a C compiler for the platforms of most users, and gan links.
func TestCrossBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for three platforms, minutes the first time")
	}
	for _, platform := range []string{"darwin/arm64", "windows/amd64", "linux/arm64"} {
		t.Run(platform, func(t *testing.T) {
			system, arch, _ := strings.Cut(platform, "/")
			dir := t.TempDir()
			settings := []string{"CGO_ENABLED=0", "GOOS=" + system, "GOARCH=" + arch}
			outputOf(t, goCommand(t, ".", settings, "build", "-o", dir+string(filepath.Separator), "./..."))
			programs, err := filepath.Glob(filepath.Join(dir, "gan*"))
			require.NoError(t, err)
			require.Len(t, programs, 1)
		})
	}
}

// TestConsumer builds the program of a user's own module, with and without C, and has it train, open and
// measure the one-dimensional GAN.
func TestConsumer(t *testing.T) {
	for _, cgo := range []string{"0", "1"} {
		t.Run("CGO_ENABLED="+cgo, func(t *testing.T) {
			if _, err := exec.LookPath(cCompiler(t)); cgo == "1" && err != nil {
				t.Skipf("no C compiler: %v", err)
			}
			program := filepath.Join(t.TempDir(), "consumer")
			outputOf(t, goCommand(t, "tests/consumer", []string{"CGO_ENABLED=" + cgo}, "build", "-o", program, "."))
			run := exec.Command(program, "-dir", filepath.Join(t.TempDir(), "figure1"), "-steps", "400")
			run.Env = append(os.Environ(), "GOMLX_BACKEND=go")
			said := strings.TrimSpace(outputOf(t, run))
			number, ok := strings.CutSuffix(said, " nats after 400 iterations")
			require.True(t, ok, said)
			jsd, err := strconv.ParseFloat(strings.TrimPrefix(number, "JSD "), 64)
			require.NoError(t, err)
			// .599 untrained, .025 as measured here; the bins alone come to .0001.
			require.Less(t, jsd, .1)
			require.Greater(t, jsd, 1e-4)
		})
	}
}

// cCompiler is the program that go calls for C.
func cCompiler(t *testing.T) string {
	t.Helper()
	return strings.Fields(outputOf(t, goCommand(t, ".", nil, "env", "CC")))[0]
}

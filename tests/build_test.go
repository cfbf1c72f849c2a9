package tests

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// goCommand is the go command in a directory of the checkout without outside help: no network, no workspace, no changes
// to go.mod. Settings override the environment.
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

// TestConsumer builds the program of a user's own module, with and without C. It trains a conditional GAN with its own
// networks on a folder of pictures, stops and resumes, opens the run again, samples, tests and evaluates it, all
// without a gans.Config.
func TestConsumer(t *testing.T) {
	pictures := t.TempDir()
	drawBars(t, pictures, 64)
	for _, cgo := range []string{"0", "1"} {
		t.Run("CGO_ENABLED="+cgo, func(t *testing.T) {
			if _, err := exec.LookPath(cCompiler(t)); cgo == "1" && err != nil {
				t.Skipf("no C compiler: %v", err)
			}
			program, dir := filepath.Join(t.TempDir(), "consumer"), filepath.Join(t.TempDir(), "run")
			outputOf(t, goCommand(t, "tests/consumer", []string{"CGO_ENABLED=" + cgo}, "build", "-o", program, "."))
			run := exec.Command(program, "-pictures", pictures, "-dir", dir, "-steps", "600")
			run.Env = append(os.Environ(), "GOMLX_BACKEND=go")
			said := outputOf(t, run)
			var before, after float64
			n, err := fmt.Sscanf(said, "step 600, V %f then %f", &before, &after)
			require.NoError(t, err, said)
			require.Equal(t, 2, n)
			require.Greater(t, after, before, "a D that trains alone sees more")
			require.FileExists(t, filepath.Join(dir, "consumer.png"))
			require.FileExists(t, filepath.Join(dir, "samples", "animation.gif"))
			recall := regexp.MustCompile(`(?m)^recall +(\.?[\d.]+)`).FindStringSubmatch(said)
			require.Len(t, recall, 2, said)
			found, err := strconv.ParseFloat(recall[1], 64)
			require.NoError(t, err)
			require.Greater(t, found, .05, "untrained it is 0")
		})
	}
}

// drawBars writes pictures of two kinds below a directory: bright bars on black, horizontal and vertical.
func drawBars(t *testing.T, dir string, n int) {
	t.Helper()
	const side = 24
	rng := rand.New(rand.NewPCG(1, 1))
	for _, kind := range []string{"lying", "standing"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, kind), 0o777))
		for i := range n {
			picture := image.NewGray(image.Rect(0, 0, side, side))
			at, width, shade := 2+rng.IntN(side-10), 4+rng.IntN(3), uint8(180+rng.IntN(75))
			for a := range side {
				for b := at; b < at+width; b++ {
					x, y := a, b
					if kind == "standing" {
						x, y = b, a
					}
					picture.SetGray(x, y, color.Gray{Y: shade})
				}
			}
			file, err := os.Create(filepath.Join(dir, kind, fmt.Sprintf("%d.png", i)))
			require.NoError(t, err)
			require.NoError(t, png.Encode(file, picture))
			require.NoError(t, file.Close())
		}
	}
}

// cCompiler is the program that go uses for C.
func cCompiler(t *testing.T) string {
	t.Helper()
	return strings.Fields(outputOf(t, goCommand(t, ".", nil, "env", "CC")))[0]
}

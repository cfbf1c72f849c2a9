package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// forBrowsers are the settings that build a program for a browser: pure Go, no SIMD.
var forBrowsers = []string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOEXPERIMENT="}

// inBrowsers are the packages a program in a browser may use. Training in memory needs the first six.
var inBrowsers = []string{
	"ganlib", "ganlib/backend", "ganlib/invalid", "ganlib/layer", "ganlib/loop", "ganlib/optim", "ganlib/record",
	"dcganlib", "dcganlib/latent", "ganlib/card", "ganlib/data", "ganlib/figure", "ganlib/measure", "ganlib/weights", "internal/disk", "internal/drawn",
	"internal/memory", "playground/browser", "playground/digits", "playground/game",
}

// notInBrowsers are packages that need locks, terminals, processes, disks, connections or C. Several of them compile for
// a browser all the same and fail there at run time. Packages below them count too.
var notInBrowsers = []string{
	"net/http", "os/exec",
	"github.com/PowerDNS/lmdb-go", "github.com/gofrs/flock", "github.com/gomlx/go-xla", "github.com/schollz/progressbar",
	"github.com/shirou/gopsutil", "golang.org/x/sys/unix", "golang.org/x/term",
}

// TestBrowserPackagesCompile builds the packages of inBrowsers for a browser. They import none of notInBrowsers.
func TestBrowserPackagesCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for another platform, a minute the first time")
	}
	paths := make([]string, len(inBrowsers))
	for i, path := range inBrowsers {
		paths[i] = "./" + path
	}
	deps := strings.Fields(outputOf(t, goCommand(t, ".", forBrowsers, append([]string{"list", "-deps"}, paths...)...)))
	require.Contains(t, deps, "github.com/gomlx/compute/gobackend")
	for _, path := range deps {
		require.False(t, slices.ContainsFunc(notInBrowsers, func(banned string) bool { return below(path, banned) }),
			"%s cannot work in a browser: `GOOS=js GOARCH=wasm go list -deps` of each package shows who imports it", path)
		if room, ok := room(path); ok {
			require.Contains(t, inBrowsers, room, "a package in browsers imports one that is not")
		}
	}
	outputOf(t, goCommand(t, ".", forBrowsers, append([]string{"build"}, paths...)...))
}

// below reports whether the package path is dir or in a directory below it.
func below(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// outcome is what the program tests/wasm prints. It prints no NaN and no infinity: JSON has none, and the program fails.
type outcome struct {
	Steps         int
	DLoss         []float64 `json:"d_loss"`
	Before, After struct{ V, Mean, Std float64 }
}

// numbers returns all numbers of an outcome in one row.
func (o outcome) numbers() []float64 {
	return append([]float64{o.Before.V, o.Before.Mean, o.Before.Std, o.After.V, o.After.Mean, o.After.Std}, o.DLoss...)
}

// TestTrainsInABrowser trains a GAN for 100 iterations in WebAssembly, under node, and compares the game with the one
// that the same program plays on the machine itself.
func TestTrainsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for another platform, a minute the first time")
	}
	node := nodeCommand(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "gan.wasm")
	outputOf(t, goCommand(t, ".", forBrowsers, "build", "-o", program, "./tests/wasm"))
	goroot := strings.TrimSpace(outputOf(t, goCommand(t, ".", nil, "env", "GOROOT")))
	wasm := exec.Command(node, filepath.Join(goroot, "lib", "wasm", "wasm_exec_node.js"), program)
	wasm.Env = []string{} // wasm_exec.js fails where arguments and environment take more than 8 KiB together
	got := outcomeOf(t, wasm)

	// Measured: mean .21 and standard deviation .25 before, .99 and .45 after; D's loss between 1.09 and 1.50.
	require.Equal(t, 100, got.Steps)
	require.Len(t, got.DLoss, 100)
	require.Greater(t, slices.Max(got.DLoss)-slices.Min(got.DLoss), .1)
	require.NotEqual(t, got.Before.V, got.After.V)
	require.Less(t, got.Before.Mean, .5)
	require.InDelta(t, 1, got.After.Mean, .2) // the data is N(1, .5)
	require.InDelta(t, .5, got.After.Std, .2)

	// On amd64 the numbers are equal to the bit without SIMD. With it, sums have another order: 8e-7 at most.
	native := filepath.Join(dir, "gan.exe")
	outputOf(t, goCommand(t, ".", []string{"CGO_ENABLED=0"}, "build", "-o", native, "./tests/wasm"))
	require.InDeltaSlice(t, outcomeOf(t, exec.Command(native)).numbers(), got.numbers(), 1e-4)
}

// outcomeOf runs tests/wasm.
func outcomeOf(t *testing.T, cmd *exec.Cmd) (o outcome) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(outputOf(t, cmd)), &o))
	return o
}

// nodeCommand finds node on the PATH. Setup does not install it: PyPI's wheel takes 60 MB, and nothing else uses it.
func nodeCommand(t *testing.T) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil && os.Getenv("CI") != "true" && os.Getenv("GAN_REQUIRE_NODE") == "" {
		t.Skipf("needs Node.js 20 or newer to run WebAssembly: %v", err)
	}
	require.NoError(t, err, "CI=true and GAN_REQUIRE_NODE=1 need Node.js 20 or newer on the PATH")
	return node
}

package tests

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/playground/game"
)

// firstGame is the game that the page opens with, on the ring of 8.
func firstGame(t *testing.T, node string) game.Scene {
	t.Helper()
	scenes, err := os.ReadFile(filepath.Join(checkout(t), "playground", "page", "scenes.js"))
	require.NoError(t, err)
	cmd := exec.Command(node, "--input-type=module")
	cmd.Stdin = strings.NewReader(string(scenes) + "\nconsole.log(JSON.stringify(firstScene('ring8')));")
	scene, err := game.ReadScene([]byte(outputOf(t, cmd)))
	require.NoError(t, err)
	return scene
}

// restless is that game with a G as fast as D, whose samples wander from mode to mode.
func restless(first game.Scene) game.Scene {
	first.GeneratorRule = first.DiscriminatorRule
	return first
}

// state is what a game has come to, as tests/playground and play.cjs print it.
type state struct {
	View struct {
		V           float64
		JSD         float64
		Found       int
		HighQuality float64 `json:"high_quality"`
	}
	DLoss   float64 `json:"d_loss"`
	GLoss   float64 `json:"g_loss"`
	Samples []float32
	D       []float32
}

// played are the states after 1 iteration and after 1,000, of the page's game and of the run of its link.
type played struct{ Game, Run []state }

var playedFor = []string{"1", "1000"}

func (p played) check(t *testing.T) {
	t.Helper()
	require.Len(t, p.Game, len(playedFor))
	for _, s := range append(p.Game, p.Run...) {
		require.Len(t, s.Samples, 2000)
		require.Len(t, s.D, 1600)
		require.NotZero(t, s.DLoss)
		require.NotZero(t, s.GLoss)
	}
}

// TestPlaygroundAgrees plays two links by the page's own program under node, on this machine with SIMD and without, and
// as the run that `gan train --from` makes. docs/playground.md has the numbers that it logs.
func TestPlaygroundAgrees(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles without SIMD, two minutes the first time")
	}
	node := nodeCommand(t)
	programs := make(map[string]string)
	for _, simd := range []string{"", "simd"} {
		programs[simd] = filepath.Join(t.TempDir(), "playground.exe")
		outputOf(t, goCommand(t, ".", []string{"CGO_ENABLED=0", "GOEXPERIMENT=" + simd}, "build", "-o", programs[simd], "./tests/playground"))
	}
	first := firstGame(t, node)
	for name, scene := range map[string]game.Scene{"first": first, "restless": restless(first)} {
		t.Run(name, func(t *testing.T) {
			fragment, err := scene.Fragment()
			require.NoError(t, err)
			native := func(simd string) played {
				p := playedBy(t, exec.Command(programs[simd], append([]string{"#" + fragment}, playedFor...)...))
				checkRun(t, p)
				return p
			}
			browser, scalar, simd := playedInNode(t, node, "#"+fragment), native(""), native("simd")
			for i, count := range playedFor {
				t.Logf("after %s iterations, WebAssembly: %s", count, browser.Game[i])
				t.Logf("without SIMD: %s; %s", scalar.Game[i], apart(browser.Game[i], scalar.Game[i]))
				t.Logf("with SIMD: %s; %s", simd.Game[i], apart(browser.Game[i], simd.Game[i]))
			}
			requireNear(t, browser.Game[0], scalar.Run[0])
			requireNear(t, browser.Game[0], simd.Run[0])
			if runtime.GOARCH == "amd64" { // others multiply and add with one rounding
				for i := range playedFor {
					a, b := browser.Game[i], scalar.Game[i]
					require.True(t, sameBits(a, b), apart(a, b))
					require.Equal(t, a.View.Found, b.View.Found)
					require.InDelta(t, a.View.V, b.View.V, 1e-9) // in float64, by assembly here
					require.InDelta(t, a.View.JSD, b.View.JSD, 1e-9)
				}
			}
			if name == "first" {
				a, b := browser.Game[1].View, simd.Game[1].View
				require.Equal(t, 8, a.Found)
				require.Equal(t, 8, b.Found)
				require.InDelta(t, a.HighQuality, b.HighQuality, .1)
				require.InDelta(t, a.JSD, b.JSD, .02)
			}
		})
	}
}

// playedInNode plays a link by the program that the page has.
func playedInNode(t *testing.T, node, link string) played {
	t.Helper()
	page := filepath.Join(checkout(t), "playground", "page")
	cmd := exec.Command(node, append([]string{filepath.Join(checkout(t), "tests", "playground", "play.cjs"),
		filepath.Join(page, "wasm_exec.js"), filepath.Join(page, "gan.wasm.gz"), link}, playedFor...)...)
	cmd.Env = []string{} // wasm_exec.js fails where arguments and environment take more than 8 KiB together
	return playedBy(t, cmd)
}

// playedBy is what a command prints.
func playedBy(t *testing.T, cmd *exec.Cmd) (p played) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(outputOf(t, cmd)), &p))
	p.check(t)
	return p
}

// checkRun: a run of a link is its game. The run's own D passes its sigmoid as float32.
func checkRun(t *testing.T, p played) {
	t.Helper()
	require.Len(t, p.Run, len(playedFor))
	for i := range playedFor {
		requireNear(t, p.Game[i], p.Run[i])
		require.True(t, slices.Equal(p.Game[i].Samples, p.Run[i].Samples), apart(p.Game[i], p.Run[i]))
	}
}

// requireNear: losses, D on the board, and samples are equal to 1e-6.
func requireNear(t *testing.T, a, b state) {
	t.Helper()
	require.InDelta(t, a.DLoss, b.DLoss, 1e-6)
	require.InDelta(t, a.GLoss, b.GLoss, 1e-6)
	most, _ := a.drift(b)
	require.LessOrEqual(t, most, 1e-6)
	for i := range a.D {
		require.InDelta(t, a.D[i], b.D[i], 1e-6)
	}
}

func sameBits(a, b state) bool { return slices.Equal(a.Samples, b.Samples) && slices.Equal(a.D, b.D) }

// drift is how far samples of the same noise are apart: at most, and on average.
func (s state) drift(from state) (most, mean float64) {
	n := len(s.Samples) / 2
	for i := range n {
		d := math.Hypot(float64(s.Samples[2*i]-from.Samples[2*i]), float64(s.Samples[2*i+1]-from.Samples[2*i+1]))
		most, mean = max(most, d), mean+d/float64(n)
	}
	return most, mean
}

// apart says how far two states are from each other.
func apart(a, b state) string {
	most, mean := a.drift(b)
	return fmt.Sprintf("samples %.2g apart at most, %.2g on average; equal to the bit: %t", most, mean, sameBits(a, b))
}

func (s state) String() string {
	v := s.View
	return fmt.Sprintf("%d modes, high quality %.3f, JSD %.4f, V %.4f", v.Found, v.HighQuality, v.JSD, v.V)
}

// TestPlaygroundLinks: the page's program is small because it links neither data sets nor readers, and works in a browser
// because it links nothing of notInBrowsers.
func TestPlaygroundLinks(t *testing.T) {
	deps := strings.Fields(outputOf(t, goCommand(t, ".", forBrowsers, "list", "-deps", "./playground/wasm")))
	require.Contains(t, deps, module+"/playground/game")
	for _, path := range deps {
		require.False(t, slices.ContainsFunc(notInBrowsers, func(banned string) bool { return below(path, banned) }), path)
		if room, ok := room(path); ok && room != "playground/wasm" {
			require.Contains(t, inBrowsers, room)
		}
	}
}

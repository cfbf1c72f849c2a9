package tests

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/models"
)

// TestDigitsInABrowser draws digits in WebAssembly, under node, and compares them with those of the whole library on the
// machine itself.
func TestDigitsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for another platform, a minute the first time")
	}
	node := nodeCommand(t)
	program := filepath.Join(t.TempDir(), "digits.wasm")
	outputOf(t, goCommand(t, ".", forBrowsers, "build", "-o", program, "./playground/digits/wasm"))
	goroot := strings.TrimSpace(outputOf(t, goCommand(t, ".", nil, "env", "GOROOT")))
	model := filepath.Join(checkout(t), "ganlib", "models", "digits")
	draw := exec.Command(node, filepath.Join(checkout(t), "playground", "digits", "testdata", "draw.js"),
		filepath.Join(goroot, "lib", "wasm", "wasm_exec.js"), program,
		filepath.Join(model, "config.json"), filepath.Join(model, "weights.safetensors"),
		`{"seed": 7, "n": 10}`, `{"seed": 6, "to": 7, "step": 32, "labels": [7], "n": 1}`, `{"seed": 7, "n": 0}`)
	draw.Env = []string{} // wasm_exec.js fails where arguments and environment take more than 8 KiB together
	var got struct {
		Opened struct{ Classes, Size, Steps int }
		Drawn  []struct {
			X      []float32
			Pixels []int
			Labels []int
			Error  string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(outputOf(t, draw)), &got))
	require.Equal(t, struct{ Classes, Size, Steps int }{10, 28, 32}, got.Opened)
	require.Len(t, got.Drawn, 3)

	gan, err := gans.OpenFSOn(models.Digits(), "go")
	require.NoError(t, err)
	for i, labels := range [][]int{nil, {7}} {
		drawn := got.Drawn[i]
		want, err := gan.Sample(len(drawn.Labels), 7, labels...)
		require.NoError(t, err)
		require.Equal(t, gan.LabelsFor(len(drawn.Labels), labels...), drawn.Labels)
		require.InDeltaSlice(t, want, drawn.X, 1e-5) // measured: 2e-6 at most
		images, err := gan.Pixels(want)
		require.NoError(t, err)
		require.InDeltaSlice(t, images.Pixels, drawn.Pixels, 1)
	}
	require.Equal(t, "n is 0: want 1 to 100", got.Drawn[2].Error)
}

// TestDigitsPage: the page says everything in both languages, and its HTML asks for no word that is not there.
func TestDigitsPage(t *testing.T) {
	const script = `
		require("./text.js");
		const used = [...require("fs").readFileSync("index.html", "utf8").matchAll(/data-text="(\w+)"/g)].map((m) => m[1]);
		const shown = (word) => (typeof word === "function" ? word(0.5, 3, 40) : word);
		const words = Object.entries(text).map(([lang, w]) => [lang, Object.fromEntries(Object.entries(w).map(([k, v]) => [k, shown(v)]))]);
		console.log(JSON.stringify({ words: Object.fromEntries(words), used }));`
	show := exec.Command(nodeCommand(t), "-e", script)
	show.Dir = filepath.Join(checkout(t), "playground", "digits", "page")
	var page struct {
		Words map[string]map[string]string
		Used  []string
	}
	require.NoError(t, json.Unmarshal([]byte(outputOf(t, show)), &page))
	english, korean := page.Words["en"], page.Words["ko"]
	require.NotEmpty(t, page.Used)
	require.Len(t, korean, len(english))
	for name, words := range english {
		require.NotEmpty(t, words, name)
		require.Regexp(t, `\p{Hangul}`, korean[name], name)
		require.NotRegexp(t, `\p{Hangul}`, words, name)
	}
	for _, name := range page.Used {
		require.Contains(t, english, name)
	}
}

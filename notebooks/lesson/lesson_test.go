package lesson

import (
	"errors"
	"image"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/figure"
)

// endings are calls that must end a cell.
var endings = map[string]struct {
	call func()
	says string
}{
	"an error":            {func() { Must(7, errors.New("out of noise")) }, "out of noise"},
	"a claim not waived":  {func() { ClaimUnless(false, 2 < 1, "2 is less") }, "NOT TRUE: 2 is less"},
	"no such profile":     {func() { os.Setenv("GAN_PROFILE", "slow"); Pick(1, 2) }, `GAN_PROFILE is "slow"`},
	"no checkout":         {func() { Must(0, os.Chdir("/")); Dir("x") }, "not in a checkout"},
	"a claim":             {func() { Claim(2 < 1, "%d is less than %d", 2, 1) }, "NOT TRUE: 2 is less than 1"},
	"no picture":          {func() { Show(nil, errors.New("nothing drawn")) }, "nothing drawn"},
	"no film":             {func() { Film("nowhere.gif", 480) }, "nowhere.gif"},
	"no run":              {func() { Curve("nowhere", "V", Value("v")) }, "nowhere"},
	"no such engine":      {func() { Engine("abacus") }, "abacus"},
	"a slider outside":    {func() { Slider("μ", new(float64), .1, .9, .1) }, "slider μ: from 0.1 to 0.9 in steps of 0.1, beginning at 0"},
	"a slider that rests": {func() { Slider("μ", new(float64), 0, 1, 0) }, "want a positive step"},
	"no picture to move":  {func() { Interact(false, func() (image.Image, error) { return nil, errors.New("nothing drawn") }) }, "nothing drawn"},
	"images of no scale":  {func() { Rows(&data.Images{N: 1, Pixels: make([]uint8, 3)}, data.Unit) }, ""},
}

// TestEndings: what goes wrong ends the program with an exit status, which makes a cell fail, and says why.
func TestEndings(t *testing.T) {
	if name := os.Getenv("LESSON_ENDING"); name != "" {
		endings[name].call()
		return
	}
	for name, ending := range endings {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestEndings$")
			cmd.Env = append(os.Environ(), "LESSON_ENDING="+name)
			output, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "it went on; it printed:\n%s", output)
			require.Equal(t, 1, exit.ExitCode(), "%s", output)
			require.Contains(t, string(output), ending.says)
		})
	}
}

func TestMust(t *testing.T) {
	require.Equal(t, 7, Must(7, nil))
	Claim(true, "nothing ends")
}

func TestPick(t *testing.T) {
	for profile, want := range map[string][2]int{"": {2, 2}, "reader": {2, 2}, "fast": {1, 1}, "full": {2, 3}} {
		t.Setenv("GAN_PROFILE", profile)
		require.Equal(t, want, [2]int{Pick(1, 2), Pick(1, 2, 3)}, "%q", profile)
	}
}

// TestPrediction: a prediction is answered by its distance, or by the right word.
func TestPrediction(t *testing.T) {
	require.Equal(t, "share: you said 0.9. It is 0.954: off by 0.054.", prediction("share", .9, .954))
	require.Equal(t, "counter: you said 2. It is 1: off by 1.", prediction("counter", 2, 1))
	require.Equal(t, "counter: you said 1. So it is.", prediction("counter", 1, 1))
	require.Equal(t, "who: you said D. It is G.", prediction("who", "D", "G"))
}

// ExampleClaimUnless: what is waived is not said to be true.
func ExampleClaimUnless() {
	ClaimUnless(true, false, "D sees a difference")
	ClaimUnless(false, true, "D sees a difference")
	// Output:
	// not asked: D sees a difference
	// true: D sees a difference
}

// TestDir: the same run from any folder of the checkout.
func TestDir(t *testing.T) {
	require.Equal(t, filepath.Join("..", "..", "build", "runs", "01-why"), Dir("01-why"))
	t.Chdir("..")
	require.Equal(t, filepath.Join("..", "build", "runs", "01-why"), Dir("01-why"))
	t.Chdir("..")
	require.Equal(t, filepath.Join("docs", "README.md"), Checkout("docs", "README.md"))
}

// TestEngine: the empty name is the kernel's choice, and an engine starts once.
func TestEngine(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	require.Same(t, Engine("go"), Engine("go"))
	require.Equal(t, Engine("go").Name(), Engine("").Name())
}

func TestCurve(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	write("config.json", `{}`)
	write("history.jsonl", `{"step":10,"seconds":1,"v":-1.5,"d_fake":0.25}`+"\n"+`{"step":20,"seconds":2,"v":-1.25,"d_fake":0.5}`+"\n")
	require.Equal(t, figure.Series{Name: "V", X: []float64{10, 20}, Y: []float64{-1.5, -1.25}}, Curve(dir, "V", Value("v")))
	require.Equal(t, []float64{.75, .5}, Curve(dir, "", func(v map[string]float64) float64 { return 1 - v["d_fake"] }).Y)
}

func TestRows(t *testing.T) {
	set := &data.Images{N: 2, Height: 1, Width: 2, Channels: 1, Pixels: []uint8{0, 255, 255, 0}}
	require.Equal(t, []float32{0, 1, 1, 0}, Rows(set, data.Unit))
	require.Equal(t, []float32{-1, 1, 1, -1}, Rows(set, data.Symmetric))
}

func TestFilm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.gif")
	require.NoError(t, os.WriteFile(path, []byte("GIF89a"), 0o666))
	html, err := film(path, 480)
	require.NoError(t, err)
	require.Equal(t, `<img width="480" alt="samples over time" src="data:image/gif;base64,R0lGODlh">`, html)
	_, err = film("nowhere.gif", 480)
	require.ErrorIs(t, err, fs.ErrNotExist)
	Film(path, 480) // outside a notebook it does nothing
	Show(image.NewGray(image.Rect(0, 0, 1, 1)), nil)
	Markdown("| a table |")
}

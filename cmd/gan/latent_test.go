package main

import (
	"image"
	"image/color"
	"image/gif"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/internal/gantest"
)

// digitsRun is a run of one step of a small DCGAN that is told the digits.
func digitsRun(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "digits")
	args := []string{"train", "mnist28", "--steps", "1", "-d", dir, "--backend", "go", "--set", "batch_size=4", "--set", "measure_every=0"}
	for _, player := range []string{"generator", "discriminator"} {
		args = append(args, "--set", player+".dcgan.hidden=8", "--set", player+".dcgan.filters=[4,8]")
	}
	must(t, args...)
	return dir
}

// requirePage requires a page that needs nothing besides itself, with a number of frames.
func requirePage(t *testing.T, path string, frames int) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	page := string(text)
	require.NotContains(t, page, "http")
	for _, source := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, strings.HasPrefix(source[1], "data:image/png;base64,"), source[1])
	}
	list := regexp.MustCompile(`const frames = \[(.*?)\]`).FindStringSubmatch(page)
	require.Len(t, list, 2)
	require.Equal(t, frames, strings.Count(list[1], "data:image/png;base64,"))
}

func framesOf(t *testing.T, path string) []*image.Paletted {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	animation, err := gif.DecodeAll(file)
	require.NoError(t, err)
	return animation.Image
}

// gridSize is the size of a grid of 28 x 28 grey pictures.
func gridSize(t *testing.T, columns, rows int) image.Rectangle {
	t.Helper()
	blank := make([]image.Image, columns*rows)
	for i := range blank {
		blank[i] = image.NewGray(image.Rect(0, 0, 28, 28))
	}
	grid, err := figure.Grid(blank, figure.GridStyle{Columns: columns})
	require.NoError(t, err)
	return grid.Bounds()
}

// TestWalk: a picture, an animation and a page, of all classes or of one, and the same on both engines up to rounding.
func TestWalk(t *testing.T) {
	dir := digitsRun(t)
	out := must(t, "walk", dir, "--points", "3", "--steps", "4")
	require.Equal(t, "9 moments between 3 points after 1 iterations: "+
		filepath.Join(dir, "walk.png")+", "+filepath.Join(dir, "walk.gif")+", "+filepath.Join(dir, "walk.html")+"\n", out)
	require.Equal(t, gridSize(t, 5, 10), decode(t, filepath.Join(dir, "walk.png")).Bounds(), "ten classes at three points and half-way")
	require.Len(t, framesOf(t, filepath.Join(dir, "walk.gif")), 9)
	requirePage(t, filepath.Join(dir, "walk.html"), 9)

	one := filepath.Join(t.TempDir(), "one.png")
	must(t, "walk", dir, "--points", "3", "--steps", "4", "--label", "7", "-o", one)
	sevens := decode(t, one)
	require.Equal(t, gridSize(t, 5, 2), sevens.Bounds(), "two ways of four steps")
	beside, err := os.ReadDir(filepath.Dir(one))
	require.NoError(t, err)
	require.Len(t, beside, 1, "only what the name ends in")

	gantest.Open(t, "xla:cpu") // skips the rest where XLA is not there
	must(t, "walk", dir, "--points", "3", "--steps", "4", "--label", "7", "-o", one, "--backend", "xla:cpu")
	onXLA := decode(t, one)
	for y := range sevens.Bounds().Dy() {
		for x := range sevens.Bounds().Dx() {
			a, b := sevens.At(x, y).(color.Gray).Y, onXLA.At(x, y).(color.Gray).Y
			require.LessOrEqual(t, max(a, b)-min(a, b), uint8(1))
		}
	}
}

func TestHalfway(t *testing.T) {
	require.Equal(t, []int{0, 2, 4, 6, 8}, (&walkCmd{Points: 3, Steps: 4}).halfway())
	require.Equal(t, []int{0, 1, 3}, (&walkCmd{Points: 2, Steps: 3}).halfway())
	require.Equal(t, []int{0, 1}, (&walkCmd{Points: 2, Steps: 1}).halfway())
}

// TestArith: the sheet numbers samples of one class, and the sum has its picture, its animation and its page.
func TestArith(t *testing.T) {
	dir := digitsRun(t)
	must(t, "arith", dir, "--sheet", "-n", "20", "--label", "3")
	numbered, plain := decode(t, filepath.Join(dir, "arith-sheet.png")).Bounds(), gridSize(t, 10, 2)
	require.Equal(t, plain.Dx(), numbered.Dx())
	require.Greater(t, numbered.Dy(), plain.Dy(), "room for the numbers")

	name := filepath.Join(t.TempDir(), "sum")
	out := must(t, "arith", dir, "--label", "3", "--a", "1,2,3", "--b", "4", "--c", "5,6", "-o", name)
	require.Equal(t, "A - B + C after 1 iterations: "+name+".png, "+name+".gif, "+name+".html\n", out)
	require.Len(t, framesOf(t, name+".gif"), 25)
	requirePage(t, name+".html", 25)

	status, _, errs := gan(t, "arith", dir, "--sheet")
	require.Equal(t, misused, status)
	require.Equal(t, "gan: --label: want the class of all samples, in a game of 10 classes\n", errs)
}

// TestFigure7: where G paints z itself, the rows are the concepts and their means, and on the right the sum is in the
// middle of its neighbours.
func TestFigure7(t *testing.T) {
	paint := func(z [][]float32) ([]image.Image, error) {
		pictures := make([]image.Image, len(z))
		for i, v := range z {
			grey := image.NewGray(image.Rect(0, 0, 80, 80)) // zoom 1
			for p := range grey.Pix {
				grey.Pix[p] = uint8(v[0])
			}
			pictures[i] = grey
		}
		return pictures, nil
	}
	s := sum{
		concepts: [3][][]float32{{{10}, {30}}, {{40}}, {{50}, {70}}}, means: [3][]float32{{20}, {40}, {60}}, y: []float32{100},
		neighbours: [][]float32{{101}, {102}, {103}, {104}, {105}, {106}, {107}, {108}},
	}
	picture, err := figure7(s, paint)
	require.NoError(t, err)
	at := func(x, y int) uint8 { return color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y }
	centre := func(i int) int { return 4 + 84*i + 40 }
	for row, want := range [][]uint8{{10, 30, 20}, {40, 0x55, 40}, {50, 70, 60}} {
		for column, v := range want {
			x := centre(column)
			if column == 2 {
				x += 12 // the means stand apart
			}
			require.Equal(t, v, at(x, centre(row)), "row %d, column %d", row, column)
		}
	}
	right := picture.Bounds().Dx() - (4 + 3*84)
	for i, want := range []uint8{101, 102, 103, 104, 100, 105, 106, 107, 108} {
		require.Equal(t, want, at(right+centre(i%3), centre(i/3)), i)
	}
}

// TestInvert: pictures from files and from the run's data, with the errors of the best restarts, and what G made itself
// is found with its class.
func TestInvert(t *testing.T) {
	dir := digitsRun(t)
	folder := filepath.Join(t.TempDir(), "samples")
	must(t, "sample", dir, "--folder", folder, "-n", "3")
	name := filepath.Join(t.TempDir(), "found")
	out := must(t, "invert", dir, filepath.Join(folder, "000002.png"), "--data", "7", "--steps", "30", "--restarts", "10", "-o", name)
	require.Regexp(t, `(?m)^picture +restart +MSE +PSNR dB +class\n000002\.png +2 +0\.0000\d +\d\d\.\d +2\n`, out)
	require.Equal(t, 5, strings.Count(out, "\n7 "), "of the data's image, as many restarts as are drawn")
	require.Contains(t, out, "2 pictures after 1 iterations: "+name+".png")
	require.Equal(t, gridSize(t, 6, 2).Dy(), decode(t, name+".png").Bounds().Dy())
	require.Len(t, framesOf(t, name+".gif"), 32, "31 moments, and the best")
	requirePage(t, name+".html", 32)
	page, err := os.ReadFile(name + ".html")
	require.NoError(t, err)
	require.Equal(t, 1+2*10, strings.Count(string(page), "<tr>"), "all restarts")

	status, _, errs := gan(t, "invert", dir, "--data", "60000")
	require.Equal(t, failed, status)
	require.Contains(t, errs, "--data: ")
	notes := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(notes, []byte("no picture"), 0o666))
	status, _, errs = gan(t, "invert", dir, notes)
	require.Equal(t, failed, status)
	require.Contains(t, errs, "not a picture")
}

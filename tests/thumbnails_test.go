package tests

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"
)

// A thumbnail is a part of a picture that an executed notebook shows: what README's table has beside its name.
type thumbnail struct {
	notebook, cell string
	picture        int        // of the cell's pictures, counted from 0
	part           [4]float64 // left, top, right, bottom, as fractions of the picture
}

// What a thumbnail may be: twice the width at which README shows it, for sharp screens.
const (
	thumbnailWidth = 240
	thumbnailBytes = 25 << 10
)

var whole = [4]float64{0, 0, 1, 1}

// thumbnails are the most telling pictures, by the file that they are written to.
var thumbnails = map[string]thumbnail{
	"00-ten-minutes":            {"10-latent-space", "setup", 0, [4]float64{0, 0, 1, .67}}, // by the model in the box
	"01-why":                    {"01-why", "film-code", 0, [4]float64{.5, .2, 1, 1}},
	"02-players":                {"02-players", "prior-shapes-code", 0, whole},
	"03-value-function":         {"03-value-function", "panels-code", 0, [4]float64{.5, .2, 1, 1}},
	"04-algorithm-1":            {"04-algorithm-1", "learning", 0, whole},
	"05-k-and-momentum":         {"05-k-and-momentum", "orbit-code", 0, [4]float64{0, 0, .5, 1}},
	"06-mnist":                  {"06-mnist", "gradient", 0, whole},
	"07-faces-and-objects":      {"07-faces-and-objects", "second", 0, [4]float64{.4, 0, 1, .75}},
	"08-dcgan-architecture":     {"08-dcgan-architecture", "digit-code", 0, whole},
	"09-dcgan-training":         {"09-dcgan-training", "train", 0, whole},
	"10-latent-space":           {"10-latent-space", "grid", 0, whole},
	"11-limit-balance":          {"11-limit-balance", "selfrepair", 0, [4]float64{0, 0, .67, .5}},
	"12-limit-interpretability": {"12-limit-interpretability", "guided", 0, [4]float64{0, 0, 1, .67}},
	"13-limit-evaluation":       {"13-limit-evaluation", "sigma", 0, whole},
	"14-flowers":                {"14-flowers", "mirrored", 0, [4]float64{0, 0, .25, 1}},
}

// shown is the picture of a cell, as a notebook keeps it.
func (n thumbnail) shown(nb notebook) (image.Image, error) {
	count := 0
	for _, c := range nb.Cells {
		for _, out := range c.Outputs {
			content, ok := out.Data["image/png"]
			if c.ID != n.cell || !ok {
				continue
			}
			if count++; count <= n.picture {
				continue
			}
			var encoded text
			if err := json.Unmarshal(content, &encoded); err != nil {
				return nil, err
			}
			return png.Decode(base64.NewDecoder(base64.StdEncoding, bytes.NewReader([]byte(encoded))))
		}
	}
	return nil, errors.New("the executed notebook has no such picture")
}

// small is the part of a picture, scaled down, on white, in 32 shades of each colour, which packs better.
func (n thumbnail) small(picture image.Image) image.Image {
	size := picture.Bounds().Size()
	at := func(x, y float64) image.Point {
		return picture.Bounds().Min.Add(image.Pt(int(x*float64(size.X)), int(y*float64(size.Y))))
	}
	part := image.Rectangle{Min: at(n.part[0], n.part[1]), Max: at(n.part[2], n.part[3])}
	width := min(thumbnailWidth, part.Dx())
	small := image.NewRGBA(image.Rect(0, 0, width, part.Dy()*width/part.Dx()))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), picture, part, draw.Over, nil)
	for i, v := range small.Pix {
		small.Pix[i] = v&^7 | v>>5
	}
	return small
}

// TestThumbnails: each notebook has a thumbnail, and a small one. With -update, they are made from the executed
// notebooks in build/notebooks.
func TestThumbnails(t *testing.T) {
	dir := filepath.Join(checkout(t), "notebooks", "pictures", "thumbs")
	for name, from := range thumbnails {
		file := filepath.Join(dir, name+".png")
		if *update {
			nb, err := readNotebook(filepath.Join(checkout(t), "build", "notebooks", from.notebook+".ipynb"))
			require.NoError(t, err)
			picture, err := from.shown(nb)
			require.NoError(t, err, name)
			var out bytes.Buffer
			require.NoError(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, from.small(picture)))
			require.NoError(t, os.MkdirAll(dir, 0o777))
			require.NoError(t, os.WriteFile(file, out.Bytes(), 0o666))
		}
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		require.LessOrEqual(t, len(content), thumbnailBytes, name)
		config, err := png.DecodeConfig(bytes.NewReader(content))
		require.NoError(t, err)
		require.LessOrEqual(t, config.Width, thumbnailWidth, name)
	}
	files, err := fs.Glob(os.DirFS(dir), "*")
	require.NoError(t, err)
	require.Len(t, files, len(thumbnails), "what nobody made is not kept")
}

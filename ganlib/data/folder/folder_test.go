package folder

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/disk"
	"github.com/gans-in-go/gans/internal/drawn"
	"github.com/gans-in-go/gans/internal/gantest"
)

// golden is where Pillow's pictures are; see its README.md.
const golden = "../../../tests/golden/pictures"

// frame is small, for quick tests.
func frame(size int) Options { return Options{Frame: data.Frame{Size: size}} }

// flat is a picture of one colour.
func flat(width, height int, c color.Color) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.Draw(p, p.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return p
}

func grey(v uint8) color.Color { return color.Gray{Y: v} }

func pngOf(t testing.TB, picture image.Image) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, picture))
	return b.String()
}

func jpegOf(t testing.TB, picture image.Image) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, picture, &jpeg.Options{Quality: 100}))
	return b.String()
}

func gifOf(t testing.TB, frames ...image.Image) string {
	t.Helper()
	var g gif.GIF
	for _, f := range frames {
		p := image.NewPaletted(f.Bounds(), palette.WebSafe)
		draw.Draw(p, p.Rect, f, f.Bounds().Min, draw.Src)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &g))
	return b.String()
}

// files are names with contents.
type files map[string]string

// folder, zip and tgz write them to a place of their own, called photos.
func (f files) folder(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "photos")
	require.NoError(t, os.Mkdir(dir, 0o777))
	for name, content := range f {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
	}
	return dir
}

// backwards lists the names in reverse order.
func (f files) backwards() []string {
	names := slices.Sorted(maps.Keys(f))
	slices.Reverse(names)
	return names
}

func (f files) zip(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range f.backwards() {
		e, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(e, f[name])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return written(t, "photos.zip", b.Bytes())
}

func (f files) tgz(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	packed := gzip.NewWriter(&b)
	w := tar.NewWriter(packed)
	for _, name := range f.backwards() {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "./" + name, Size: int64(len(f[name])), Mode: 0o644}))
		_, err := io.WriteString(w, f[name])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, packed.Close())
	return written(t, "photos.tgz", b.Bytes())
}

func written(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o666))
	return path
}

// read reads a set without failures.
func read(t testing.TB, path string, o Options) *data.Images {
	t.Helper()
	set, failed, err := Read(t.Context(), path, o)
	require.NoError(t, err)
	require.Empty(t, failed)
	return set
}

// firsts are the first values of each image.
func firsts(set *data.Images) (values []int) {
	for i := range set.N {
		values = append(values, int(set.At(i)[0]))
	}
	return values
}

// Flowers as in TensorFlow's flower_photos.tgz: five folders of jpegs of many sizes, and the terms beside them.
func TestFlowers(t *testing.T) {
	photos := files{"flower_photos/LICENSE.txt": "All images in this archive are licensed ..."}
	classes := []string{"daisy", "dandelion", "roses", "sunflowers", "tulips"}
	var want []int
	for i, class := range classes {
		for j := range 3 {
			want = append(want, 10*(3*i+j)+20)
			picture := flat(40+10*j, 60-7*i, color.NRGBA{R: uint8(10*(3*i+j) + 20), G: 90, B: 20, A: 255})
			photos[fmt.Sprintf("flower_photos/%s/%d_n.jpg", class, j)] = jpegOf(t, picture)
		}
	}
	for kind, path := range map[string]string{"folder": photos.folder(t), "zip": photos.zip(t), "tgz": photos.tgz(t)} {
		var output bytes.Buffer
		o := frame(8)
		o.Output = &output
		set := read(t, path, o)
		require.Equal(t, []int{15, 8, 8, 3}, []int{set.N, set.Height, set.Width, set.Channels}, kind)
		require.Equal(t, classes, set.LabelNames, kind)
		require.Equal(t, []int{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}, set.Labels, kind)
		require.Equal(t, filepath.Base(path), set.Name)
		require.Equal(t, path, set.Source)
		for i, v := range firsts(set) {
			require.InDelta(t, want[i], v, 2, "%s: red of image %d", kind, i) // what a jpeg makes of it
		}
		require.Contains(t, output.String(), `15 pictures; passed over 1 other file, such as "flower_photos/LICENSE.txt"`)
	}
}

// Faces as in CelebA's img_align_celeba.zip, cropped as in the literature: 108 of 178 x 218 around the centre.
func TestCelebA(t *testing.T) {
	faces := files{}
	for i := range 12 {
		face := flat(178, 218, color.White)
		cut := image.Rect(35, 55, 35+108, 55+108)
		draw.Draw(face, cut, image.NewUniform(color.NRGBA{R: uint8(20 * i), G: 10, B: 30, A: 255}), image.Point{}, draw.Src)
		faces[fmt.Sprintf("img_align_celeba/%06d.jpg", i+1)] = jpegOf(t, face)
	}
	o := frame(64)
	o.Crop = 108
	set := read(t, faces.zip(t), o)
	require.Equal(t, []int{12, 64, 64, 3}, []int{set.N, set.Height, set.Width, set.Channels})
	require.Nil(t, set.Labels, "all in one folder")
	for i := range set.N {
		for p, v := range set.At(i) { // nothing of the white around the cut, up to a jpeg's blocks
			want := []int{20 * i, 10, 30}[p%3]
			x, y := p/3%64, p/3/64
			border := x < 8 || y < 8 || x >= 56 || y >= 56
			require.True(t, border || math.Abs(float64(v)-float64(want)) < 6, "image %d at %d, %d: %d, want %d", i, x, y, v, want)
		}
	}
}

// The same files are the same set, in any container and on any number of cores.
func TestSameOrderFromEverything(t *testing.T) {
	f := files{"b.png": "", "a/x.png": "", "a.png": "", "c/10.png": "", "c/9.png": "", "c/d/x.png": ""}
	for i, name := range slices.Sorted(maps.Keys(f)) {
		f[name] = pngOf(t, flat(9, 9, grey(uint8(40*i))))
	}
	for kind, path := range map[string]string{"folder": f.folder(t), "zip": f.zip(t), "tgz": f.tgz(t)} {
		set := read(t, path, frame(4))
		require.Equal(t, []int{0, 40, 80, 120, 160, 200}, firsts(set), kind)
		require.Equal(t, []string{".", "a", "c", "c/d"}, set.LabelNames, kind)
		require.Equal(t, []int{0, 1, 0, 2, 2, 3}, set.Labels, kind)
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		names  []string
		labels []int
		called []string
	}{
		{[]string{"x.jpg", "y.jpg"}, nil, nil},
		{[]string{"photos/x.jpg", "photos/y.jpg"}, nil, nil},
		{[]string{"a/b/x.jpg"}, nil, nil},
		{[]string{"flowers/daisy/x", "flowers/rose/x", "flowers/rose/y"}, []int{0, 1, 1}, []string{"daisy", "rose"}},
		{[]string{"0/x", "1/x", "10/x", "2/x"}, []int{0, 1, 2, 3}, []string{"0", "1", "10", "2"}},
		{[]string{"test/0/c", "train/0/a", "train/1/b"}, []int{0, 1, 2}, []string{"test/0", "train/0", "train/1"}},
		{[]string{"p/cat/x", "p/cats/x", "p/x"}, []int{1, 2, 0}, []string{".", "cat", "cats"}},
		{[]string{"a/x", "b"}, []int{1, 0}, []string{".", "a"}},
	} {
		got, called := byFolder(c.names)
		require.Equal(t, c.labels, got, c.names)
		require.Equal(t, c.called, called, c.names)
	}
}

// quarter is the colour of the middle of a quarter of an image: golden pictures consist of quarters, left to right,
// then down.
func quarter(set *data.Images, i, q int) []int {
	x, y := set.Width*(1+q%2*2)/4, set.Height*(1+q/2*2)/4
	var c []int
	for _, v := range set.At(i)[(y*set.Width+x)*set.Channels:][:set.Channels] {
		c = append(c, int(v))
	}
	return c
}

var primaries = [][]int{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}}

// Pictures that Pillow wrote, in formats that Go cannot write.
func TestFormatsOfOthers(t *testing.T) {
	for name, c := range map[string]struct {
		want  [][]int
		delta float64
	}{
		"cmyk.jpg":            {[][]int{{0, 255, 255}, {255, 0, 255}, {255, 255, 0}, {0, 0, 0}}, 4},
		"progressive.jpg":     {primaries, 4},
		"lossy.webp":          {primaries, 12},
		"lossless.webp":       {[][]int{{255, 0, 0}, {0, 255, 0}, {127, 127, 255}, {255, 255, 255}}, 1}, // half blue, nothing
		"grey-alpha.png":      {[][]int{{0}, {128}, {127}, {255}}, 1},
		"animated.webp":       {[][]int{{255, 0, 0}, {0, 255, 0}, {127, 127, 255}, {255, 255, 255}}, 1},
		"animated-lossy.webp": {[][]int{{255, 0, 0}, {0, 255, 0}, {127, 127, 255}, {255, 255, 255}}, 12},
		"colour.bmp":          {primaries, 0},
		"lzw.tiff":            {primaries, 0},
		"colour.ppm":          {primaries, 0},
		"grey.pgm":            {[][]int{{0}, {85}, {170}, {255}}, 0},
		"black.pbm":           {[][]int{{0}, {0}, {255}, {255}}, 0},
		"orientation-6.png":   {primaries, 0},
		"orientation-6.webp":  {primaries, 0},
		"orientation-6.tiff":  {primaries, 0},
		"orientation-1.jpg":   {primaries, 4}, "orientation-2.jpg": {primaries, 4}, "orientation-3.jpg": {primaries, 4},
		"orientation-4.jpg": {primaries, 4}, "orientation-5.jpg": {primaries, 4}, "orientation-6.jpg": {primaries, 4},
		"orientation-7.jpg": {primaries, 4}, "orientation-8.jpg": {primaries, 4},
	} {
		o := frame(32)
		o.Keep = func(n string) bool { return n == name }
		set := read(t, golden, o)
		require.Equal(t, len(c.want[0]), set.Channels, name)
		for q, want := range c.want {
			require.InDeltaSlice(t, want, quarter(set, 0, q), c.delta, "%s, quarter %d", name, q)
		}
	}
}

// The same in formats that Go writes: 16 bits, palettes, alpha, animations.
func TestFormats(t *testing.T) {
	deep := image.NewGray16(image.Rect(0, 0, 8, 8))
	draw.Draw(deep, deep.Rect, image.NewUniform(color.Gray16{Y: 0x8042}), image.Point{}, draw.Src)
	deepColour := image.NewNRGBA64(image.Rect(0, 0, 8, 8))
	draw.Draw(deepColour, deep.Rect, image.NewUniform(color.NRGBA64{0x8042, 0x1234, 0xfedc, 0xffff}), image.Point{}, draw.Src)
	greys := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{grey(10), grey(200)})
	draw.Draw(greys, greys.Rect, image.NewUniform(grey(200)), image.Point{}, draw.Src)
	shade := image.NewGray(image.Rect(0, 0, 8, 8))
	draw.Draw(shade, shade.Rect, image.NewUniform(grey(77)), image.Point{}, draw.Src)
	red, blue := color.NRGBA{R: 255, A: 255}, color.NRGBA{B: 255, A: 255}
	for name, c := range map[string]struct {
		content string
		want    []int
	}{
		"png of 16 bits":            {pngOf(t, deep), []int{0x80}},
		"png of 16 bits in colour":  {pngOf(t, deepColour), []int{0x80, 0x12, 0xfe}},
		"png with a palette":        {pngOf(t, greys), []int{200}},
		"png half transparent":      {pngOf(t, flat(8, 8, color.NRGBA{R: 255, A: 128})), []int{255, 127, 127}},
		"png, grey in three":        {pngOf(t, flat(8, 8, grey(77))), []int{77}},
		"grey jpeg":                 {jpegOf(t, shade), []int{77}},
		"grey jpeg in three":        {jpegOf(t, flat(8, 8, grey(77))), []int{77}},
		"animation's first":         {gifOf(t, flat(8, 8, red), flat(8, 8, blue)), []int{255, 0, 0}},
		"gif called jpg, in effect": {gifOf(t, flat(8, 8, blue)), []int{0, 0, 255}},
	} {
		set := read(t, files{"x.jpg": c.content}.folder(t), frame(8))
		require.Equal(t, len(c.want), set.Channels, name)
		for p, v := range set.At(0) {
			require.InDelta(t, c.want[p%set.Channels], int(v), 1, name)
		}
	}
}

// The colour of the last picture decides for all, and those before it are not damaged.
func TestChannels(t *testing.T) {
	var names []string
	f := files{}
	for i := range 30 {
		name := fmt.Sprintf("%02d.png", i)
		names = append(names, name)
		f[name] = pngOf(t, flat(5, 5, grey(uint8(8*i))))
	}
	set := read(t, f.folder(t), frame(3))
	require.Equal(t, 1, set.Channels)
	require.Len(t, set.Pixels, 30*9)
	require.Less(t, cap(set.Pixels), 2*30*9, "nothing is kept of the room for colour")
	for i, v := range set.Pixels {
		require.EqualValues(t, 8*(i/9), v)
	}
	for _, odd := range []int{0, 17, 29} {
		content := f[names[odd]]
		f[names[odd]] = pngOf(t, flat(5, 5, color.NRGBA{R: 250, G: 20, B: 30, A: 255}))
		set := read(t, f.folder(t), frame(3))
		require.Equal(t, 3, set.Channels)
		for i, v := range set.Pixels {
			want := uint8(8 * (i / 27))
			if i/27 == odd {
				want = []uint8{250, 20, 30}[i%3]
			}
			require.Equal(t, want, v, "image %d", i/27)
		}
		f[names[odd]] = content
	}
	for _, channels := range []int{1, 3} {
		o := frame(3)
		o.Channels = channels
		set := read(t, f.zip(t), o)
		require.Equal(t, channels, set.Channels)
		require.Equal(t, 16, firsts(set)[2])
	}
}

// Files that are not pictures are skipped, whatever their content and name; litter is not even mentioned.
func TestPassedOver(t *testing.T) {
	picture := pngOf(t, flat(4, 4, grey(9)))
	f := files{
		"a.png": picture, "really a picture.dat": picture, "list.csv": "a,b", "x.mat": "MATLAB 5.0", "y.dat": "BM....", "empty.txt": "P5",
		"__MACOSX/._a.png": "\x00\x05\x16\x07", "__MACOSX/a.png": picture, "._a.png": "\x00\x05\x16\x07", ".DS_Store": "\x00", ".ipynb_checkpoints/a.png": picture,
		"left out.png": picture,
	}
	for _, path := range []string{f.folder(t), f.zip(t)} {
		var output bytes.Buffer
		o := frame(4)
		o.Output = &output
		o.Keep = func(name string) bool { return name != "left out.png" }
		set := read(t, path, o)
		require.Equal(t, 2, set.N)
		require.Nil(t, set.Labels)
		require.Contains(t, output.String(), "2 pictures; passed over 4 other files, such as ")
	}
	_, _, err := Read(t.Context(), files{"x.dat": "BM", "y.txt": ""}.folder(t), frame(4))
	require.ErrorIs(t, err, data.ErrEmpty)
	require.ErrorContains(t, err, `"x.dat"`, "what is there instead")
	_, _, err = Read(t.Context(), files{}.folder(t), frame(4))
	require.ErrorIs(t, err, data.ErrEmpty)
}

// spoilt is a picture that cannot be read, and why not.
type spoilt struct {
	content string
	want    error // nil where the decoder has no error to ask for
}

// damaged are pictures that cannot be read, by name.
func damaged(t testing.TB) map[string]spoilt {
	whole := pngOf(t, flat(40, 30, grey(1)))
	return map[string]spoilt{
		"cut short.png":  {whole[:len(whole)-20], png.FormatError("unexpected EOF")},
		"empty.jpg":      {"", data.ErrFormat},
		"web page.jpeg":  {"<html>404 not found", data.ErrFormat},
		"only magic.gif": {"GIF89a", nil},
		"small.png":      {pngOf(t, flat(9, 30, grey(1))), data.ErrUnfit},
		"large.png":      {pngOf(t, flat(1000, 11, grey(1))), data.ErrTooLarge},
		"large.gif":      {gifOf(t, flat(1000, 11, grey(1))), data.ErrTooLarge},
		"bomb.png":       {whole[:16] + "\x7f\xff\xff\xff\x7f\xff\xff\xff" + whole[24:], png.UnsupportedError("dimension overflow")},
		"long.webp":      {"RIFF????WEBP" + strings.Repeat("x", 8*10000+1<<20), data.ErrTooLarge},
	}
}

func TestFailures(t *testing.T) {
	for name, c := range damaged(t) {
		f := files{name: c.content, "0.png": pngOf(t, flat(20, 20, grey(0))), "z.png": pngOf(t, flat(20, 20, grey(200)))}
		for _, path := range []string{f.folder(t), f.tgz(t)} {
			var output bytes.Buffer
			o := Options{Frame: data.Frame{Size: 4, Crop: 10}, MaxPixels: 10000, MaxFailed: .34, Output: &output}
			set, failed, err := Read(t.Context(), path, o)
			require.NoError(t, err, name)
			require.Len(t, failed, 1, name)
			require.Equal(t, name, failed[0].Name)
			require.Error(t, failed[0].Err)
			if c.want != nil {
				require.ErrorIs(t, failed[0].Err, c.want)
			}
			require.Equal(t, []int{0, 200}, firsts(set), "the gap is closed")
			require.Len(t, set.Pixels, 2*16)
			require.Contains(t, output.String(), fmt.Sprintf("2 pictures; 1 of 3 pictures cannot be read: %q (", name))

			o.MaxFailed = .33
			set, failed, err = Read(t.Context(), path, o)
			require.Nil(t, set)
			require.Len(t, failed, 1)
			require.ErrorContains(t, err, path)
			require.ErrorIs(t, err, ErrUnreadable)
			require.ErrorContains(t, err, name)
		}
	}
}

// By default one picture in twenty may fail and no more; and some must be there.
func TestShareOfFailures(t *testing.T) {
	f := files{}
	for i := range 38 {
		f[fmt.Sprintf("%02d.png", i)] = pngOf(t, flat(4, 4, grey(1)))
	}
	f["bad 1.png"], f["bad 2.png"] = "", ""
	set, failed, err := Read(t.Context(), f.folder(t), frame(4))
	require.NoError(t, err)
	require.Equal(t, 38, set.N)
	require.Len(t, failed, 2)

	o := frame(4)
	o.MaxFailed = 1e-9
	_, _, err = Read(t.Context(), f.folder(t), o)
	require.ErrorIs(t, err, ErrUnreadable)

	f["bad 3.png"], f["bad 4.png"] = "", ""
	_, failed, err = Read(t.Context(), f.folder(t), frame(4))
	require.ErrorIs(t, err, ErrUnreadable)
	require.ErrorContains(t, err, `4 of 42 pictures cannot be read: "bad 1.png" (invalid data: empty file), "bad 2.png" (`, "three are named")
	require.ErrorContains(t, err, `, ...: 9.52%, want at most 5%: mend them, take them away, or allow more by MaxFailed (`+"`--set data.max_failed=0.1`)")
	require.Len(t, failed, 4)

	o.MaxFailed = 1
	_, _, err = Read(t.Context(), files{"bad.png": ""}.folder(t), o)
	require.ErrorIs(t, err, ErrUnreadable)
}

// A file that the archive cannot unpack is an unreadable picture.
func TestUnreadableFile(t *testing.T) {
	path := files{"a.png": pngOf(t, flat(4, 4, grey(1))), "b.png": pngOf(t, flat(4, 4, grey(1)))}.zip(t)
	packed, err := os.ReadFile(path)
	require.NoError(t, err)
	packed[bytes.Index(packed, []byte("PK\x01\x02"))+10] = 99 // the method that the first, b.png, is packed by
	o := frame(4)
	o.MaxFailed = .5
	set, failed, err := Read(t.Context(), written(t, "photos.zip", packed), o)
	require.NoError(t, err)
	require.Equal(t, 1, set.N)
	require.Equal(t, "b.png", failed[0].Name)
	require.ErrorIs(t, failed[0].Err, data.ErrFormat)
}

// A picture whose decoder panics is an unreadable picture.
func TestPanic(t *testing.T) {
	err := guarded(func() error {
		var none []int
		_ = none[len(none)]
		return nil
	})
	require.ErrorIs(t, err, errPanic)
	failure := errors.New("failure")
	require.ErrorIs(t, guarded(func() error { return failure }), failure)

	// In the middle of things: a kind whose decoder does.
	saved := slices.Clone(kinds)
	defer func() { kinds = saved }()
	kinds = append(slices.Clone(kinds),
		kind{name: "bad", is: begins("BAD1"), decode: func(io.Reader) (image.Image, error) { panic("at once") }},
		kind{name: "worse", is: begins("BAD2"), config: func(io.Reader) (image.Config, error) { panic("sooner") }})
	kinds[len(kinds)-2].config = func(io.Reader) (image.Config, error) { return image.Config{Width: 1, Height: 1}, nil }
	o := frame(4)
	o.MaxFailed = .7
	set, failed, err := Read(t.Context(), files{"0.png": "BAD1", "1.png": "BAD2", "2.png": pngOf(t, flat(4, 4, grey(1)))}.folder(t), o)
	require.NoError(t, err)
	require.Equal(t, 1, set.N)
	require.ErrorIs(t, failed[0].Err, errPanic)
	require.ErrorIs(t, failed[1].Err, errPanic)
}

func TestRefuses(t *testing.T) {
	one := files{"a.png": pngOf(t, flat(4, 4, grey(1)))}
	for _, c := range []struct {
		o   Options
		key string
	}{
		{Options{}, "size"},
		{Options{Frame: data.Frame{Size: 4, Channels: 2}}, "channels"},
		{Options{Frame: data.Frame{Size: 4, Crop: -1}}, "crop"},
		{Options{Frame: data.Frame{Size: 4}, MaxFailed: 1.5}, "max_failed"},
		{Options{Frame: data.Frame{Size: 4}, MaxFailed: math.NaN()}, "max_failed"},
		{Options{Frame: data.Frame{Size: 4}, MaxPixels: -1}, "max_pixels"},
		{Options{Frame: data.Frame{Size: 4}, Limits: Limits{Entries: -1}}, "limits.entries"},
	} {
		_, _, err := Read(t.Context(), one.zip(t), c.o)
		gantest.RequireInvalid(t, err, c.key)
	}
	for _, o := range []Options{
		{Frame: data.Frame{Size: 1 << 30}},
		{Frame: data.Frame{Size: 4}, Limits: Limits{Bytes: 20}},
	} {
		_, _, err := Read(t.Context(), one.zip(t), o)
		require.ErrorIs(t, err, data.ErrTooLarge)
	}
	_, _, err := Read(t.Context(), filepath.Join(t.TempDir(), "absent"), frame(4))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, _, err = Read(t.Context(), written(t, "x.zip", []byte("no zip")), frame(4))
	require.ErrorIs(t, err, data.ErrFormat)
}

// A folder that changes between the two walks is detected, whatever the change.
func TestChangedFolder(t *testing.T) {
	dir := files{"a.png": pngOf(t, flat(4, 4, grey(1))), "b.png": pngOf(t, flat(4, 4, grey(1)))}.folder(t)
	o, err := frame(4).withDefaults()
	require.NoError(t, err)
	require.ErrorIs(t, newDrawing([]string{"a.png", "a2.png", "b.png"}, o).draw(t.Context(), dir), ErrChanged)
	d := newDrawing([]string{"b.png"}, o) // a.png is new: it is not read
	require.NoError(t, d.draw(t.Context(), dir))
	require.Equal(t, 1, d.set().N)
}

// More pictures than fit in memory are read a few at a time.
func TestLargePicturesWait(t *testing.T) {
	o, err := frame(4).withDefaults()
	require.NoError(t, err)
	d := newDrawing([]string{"a"}, o)
	require.EqualValues(t, 10+8*6+32*4*2, d.cost(make([]byte, 10), image.Config{Width: 3, Height: 2}))
	require.EqualValues(t, inFlight, d.cost(nil, image.Config{Width: 1 << 20, Height: 1 << 20}))
}

// Pillow's cubic filter, on the same squares. It rounds to whole numbers between columns and rows: at most 1 of 255
// apart.
func TestResizeAsPillow(t *testing.T) {
	for _, c := range []struct{ crop, size int }{{0, 16}, {0, 64}, {21, 32}, {30, 11}} {
		o := Options{Frame: data.Frame{Size: c.size, Crop: c.crop}, Keep: func(name string) bool { return name == "resize.png" }}
		got := read(t, golden, o)
		name := fmt.Sprintf("resize-%d-%d.png", c.crop, c.size)
		f, err := os.Open(filepath.Join(golden, name))
		require.NoError(t, err)
		want, err := png.Decode(f)
		f.Close()
		require.NoError(t, err)
		apart, sum := 0., 0.
		for p := 0; p < len(got.Pixels); p += 3 {
			r, g, b, _ := want.At(p/3%c.size, p/3/c.size).RGBA()
			for i, v := range []uint32{r, g, b} {
				d := math.Abs(float64(v>>8) - float64(got.Pixels[p+i]))
				apart, sum = max(apart, d), sum+d
			}
		}
		t.Logf("%s: %v of 255 apart at most, %.3f on average", name, apart, sum/float64(len(got.Pixels)))
		require.LessOrEqual(t, apart, 1., name)
	}
}

// BenchmarkRead reads 256 faces from a zip, of CelebA's size: 178 x 218, and about 7,000 bytes (1.4 GB over 202,599
// faces).
func BenchmarkRead(b *testing.B) {
	face := image.NewNRGBA(image.Rect(0, 0, 178, 218))
	for i := range face.Pix {
		x, y := i/4%178, i/4/178
		face.Pix[i] = uint8(x/2+y/2) + uint8(x*y>>5&11) // slopes and some texture
		if i%4 == 3 {
			face.Pix[i] = 255
		}
	}
	var content bytes.Buffer
	require.NoError(b, jpeg.Encode(&content, face, &jpeg.Options{Quality: 85}))
	f := files{}
	for i := range 256 {
		f[fmt.Sprintf("img_align_celeba/%06d.jpg", i)] = content.String()
	}
	path := f.zip(b)
	for b.Loop() {
		_, _, err := Read(b.Context(), path, Options{Frame: data.Frame{Size: 64, Crop: 108}})
		require.NoError(b, err)
	}
	b.ReportMetric(256*float64(b.N)/b.Elapsed().Seconds(), "pictures/s")
	b.ReportMetric(float64(content.Len()), "bytes/picture")
}

// A cancelled context ends both passes, and does not count as an unreadable picture.
func TestCancelled(t *testing.T) {
	f := files{}
	for i := range 20 {
		f[fmt.Sprintf("%02d.png", i)] = pngOf(t, flat(4, 4, grey(1)))
	}
	for _, path := range []string{f.folder(t), f.zip(t), f.tgz(t)} {
		ctx, stop := context.WithCancel(t.Context())
		o := frame(4)
		o.Keep = func(string) bool { stop(); return true }
		_, _, err := Read(ctx, path, o)
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, ErrUnreadable)

		o, err = frame(4).withDefaults()
		require.NoError(t, err)
		require.ErrorIs(t, newDrawing([]string{"00.png"}, o).draw(ctx, path), context.Canceled)
	}
}

// TestReadFile: one picture becomes what it becomes in a folder, drawn by this program or not.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	picture := flat(9, 5, color.NRGBA{R: 200, G: 40, B: 10, A: 255})
	picture.Set(4, 2, color.Black)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte(pngOf(t, picture)), 0o666))
	want, _, err := Read(t.Context(), dir, frame(5))
	require.NoError(t, err)
	for _, write := range []func(path string) error{
		func(path string) error { return os.WriteFile(path, []byte(pngOf(t, picture)), 0o666) },
		func(path string) error {
			return disk.Write(path, func(w io.Writer) error { return drawn.Encode(w, picture) })
		},
	} {
		path := filepath.Join(t.TempDir(), "one.png")
		require.NoError(t, write(path))
		got, err := ReadFile(t.Context(), path, frame(5))
		require.NoError(t, err)
		require.Equal(t, 1, got.N)
		require.Equal(t, "one.png", got.Name)
		require.Equal(t, want.Pixels, got.Pixels)
		grey, err := ReadFile(t.Context(), path, Options{Frame: data.Frame{Size: 5, Channels: 1}})
		require.NoError(t, err)
		require.Equal(t, 1, grey.Channels)
		_, err = ReadFile(t.Context(), path, Options{Frame: data.Frame{Size: 5, Crop: 6}})
		require.ErrorIs(t, err, data.ErrUnfit)
		_, err = ReadFile(t.Context(), path, Options{Frame: data.Frame{Size: 5}, MaxPixels: 10})
		require.ErrorIs(t, err, data.ErrTooLarge)
	}
	notes := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(notes, []byte("no picture"), 0o666))
	_, err = ReadFile(t.Context(), notes, frame(5))
	require.ErrorIs(t, err, data.ErrFormat)
	_, err = ReadFile(t.Context(), dir, frame(5))
	require.ErrorIs(t, err, disk.ErrNotRegular)
	_, err = ReadFile(t.Context(), filepath.Join(dir, "missing"), frame(5))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = ReadFile(t.Context(), notes, Options{})
	gantest.RequireInvalid(t, err, "size")
}

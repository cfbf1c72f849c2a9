package folder

import (
	"bytes"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/drawn"
)

// ownPNG is a picture as this program draws it.
func ownPNG(t testing.TB, v uint8) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, drawn.Encode(&b, flat(9, 9, grey(v))))
	return b.String()
}

// What this program made is no data: runs wherever they lie, whatever pictures are in them, and its drawings.
func TestOwnPictures(t *testing.T) {
	picture := pngOf(t, flat(9, 9, grey(9)))
	f := files{
		"1.png": picture, "cats/2.png": picture, "config.json": "{}", "checkpoints/notes.png": picture, // a project of another program
		"samples.png": ownPNG(t, 1), "cats/generated/000000.png": ownPNG(t, 2),
		"runs/a/config.json": "{}", "runs/a/history.jsonl": "", "runs/a/samples/000100.png": ownPNG(t, 3), "runs/a/plot.png": picture,
		"cats/run/config.json": "{}", "cats/run/checkpoints/000100/manifest.json": "{}", "cats/run/animation.gif": gifOf(t, flat(9, 9, grey(1))),
	}
	for kind, path := range map[string]string{"folder": f.folder(t), "zip": f.zip(t), "tgz": f.tgz(t)} {
		var output bytes.Buffer
		o := frame(4)
		o.Output = &output
		set := read(t, path, o)
		require.Equal(t, []string{"1.png", "cats/2.png", "checkpoints/notes.png"}, set.Files, kind)
		require.Equal(t, []string{".", "cats", "checkpoints"}, set.LabelNames, kind)
		require.Contains(t, output.String(), `3 pictures; passed over 3 pictures in 2 runs of this program, such as "cats/run" and `+
			`2 pictures that this program drew, such as "`, kind)
		require.Contains(t, output.String(), `; passed over 1 other file, such as "config.json"`, kind)
	}
}

// A folder of nothing but drawings is what was asked for. A run is not, even if it is asked for.
func TestOnlyOwnPictures(t *testing.T) {
	set := read(t, files{"000000.png": ownPNG(t, 1), "000001.png": ownPNG(t, 2)}.folder(t), frame(4))
	require.Equal(t, []int{1, 2}, firsts(set))

	for name, f := range map[string]files{
		`the run "."`: {"config.json": "{}", "history.jsonl": "", "samples/1.png": pngOf(t, flat(9, 9, grey(1)))},
		"runs beside": {"r/config.json": "{}", "r/history.jsonl": "", "r/samples/1.png": ownPNG(t, 1), "samples.png": ownPNG(t, 1)},
	} {
		_, _, err := Read(t.Context(), f.folder(t), frame(4))
		require.ErrorIs(t, err, data.ErrEmpty, name)
		require.ErrorContains(t, err, "1 picture in 1 run of this program", name)
	}
}

// Links are followed: folders of links, such as Hugging Face's caches, are folders of pictures. A dangling one is one
// picture that cannot be read.
func TestLinks(t *testing.T) {
	blobs := files{"abc": pngOf(t, flat(9, 9, grey(10))), "def": pngOf(t, flat(9, 9, grey(20)))}.folder(t)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(blobs, "abc"), filepath.Join(dir, "1.png")))
	require.NoError(t, os.Symlink(filepath.Join(blobs, "def"), filepath.Join(dir, "2.png")))
	require.NoError(t, os.Symlink("someone@host.99", filepath.Join(dir, ".#1.png")))
	require.Equal(t, []int{10, 20}, firsts(read(t, dir, frame(4))))

	require.NoError(t, os.Symlink("nowhere.png", filepath.Join(dir, "3.png")))
	o := frame(4)
	o.MaxFailed = .4
	set, failed, err := Read(t.Context(), dir, o)
	require.NoError(t, err)
	require.Equal(t, 2, set.N)
	require.Equal(t, "3.png", failed[0].Name)
	require.ErrorIs(t, failed[0].Err, os.ErrNotExist)
}

// Pictures of formats that are not read count as unreadable, by their names or by what is in them, and say what to do.
func TestForeignFormats(t *testing.T) {
	picture := pngOf(t, flat(9, 9, grey(9)))
	for name, c := range map[string]struct{ content, want string }{
		"IMG_1.HEIC": {"\x00\x00\x00\x18ftypheic", "HEIC"}, "phone.jpg": {"\x00\x00\x00\x18ftypheic", "HEIC"},
		"a.avif": {"\x00\x00\x00\x1cftypavif", "AVIF"}, "a.jp2": {"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"}, "a.jxl": {"\xff\x0a", "JPEG XL"},
		"a.svg": {"<?xml version=\"1.0\"?><svg/>", "SVG"}, "a.NEF": {"II*\x00\x08\x00\x00\x00", "raw format"}, "a.tga": {"\x00\x00\x02", "another format"},
	} {
		o := frame(4)
		o.MaxFailed = .5
		set, failed, err := Read(t.Context(), files{name: c.content, "1.png": picture}.folder(t), o)
		require.NoError(t, err, name)
		require.Equal(t, 1, set.N)
		require.Len(t, failed, 1, name)
		require.ErrorIs(t, failed[0].Err, data.ErrFormat)
		require.ErrorContains(t, failed[0].Err, c.want)
		require.ErrorContains(t, failed[0].Err, "convert it to PNG or JPEG")
	}
	set := read(t, files{"really a png.heic": picture, "photo.tga": jpegOf(t, flat(9, 9, color.White))}.folder(t), frame(4))
	require.Equal(t, 2, set.N, "the content decides")
}

// Names that are no text, or would move the cursor, become classes that can be shown.
func TestForeignNames(t *testing.T) {
	picture := pngOf(t, flat(9, 9, grey(9)))
	set := read(t, files{"Stra\xdfe/1.png": picture, "a \"b\"/\xe4.png": picture, "\x1b[2J/1.png": picture, "für/1.png": picture}.zip(t), frame(4))
	require.Equal(t, []string{`\x1b[2J`, `Stra\xdfe`, `a "b"`, "für"}, set.LabelNames)
	require.False(t, strings.Contains(strings.Join(set.LabelNames, ""), "\x1b"))
}

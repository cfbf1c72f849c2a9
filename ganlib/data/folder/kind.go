package folder

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/bep/imagemeta"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/gans-in-go/gans/ganlib/data/internal/pnm"
	"github.com/gans-in-go/gans/ganlib/data/internal/webp"
	"github.com/gans-in-go/gans/internal/drawn"
)

// A kind is a file format of pictures.
type kind struct {
	name       string
	is         func(start []byte) bool
	extensions string // of its files' names
	config     func(io.Reader) (image.Config, error)
	decode     func(io.Reader) (image.Image, error) // the first frame of an animation, or the first page

	// Where the format can say how the camera was held: what imagemeta calls it, and what is in every file that does.
	exif     imagemeta.ImageFormat
	exifMark string
}

var kinds = []kind{
	{"PNG", begins("\x89PNG\r\n\x1a\n"), ".png", png.DecodeConfig, png.Decode, imagemeta.PNG, "eXIf"},
	{"JPEG", begins("\xff\xd8\xff"), ".jpg .jpeg .jpe .jfif", jpeg.DecodeConfig, jpeg.Decode, imagemeta.JPEG, "Exif\x00\x00"},
	{"WebP", begins("RIFF????WEBP"), ".webp", webp.DecodeConfig, webp.Decode, imagemeta.WebP, "EXIF"},
	{"GIF", begins("GIF8?a"), ".gif", gif.DecodeConfig, gif.Decode, 0, ""},
	// The length of a header follows, always less than 256: two letters alone could begin a text.
	{"BMP", begins("BM????\x00\x00\x00\x00?????\x00\x00\x00"), ".bmp .dib", bmp.DecodeConfig, bmp.Decode, 0, ""},
	{"TIFF", begins("II*\x00", "MM\x00*"), ".tif .tiff", tiff.DecodeConfig, tiff.Decode, imagemeta.TIFF, ""},
	{"PNM", pnm.Is, ".pnm .pbm .pgm .ppm", pnm.DecodeConfig, pnm.Decode, 0, ""},
}

// readable lists the formats, for messages.
const readable = "PNG, JPEG, WebP, GIF, BMP, TIFF or PNM"

// begins recognises files by their first bytes; '?' is any.
func begins(magics ...string) func(start []byte) bool {
	return func(start []byte) bool {
		return slices.ContainsFunc(magics, func(magic string) bool {
			if len(start) < len(magic) {
				return false
			}
			for i := range len(magic) {
				if magic[i] != '?' && magic[i] != start[i] {
					return false
				}
			}
			return true
		})
	}
}

// sniffed is how many bytes of a file say what it is.
var sniffed = drawn.Length

// foreign are formats of pictures that are not read.
var foreign = []struct {
	name       string
	is         func(start []byte) bool // nil: known by name alone
	extensions string
}{
	{"HEIC", begins("????ftyphei", "????ftyphev", "????ftypmif1", "????ftypmsf1"), ".heic .heif .hif"},
	{"AVIF", begins("????ftypavi"), ".avif"},
	{"JPEG 2000", begins("\x00\x00\x00\x0cjP  ", "\xff\x4f\xff\x51"), ".jp2 .j2k .jpf .jpx .j2c"},
	{"JPEG XL", begins("\x00\x00\x00\x0cJXL ", "\xff\x0a"), ".jxl"},
	{"SVG", begins("<svg"), ".svg .svgz"},
	{"Photoshop", begins("8BPS"), ".psd .psb"},
	{"a camera's raw format", nil, ".dng .cr2 .cr3 .nef .arw .orf .raf .rw2"}, // several of them begin as a TIFF does
	{"a picture of another format", nil, ".tga .pcx .exr .hdr .pam .pfm .ico"},
}

// foreignOf names the format of a picture that is not read, by its content or by its name; "" for all else.
func foreignOf(name string, start []byte) string {
	for _, f := range foreign {
		if f.is != nil && f.is(start) {
			return f.name
		}
	}
	if k := kindOf(start); k != nil && k.name != "TIFF" {
		return ""
	}
	for _, f := range foreign {
		if named(name, f.extensions) {
			return f.name
		}
	}
	return ""
}

// named reports whether a name ends in one of some extensions, in letters of any size.
func named(name, extensions string) bool {
	return slices.Contains(strings.Fields(extensions), strings.ToLower(path.Ext(name)))
}

// kindOf is the format of a file that begins like this, or nil if it is not a picture.
func kindOf(start []byte) *kind {
	for i := range kinds {
		if kinds[i].is(start) {
			return &kinds[i]
		}
	}
	return nil
}

// isPicture reports whether a file is a picture or should be one, by its first bytes or its name.
func isPicture(name string, start []byte) bool {
	isNamed := func(k kind) bool { return named(name, k.extensions) }
	return kindOf(start) != nil || foreignOf(name, start) != "" || slices.ContainsFunc(kinds, isNamed)
}

// IsNamed reports whether a file has the name of a picture.
func IsNamed(name string) bool { return isPicture(name, nil) }

// errPanic is the error of a decoder that panicked.
var errPanic = errors.New("its decoder panics")

// guarded calls f and turns its panic into an error: a file that is made to break a decoder must break nothing else.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	return f()
}

// orientation is the orientation of a picture by its EXIF data: 1 is upright, and the others up to 8 are those of
// [upright]. It is 1 if they say nothing, or nothing sensible.
func (k *kind) orientation(content []byte) int {
	if k.exif == 0 || !bytes.Contains(content, []byte(k.exifMark)) {
		return 1 // most have none, and this is quick
	}
	found := 1
	options := imagemeta.Options{
		R: bytes.NewReader(content), ImageFormat: k.exif, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Namespace == "IFD0" && tag.Tag == "Orientation" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if v, ok := tag.Value.(uint16); ok && v >= 1 && v <= 8 {
				found = int(v)
			}
			return imagemeta.ErrStopWalking
		},
	}
	err := guarded(func() error {
		_, err := imagemeta.Decode(options)
		return err
	})
	if err != nil {
		return 1
	}
	return found
}

// upright turns an image [side, side, channels] that lies as EXIF orientation o says: 1 upright, 2 mirrored, 3 upside
// down, 4 both, 5 transposed, 6 to be turned clockwise, 7 transposed along the other diagonal, 8 to be turned
// counter-clockwise (Exif 2.32, tag 0x0112).
func upright(pixels []uint8, side, channels, o int) {
	if o == 1 {
		return
	}
	lying := slices.Clone(pixels)
	for y := range side {
		for x := range side {
			fromX, fromY := x, y
			if o >= 5 { // rows are columns
				fromX, fromY = y, x
			}
			if o == 2 || o == 3 || o == 7 || o == 8 {
				fromX = side - 1 - fromX
			}
			if o == 3 || o == 4 || o == 6 || o == 7 {
				fromY = side - 1 - fromY
			}
			copy(pixels[(y*side+x)*channels:][:channels], lying[(fromY*side+fromX)*channels:])
		}
	}
}

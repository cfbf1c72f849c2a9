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

	"github.com/gans-in-go/gans/ganlib/data/internal/webp"
)

// A kind is a file format of pictures.
type kind struct {
	name   string
	magic  string // first bytes; '?' is any
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error) // a GIF's first frame
}

var kinds = []kind{
	{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"JPEG", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
	{"WebP", "RIFF????WEBP", webp.DecodeConfig, webp.Decode},
	{"GIF", "GIF8?a", gif.DecodeConfig, gif.Decode},
}

// longestMagic is how many bytes it takes to recognise a kind.
const longestMagic = 12

// kindOf is the format of a file that begins like this, or nil if it is not a picture.
func kindOf(start []byte) *kind {
	for i := range kinds {
		magic := kinds[i].magic
		if len(start) < len(magic) {
			continue
		}
		same := true
		for j := range len(magic) {
			same = same && (magic[j] == '?' || magic[j] == start[j])
		}
		if same {
			return &kinds[i]
		}
	}
	return nil
}

// namedAsPicture reports whether a name promises a picture.
func namedAsPicture(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".webp", ".gif"}, strings.ToLower(path.Ext(name)))
}

// litter recognises the files that file managers and notebooks leave behind.
func litter(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") || element == "__MACOSX" {
			return true
		}
	}
	return false
}

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

// orientation is the orientation of a JPEG's picture by its EXIF data: 1 is upright, and the others up to 8 are those
// of [upright]. It is 1 if they say nothing, or nothing sensible.
func orientation(content []byte) int {
	if !bytes.Contains(content[:min(len(content), 1<<16)], []byte("Exif\x00\x00")) {
		return 1 // most have none, and this is quick
	}
	found := 1
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(content), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Namespace == "IFD0" && tag.Tag == "Orientation" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if v, ok := tag.Value.(uint16); ok && v >= 1 && v <= 8 {
				found = int(v)
			}
			return imagemeta.ErrStopWalking
		},
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

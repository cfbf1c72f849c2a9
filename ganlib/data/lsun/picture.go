package lsun

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/webp"
)

// A format is a file format of pictures, recognised by how a file begins.
type format struct {
	name   string
	start  string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"webp", "RIFF", webp.DecodeConfig, webp.Decode},
	{"jpeg", "\xff\xd8", jpeg.DecodeConfig, jpeg.Decode},
	{"png", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
}

// formatOf is the format of a value, nil if it is not a picture.
func formatOf(value []byte) *format {
	for i := range formats {
		if bytes.HasPrefix(value, []byte(formats[i].start)) {
			return &formats[i]
		}
	}
	return nil
}

// draw decodes a value and writes the image into dst, [Size, Size, Channels].
func (o Options) draw(dst []uint8, value []byte) error {
	if f := formatOf(value); f != nil {
		picture, err := f.picture(value, o.MaxPixels)
		if err != nil {
			return fmt.Errorf("%s of %d bytes: %w", f.name, len(value), err)
		}
		return o.Frame.Draw(dst, picture)
	}
	return fmt.Errorf("%w: value of %d bytes is not a webp, jpeg or png: it begins with %q", data.ErrFormat, len(value), value[:min(len(value), 8)])
}

// picture decodes a picture of at most limit pixels. If the decoder panics, the picture is damaged.
func (f format) picture(value []byte, limit int) (picture image.Image, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%w: %v", data.ErrDamaged, fault)
		}
	}()
	size, err := f.config(bytes.NewReader(value))
	if err != nil {
		return nil, err
	}
	if size.Height > 0 && size.Width > limit/size.Height {
		return nil, fmt.Errorf("%w: picture of %d x %d, more than the limit of %d pixels", data.ErrTooLarge, size.Width, size.Height, limit)
	}
	return f.decode(bytes.NewReader(value))
}

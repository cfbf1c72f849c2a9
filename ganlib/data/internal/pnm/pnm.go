// Package pnm decodes Netpbm's pictures: PBM, PGM and PPM, as text (P1, P2, P3) or as bytes (P4, P5, P6), by the manual
// pages pbm(5), pgm(5) and ppm(5). Of a file with several pictures it decodes the first.
package pnm

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
)

// Errors of this package.
var (
	// ErrFormat reports what is not a PBM, PGM or PPM, or one that ends too early.
	ErrFormat = errors.New("invalid PBM, PGM or PPM")
	// ErrTooLarge reports more than 1<<28 pixels.
	ErrTooLarge = errors.New("too many pixels")
)

const mostPixels = 1 << 28

// Is recognises a picture by its first three bytes: the kind, and white space or a remark behind it.
func Is(start []byte) bool {
	return len(start) >= 3 && start[0] == 'P' && start[1] >= '1' && start[1] <= '6' && (isSpace(start[2]) || start[2] == '#')
}

// DecodeConfig returns a picture's size without decoding it.
func DecodeConfig(r io.Reader) (image.Config, error) {
	d := &decoder{Reader: bufio.NewReader(r)}
	err := d.header()
	return image.Config{ColorModel: color.NRGBAModel, Width: d.width, Height: d.height}, err
}

// Decode decodes a picture: an *image.Gray, or an *image.NRGBA in colour. Values of more than eight bits are rounded.
func Decode(r io.Reader) (image.Image, error) {
	d := &decoder{Reader: bufio.NewReader(r)}
	if err := d.header(); err != nil {
		return nil, err
	}
	bounds := image.Rect(0, 0, d.width, d.height)
	if d.kind == '3' || d.kind == '6' {
		colour := image.NewNRGBA(bounds)
		return colour, d.values(colour.Pix, 3, 4)
	}
	grey := image.NewGray(bounds)
	return grey, d.values(grey.Pix, 1, 1)
}

// A decoder reads one picture.
type decoder struct {
	*bufio.Reader
	kind                byte // '1' to '6'
	width, height, most int  // most is the value of white; for a bitmap it is black's
}

// header reads all that comes before the pixels.
func (d *decoder) header() error {
	start := make([]byte, 2)
	if _, err := io.ReadFull(d, start); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if d.kind = start[1]; start[0] != 'P' || d.kind < '1' || d.kind > '6' {
		return fmt.Errorf("%w: it begins with %q", ErrFormat, start)
	}
	fields := []*int{&d.width, &d.height, &d.most}
	if d.isBitmap() {
		d.most, fields = 1, fields[:2]
	}
	for _, field := range fields {
		var err error
		if *field, err = d.number(); err != nil {
			return err
		}
	}
	switch {
	case d.width < 1 || d.height < 1 || d.most < 1 || d.most > 65535:
		return fmt.Errorf("%w: %d x %d pixels of values up to %d: want at least 1 x 1, and 1 to 65535", ErrFormat, d.width, d.height, d.most)
	case d.height > mostPixels/d.width:
		return fmt.Errorf("%w: %d x %d", ErrTooLarge, d.width, d.height)
	}
	return nil
}

func (d *decoder) isBitmap() bool { return d.kind == '1' || d.kind == '4' }

// number reads a decimal number, the white space and remarks before it, and the one byte after it.
func (d *decoder) number() (int, error) {
	n, digits := 0, 0
	for {
		b, err := d.ReadByte()
		switch {
		case err == io.EOF && digits > 0:
			return n, nil
		case err != nil:
			return 0, fmt.Errorf("%w: %w", ErrFormat, err)
		case b >= '0' && b <= '9':
			if n = 10*n + int(b-'0'); n > mostPixels {
				return 0, fmt.Errorf("%w: a number above %d", ErrFormat, mostPixels)
			}
			digits++
		case b == '#':
			if _, err := d.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return 0, fmt.Errorf("%w: %w", ErrFormat, err)
			}
		case !isSpace(b):
			return 0, fmt.Errorf("%w: %q where a number should be", ErrFormat, b)
		}
		if digits > 0 && (b < '0' || b > '9') {
			return n, nil
		}
	}
}

func isSpace(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }

// values reads the channels of all pixels into pixels that are stride bytes apart; a fourth byte is opaque.
func (d *decoder) values(pixels []uint8, channels, stride int) error {
	next := map[byte]func() (int, error){'1': d.digit, '2': d.number, '3': d.number, '4': d.bits(), '5': d.sample, '6': d.sample}[d.kind]
	for at := 0; at < len(pixels); at += stride {
		for c := range channels {
			v, err := next()
			if err != nil {
				return fmt.Errorf("%w: ends after %d of %d pixels: %w", ErrFormat, at/stride, len(pixels)/stride, err)
			}
			if v > d.most {
				return fmt.Errorf("%w: a value of %d: want at most %d", ErrFormat, v, d.most)
			}
			pixels[at+c] = uint8((v*255 + d.most/2) / d.most)
			if d.isBitmap() {
				pixels[at+c] ^= 0xff
			}
		}
		if stride > channels {
			pixels[at+channels] = 0xff
		}
	}
	return nil
}

// digit reads a bitmap's pixel as text: there need not be white space between two.
func (d *decoder) digit() (int, error) {
	for {
		b, err := d.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case b == '0' || b == '1':
			return int(b - '0'), nil
		case b == '#':
			if _, err := d.ReadSlice('\n'); err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return 0, err
			}
		case !isSpace(b):
			return 0, fmt.Errorf("%q where 0 or 1 should be", b)
		}
	}
}

// sample reads a value of one byte or two, the higher first.
func (d *decoder) sample() (int, error) {
	high, err := d.ReadByte()
	if err != nil || d.most < 256 {
		return int(high), err
	}
	low, err := d.ReadByte()
	return int(high)<<8 | int(low), err
}

// bits reads a bitmap's pixels one by one, eight in a byte, the highest first; each row begins with a byte.
func (d *decoder) bits() func() (int, error) {
	x, held := 0, byte(0)
	return func() (int, error) {
		if x%8 == 0 {
			var err error
			if held, err = d.ReadByte(); err != nil {
				return 0, err
			}
		}
		bit := int(held >> (7 - x%8) & 1)
		x = (x + 1) % d.width
		return bit, nil
	}
}

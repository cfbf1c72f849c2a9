// Package webp decodes WebP pictures in their true colours.
//
// [golang.org/x/image/webp] does the decoding, but returns the colours of lossy pictures too pale
// (https://go.dev/issue/40173, open with v0.45.0): they are stored in the narrow range of video, black at 16 and white
// at 235 (ITU-R BT.601), and [image.YCbCr], which it returns, means the full range of JPEG. LSUN is made of such
// pictures. This package converts them by their own range.
package webp

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/webp"
)

// errFrame is the error of a frame that is larger than it says.
var errFrame = errors.New("webp: frame that does not fit its animation")

// DecodeConfig returns the size of a picture without decoding it.
func DecodeConfig(r io.Reader) (image.Config, error) { return webp.DecodeConfig(r) }

// Decode decodes a picture, lossy or lossless, with or without alpha; of an animation, the first frame on its canvas. A
// pixel takes the colour sample nearest to it.
func Decode(r io.Reader) (image.Image, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	first := firstFrame(content)
	if first == nil {
		return decode(content)
	}
	size, err := webp.DecodeConfig(bytes.NewReader(first.content))
	if err != nil {
		return nil, err
	}
	if image.Pt(size.Width, size.Height) != first.bounds.Size() || !first.bounds.In(first.canvas) {
		return nil, fmt.Errorf("%w: %d x %d at %v, on a canvas of %v", errFrame, size.Width, size.Height, first.bounds, first.canvas.Max)
	}
	frame, err := decode(first.content)
	if err != nil {
		return nil, err
	}
	return first.onCanvas(frame), nil
}

// decode decodes a picture that does not move.
func decode(content []byte) (image.Image, error) {
	picture, err := webp.Decode(bytes.NewReader(content))
	switch p := picture.(type) {
	case *image.YCbCr:
		return convert(p, nil), err
	case *image.NYCbCrA:
		return convert(&p.YCbCr, p), err
	}
	return picture, err
}

// convert returns a picture stored in video's range as red, green and blue; alpha may be nil.
func convert(from *image.YCbCr, alpha *image.NYCbCrA) *image.NRGBA {
	to := image.NewNRGBA(from.Rect)
	next := to.Pix
	for y := from.Rect.Min.Y; y < from.Rect.Max.Y; y++ {
		for x := from.Rect.Min.X; x < from.Rect.Max.X; x++ {
			chroma := from.COffset(x, y)
			next[0], next[1], next[2] = rgb(from.Y[from.YOffset(x, y)], from.Cb[chroma], from.Cr[chroma])
			next[3] = 0xff
			if alpha != nil {
				next[3] = alpha.A[alpha.AOffset(x, y)]
			}
			next = next[4:]
		}
	}
	return to
}

// rgb is BT.601's conversion from its narrow range, in 16 bits after the point: luma 16 to 235, chroma 16 to 240 about
// 128.
func rgb(y, cb, cr uint8) (r, g, b uint8) {
	const (
		luma    = 76309  // 255/219
		red     = 104597 // 255/224 · 2(1 - .299)
		blue    = 132201 // 255/224 · 2(1 - .114)
		redOfG  = 53279  // red · .299/.587
		blueOfG = 25675  // blue · .114/.587
	)
	l := luma*(int32(y)-16) + 1<<15
	u, v := int32(cb)-128, int32(cr)-128
	return clamp(l + red*v), clamp(l - redOfG*v - blueOfG*u), clamp(l + blue*u)
}

func clamp(v int32) uint8 { return uint8(max(0, min(v>>16, 255))) }

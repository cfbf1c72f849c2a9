package webp

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
)

// A still is the first frame of an animation.
type still struct {
	content []byte          // a WebP of its own
	bounds  image.Rectangle // on the canvas
	canvas  image.Rectangle
}

// animated is the flag of an animation in the chunk VP8X, and withAlpha of a picture with a chunk ALPH.
const animated, withAlpha = 1 << 1, 1 << 4

// firstFrame finds the first frame of an animation, by the WebP Container Specification. It is nil for other pictures,
// and where there is none.
func firstFrame(content []byte) *still {
	header := chunk(content, 12)
	if header == nil || string(header[:4]) != "VP8X" || len(header) < 8+10 || header[8]&animated == 0 {
		return nil
	}
	s := &still{canvas: image.Rect(0, 0, 1+int24(header[12:]), 1+int24(header[15:]))}
	for at := 12; ; {
		c := chunk(content, at)
		if c == nil {
			return nil
		}
		at += len(c) + len(c)%2 // chunks begin at even places
		if string(c[:4]) != "ANMF" || len(c) < 8+16+8 {
			continue
		}
		frame, bitstream := c[8:], c[8+16:]
		corner := image.Pt(2*int24(frame), 2*int24(frame[3:]))
		s.bounds = image.Rectangle{Min: corner, Max: corner.Add(image.Pt(1+int24(frame[6:]), 1+int24(frame[9:])))}
		if string(bitstream[:4]) == "ALPH" {
			var size [6]byte
			copy(size[:], frame[6:12])
			bitstream = bytes.Join([][]byte{[]byte("VP8X\x0a\x00\x00\x00"), {withAlpha, 0, 0, 0}, size[:], bitstream}, nil)
		}
		s.content = binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(bitstream)))
		s.content = append(append(s.content, "WEBP"...), bitstream...)
		return s
	}
}

// chunk is the chunk at a place, with its name and its length before it; nil if there is no whole one.
func chunk(content []byte, at int) []byte {
	if at < 0 || at > len(content)-8 {
		return nil
	}
	n := int64(binary.LittleEndian.Uint32(content[at+4:]))
	if n > int64(len(content)-at-8) {
		return nil
	}
	return content[at : at+8+int(n)]
}

func int24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// onCanvas is the canvas with the frame on it. What the frame leaves is transparent.
func (s *still) onCanvas(frame image.Image) image.Image {
	if s.bounds == s.canvas {
		return frame
	}
	canvas := image.NewNRGBA(s.canvas)
	draw.Draw(canvas, s.bounds, frame, frame.Bounds().Min, draw.Src)
	return canvas
}

package game

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// Paletted is a frame of a film in at most 256 of its own colours, those that most of its pixels have: a general palette
// has bands where a map of D has shades.
func Paletted(frame *image.RGBA) *image.Paletted {
	counts := make(map[color.RGBA]int)
	for i := 0; i < len(frame.Pix); i += 4 {
		counts[rounded(frame.Pix[i:])]++
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range colours[:min(256, len(colours))] {
		palette = append(palette, c)
	}
	index := make(map[color.RGBA]uint8, len(colours))
	for _, c := range colours {
		index[c] = uint8(palette.Index(c))
	}
	drawn := image.NewPaletted(frame.Rect, palette)
	for i := range drawn.Pix {
		drawn.Pix[i] = index[rounded(frame.Pix[4*i:])]
	}
	return drawn
}

// rounded is an opaque colour with five bits a channel, so that shades which look the same are one. Black stays black and
// white white.
func rounded(p []uint8) color.RGBA {
	five := func(v uint8) uint8 { return v&0xf8 | v>>5 }
	return color.RGBA{five(p[0]), five(p[1]), five(p[2]), 0xff}
}

package figure

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestWritePNG(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "picture.png")
	for _, v := range []uint8{3, 77} { // the second replaces the first
		if err := WritePNG(path, flat(4, 5, v)); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		wantPixel(t, got, 3, 4, color.Gray{Y: v})
	}
	wantOnly(t, dir, "picture.png")
}

// A failed write leaves the earlier picture, and nothing else.
func TestWritePNGFailing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "picture.png")
	if err := WritePNG(path, flat(4, 5, 3)); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, WritePNG(path, flat(0, 0, 0)), path) // PNG has no empty pictures
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the old picture is gone: %d bytes, were %d, error %v", len(after), len(before), err)
	}
	wantOnly(t, dir, "picture.png")
	wantError(t, WritePNG(filepath.Join(dir, "absent", "p.png"), flat(1, 1, 0)), "absent")
}

func wantOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the directory holds %v: want %s alone", entries, name)
	}
}

// gradient has a pixel of each grey and, if blue is set, that much blue.
func gradient(blue uint8) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		copy(p.Pix[4*i:], []uint8{uint8(i), uint8(i), max(uint8(i), blue), 255})
	}
	return p
}

func TestWriteGIF(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i)
	}
	path := filepath.Join(t.TempDir(), "a.gif")
	frames := []image.Image{grey, gradient(0), gradient(60)}
	if err := WriteGIF(path, frames, 130*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := gif.DecodeAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Image) != 3 || got.LoopCount != 0 {
		t.Fatalf("%d frames, loop count %d: want 3 frames for ever (0)", len(got.Image), got.LoopCount)
	}
	if got.Delay[0] != 13 || got.Delay[1] != 13 || got.Delay[2] != 200 {
		t.Errorf("delays %v hundredths: want 13, 13 and the last held for 200", got.Delay)
	}
	for i, frame := range frames {
		for p := range 256 {
			wantPixel(t, got.Image[i], p%16, p/16, frame.At(p%16, p/16))
		}
	}
}

// More colours than a GIF has: near, if not exact.
func TestGIFOfManyColours(t *testing.T) {
	p := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		copy(p.Pix[4*i:], []uint8{uint8(i % 64 * 4), uint8(i / 64 * 4), 128, 255})
	}
	var b bytes.Buffer
	if err := encodeGIF(&b, []image.Image{p}, time.Second); err != nil {
		t.Fatal(err)
	}
	got, err := gif.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	// Dithering errs at a pixel but not on average: the mean red is 126.
	var red int
	for i := range 64 * 64 {
		red += int(color.NRGBAModel.Convert(got.At(i%64, i/64)).(color.NRGBA).R)
	}
	if mean := red / (64 * 64); mean < 120 || mean > 132 {
		t.Errorf("mean red %d: want about 126", mean)
	}
}

// A drawing with more than 256 blends of its colours is not dithered: its frequent colours are exact, the blends near.
func TestGIFOfADrawing(t *testing.T) {
	p := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	for i := range 200 * 200 {
		c := []uint8{255, 255, 255, 255}
		switch { // a tenth of the pixels at most
		case i < 3000 && i%2 == 0:
			c = []uint8{uint8(i / 2 % 25 * 10), 40, 0, 255}
		case i < 3000:
			c = []uint8{uint8(i % 250), 40, uint8(i % 3), 255}
		}
		copy(p.Pix[4*i:], c)
	}
	out := paletted(p)
	if n := len(out.Palette); n != 256 {
		t.Errorf("%d colours: want 256", n)
	}
	for i := range 200 * 200 {
		got, want := color.NRGBAModel.Convert(out.At(i%200, i/200)).(color.NRGBA), p.NRGBAAt(i%200, i/200)
		if i >= 3000 && got != want {
			t.Fatalf("pixel %d is %v: want %v", i, got, want)
		}
		if off := max(got.R, want.R) - min(got.R, want.R); off > 10 {
			t.Fatalf("pixel %d is %v: want about %v", i, got, want)
		}
	}
}

// A frame cut out of a larger picture keeps its own pixels.
func TestGIFOfACutOut(t *testing.T) {
	grey := flat(8, 8, 1)
	grey.SetGray(5, 6, color.Gray{Y: 99})
	var b bytes.Buffer
	if err := encodeGIF(&b, []image.Image{grey.SubImage(image.Rect(4, 4, 8, 8))}, time.Second); err != nil {
		t.Fatal(err)
	}
	got, err := gif.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != image.Rect(0, 0, 4, 4) {
		t.Errorf("bounds %v: want 4 x 4", got.Bounds())
	}
	wantPixel(t, got, 1, 2, color.Gray{Y: 99})
	wantPixel(t, got, 2, 1, color.Gray{Y: 1})
}

func TestGIFRefuses(t *testing.T) {
	one := []image.Image{flat(2, 2, 0)}
	var b bytes.Buffer
	wantError(t, encodeGIF(&b, nil, time.Second), "got none")
	wantError(t, encodeGIF(&b, one, time.Millisecond), "1ms")
	wantError(t, encodeGIF(&b, one, time.Hour), "1h0m0s")
	wantError(t, encodeGIF(&b, append(one, flat(3, 2, 0)), time.Second), "frame 1 is 3 x 2, the first is 2 x 2")
}

package pnm

import (
	"bytes"
	"image"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pixels are the bytes of a decoded picture.
func pixels(t *testing.T, content string) []uint8 {
	t.Helper()
	require.True(t, Is([]byte(content)))
	config, err := DecodeConfig(strings.NewReader(content))
	require.NoError(t, err)
	picture, err := Decode(strings.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, config.Width, config.Height), picture.Bounds())
	if grey, ok := picture.(*image.Gray); ok {
		return grey.Pix
	}
	return picture.(*image.NRGBA).Pix
}

// Each kind, with the letter of its manual page: bitmaps have 1 for black, and rows of whole bytes.
func TestKinds(t *testing.T) {
	bitmap := []uint8{0, 255, 255, 0, 255, 255, 255, 255, 255, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0}
	require.Equal(t, bitmap, pixels(t, "P1\n# a remark\n10 2\n1001000001 1 0 0 0 0\n00001\n"))
	require.Equal(t, bitmap, pixels(t, "P4 10 2\n\x90\x40\x80\x40"))
	require.Equal(t, []uint8{0, 128, 255}, pixels(t, "P2\n3 1\n4\n0 2 # two of four\n4"))
	require.Equal(t, []uint8{0, 100, 255}, pixels(t, "P5 3 1 255\n\x00\x64\xff"))
	require.Equal(t, []uint8{0, 128, 255}, pixels(t, "P5#x\n3\t1\r\n65535 \x00\x00\x80\x00\xff\xff"))
	colour := []uint8{255, 0, 0, 255, 10, 20, 30, 255}
	require.Equal(t, colour, pixels(t, "P3 2 1 255\n255 0 0 10 20 30\n"))
	require.Equal(t, colour, pixels(t, "P6 2 1 255\n\xff\x00\x00\x0a\x14\x1e and another picture"))
}

func TestRefuses(t *testing.T) {
	for _, content := range []string{
		"", "P", "P7 1 1 255 x", "Q5 1 1 255 x", "P5", "P5 1", "P5 1 1", "P5 0 1 255 x", "P5 1 0 255 x", "P5 1 1 0 x", "P5 1 1 65536 xx",
		"P5 -1 1 255 x", "P5 2 1 255\nx", "P6 1 1 255\nxx", "P2 1 1 9 10", "P2 1 1 9 x", "P1 1 1 2", "P4 9 1\nx", "P5 99999999999 1 255\nx", "P2 1 1 9 #",
	} {
		_, err := Decode(strings.NewReader(content))
		require.ErrorIs(t, err, ErrFormat, content)
	}
	for _, decode := range []func() error{
		func() error { _, err := Decode(strings.NewReader("P5 100000 100000 255\n")); return err },
		func() error { _, err := DecodeConfig(strings.NewReader("P5 100000 100000 255\n")); return err },
	} {
		require.ErrorIs(t, decode(), ErrTooLarge)
	}
	require.False(t, Is([]byte("P2P network")))
	require.False(t, Is([]byte("P5")))
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"P1 2 1\n10", "P2 2 1 9\n1 9", "P3 1 1 9\n1 2 3", "P4 9 1\nxx", "P5 2 1 255\nxx", "P6 1 1 65535\nxxxxxx"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		config, err := DecodeConfig(bytes.NewReader(content))
		if err != nil || config.Width*config.Height > 1<<20 {
			return
		}
		if picture, err := Decode(bytes.NewReader(content)); err == nil {
			require.Equal(t, image.Rect(0, 0, config.Width, config.Height), picture.Bounds())
		}
	})
}

package data

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// ramp is one image of side x side whose brightness rises evenly from left to right, in channel c by c+1 thirds.
func ramp(side, channels int) *Images {
	s := &Images{Name: "ramp", License: "MIT", Source: "here", N: 2, Height: side, Width: side, Channels: channels, Labels: []int{3, 4}}
	s.Pixels = make([]uint8, 2*s.Size())
	for i := range s.Pixels {
		column, channel := i/channels%side, i%channels
		s.Pixels[i] = uint8(math.Round(255 * (float64(column) + .5) / float64(side) * float64(channel+1) / 3))
	}
	return s
}

// TestResizeKeepsRamps: a cubic filter keeps an even slope, away from the border, up or down.
func TestResizeKeepsRamps(t *testing.T) {
	for _, channels := range []int{1, 3} {
		for _, side := range []int{14, 27, 32, 64} {
			s := ramp(28, channels)
			got, err := s.Resize(side)
			if err != nil {
				t.Fatal(err)
			}
			if err := got.Validate(); err != nil {
				t.Error(err)
			}
			if got.N != 2 || got.Height != side || got.Width != side || got.Channels != channels {
				t.Fatalf("%d images of %d x %d x %d: want 2 of %d x %[5]d x %d", got.N, got.Height, got.Width, got.Channels, side, channels)
			}
			if !slices.Equal(got.Labels, s.Labels) || got.Name != s.Name || got.License != s.License || got.Source != s.Source {
				t.Errorf("%+v: want the labels, name and terms of the set", got)
			}
			want, border := ramp(side, channels), side/7
			for i, v := range got.Pixels {
				column := i / channels % side
				if column < border || column >= side-border {
					continue
				}
				if diff := int(v) - int(want.Pixels[i]); diff < -1 || diff > 1 {
					t.Fatalf("side %d: value %d is %d: want %d", side, i, v, want.Pixels[i])
				}
			}
		}
	}
}

// TestResizeDoesNotAlias: stripes one pixel wide, at half the size, become the grey between them. Taking every second
// pixel would give black or white.
func TestResizeDoesNotAlias(t *testing.T) {
	s := &Images{Name: "stripes", N: 1, Height: 28, Width: 28, Channels: 1, Pixels: make([]uint8, 784)}
	for i := range s.Pixels {
		s.Pixels[i] = uint8(i % 2 * 255)
	}
	got, err := s.Resize(14)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 14 {
		for _, v := range got.Pixels[14*i+2 : 14*i+12] {
			if v < 120 || v > 135 {
				t.Fatalf("row %d: %v: want about 127", i, got.Pixels[14*i:14*i+14])
			}
		}
	}
}

func TestResizeRefuses(t *testing.T) {
	s := small(1)
	if same, err := s.Resize(2); err != nil || same != s {
		t.Errorf("%v, %v: want the set itself", same, err)
	}
	_, err := s.Resize(0)
	gantest.RequireInvalid(t, err, "size")
	s.Height, s.Width = 1, 4
	_, err = s.Resize(4)
	require.ErrorIs(t, err, ErrUnfit)
}

func TestWithChannels(t *testing.T) {
	grey := small(1)
	colour, err := grey.WithChannels(3)
	if err != nil {
		t.Fatal(err)
	}
	if err := colour.Validate(); err != nil {
		t.Error(err)
	}
	if got := colour.Image(1).At(0, 1); got != (color.NRGBA{6, 6, 6, 255}) {
		t.Errorf("colour pixel %v: want 6 three times", got)
	}
	back, err := colour.WithChannels(1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.Pixels, grey.Pixels) || !slices.Equal(back.Labels, grey.Labels) {
		t.Errorf("there and back: %v: want %v", back, grey)
	}
	if same, err := back.WithChannels(1); err != nil || same != back {
		t.Errorf("%v, %v: want the set itself", same, err)
	}
	_, err = grey.WithChannels(2)
	gantest.RequireInvalid(t, err, "channels")
}

// TestLuminance: ITU-R 601, in which green is brightest and blue darkest.
func TestLuminance(t *testing.T) {
	s := &Images{Name: "rgb", N: 1, Height: 1, Width: 3, Channels: 3, Pixels: []uint8{255, 0, 0, 0, 255, 0, 0, 0, 255}}
	grey, err := s.WithChannels(1)
	if err != nil {
		t.Fatal(err)
	}
	for i, share := range []float64{.299, .587, .114} {
		if got := float64(grey.Image(0).(*image.Gray).Pix[i]); math.Abs(got-255*share) > 1 {
			t.Errorf("channel %d has luminance %v: want %v", i, got, 255*share)
		}
	}
}

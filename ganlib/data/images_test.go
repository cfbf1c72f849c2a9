package data

import (
	"image"
	"image/color"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// small returns 3 images of 2 x 2 whose pixel values count up from 0.
func small(channels int) *Images {
	s := &Images{Name: "small", N: 3, Height: 2, Width: 2, Channels: channels, Labels: []int{7, 8, 9}}
	s.Pixels = make([]uint8, 3*s.Size())
	for i := range s.Pixels {
		s.Pixels[i] = uint8(i)
	}
	return s
}

func TestValidate(t *testing.T) {
	if err := small(3).Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		spoil func(*Images)
	}{
		{"no images", func(s *Images) { s.N = 0 }},
		{"no width", func(s *Images) { s.Width = -1 }},
		{"channels", func(s *Images) { s.Channels = 2 }},
		{"pixels", func(s *Images) { s.Pixels = s.Pixels[1:] }},
		{"labels", func(s *Images) { s.Labels = s.Labels[1:] }},
		{"a label", func(s *Images) { s.Labels[1] = -1 }},
		{"names", func(s *Images) { s.LabelNames = make([]string, 9) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := small(3)
			c.spoil(s)
			require.ErrorIs(t, s.Validate(), ErrFormat)
			require.ErrorContains(t, s.Validate(), `"small"`)
		})
	}
}

func TestImage(t *testing.T) {
	grey := small(1).Image(1)
	if grey.Bounds() != image.Rect(0, 0, 2, 2) {
		t.Errorf("bounds %v: want 2 x 2", grey.Bounds())
	}
	// Image 1 begins at byte 4; row 1, column 0 is its third value.
	if got := grey.At(0, 1); got != (color.Gray{6}) {
		t.Errorf("grey pixel %v: want 6", got)
	}
	// Image 2 begins at byte 24; row 0, column 1 is its second triple.
	if got := small(3).Image(2).At(1, 0); got != (color.NRGBA{27, 28, 29, 255}) {
		t.Errorf("colour pixel %v: want 27, 28, 29", got)
	}
}

func TestImageIsACopy(t *testing.T) {
	s := small(1)
	s.Image(0).(*image.Gray).Pix[0] = 200
	if s.Pixels[0] != 0 {
		t.Error("writing to the picture changed the set")
	}
}

func TestAtPanicsOutOfRange(t *testing.T) {
	for _, i := range []int{-1, 3} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("At(%d) of 3 images did not panic", i)
				}
			}()
			small(1).At(i)
		}()
	}
}

func TestSubset(t *testing.T) {
	sub, err := small(1).Subset(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := sub.Validate(); err != nil {
		t.Error(err)
	}
	if got, want := sub.At(0), []uint8{4, 5, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("first image of the subset %v: want %v", got, want)
	}
	if !slices.Equal(sub.Labels, []int{8, 9}) {
		t.Errorf("labels %v: want [8 9]", sub.Labels)
	}
	for _, r := range [][2]int{{-1, 2}, {2, 2}, {2, 1}, {0, 4}} {
		_, err := small(1).Subset(r[0], r[1])
		require.ErrorIs(t, err, ErrIndex)
	}
}

func TestFill(t *testing.T) {
	s := small(1)
	s.Pixels[8], s.Pixels[9] = 255, 51
	dst := make([]float32, 8)
	for _, c := range []struct {
		scale Scale
		want  []float32 // image 2, then the second half of image 0
	}{
		{Unit, []float32{1, .2, 2. / 255, 3. / 255}},
		{Symmetric, []float32{1, -.6, 2./127.5 - 1, 3./127.5 - 1}},
	} {
		if err := s.Fill(dst, []int{2, 0}, c.scale); err != nil {
			t.Fatal(err)
		}
		got := []float32{dst[0], dst[1], dst[6], dst[7]}
		for i := range got {
			if diff := got[i] - c.want[i]; diff > 1e-6 || diff < -1e-6 {
				t.Errorf("scale %d gives %v: want %v", c.scale, got, c.want)
				break
			}
		}
	}
}

func TestFillRefuses(t *testing.T) {
	s := small(1)
	dst := []float32{9, 9, 9, 9}
	require.ErrorIs(t, s.Fill(dst[:3], []int{0}, Unit), ErrFormat)
	require.ErrorIs(t, s.Fill(dst, []int{3}, Unit), ErrIndex)
	require.ErrorIs(t, s.Fill(dst, []int{-1}, Unit), ErrIndex)
	gantest.RequireInvalid(t, s.Fill(dst, []int{0}, Scale(5)), "scale")
	if !slices.Equal(dst, []float32{9, 9, 9, 9}) {
		t.Errorf("a refused Fill wrote %v", dst)
	}
}

func TestChoose(t *testing.T) {
	s := small(1)
	s.License, s.Source = "MIT", "here"
	chosen, err := s.Choose([]int{2, 0, 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := chosen.Validate(); err != nil {
		t.Error(err)
	}
	if want := []uint8{8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11}; !slices.Equal(chosen.Pixels, want) {
		t.Errorf("pixels %v: want %v", chosen.Pixels, want)
	}
	if want := []int{9, 7, 9}; !slices.Equal(chosen.Labels, want) {
		t.Errorf("labels %v: want %v", chosen.Labels, want)
	}
	if chosen.Name != "small" || chosen.License != "MIT" || chosen.Source != "here" {
		t.Errorf("%q, %q, %q: want the name and terms of the set", chosen.Name, chosen.License, chosen.Source)
	}
	chosen.Pixels[0] = 200
	if s.Pixels[8] != 8 {
		t.Error("writing to the chosen images changed the set")
	}
	_, err = s.Choose([]int{0, 3})
	require.ErrorIs(t, err, ErrIndex)
	_, err = s.Choose(nil)
	require.ErrorIs(t, err, ErrEmpty)
}

func TestClasses(t *testing.T) {
	s := small(1)
	if got := s.Classes(); got != 10 {
		t.Errorf("%d classes: want 10, one more than the label 9", got)
	}
	s.Labels = nil
	if got := s.Classes(); got != 0 {
		t.Errorf("%d classes without labels: want 0", got)
	}
}

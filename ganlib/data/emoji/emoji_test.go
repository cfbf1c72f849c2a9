package emoji

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image/png"
	"math"
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

func load64(t *testing.T) *data.Images {
	t.Helper()
	set, err := Images()
	require.NoError(t, err)
	return set
}

// TestSum: the archive is the one make.py writes.
func TestSum(t *testing.T) {
	sum := sha256.Sum256(archive)
	require.Equal(t, "51f8bbfefd194fda86a2e290a52a805c4a480d20a144edf4d4d62dd2c618a4b3", hex.EncodeToString(sum[:]))
}

func TestImages(t *testing.T) {
	set := load64(t)
	require.Equal(t, []int{1197, 64, 64, 3}, []int{set.N, set.Height, set.Width, set.Channels})
	require.NotEmpty(t, set.License)
	require.NotEmpty(t, set.Source)
	again, err := Images()
	require.NoError(t, err)
	require.Same(t, set, again, "unpacked once")
}

// TestLabels compares the groups with the counts of emoji-test.txt, version 15.0, less the copies (see make.py).
func TestLabels(t *testing.T) {
	set := load64(t)
	counts := make(map[string]int)
	for _, label := range set.Labels {
		counts[set.LabelNames[label]]++
	}
	require.Equal(t, map[string]int{
		"activities": 85, "animals-nature": 152, "food-drink": 133, "objects": 261,
		"people-body": 182, "smileys-emotion": 166, "travel-places": 218,
	}, counts)
	for lo := 0; lo+300 <= set.N; lo += 300 { // a fair sample from anywhere
		found := make(map[int]bool)
		for _, label := range set.Labels[lo : lo+300] {
			found[label] = true
		}
		require.Len(t, found, set.Classes(), "groups among images %d to %d", lo, lo+299)
	}
}

// TestPixels: an image of the set is its PNG, value for value.
func TestPixels(t *testing.T) {
	set := load64(t)
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	require.True(t, slices.IsSortedFunc(reader.File, func(a, b *zip.File) int {
		return bytes.Compare([]byte(base(a)), []byte(base(b)))
	}), "in the order of their names")
	i := slices.IndexFunc(reader.File, func(f *zip.File) bool { return f.Name == "food-drink/tomato.png" })
	require.Equal(t, "food-drink", set.LabelNames[set.Labels[i]])
	f, err := reader.File[i].Open()
	require.NoError(t, err)
	tomato, err := png.Decode(f)
	require.NoError(t, err)
	for p := range 64 * 64 {
		r, g, b, _ := tomato.At(p%64, p/64).RGBA()
		require.Equal(t, []uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}, set.At(i)[3*p:3*p+3], "pixel %d", p)
	}
	middle := set.At(i)[3*(40*64+32):]
	require.Greater(t, int(middle[0]), 2*int(middle[2]), "a tomato is red, not blue: %v", middle[:3])
}

func base(f *zip.File) string { return path.Base(f.Name[:len(f.Name)-len(".png")]) }

// TestColours: colour images over white, not grey ones spread over three channels.
func TestColours(t *testing.T) {
	set := load64(t)
	var spread, white float64
	for p := 0; p < len(set.Pixels); p += 3 {
		rgb := set.Pixels[p : p+3]
		spread += float64(slices.Max(rgb) - slices.Min(rgb))
		if slices.Min(rgb) == 255 {
			white++
		}
	}
	pixels := float64(len(set.Pixels) / 3)
	require.Greater(t, spread/pixels, 40.0, "mean of largest minus smallest channel, of 255")
	require.InDelta(t, .45, white/pixels, .15, "share of white")
	for i := range set.N {
		require.Equal(t, []uint8{255, 255, 255}, set.At(i)[:3], "corner of image %d", i)
	}
}

// TestNearDuplicates checks that leaving the copies out worked: few images have another one near them. Distances are
// root mean squares, of 255. Two random images are 87 apart; an emoji and its nearest copy in another skin tone 6 to
// 28, most often 20.
func TestNearDuplicates(t *testing.T) {
	set := load64(t)
	const limit = 20
	nearest := make([]float64, set.N)
	for i := range nearest {
		nearest[i] = limit
	}
	for i := range set.N {
		for j := range i {
			d := distance(set.At(i), set.At(j), limit)
			nearest[i], nearest[j] = min(nearest[i], d), min(nearest[j], d)
		}
	}
	nearer := func(d float64) (count int) {
		for _, n := range nearest {
			if n < d {
				count++
			}
		}
		return count
	}
	require.LessOrEqual(t, nearer(10), 2, "images with another nearer than 10: two loudspeakers")
	require.LessOrEqual(t, nearer(limit), set.N/20, "images with another nearer than 20: clocks and faces, most of them")
	require.NotZero(t, nearer(limit), "the measure finds what is near")
}

// distance is that of two images, or the limit if it is not less. It begins in the middle, because the edges of all the
// images are white.
func distance(a, b []uint8, limit float64) float64 {
	n, most, sum := len(a), int(limit*limit)*len(a), 0
	for i := range n {
		p := (i + n/2) % n
		d := int(a[p]) - int(b[p])
		if sum += d * d; sum >= most {
			return limit
		}
	}
	return math.Sqrt(float64(sum) / float64(n))
}

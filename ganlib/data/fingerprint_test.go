package data

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// few are n small images with labels, and with files if named.
func few(n int, named bool) *Images {
	s := &Images{Name: "few", N: n, Height: 2, Width: 2, Channels: 1, LabelNames: []string{"a", "b"}}
	for i := range n {
		s.Pixels = append(s.Pixels, uint8(i), uint8(i>>8), 7, 7)
		s.Labels = append(s.Labels, i%2)
		if named {
			s.Files = append(s.Files, fmt.Sprintf("%04d.png", i))
		}
	}
	return s
}

// printOf is the fingerprint of a source, read back from JSON as a run keeps it.
func printOf(t *testing.T, s Source, labelled bool) (p Fingerprint) {
	t.Helper()
	feed, err := NewFeed(s, Drawing{}, labelled)
	require.NoError(t, err)
	now, err := feed.Fingerprint(t.Context())
	require.NoError(t, err)
	text, err := json.Marshal(now)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &p))
	require.Equal(t, now, p)
	return p
}

// Added, removed and changed images are named by their files. Other names for the same images change nothing.
func TestFingerprintOfFiles(t *testing.T) {
	was := printOf(t, few(20, true), false)
	require.Len(t, was.Parts, 20)
	renamed := few(20, true)
	for i := range renamed.Files {
		renamed.Files[i] = "sub/" + renamed.Files[i]
	}
	require.Empty(t, printOf(t, renamed, false).Changes(was))

	other, err := few(25, true).Subset(2, 25)
	require.NoError(t, err)
	other.Pixels[4*3]++
	require.Equal(t, []string{
		"23 images, where there were 20", `5 added: ["0020.png" "0021.png" "0022.png"], ...`, `2 removed: ["0000.png" "0001.png"]`, `1 changed: ["0005.png"]`,
	}, printOf(t, other, false).Changes(was))

	order := few(20, true)
	turned, err := order.Choose([]int{1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
	require.NoError(t, err)
	require.Equal(t, []string{"20 images, where there were 20", "the same images in another order"}, printOf(t, turned, false).Changes(was))
}

// Labels count where the game is told them, and then the run knows what they are called.
func TestFingerprintOfLabels(t *testing.T) {
	relabelled := few(20, true)
	relabelled.Labels[4] = 1
	plain, labelled := printOf(t, few(20, true), false), printOf(t, few(20, true), true)
	require.Nil(t, plain.Classes)
	require.Equal(t, []string{"a", "b"}, labelled.Classes)
	require.Empty(t, printOf(t, relabelled, false).Changes(plain))
	require.Equal(t, []string{"20 images, where there were 20", `1 changed: ["0004.png"]`}, printOf(t, relabelled, true).Changes(labelled))
}

// Images without files are known by the hundred; of those that memory does not hold, some are looked at. Neither a
// prefix nor another size hides the images behind it.
func TestFingerprintOfOthers(t *testing.T) {
	other := few(250, false)
	other.Pixels[4*120]++
	changed := []string{"250 images, where there were 250", `1 changed: ["images 100 to 199"]`}
	require.Equal(t, changed, printOf(t, other, false).Changes(printOf(t, few(250, false), false)))
	fit := func(s Source) Source {
		fitted, err := Fit(s, 4, 3)
		require.NoError(t, err)
		return fitted
	}
	require.Equal(t, changed, printOf(t, fit(other), false).Changes(printOf(t, fit(few(250, false)), false)))

	large := func(n int) Source { return struct{ Source }{few(n, false)} }
	was := printOf(t, large(3000), false)
	require.Len(t, was.Parts, 1000)
	require.Equal(t, [2]string{"image 2997", was.Parts[999][1]}, was.Parts[999])
	require.Empty(t, printOf(t, large(3000), false).Changes(was))
	first, err := First(large(4000), 3000)
	require.NoError(t, err)
	require.Empty(t, printOf(t, first, false).Changes(was))
	require.Contains(t, printOf(t, large(3001), false).Changes(was), "3001 images, where there were 3000")
}

// spoilt is a source of which one image cannot be read.
type spoilt struct {
	Source
	at int
}

func (s spoilt) Choose(indices []int) (*Images, error) {
	if slices.Contains(indices, s.at) {
		return nil, ErrDamaged
	}
	return s.Source.Choose(indices)
}

// An image that cannot be read does not keep the others from being known.
func TestFingerprintOfSpoiltImage(t *testing.T) {
	was, now := printOf(t, struct{ Source }{few(250, false)}, false), printOf(t, spoilt{few(250, false), 120}, false)
	require.Equal(t, []string{"250 images, where there were 250", `1 changed: ["image 120"]`}, now.Changes(was))
	require.Len(t, now.Parts, 250)
}

// A name comes before a number: where classes are called by numbers, these need not be their labels.
func TestFindLabel(t *testing.T) {
	for class, want := range map[string]int{"cat": 2, "10": 0, "2": 1, "1": 1} {
		label, err := FindLabel(class, []string{"10", "2", "cat"})
		require.NoError(t, err)
		require.Equal(t, want, label, class)
	}
	for _, names := range [][]string{nil, {"cat"}, make([]string, 1000)} {
		_, err := FindLabel("cats", names)
		gantest.RequireInvalid(t, err, "label")
		require.Less(t, len(err.Error()), 300)
	}
}

func TestFingerprintCancelled(t *testing.T) {
	for _, s := range []Source{few(20, true), struct{ Source }{few(20, false)}} {
		feed, err := NewFeed(s, Drawing{}, false)
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_, err = feed.Fingerprint(ctx)
		require.ErrorIs(t, err, context.Canceled)
	}
}

// BenchmarkFingerprint hashes images of CIFAR's size, with files and without.
func BenchmarkFingerprint(b *testing.B) {
	for _, named := range []bool{false, true} {
		b.Run(fmt.Sprintf("files=%v", named), func(b *testing.B) {
			s := few(10_000, named)
			s.Height, s.Width, s.Channels = 32, 32, 3
			s.Pixels = make([]uint8, s.N*s.Size())
			feed, err := NewFeed(s, Drawing{}, false)
			require.NoError(b, err)
			b.SetBytes(int64(len(s.Pixels)))
			for b.Loop() {
				_, err := feed.Fingerprint(b.Context())
				require.NoError(b, err)
			}
		})
	}
}

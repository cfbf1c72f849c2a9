package dedup

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/emoji"
	"github.com/gans-in-go/gans/internal/gantest"
)

const original, copies = 500, 100

// planted are 500 emoji and copies of the first 100, each changed a little: by a level or two of each pixel, and in
// brightness. Copy i is image 500 + i.
func planted(t *testing.T, noise, brighter int) *data.Images {
	t.Helper()
	all, err := emoji.Images()
	require.NoError(t, err)
	some, err := all.Subset(0, original)
	require.NoError(t, err)
	small, err := some.Resize(Side)
	require.NoError(t, err)
	indices := make([]int, original+copies)
	for i := range indices {
		indices[i] = i % original
	}
	set, err := small.Choose(indices)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := original * set.Size(); i < len(set.Pixels); i++ {
		set.Pixels[i] = uint8(min(255, max(0, int(set.Pixels[i])+rng.IntN(2*noise+1)-noise+brighter)))
	}
	return set
}

// TestPlanted: of planted near-duplicates the paper's way finds most and nothing else, and a few bits of difference find
// nearly all.
func TestPlanted(t *testing.T) {
	set := planted(t, 2, 0)
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		coder, err := Train(t.Context(), b, set, Options{Steps: 200, Seed: 1})
		require.NoError(t, err)
		codes, err := coder.Codes(t.Context(), set)
		require.NoError(t, err)
		for _, c := range []struct {
			bits              int
			recall, precision float64
		}{{0, .5, .95}, {4, .95, .75}} {
			found, all := 0, 0
			for _, group := range Groups(codes, c.bits) {
				for _, i := range group[1:] {
					all++
					if slices.Contains(group, i-original) {
						found++
					}
				}
			}
			t.Logf("%d bits: %d of %d planted, %d found in all", c.bits, found, copies, all)
			require.GreaterOrEqual(t, float64(found)/copies, c.recall, "recall at %d bits", c.bits)
			require.GreaterOrEqual(t, float64(found)/float64(all), c.precision, "precision at %d bits", c.bits)
		}
	})
}

// TestGroups compares groups with joining every pair by hand.
func TestGroups(t *testing.T) {
	codes := []Code{{0b0000, 9}, {0b1111, 0}, {0b0001, 9}, {0b0000, 9}, {0b0011, 9}, {0b1111, 0}, {^uint64(0), ^uint64(0)}}
	require.Equal(t, [][]int{{0, 3}, {1, 5}}, Groups(codes, 0))
	require.Equal(t, [][]int{{0, 2, 3, 4}, {1, 5}}, Groups(codes, 1), "0 and 4 by way of 2")
	require.Equal(t, [][]int{{0, 1, 2, 3, 4, 5}}, Groups(codes, 4))
	require.Empty(t, Groups(nil, 3))
	require.Equal(t, 128, Code{}.Distance(Code{^uint64(0), ^uint64(0)}))
}

func TestRefused(t *testing.T) {
	set := planted(t, 0, 0)
	b := gantest.Open(t, "go")
	for key, o := range map[string]Options{"steps": {Steps: -1}, "drop": {Drop: 1}} {
		_, err := Train(t.Context(), b, set, o)
		gantest.RequireInvalid(t, err, key)
	}
	coder, err := Train(t.Context(), b, set, Options{Steps: 1})
	require.NoError(t, err)
	other, err := set.Resize(16)
	require.NoError(t, err)
	_, err = coder.Codes(t.Context(), other)
	require.ErrorIs(t, err, data.ErrUnfit)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = coder.Codes(ctx, set)
	require.ErrorIs(t, err, context.Canceled)
	_, err = Train(ctx, b, set, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

package data_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// noise is a set of n images of random pixels; image i is labelled i mod 3.
func noise(n, height, width, channels int) *data.Images {
	s := &data.Images{Name: "noise", N: n, Height: height, Width: width, Channels: channels}
	rng := rand.New(rand.NewPCG(1, 2))
	s.Pixels = make([]uint8, n*s.Size())
	for i := range s.Pixels {
		s.Pixels[i] = uint8(rng.IntN(256))
	}
	for i := range n {
		s.Labels = append(s.Labels, i%3)
	}
	return s
}

// drawn is a step of a drawing: its numbers and labels.
func drawn(t *testing.T, b compute.Backend, s data.Source, d data.Drawing, step int) ([]float32, []int32) {
	t.Helper()
	batches, err := data.NewBatches(t.Context(), b, s, d)
	require.NoError(t, err)
	defer batches.Finalize()
	x, labels, err := batches.Draw(step)
	require.NoError(t, err)
	require.Equal(t, append([]int{d.Size}, batches.Shape()...), x.Shape().Dimensions)
	var y []int32
	if labels != nil {
		y = tensors.MustCopyFlatData[int32](labels)
	}
	return tensors.MustCopyFlatData[float32](x), y
}

// TestDrawScalesAsFillDoes: the graph scales the images of a step as Fill does, from the host and from the device, with
// every scale, up to one rounding: XLA multiplies where Fill divides.
func TestDrawScalesAsFillDoes(t *testing.T) {
	s := noise(20, 5, 4, 3)
	copy(s.At(7), slices.Repeat([]uint8{9}, s.Size())) // no contrast at all
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, scale := range []data.Scale{data.Unit, data.Symmetric, data.Contrast} {
			for _, onDevice := range []bool{false, true} {
				d := data.Drawing{Size: 20, Seed: 3, Scale: scale, OnDevice: onDevice}
				got, labels := drawn(t, b, s, d, 4)
				order, err := data.NewOrder(20, 20, 3)
				require.NoError(t, err)
				indices := order.Batch(4)
				want := make([]float32, 20*s.Size())
				require.NoError(t, s.Fill(want, indices, scale))
				require.InDeltaSlice(t, want, got, 1e-5*float64(slices.Max(want)))
				for i, label := range labels {
					require.EqualValues(t, s.Labels[indices[i]], label)
				}
			}
		}
	})
}

// TestFlip: each image is as it was or mirrored left to right, about half of them, by (seed, step) alone.
func TestFlip(t *testing.T) {
	s := noise(50, 3, 4, 3)
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		mirrored, d := 0, data.Drawing{Size: 50, Seed: 1}
		for step := range 8 {
			d.Flip = false
			plain, _ := drawn(t, b, s, d, step)
			d.Flip = true
			flipped, _ := drawn(t, b, s, d, step)
			d.OnDevice = true
			again, _ := drawn(t, b, s, d, step)
			d.OnDevice = false
			require.Equal(t, flipped, again)
			for size := s.Size(); len(plain) > 0; plain, flipped = plain[size:], flipped[size:] {
				if slices.Equal(plain[:size], flipped[:size]) {
					continue
				}
				mirrored++
				for p := range 3 * 4 {
					row, column := p/4, p%4
					other := 4*row + 3 - column
					require.Equal(t, plain[3*p:3*p+3], flipped[3*other:3*other+3])
				}
			}
		}
		require.InDelta(t, 200, mirrored, 50, "of 400 with probability 1/2: standard deviation 10")
	})
}

// TestDrawIsAFunctionOfSeedAndStep: a step is the same for every caller and in any order.
func TestDrawIsAFunctionOfSeedAndStep(t *testing.T) {
	s, b := noise(30, 2, 2, 1), gantest.Open(t, "go")
	for _, d := range []data.Drawing{{Size: 4}, {Size: 4, Replacement: true}, {Size: 4, Flip: true}, {Size: 4, OnDevice: true}} {
		batches, err := data.NewBatches(t.Context(), b, s, d)
		require.NoError(t, err)
		seen := make(map[int][]float32)
		for step := range 20 {
			x, _, err := batches.Draw(step)
			require.NoError(t, err)
			seen[step] = tensors.MustCopyFlatData[float32](x)
		}
		for _, step := range []int{19, 0, 7, 8} {
			x, _ := drawn(t, b, s, d, step)
			require.Equal(t, seen[step], x)
		}
		other := d
		other.Seed = 1
		x, _ := drawn(t, b, s, other, 0)
		require.NotEqual(t, seen[0], x)
		require.NotEqual(t, seen[0], seen[1])
	}
}

// TestReplacement: a minibatch may be larger than the set, and every image is as likely at every place.
func TestReplacement(t *testing.T) {
	const n, size, steps = 10, 40, 250
	order, err := data.NewIndependent(n, size, 1)
	require.NoError(t, err)
	require.Equal(t, 1, order.StepsPerEpoch())
	var counts [n]int
	for step := range steps {
		for _, i := range order.Batch(step) {
			counts[i]++
		}
	}
	// 10,000 draws: chi-square with 9 degrees of freedom is above 27.9 once in a thousand times.
	chi := 0.
	for _, c := range counts {
		chi += math.Pow(float64(c)-1000, 2) / 1000
	}
	require.Less(t, chi, 27.9)
	require.NotZero(t, chi, "counts that are even to the last one are dealt out, not drawn")
	_, err = data.NewIndependent(0, 1, 0)
	require.ErrorIs(t, err, data.ErrEmpty)
	_, err = data.NewIndependent(1, 0, 0)
	gantest.RequireInvalid(t, err, "size")
}

func TestNewBatchesRefuses(t *testing.T) {
	b := gantest.Open(t, "go")
	_, err := data.NewBatches(t.Context(), b, noise(3, 2, 2, 1), data.Drawing{Size: 4})
	gantest.RequireInvalid(t, err, "size")
	_, err = data.NewBatches(t.Context(), b, noise(3, 2, 2, 1), data.Drawing{Size: 2, Scale: 9})
	gantest.RequireInvalid(t, err, "scale")
	_, err = data.NewBatches(t.Context(), b, unreadable{noise(3, 2, 2, 1)}, data.Drawing{Size: 2})
	require.ErrorIs(t, err, errOnFire)
}

// unreadable is a source that fails.
type unreadable struct{ *data.Images }

func (unreadable) Choose([]int) (*data.Images, error) { return nil, errOnFire }

// TestSources: First and Fit of a set in memory and of one that is not.
func TestSources(t *testing.T) {
	s := noise(10, 8, 8, 1)
	for _, source := range []data.Source{s, struct{ data.Source }{s}} {
		first, err := data.First(source, 4)
		require.NoError(t, err)
		require.Equal(t, 4, first.Len())
		require.Equal(t, 3, first.Classes())
		all, err := data.All(t.Context(), first)
		require.NoError(t, err)
		require.Equal(t, s.Pixels[:4*64], all.Pixels)
		_, err = first.Choose([]int{4})
		require.ErrorIs(t, err, data.ErrIndex)
		for _, n := range []int{-1, 0, 11} {
			_, err = data.First(source, n)
			gantest.RequireInvalid(t, err, "first")
		}

		fitting, err := data.Fit(source, 4, 3)
		require.NoError(t, err)
		got, err := fitting.Choose([]int{6})
		require.NoError(t, err)
		small, err := s.Resize(4)
		require.NoError(t, err)
		want, err := small.WithChannels(3)
		require.NoError(t, err)
		require.Equal(t, want.At(6), got.Pixels)
		require.Equal(t, []int{0}, got.Labels)
		same, err := data.Fit(source, 0, 0)
		require.NoError(t, err)
		require.Equal(t, source, same)
		_, err = data.Fit(source, 4, 2)
		gantest.RequireInvalid(t, err, "channels")
	}
}

// TestContrast: an image has mean 0 and norm 55, and keeps its pattern.
func TestContrast(t *testing.T) {
	s := noise(2, 4, 4, 3)
	x := make([]float32, 2*s.Size())
	require.NoError(t, s.Fill(x, []int{0, 1}, data.Contrast))
	for i := range 2 {
		sum, square := 0., 0.
		for _, v := range x[i*48 : (i+1)*48] {
			sum += float64(v)
			square += float64(v) * float64(v)
		}
		require.InDelta(t, 0, sum, 1e-3)
		require.InDelta(t, 55, math.Sqrt(square), 1e-4)
	}
	ratio := func(a, b, c float32) float64 { return float64(a-b) / float64(a-c) }
	pixel := func(i int) float32 { return float32(s.Pixels[i]) }
	require.InDelta(t, ratio(pixel(0), pixel(1), pixel(2)), ratio(x[0], x[1], x[2]), 1e-4)
}

// TestPixels: Unit and Symmetric are restored exactly; Contrast keeps the pattern, around middle grey.
func TestPixels(t *testing.T) {
	all := &data.Images{Name: "all", N: 1, Height: 16, Width: 16, Channels: 1, Pixels: make([]uint8, 256)}
	for i := range all.Pixels {
		all.Pixels[i] = uint8(i)
	}
	x, back := make([]float32, 256), make([]uint8, 256)
	for _, scale := range []data.Scale{data.Unit, data.Symmetric, data.Contrast} { // the ramp fills the range
		require.NoError(t, all.Fill(x, []int{0}, scale))
		scale.Pixels(back, x)
		require.Equal(t, all.Pixels, back)
	}
	data.Unit.Pixels(back[:3], []float32{-1, 2, .5})
	require.Equal(t, []uint8{0, 255, 128}, back[:3])
	data.Contrast.Pixels(back[:3], []float32{0, -2, 1})
	require.Equal(t, []uint8{128, 0, 191}, back[:3])
	data.Contrast.Pixels(back[:1], []float32{0})
	require.Equal(t, []uint8{128}, back[:1])
}

var errOnFire = errors.New("disk on fire")

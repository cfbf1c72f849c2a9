package svhn

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// golden is where SciPy's files are; its README says what is in them.
var golden = filepath.Join("..", "..", "..", "tests", "golden", "mat")

func TestRead(t *testing.T) {
	set, err := Read(t.Context(), filepath.Join(golden, "svhn.mat"))
	if err != nil {
		t.Fatal(err)
	}
	if set.N != 12 || set.Height != 32 || set.Width != 32 || set.Channels != 3 || set.Classes() != 10 {
		t.Fatalf("%d images of %d x %d x %d in %d classes", set.N, set.Height, set.Width, set.Channels, set.Classes())
	}
	if set.Name != "SVHN, svhn.mat" || !strings.Contains(set.License, "non-commercial") || !strings.Contains(set.Source, "housenumbers") {
		t.Errorf("name %q, licence %q, source %q", set.Name, set.License, set.Source)
	}
	for i := range set.N {
		if want := (i%10 + 1) % 10; set.Labels[i] != want || set.LabelNames[want] != string(rune('0'+want)) {
			t.Errorf("image %d is labelled %d: want %d", i, set.Labels[i], want)
		}
		image := set.At(i)
		for y := range 32 {
			for x := range 32 {
				for c := range 3 {
					// As tests/golden/mat/make.py has it.
					if got, want := image[(y*32+x)*3+c], uint8(3*y+5*x+70*c+11*i); got != want {
						t.Fatalf("image %d, row %d, column %d, channel %d is %d: want %d", i, y, x, c, got, want)
					}
				}
			}
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, want := range map[string]error{
		"absent.mat":              fs.ErrNotExist,
		"version4.mat":            data.ErrFormat,
		"tfd48.mat":               data.ErrMissing,
		"bad/svhn-transposed.mat": data.ErrFormat,
		"bad/svhn-labels.mat":     data.ErrFormat,
		"bad/svhn-counts.mat":     data.ErrFormat,
		"bad/svhn-double.mat":     data.ErrFormat,
	} {
		_, err := Read(t.Context(), filepath.Join(golden, name))
		require.ErrorIs(t, err, want, name)
		require.ErrorContains(t, err, name)
	}
	_, err := Read(t.Context(), filepath.Join(golden, "tfd48.mat"))
	require.ErrorContains(t, err, "images uint8 [20 48 48]", "what the file has instead")

	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = Read(ctx, filepath.Join(golden, "svhn.mat"))
	require.ErrorIs(t, err, context.Canceled)
}

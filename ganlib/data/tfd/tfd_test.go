package tfd

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// golden is where SciPy's files are; its README says what is in them.
var golden = filepath.Join("..", "..", "..", "tests", "golden", "mat")

// wantFaces fails unless the set holds these images of the file, as tests/golden/mat/make.py makes them.
func wantFaces(t *testing.T, set *data.Images, side int, want []int) {
	t.Helper()
	if set.N != len(want) || set.Height != side || set.Width != side || set.Channels != 1 {
		t.Fatalf("%d images of %d x %d x %d", set.N, set.Height, set.Width, set.Channels)
	}
	for to, from := range want {
		image := set.At(to)
		for y := range side {
			for x := range side {
				if got, want := image[y*side+x], uint8(7*from+3*y+5*x); got != want {
					t.Fatalf("image %d, row %d, column %d is %d: want %d", to, y, x, got, want)
				}
			}
		}
		if set.Labels != nil && set.Labels[to] != from%7 {
			t.Errorf("image %d is labelled %d: want %d", to, set.Labels[to], from%7)
		}
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name    string
		side, n int
	}{{"tfd48.mat", 48, 20}, {"tfd96.mat", 96, 12}} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(golden, c.name)
			for fold := range Folds {
				in := make([][]int, len(parts)) // what make.py put where
				for i := range c.n {
					part := 0
					if i >= c.n-10 {
						part = (i+fold)%3 + 1
					}
					in[part] = append(in[part], i)
				}
				for number, part := range parts {
					set, err := Read(t.Context(), path, part, fold)
					if err != nil {
						t.Fatal(err)
					}
					wantFaces(t, set, c.side, in[number])
					if labelled := part != Unlabelled; (set.Labels != nil) != labelled || (set.Classes() == 7) != labelled {
						t.Errorf("%s part: labels %v, %d classes", part, set.Labels, set.Classes())
					}
				}
			}
		})
	}
	set, err := Read(t.Context(), filepath.Join(golden, "tfd48.mat"), Validation, 3)
	if err != nil {
		t.Fatal(err)
	}
	if set.Name != "TFD, tfd48.mat, validation part of fold 3" || !strings.Contains(set.License, "leave") ||
		!strings.Contains(set.Source, "UTML TR 2010-001") || !slices.Equal(set.LabelNames, expressions) {
		t.Errorf("name %q, licence %q, source %q, labels %q", set.Name, set.License, set.Source, set.LabelNames)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		part Part
		fold int
		want error
	}{
		{"absent.mat", Train, 0, fs.ErrNotExist},
		{"version4.mat", Train, 0, data.ErrFormat},
		{"svhn.mat", Train, 0, data.ErrMissing},
		{"bad/tfd-turned.mat", Train, 0, data.ErrFormat},
		{"bad/tfd-double.mat", Train, 0, data.ErrFormat},
		{"bad/tfd-folds.mat", Train, 0, data.ErrFormat},
		{"bad/tfd-parts.mat", Train, 2, data.ErrFormat},
		{"bad/tfd-labels.mat", Validation, 0, data.ErrFormat},
		{"bad/tfd-empty.mat", Test, 1, data.ErrEmpty},
	} {
		_, err := Read(t.Context(), filepath.Join(golden, c.name), c.part, c.fold)
		require.ErrorIs(t, err, c.want, c.name)
		require.ErrorContains(t, err, c.name)
	}
	path := filepath.Join(golden, "tfd48.mat")
	_, err := Read(t.Context(), path, "valid", 0)
	gantest.RequireInvalid(t, err, "part")
	for _, fold := range []int{-1, 5} {
		_, err = Read(t.Context(), path, Train, fold)
		gantest.RequireInvalid(t, err, "fold")
	}

	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = Read(ctx, path, Train, 0)
	require.ErrorIs(t, err, context.Canceled)
}

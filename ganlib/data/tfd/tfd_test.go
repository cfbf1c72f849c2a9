package tfd

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
)

// golden is where the files lie that SciPy wrote; its README says what is in them.
var golden = filepath.Join("..", "..", "..", "tests", "golden", "mat")

// wantFaces fails unless the set holds these images of the file, as
// tests/golden/mat/make.py has them.
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
					set, err := Read(path, part, fold)
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
	set, err := Read(filepath.Join(golden, "tfd48.mat"), Validation, 3)
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
		says []string
	}{
		{"tfd48.mat", "valid", 0, []string{`part "valid"`, "unlabelled", "validation"}},
		{"tfd48.mat", Train, 5, []string{"fold 5", "0 to 4"}},
		{"tfd48.mat", Train, -1, []string{"fold -1", "0 to 4"}},
		{"absent.mat", Train, 0, []string{"absent.mat"}},
		{"version4.mat", Train, 0, []string{"version4.mat", "MATLAB 4"}},
		{"svhn.mat", Train, 0, []string{"svhn.mat", "no variable", "X uint8 [32 32 3 12], y uint8 [12 1]"}},
		{"bad/tfd-turned.mat", Train, 0, []string{"tfd-turned.mat", "images uint8 [48 48 20]", "want images uint8 [n 48 48]"}},
		{"bad/tfd-double.mat", Train, 0, []string{"images double [20 48 48]"}},
		{"bad/tfd-folds.mat", Train, 0, []string{"folds uint8 [20 4]", "folds [n 5]"}},
		{"bad/tfd-parts.mat", Train, 2, []string{"image 0 is in part 4 of fold 2", "0 to 3"}},
		{"bad/tfd-labels.mat", Validation, 0, []string{"has expression 8", "1 to 7"}},
		{"bad/tfd-empty.mat", Test, 1, []string{"none of 20 images is in the test part of fold 1"}},
	} {
		_, err := Read(filepath.Join(golden, c.name), c.part, c.fold)
		if err == nil {
			t.Errorf("%s, part %s, fold %d is read", c.name, c.part, c.fold)
			continue
		}
		for _, part := range c.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("error %q does not say %q", err, part)
			}
		}
	}
}

package svhn

import (
	"path/filepath"
	"strings"
	"testing"
)

// golden is where the files lie that SciPy wrote; its README says what is in them.
var golden = filepath.Join("..", "..", "..", "tests", "golden", "mat")

func TestRead(t *testing.T) {
	set, err := Read(filepath.Join(golden, "svhn.mat"))
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
	for name, says := range map[string][]string{
		"absent.mat":              nil,
		"version4.mat":            {"MATLAB 4"},
		"tfd48.mat":               {`no variable "X"`, "images uint8 [20 48 48]", "labs_ex int16 [20 1]"},
		"bad/svhn-transposed.mat": {"X uint8 [2 3 32 32], y uint8 [2 1]", "want X uint8 [32 32 3 n]"},
		"bad/svhn-labels.mat":     {"label 1 is 11", "10 for the digit 0"},
		"bad/svhn-counts.mat":     {"X uint8 [32 32 3 2], y uint8 [3 1]", "y [n 1]"},
		"bad/svhn-double.mat":     {"X double [32 32 3 2]", "want X uint8"},
	} {
		_, err := Read(filepath.Join(golden, name))
		if err == nil {
			t.Errorf("%s is read", name)
			continue
		}
		for _, part := range append(says, name) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("error %q does not say %q", err, part)
			}
		}
	}
}

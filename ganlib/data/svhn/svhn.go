// Package svhn reads the Street View House Numbers, cropped to single digits: colour images of 32 x 32, labelled 0 to
// 9, from the MATLAB files they are published in at http://ufldl.stanford.edu/housenumbers/.
//
// There are three: train_32x32.mat with 73,257 digits, test_32x32.mat with 26,032, and extra_32x32.mat with 531,131
// that are easier (1.6 GB of memory). Each holds X, the images, uint8 [32, 32, 3, n], and y, the labels [n, 1], 1 to 9
// and 10 for the digit 0. The page allows non-commercial use only. The set is by Yuval Netzer, Tao Wang, Adam Coates,
// Alessandro Bissacco, Bo Wu and Andrew Ng: "Reading Digits in Natural Images with Unsupervised Feature Learning", NIPS
// Workshop on Deep Learning and Unsupervised Feature Learning, 2011.
package svhn

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/mat"
)

const (
	side     = 32
	channels = 3
	size     = side * side * channels
	// limit bounds the images of a file: the largest published has 1.6e9 bytes.
	limit = 1<<31 - 1
	// zero is the label of the digit 0.
	zero = 10
)

// Is reports whether a MATLAB file has a variable X, as SVHN's have. It returns an error if the file is not a MATLAB
// file.
func Is(path string) (bool, error) {
	variables, err := mat.List(path)
	return slices.ContainsFunc(variables, func(v *mat.Variable) bool { return v.Name == "X" }), err
}

// Read reads the images and labels of one of the files. It returns an error that names the file and lists its variables
// if they are not as published, and stops once ctx is done.
func Read(ctx context.Context, path string) (*data.Images, error) {
	file, err := mat.Open(path)
	if err != nil {
		return nil, err // it names the path already
	}
	defer file.Close()
	set, err := read(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	set.Name = "SVHN, " + filepath.Base(path)
	return set, nil
}

func read(ctx context.Context, file *mat.File) (*data.Images, error) {
	x, err := file.Variable("X")
	if err != nil {
		return nil, err
	}
	y, err := file.Variable("y")
	if err != nil {
		return nil, err
	}
	n := y.Len()
	if x.Class != mat.Uint8 || !slices.Equal(x.Dims, []int{side, side, channels, n}) || !slices.Equal(y.Dims, []int{n, 1}) {
		return nil, fmt.Errorf("%w: variables %s: want X uint8 [32 32 3 n] and y [n 1], as SVHN's files of cropped digits have them", data.ErrFormat, file)
	}
	labels, err := readLabels(ctx, y)
	if err != nil {
		return nil, err
	}
	pixels, err := mat.Values[uint8](ctx, x, limit)
	if err != nil {
		return nil, err
	}
	turn(pixels)
	set := &data.Images{
		License: "non-commercial use only", Source: "http://ufldl.stanford.edu/housenumbers/",
		N: n, Height: side, Width: side, Channels: channels, Pixels: pixels, Labels: labels,
		LabelNames: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	}
	return set, set.Validate()
}

// readLabels returns the digit on each image.
func readLabels(ctx context.Context, y *mat.Variable) ([]int, error) {
	labels, err := mat.Values[int](ctx, y, limit)
	if err != nil {
		return nil, err
	}
	for i, label := range labels {
		if label < 1 || label > zero {
			return nil, fmt.Errorf("%w: label %d is %d: want 1 to 9, or %d for the digit 0", data.ErrFormat, i, label, zero)
		}
		labels[i] = label % zero
	}
	return labels, nil
}

// turn makes each image [height, width, channels], in its place: in the file the row varies fastest, then the column,
// then the channel.
func turn(pixels []uint8) {
	var image [size]uint8
	for at := 0; at < len(pixels); at += size {
		copy(image[:], pixels[at:])
		to := at
		for y := range side {
			for x := range side {
				for c := range channels {
					pixels[to] = image[(c*side+x)*side+y]
					to++
				}
			}
		}
	}
}

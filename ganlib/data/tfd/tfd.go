// Package tfd reads the Toronto Face Database: grey faces of 48 x 48, or 96 x 96, some of them labelled by their
// expression, from the MATLAB files its makers hand out. They are no longer at a public address; this package is for
// those who have them.
//
// # The file
//
// No description of the file is public. What follows is what the code of those who had the file relies on: pylearn2
// (pylearn2/datasets/tfd.py), fuel (fuel/converters/toronto_face_database.py) and the EmotiW entry of 2013 from
// Montreal (github.com/nouiz/lisa_emotiw, emotiw/common/datasets/faces). TFD_48x48.mat has these variables, and
// TFD_96x96.mat the same of larger images:
//
//	images   uint8 [n, 48, 48]  index, row, column
//	folds    [n, 5]             the part an image belongs to in each of five folds:
//	                            1 train, 2 validation, 3 test, 0 not labelled
//	labs_ex  [n, 1]             expression, 1 to 7; -1 where there is no label
//	labs_id  [n, 1]             person; -1 where unknown. It is not read
//
// Others counted 98,058 images without and 4,178 with a label, and took 2 for test and 3 for validation
// (data_scripts/make_tfd_dataset.py of github.com/ifp-uiuc/do-neural-networks-learn-faus-iccvw-2015); pylearn2 and fuel
// have it as above.
//
// The second index is the row and the third the column, so a face is upright as it is: pylearn2 and fuel take images[i]
// as rows of columns, and a version of the EmotiW code has the eyes of images[i] 10 pixels from the top and the mouth
// 39. The names of the expressions, and their order, are those of the EmotiW code.
//
// Read refuses a file that differs from this in anything it relies on. It was tried on files of this layout that SciPy
// wrote, not on the real one.
//
// # Terms
//
// The database joins pictures from other databases. To get it, ask each of those for permission, and then its makers:
// Joshua Susskind, Adam Anderson and Geoffrey Hinton, "The Toronto Face Database", Technical Report UTML TR 2010-001,
// University of Toronto, 2010.
package tfd

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/mat"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Part is one of the parts that a fold divides the images into.
type Part string

// The parts. Unlabelled is by far the largest; the images of the others have labels.
const (
	Unlabelled Part = "unlabelled"
	Train      Part = "train"
	Validation Part = "validation"
	Test       Part = "test"
)

// parts are the parts by their number in the file.
var parts = []Part{Unlabelled, Train, Validation, Test}

// Folds is the number of ways the labelled images are divided.
const Folds = 5

// expressions are the names of labels 1 to 7.
var expressions = []string{"anger", "disgust", "fear", "happy", "sad", "surprise", "neutral"}

// limit bounds what is read of folds and labels: 64 MiB, where the real file has 102,236 x 5 numbers.
const limit = 64 << 20

// Read reads one part of the images in the fold 0 to 4, labelled 0 to 6 by expression unless the part is [Unlabelled].
// Memory is taken for that part only. It returns an error that names the file and lists its variables if they are not
// as the package describes, if the part is empty, or once ctx is done.
func Read(ctx context.Context, path string, part Part, fold int) (*data.Images, error) {
	number := slices.Index(parts, part)
	if number < 0 {
		return nil, invalid.Value("part", string(part), "one of %q", parts)
	}
	if fold < 0 || fold >= Folds {
		return nil, invalid.Value("fold", fold, "0 to %d", Folds-1)
	}
	file, err := mat.Open(path)
	if err != nil {
		return nil, err // it names the path already
	}
	defer file.Close()
	set, err := read(ctx, file, number, fold)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	set.Name = fmt.Sprintf("TFD, %s, %s part", filepath.Base(path), part)
	if part != Unlabelled {
		set.Name += fmt.Sprintf(" of fold %d", fold)
	}
	return set, nil
}

func read(ctx context.Context, file *mat.File, part, fold int) (*data.Images, error) {
	v, err := find(file)
	if err != nil {
		return nil, err
	}
	chosen, err := v.choose(ctx, part, fold)
	if err != nil {
		return nil, err
	}
	side := v.images.Dims[1]
	set := &data.Images{
		License: "by leave of its makers and of those of the databases it joins; not to be passed on",
		Source:  "J. Susskind, A. Anderson, G. Hinton: The Toronto Face Database, UTML TR 2010-001",
		N:       len(chosen), Height: side, Width: side, Channels: 1,
	}
	if parts[part] != Unlabelled {
		set.LabelNames = expressions
		if set.Labels, err = v.labels(ctx, chosen); err != nil {
			return nil, err
		}
	}
	if set.Pixels, err = v.pixels(ctx, chosen); err != nil {
		return nil, err
	}
	return set, set.Validate()
}

// variables are those of the file that are read.
type variables struct{ images, folds, expressions *mat.Variable }

// find looks the variables up and checks their dimensions.
func find(file *mat.File) (v variables, err error) {
	if v.images, err = file.Variable("images"); err != nil {
		return v, err
	}
	if v.folds, err = file.Variable("folds"); err != nil {
		return v, err
	}
	if v.expressions, err = file.Variable("labs_ex"); err != nil {
		return v, err
	}
	n := v.expressions.Len()
	square := slices.Equal(v.images.Dims, []int{n, 48, 48}) || slices.Equal(v.images.Dims, []int{n, 96, 96})
	if !square || v.images.Class != mat.Uint8 || !slices.Equal(v.folds.Dims, []int{n, Folds}) || !slices.Equal(v.expressions.Dims, []int{n, 1}) {
		return v, fmt.Errorf("%w: variables %s: want images uint8 [n 48 48] or [n 96 96], folds [n 5] and labs_ex [n 1], "+
			"as the Toronto Face Database has them", data.ErrFormat, file)
	}
	return v, nil
}

// choose returns the numbers of the images that belong to a part.
func (v variables) choose(ctx context.Context, part, fold int) ([]int, error) {
	folds, err := mat.Values[int8](ctx, v.folds, limit)
	if err != nil {
		return nil, err
	}
	n := v.folds.Dims[0]
	var chosen []int
	for i, number := range folds[fold*n : (fold+1)*n] {
		if number < 0 || int(number) >= len(parts) {
			return nil, fmt.Errorf("%w: image %d is in part %d of fold %d: want 0 to %d", data.ErrFormat, i, number, fold, len(parts)-1)
		}
		if int(number) == part {
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%w: none of %d images is in the %s part of fold %d", data.ErrEmpty, n, parts[part], fold)
	}
	return chosen, nil
}

// labels returns the expressions of the chosen images, 0 to 6.
func (v variables) labels(ctx context.Context, chosen []int) ([]int, error) {
	all, err := mat.Values[int](ctx, v.expressions, limit)
	if err != nil {
		return nil, err
	}
	labels := make([]int, len(chosen))
	for to, from := range chosen {
		labels[to] = all[from] - 1
		if labels[to] < 0 || labels[to] >= len(expressions) {
			return nil, fmt.Errorf("%w: image %d has expression %d: want 1 to %d", data.ErrFormat, from, all[from], len(expressions))
		}
	}
	return labels, nil
}

// pixels returns the chosen images, [len(chosen), side, side]. In the file the number of the image varies fastest, then
// the row: one pixel of every image, then the pixel below it of every image.
func (v variables) pixels(ctx context.Context, chosen []int) ([]uint8, error) {
	n, side := v.images.Dims[0], v.images.Dims[1]
	pixels := make([]uint8, len(chosen)*side*side)
	row, column := 0, 0
	for everywhere, err := range mat.Pieces[uint8](ctx, v.images, n) {
		if err != nil {
			return nil, err
		}
		at := row*side + column
		for _, i := range chosen {
			pixels[at] = everywhere[i]
			at += side * side
		}
		if row++; row == side {
			row, column = 0, column+1
		}
	}
	return pixels, nil
}

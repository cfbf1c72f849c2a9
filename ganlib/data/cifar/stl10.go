package cifar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// STL-10 (A. Coates, H. Lee and A. Y. Ng 2011; https://cs.stanford.edu/~acoates/stl10/) is modelled on CIFAR-10: 96 x 96
// photographs of ten classes, 5,000 to train on, 8,000 to test and 100,000 without labels. Its files are images and
// nothing else, in planes of red, green and blue as CIFAR's, but column by column; labels lie in a file beside them and
// are counted from 1.
const (
	side10   = 96
	pixels10 = 3 * side10 * side10
	stlNames = "class_names.txt"

	stlClasses = 10
)

// stlFiles are the images and the labels of each part.
var stlFiles = map[string][2]string{
	"train":     {"train_X.bin", "train_y.bin"},
	"test":      {"test_X.bin", "test_y.bin"},
	"unlabeled": {"unlabeled_X.bin", ""},
}

// IsSTL10 reports whether the name of a file is that of one of STL-10's files of images.
func IsSTL10(name string) bool {
	for _, files := range stlFiles {
		if name == files[0] {
			return true
		}
	}
	return false
}

// ReadSTL10 reads a part of STL-10 in the binary version its authors publish: "train", "test" or "unlabeled". The path is
// the .tar.gz, the folder it unpacks to, or one of its files of images, which is read whatever part says; labels and
// their names are those beside it. Images are upright, [96, 96, 3], and labels are counted from 0.
//
// It returns an error that names the file if one is missing, if its size is not a whole number of images, if there are
// not as many labels or one is not 1 to 10, or if it has more than [Limit] / 9 images; and once ctx is done.
func ReadSTL10(ctx context.Context, root, part string) (*data.Images, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err // it names the path
	}
	folder := root
	if base := filepath.Base(root); !info.IsDir() && IsSTL10(base) {
		folder, part = filepath.Dir(root), strings.TrimSuffix(base, "_X.bin")
	}
	files, ok := stlFiles[part]
	if !ok {
		return nil, invalid.Value("part", part, "train, test or unlabeled, the parts of STL-10")
	}
	set := &data.Images{
		Name: "STL-10, " + part + " part", Source: "https://cs.stanford.edu/~acoates/stl10/",
		Height: side10, Width: side10, Channels: 3,
	}
	take := func(name string, r io.Reader) (err error) {
		switch {
		case name == files[0] && set.Pixels == nil:
			set.Pixels, err = stlImages(r)
		case name == files[1] && set.Labels == nil:
			set.Labels, err = stlLabels(r)
		case name == stlNames:
			set.LabelNames, err = decodeNames(r, stlClasses)
		}
		return err
	}
	if folder != root {
		paths := []string{root}
		for _, name := range []string{files[1], stlNames} {
			if name != "" { // a part without labels
				paths = append(paths, filepath.Join(folder, name))
			}
		}
		err = each(ctx, paths, func(path string, r io.Reader) error { return take(filepath.Base(path), r) })
	} else {
		err = archive.Walk(ctx, root, archive.Limits{}, func(name string, _ int64, r io.Reader) error { return take(path.Base(name), r) })
	}
	if err != nil {
		return nil, err
	}
	if set.N = len(set.Pixels) / pixels10; set.Pixels == nil {
		return nil, fmt.Errorf("%s: %s is %w", root, files[0], data.ErrMissing)
	}
	if set.Labels == nil {
		set.LabelNames = nil
	} else if len(set.Labels) != set.N {
		return nil, fmt.Errorf("%s: %w: %d labels for %d images: want one label per image", root, data.ErrFormat, len(set.Labels), set.N)
	}
	return set, set.Validate()
}

// stlImages reads images to the end of r.
func stlImages(r io.Reader) ([]uint8, error) {
	const limit = Limit / 9 // as many bytes as of CIFAR's
	one := make([]uint8, pixels10)
	all := []uint8{}
	buffered := bufio.NewReaderSize(r, 1<<16)
	for n := 0; ; n++ {
		got, err := io.ReadFull(buffered, one)
		switch {
		case err == io.EOF:
			return all, nil
		case errors.Is(err, io.ErrUnexpectedEOF) && got > 0:
			return nil, fmt.Errorf("%w: %d bytes after %d images of %d bytes: want whole images", data.ErrTruncated, got, n, pixels10)
		case err != nil:
			return nil, err
		case n == limit:
			return nil, fmt.Errorf("%w: more images than the limit of %d", data.ErrTooLarge, limit)
		}
		all = slices.Grow(all, pixels10)
		for y := range side10 {
			for x := range side10 {
				at := x*side10 + y // column by column
				all = append(all, one[at], one[side10*side10+at], one[2*side10*side10+at])
			}
		}
	}
}

// stlLabels reads labels 1 to 10, a byte each, as 0 to 9.
func stlLabels(r io.Reader) ([]int, error) {
	text, err := io.ReadAll(io.LimitReader(r, Limit))
	if err != nil {
		return nil, err
	}
	labels := make([]int, len(text))
	for i, label := range text {
		if label < 1 || label > 10 {
			return nil, fmt.Errorf("%w: image %d has label %d: want 1 to 10", data.ErrFormat, i, label)
		}
		labels[i] = int(label) - 1
	}
	return labels, nil
}

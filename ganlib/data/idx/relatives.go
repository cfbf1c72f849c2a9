package idx

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
)

// Labels returns the path of the labels that belong to a file of images by the names their publishers give them, and
// whether that file is there:
//
//	train-images-idx3-ubyte.gz                   train-labels-idx1-ubyte.gz
//	t10k-images.idx3-ubyte                       t10k-labels.idx1-ubyte
//	emnist-letters-train-images-idx3-ubyte.gz    emnist-letters-train-labels-idx1-ubyte.gz
//
// Either file may be gzipped or not. The labels of a file of images by another name are not known.
func Labels(imagesPath string) (path string, ok bool) {
	folder, name := filepath.Split(imagesPath)
	named := strings.NewReplacer("images", "labels", "idx3", "idx1").Replace(name)
	if named == name {
		return "", false
	}
	plain := filepath.Join(folder, strings.TrimSuffix(named, ".gz"))
	both := []string{plain, plain + ".gz"}
	if strings.HasSuffix(name, ".gz") {
		both = []string{plain + ".gz", plain}
	}
	for _, path := range both {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, true
		}
	}
	return "", false
}

// Transpose returns the images with rows and columns exchanged, with their labels. It sets EMNIST upright: its
// published files hold each image transposed, as the page of tensorflow-datasets on EMNIST notes
// (https://www.tensorflow.org/datasets/catalog/emnist: "inverted horizontally and rotated 90 anti-clockwise"), while
// MNIST's images are upright.
func Transpose(set *data.Images) *data.Images {
	turned := *set
	turned.Height, turned.Width = set.Width, set.Height
	turned.Pixels = make([]uint8, len(set.Pixels))
	for i := range set.N {
		from, to := set.At(i), turned.At(i)
		for y := range set.Height {
			for x := range set.Width {
				copy(to[(x*set.Height+y)*set.Channels:][:set.Channels], from[(y*set.Width+x)*set.Channels:])
			}
		}
	}
	return &turned
}

// Name says what the labels of a set mean and counts them from 0: the label first becomes 0 and is called names[0], the
// next names[1], and so on. EMNIST's letters begin at 1, everything else at 0:
//
//	err := idx.Name(set, 1, strings.Split("abcdefghijklmnopqrstuvwxyz", ""))
//
// It returns an error, and leaves the set alone, if a label is not among them.
func Name(set *data.Images, first int, names []string) error {
	if set.Labels == nil {
		return fmt.Errorf("%w: image set %q has no labels for %d names", data.ErrFormat, set.Name, len(names))
	}
	last := first + len(names) - 1
	counted := make([]int, len(set.Labels))
	for i, label := range set.Labels {
		if label < first || label > last {
			return fmt.Errorf("%w: image %d of %q has label %d: the %d names are for labels %d to %d",
				data.ErrFormat, i, set.Name, label, len(names), first, last)
		}
		counted[i] = label - first
	}
	set.Labels, set.LabelNames = counted, names
	return nil
}

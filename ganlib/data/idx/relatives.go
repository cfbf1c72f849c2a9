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
//	qmnist-train-images-idx3-ubyte.gz            qmnist-train-labels-idx2-int.gz
//
// Either file may be gzipped or not. The labels of a file of images by another name are not known.
func Labels(imagesPath string) (path string, ok bool) {
	folder, name := filepath.Split(imagesPath)
	for _, labels := range LabelNames(name) {
		path = filepath.Join(folder, labels)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, true
		}
	}
	return "", false
}

// LabelNames are the names that the labels of a file of images may have, the likeliest first, as in [Labels]. There are
// none for a name that publishers do not give.
func LabelNames(images string) []string {
	plain := strings.TrimSuffix(images, ".gz")
	ubyte := strings.NewReplacer("images", "labels", "idx3", "idx1").Replace(plain)
	if ubyte == plain {
		return nil
	}
	names := []string{ubyte, ubyte + ".gz"}
	if plain != images {
		names = []string{ubyte + ".gz", ubyte}
	}
	if of := strings.TrimSuffix(ubyte, "idx1-ubyte"); of != ubyte { // QMNIST's
		names = append(names, of+"idx2-int.gz", of+"idx2-int")
	}
	return names
}

// Settle sets a set right whose file of images has this name, if it is one of EMNIST's, such as
// emnist-letters-train-images-idx3-ubyte.gz: the images are transposed, see [Transpose], and the labels counted from 0
// and named, see [Name]. Sets of other names are returned as they are. It returns an error for labels that the split
// does not have.
func Settle(set *data.Images, name string) (*data.Images, error) {
	rest, ok := strings.CutPrefix(name, "emnist-")
	if !ok {
		return set, nil
	}
	split, _, _ := strings.Cut(rest, "-")
	first, names := emnist(split)
	if names == nil {
		return set, nil
	}
	set = Transpose(set)
	if set.Labels == nil {
		return set, nil
	}
	return set, Name(set, first, names)
}

// emnist is the first label of a split of EMNIST and what the labels mean, by the files emnist-SPLIT-mapping.txt. There
// are no names for an unknown split.
func emnist(split string) (first int, names []string) {
	const digits, upper, lower = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
	switch split {
	case "mnist", "digits":
		return 0, strings.Split(digits, "")
	case "letters": // upper and lower case are one class
		for i, letter := range upper {
			names = append(names, string(letter)+lower[i:i+1])
		}
		return 1, names
	case "balanced", "bymerge": // of the lower case only those that do not look like their capitals
		return 0, strings.Split(digits+upper+"abdefghnqrt", "")
	case "byclass":
		return 0, strings.Split(digits+upper+lower, "")
	}
	return 0, nil
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

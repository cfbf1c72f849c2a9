package catalog

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
)

// openIDX reads a part whose files are one of images and one of labels.
func openIDX(labelNames []string) opener {
	return func(ctx context.Context, _ Part, paths []string, _ Options) (data.Source, error) {
		set, err := idx.Read(ctx, paths[0], paths[1])
		if err == nil && labelNames != nil {
			err = idx.Name(set, 0, labelNames)
		}
		if err != nil {
			return nil, err
		}
		return set, nil
	}
}

// emnist is one of the six ways in which EMNIST divides its characters. All are in one zip.
func emnist(split string, classes, train, test int) Set {
	files := []File{{
		Name: "gzip.zip", Folder: "gzip", Size: 561_753_746,
		URLs: []string{
			"https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
			"http://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
		},
		Hash:     "sha256:fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
		HashFrom: tfds + "url_checksums/emnist.txt",
	}}
	return Set{
		Name: "emnist-" + split, Title: "EMNIST " + split, folder: "emnist",
		About: fmt.Sprintf("handwritten characters of %d classes, grey, 28 x 28", classes),
		Use:   "MNIST with letters, or with more digits",
		Home:  "https://www.nist.gov/itl/products-and-services/emnist-dataset",
		Terms: "The publisher asks to cite Cohen, Afshar, Tapson and van Schaik: EMNIST: an extension of MNIST to handwritten letters, arXiv:1702.05373.",
		Parts: []Part{{Name: "train", Images: train, Files: files}, {Name: "test", Images: test, Files: files}},
		open:  openEMNIST(split),
	}
}

// openEMNIST reads a part of one of the splits from the zip of all. It sets the images upright and names the labels by
// the mapping that lies beside them.
func openEMNIST(split string) opener {
	return func(ctx context.Context, part Part, paths []string, _ Options) (data.Source, error) {
		prefix := "emnist-" + split + "-"
		found, err := readEMNIST(ctx, paths[0], prefix, part.Name)
		if err != nil {
			return nil, err
		}
		set, err := idx.Images(found.images, found.labels)
		if err != nil {
			return nil, fmt.Errorf("%s, %s%s: %w", paths[0], prefix, part.Name, err)
		}
		set = idx.Transpose(set)
		set.Name = strings.TrimSuffix(prefix, "-") // for errors; Open gives it its title
		return images(set, idx.Name(set, found.first, found.names))
	}
}

// emnistFiles are the contents of the entries that a part of one split needs.
type emnistFiles struct {
	images, labels *idx.Array
	first          int      // the first label
	names          []string // what it and those after it mean
}

// readEMNIST finds the entries of a part in the zip.
func readEMNIST(ctx context.Context, zip, prefix, part string) (found emnistFiles, err error) {
	read := map[string]func(r io.Reader) (err error){
		prefix + part + "-images-idx3-ubyte.gz": func(r io.Reader) (err error) { found.images, err = idx.Decode(ctx, r); return },
		prefix + part + "-labels-idx1-ubyte.gz": func(r io.Reader) (err error) { found.labels, err = idx.Decode(ctx, r); return },
		prefix + "mapping.txt":                  func(r io.Reader) (err error) { found.first, found.names, err = mapping(r); return },
	}
	err = archive.Walk(ctx, zip, archive.Limits{}, func(name string, _ int64, r io.Reader) error {
		base := path.Base(name)
		if read[base] == nil {
			return nil
		}
		if err := read[base](r); err != nil {
			return err
		}
		if delete(read, base); len(read) == 0 {
			return archive.Stop
		}
		return nil
	})
	if err == nil && len(read) > 0 {
		missing := make([]string, 0, len(read))
		for name := range read {
			missing = append(missing, name)
		}
		slices.Sort(missing)
		err = fmt.Errorf("%s: %w: %s", zip, data.ErrMissing, strings.Join(missing, " and "))
	}
	return found, err
}

// mapping reads what the labels mean: one line per label, with the label and the ASCII codes of its characters. Labels
// rise by one.
func mapping(r io.Reader) (first int, names []string, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		var name string
		numbers := make([]int, len(fields))
		for i, field := range fields {
			if numbers[i], err = strconv.Atoi(field); err != nil {
				return 0, nil, fmt.Errorf("mapping: %w: line %q: want a label and the codes of its characters", data.ErrFormat, lines.Text())
			}
			if i > 0 {
				name += string(rune(numbers[i]))
			}
		}
		if names == nil {
			first = numbers[0]
		}
		if numbers[0] != first+len(names) || name == "" {
			return 0, nil, fmt.Errorf("mapping: %w: line %q: want label %d and the codes of its characters", data.ErrFormat, lines.Text(), first+len(names))
		}
		names = append(names, name)
	}
	if names == nil && lines.Err() == nil {
		return 0, nil, fmt.Errorf("mapping: %w: no labels", data.ErrFormat)
	}
	return first, names, lines.Err()
}

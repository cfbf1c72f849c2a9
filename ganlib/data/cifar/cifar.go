// Package cifar reads CIFAR-10 and CIFAR-100 in the binary version their authors publish (A. Krizhevsky, "Learning
// Multiple Layers of Features from Tiny Images", 2009; https://www.cs.toronto.edu/~kriz/cifar.html): 60,000 colour
// photographs of 32 x 32, 50,000 of them for training.
//
//	set, err := cifar.Read10(ctx, "cifar-10-binary.tar.gz", "train")
//
// The path may be the .tar.gz as published, the folder it unpacks to, or a single .bin file of either set.
//
// # The format
//
// A file is records and nothing else. A record is one byte with the label (CIFAR-100: two, the coarse label first),
// then 3,072 bytes: the red values row by row, then the green, then the blue. Here they become [32, 32, 3].
//
// The authors state no licence, so License is "". [ReadSTL10] reads STL-10, which is modelled on CIFAR-10.
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
	"github.com/gans-in-go/gans/ganlib/data/internal/cancel"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

const (
	side   = 32
	plane  = side * side
	pixels = 3 * plane // bytes of an image
)

// Limit is the most images that one file may hold: 20 times CIFAR's, 3 GiB.
const Limit = 1 << 20

// A version is one of the two sets, with the label that is asked for.
type version struct {
	name    string
	classes []int               // how many values each label byte of a record has
	label   int                 // which of them labels the image
	names   string              // the file with that label's names, one per line
	parts   map[string][]string // the files of each part, in order
}

var (
	cifar10 = version{
		name: "CIFAR-10", classes: []int{10}, names: "batches.meta.txt",
		parts: map[string][]string{
			"train": {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
			"test":  {"test_batch.bin"},
		},
	}
	cifar100 = version{
		name: "CIFAR-100", classes: []int{20, 100}, label: 1, names: "fine_label_names.txt",
		parts: map[string][]string{"train": {"train.bin"}, "test": {"test.bin"}},
	}
)

// partNames are what the parts are called in the name of a set.
var partNames = map[string]string{"train": "training part", "test": "test part"}

// Read10 reads a part of CIFAR-10, "train" (50,000 images in the published order) or "test" (10,000), with labels 0 to
// 9. A single .bin is read whole, whatever part says. LabelNames are those of the file batches.meta.txt, nil where it
// is missing.
//
// It returns an error that names the file if one is missing or is there twice, if its size is not a whole number of
// records, if a label is out of range, or if it has more than [Limit] images; and once ctx is done.
func Read10(ctx context.Context, path, part string) (*data.Images, error) {
	return cifar10.read(ctx, path, part)
}

// Read100 reads a part of CIFAR-100 in the same way, with its fine labels, 0 to 99, named by fine_label_names.txt.
func Read100(ctx context.Context, path, part string) (*data.Images, error) {
	return cifar100.read(ctx, path, part)
}

func (v version) read(ctx context.Context, path, part string) (*data.Images, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err // it names the path
	}
	var set data.Images
	var files []string
	var found *contents
	if info.Mode().IsRegular() && strings.EqualFold(filepath.Ext(path), ".bin") {
		set.Name, set.Source = filepath.Base(path), path
		files = []string{set.Name}
		found, err = v.single(ctx, path)
	} else {
		set.Name, set.Source = v.name+", "+partNames[part], "https://www.cs.toronto.edu/~kriz/cifar.html"
		files = v.parts[part]
		if files == nil {
			return nil, invalid.Value("part", part, "train or test, the parts of %s", v.name)
		}
		found, err = v.find(ctx, path, files)
	}
	if err != nil {
		return nil, err
	}
	if err := found.complete(files); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	found.join(&set, files)
	if err := set.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &set, nil
}

// A batch is the content of one file of records.
type batch struct {
	pixels []uint8 // [n, 32, 32, 3]
	labels []int   // [n]
}

// decode reads records to the end of r.
func (v version) decode(r io.Reader, limit int) (*batch, error) {
	head := len(v.classes)
	record := make([]uint8, head+pixels)
	buffered := bufio.NewReaderSize(r, 1<<16)
	b := new(batch)
	for {
		n, err := io.ReadFull(buffered, record)
		switch {
		case err == io.EOF:
			return b, nil
		case errors.Is(err, io.ErrUnexpectedEOF) && n > 0:
			return nil, fmt.Errorf("%w: %d bytes after %d records of %d bytes: want whole records, so this file is cut short or in another format",
				data.ErrTruncated, n, len(b.labels), len(record))
		case err != nil:
			return nil, err
		case len(b.labels) == limit:
			return nil, fmt.Errorf("%w: more images than the limit of %d", data.ErrTooLarge, limit)
		}
		for i, classes := range v.classes {
			if int(record[i]) >= classes {
				return nil, fmt.Errorf("%w: record %d has label %d: want 0 to %d", data.ErrFormat, len(b.labels), record[i], classes-1)
			}
		}
		b.labels = append(b.labels, int(record[v.label]))
		b.pixels = interleave(b.pixels, record[head:])
	}
}

// interleave appends an image to others: planes [3, 32, 32] to pixels [32, 32, 3].
func interleave(to, planes []uint8) []uint8 {
	red, green, blue := planes[:plane], planes[plane:2*plane], planes[2*plane:]
	to = slices.Grow(to, pixels)
	for p, r := range red {
		to = append(to, r, green[p], blue[p])
	}
	return to
}

// contents is what was found of a set.
type contents struct {
	batches map[string]*batch // by the name of the file
	paths   map[string]string // where the file lies
	names   []string          // of labels
	python  string            // a file of the Python version of the set
}

func newContents() *contents {
	return &contents{batches: make(map[string]*batch), paths: make(map[string]string)}
}

// find reads the files that are asked for, and the labels' names.
func (v version) find(ctx context.Context, root string, files []string) (*contents, error) {
	c := newContents()
	return c, archive.Walk(ctx, root, archive.Limits{}, func(name string, _ int64, r io.Reader) error {
		base := path.Base(name)
		if base == v.names || slices.Contains(files, base) {
			return v.take(c, name, base, r)
		}
		if slices.Contains(files, base+".bin") {
			c.python = name
		}
		return nil
	})
}

// single reads one file of records, and the labels' names where they lie beside it.
func (v version) single(ctx context.Context, file string) (*contents, error) {
	c := newContents()
	err := each(ctx, []string{file, filepath.Join(filepath.Dir(file), v.names)}, func(name string, r io.Reader) error {
		return v.take(c, name, filepath.Base(name), r)
	})
	return c, err
}

// each hands over the first of some files, and the others that are there.
func each(ctx context.Context, paths []string, take func(path string, r io.Reader) error) error {
	for i, path := range paths {
		f, err := os.Open(path)
		if i > 0 && errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = take(path, cancel.Reader(ctx, f))
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// take reads one file.
func (v version) take(c *contents, name, base string, r io.Reader) (err error) {
	if before, ok := c.paths[base]; ok {
		return fmt.Errorf("%w: %s is here too: want one %s", data.ErrFormat, before, base)
	}
	c.paths[base] = name
	if base == v.names {
		c.names, err = decodeNames(r, v.classes[v.label])
	} else {
		c.batches[base], err = v.decode(r, Limit)
	}
	return err
}

// decodeNames reads some names, one per line; CIFAR's file ends in an empty one.
func decodeNames(r io.Reader, want int) ([]string, error) {
	text, err := io.ReadAll(io.LimitReader(r, 1<<16))
	if err != nil {
		return nil, err
	}
	names := strings.Fields(string(text))
	if len(names) != want {
		return nil, fmt.Errorf("%w: %d label names: want %d, one per line", data.ErrFormat, len(names), want)
	}
	return names, nil
}

// complete reports a file that is missing.
func (c *contents) complete(files []string) error {
	for _, name := range files {
		switch {
		case c.batches[name] != nil:
		case c.python != "":
			return fmt.Errorf("%s is %w, and %s is here: this is the Python version of the set, want the binary one", name, data.ErrMissing, c.python)
		default:
			return fmt.Errorf("%s is %w: want the binary version, with %s", name, data.ErrMissing, strings.Join(files, ", "))
		}
	}
	return nil
}

// join puts the images of the files into a set, one file after the other.
func (c *contents) join(set *data.Images, files []string) {
	var all [][]uint8
	for _, name := range files {
		all = append(all, c.batches[name].pixels)
		set.Labels = append(set.Labels, c.batches[name].labels...)
	}
	set.Pixels = slices.Concat(all...)
	set.N, set.Height, set.Width, set.Channels = len(set.Labels), side, side, 3
	set.LabelNames = c.names
}

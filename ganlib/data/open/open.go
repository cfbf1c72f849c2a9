// Package open turns the name of a data set, or a path, into a [data.Source]:
//
//	digits, err := open.Set(ctx, "mnist", "test", open.Options{})
//	faces, err := open.Path(ctx, "faces.zip", open.Options{Frame: data.Frame{Size: 64, Channels: 3}})
//
// It is the only place that does so. Package data/catalog says which sets there are and which parts each has; this
// package adds the embedded ones, which it brings into a program (21 MB), and the toy distributions. The caller closes
// what is opened.
package open

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/data/emoji"
	"github.com/gans-in-go/gans/ganlib/data/fashion"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
)

// Options say how a set is opened. The zero value is right for sets whose images have one size.
type Options struct {
	// Frame says how pictures of any size become images. Zeros are replaced by the set's own frame, where it has one.
	Frame data.Frame
	// MaxFailed is the fraction of pictures of any size that may be unreadable; 0 means folder.DefaultMaxFailed.
	MaxFailed float64
	// Output receives the progress of what takes long; nil is silent.
	Output io.Writer
}

// Parts of a set that most have.
const (
	Train = "train"
	Test  = "test" // held out by the makers of the set
)

// ErrDistribution reports that a name is that of a distribution of points, not of a set of images.
var ErrDistribution = errors.New("a distribution of points, not a set of images")

// Names lists all names, sorted: those of the distributions, of the embedded sets, and of the sets that `gan data`
// fetches.
func Names() []string {
	return slices.Sorted(slices.Values(slices.Concat([]string{data.Normal}, data.Toys(), catalog.Names())))
}

// Set opens a part of a set of images by its name; part "" is the one to train on. The error for an unknown name or
// part is a [*catalog.UnknownError], which suggests another; for a set that has not been fetched it wraps
// [catalog.ErrNotFetched].
func Set(ctx context.Context, name, part string, o Options) (data.Source, error) {
	set, err := lookup(name)
	if err != nil {
		return nil, err
	}
	p, err := set.Part(part)
	if err != nil {
		return nil, err
	}
	if set.BuiltIn == "" {
		return set.Open(ctx, o.catalog(p.Name))
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return embedded(name, p)
}

// catalog are the options for a part of a published set.
func (o Options) catalog(part string) catalog.Options {
	return catalog.Options{Part: part, Frame: o.Frame, MaxFailed: o.MaxFailed, Output: o.Output}
}

// lookup finds a set of images in the catalogue.
func lookup(name string) (*catalog.Set, error) {
	if name == data.Normal || slices.Contains(data.Toys(), name) {
		return nil, fmt.Errorf("data set %q is %w", name, ErrDistribution)
	}
	set, err := catalog.Lookup(name)
	if err != nil {
		return nil, &catalog.UnknownError{What: "data set", Name: name, Known: Names(), Key: "set"}
	}
	return set, nil
}

// embedded opens a part of an embedded set. The catalogue says which parts there are; each has its case here.
func embedded(name string, part catalog.Part) (data.Source, error) {
	switch [2]string{name, part.Name} {
	case [2]string{"mnist", Train}:
		return images(mnist.Train())
	case [2]string{"mnist", Test}:
		return images(mnist.Test())
	case [2]string{"stacked-mnist", Train}:
		return stacked(mnist.Train, part.Images)
	case [2]string{"stacked-mnist", Test}:
		return stacked(mnist.Test, part.Images)
	case [2]string{"fashion", Train}:
		return images(fashion.Images())
	case [2]string{"emoji", Train}:
		return images(emoji.Images())
	}
	return nil, fmt.Errorf("data set %q, part %q: no package embeds it", name, part.Name)
}

// images is a set of images as a source: a nil set must not become a non-nil source.
func images(set *data.Images, err error) (data.Source, error) {
	if err != nil {
		return nil, err
	}
	return set, nil
}

// stacked is Stacked MNIST of n images.
func stacked(digits func() (*data.Images, error), n int) (data.Source, error) {
	plain, err := digits()
	if err != nil {
		return nil, err
	}
	return data.NewStacked(plain, n, 0)
}

// Pictures reports whether a set is one of pictures of any size, which a frame makes images of, or unknown.
func Pictures(name string) bool {
	set, err := lookup(name)
	return err != nil || set.Frame != data.Frame{}
}

// HasPart reports whether a set of images has a part of that name.
func HasPart(name, part string) bool {
	set, err := lookup(name)
	if err != nil {
		return false
	}
	_, err = set.Part(part)
	return err == nil
}

// NameOrPath tells a name from a path: one of [Names] is a name, and any other must be a file or a folder. Its path is
// returned absolute, so that it stays right in another working directory. The error for neither is a
// [*catalog.UnknownError].
func NameOrPath(what string) (name, path string, err error) {
	if slices.Contains(Names(), what) {
		return what, "", nil
	}
	_, err = os.Stat(what)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", &catalog.UnknownError{What: "data set or file", Name: what, Known: Names()}
	}
	if err != nil {
		return "", "", err
	}
	path, err = filepath.Abs(what)
	return "", path, err
}

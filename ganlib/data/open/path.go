package open

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/data/cifar"
	"github.com/gans-in-go/gans/ganlib/data/folder"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
	"github.com/gans-in-go/gans/ganlib/data/svhn"
	"github.com/gans-in-go/gans/ganlib/data/tfd"
)

// Path opens images of one's own, by what is in the file or folder: an IDX file (with the labels beside it), CIFAR's or
// STL-10's binary files, SVHN's or TFD's .mat, an LMDB of pictures, or a folder, .zip, .tar or .tgz of any of these or of
// pictures, which o.Frame brings to one size. Of several parts it opens the one to train on. A file of a published set is
// recognised by its name and size, and opened as it is by the set's name.
func Path(ctx context.Context, path string, o Options) (data.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a folder, or what is refused there, such as a pipe, which nobody may open
		return openMany(ctx, path, o)
	}
	if known, err := catalog.OpenPath(ctx, path, o.catalog("")); known != nil || err != nil {
		return known, err
	}
	switch extension := strings.ToLower(filepath.Ext(path)); {
	case extension == ".mat":
		return openMAT(ctx, path)
	case extension == ".mdb":
		return openLSUN(ctx, path, o)
	case cifar.IsSTL10(filepath.Base(path)):
		return images(cifar.ReadSTL10(ctx, path, Train))
	case extension == ".bin":
		const record100 = 2 + 32*32*3 // CIFAR-100's records have one byte more than CIFAR-10's
		return openCIFAR(ctx, path, info.Size()%record100 == 0)
	}
	if is, err := lsun.Is(path); err != nil || is {
		if err != nil {
			return nil, err
		}
		return openLSUN(ctx, path, o)
	}
	if is, err := idx.Is(path); err != nil || is {
		if err != nil {
			return nil, err
		}
		labels, _ := idx.Labels(path)
		return images(idx.Read(ctx, path, labels))
	}
	if err := refusePickle(path); err != nil {
		return nil, err
	}
	return openMany(ctx, path, o)
}

// errPickle is the error of CIFAR's version for Python and of other pickles, which only Python reads.
var errPickle = fmt.Errorf("%w: a pickle, which only Python reads: of CIFAR, get the binary version (cifar-10-binary.tar.gz or "+
	"cifar-100-binary.tar.gz; `gan data fetch cifar10` fetches it); of other sets, save the images as PNG", data.ErrFormat)

// refusePickle returns an error for a file that begins as pickles do.
func refusePickle(path string) error {
	start, err := archive.Start(path, 2)
	if err == nil && len(start) == 2 && start[0] == 0x80 && start[1] >= 2 && start[1] <= 5 {
		err = fmt.Errorf("%s: %w", path, errPickle)
	}
	return err
}

// Classes counts the classes of what [Path] opens, 0 without labels. It reads no pictures of one's own to do so.
func Classes(ctx context.Context, path string, o Options) (int, error) {
	if n, err := folder.Classes(ctx, path, o.folder()); err == nil {
		return n, nil
	}
	source, err := Path(ctx, path, o) // not a set of pictures
	if err != nil {
		return 0, err
	}
	return source.Classes(), source.Close()
}

// openMAT opens a MATLAB file by the names of its variables: SVHN's, or else the faces without labels of the Toronto
// Face Database.
func openMAT(ctx context.Context, path string) (data.Source, error) {
	is, err := svhn.Is(path)
	if err != nil {
		return nil, err
	}
	if is {
		return images(svhn.Read(ctx, path))
	}
	return images(tfd.Read(ctx, path, tfd.Unlabelled, 0))
}

// openCIFAR opens the training part of CIFAR-100 or CIFAR-10.
func openCIFAR(ctx context.Context, path string, hundred bool) (data.Source, error) {
	if hundred {
		return images(cifar.Read100(ctx, path, Train))
	}
	return images(cifar.Read10(ctx, path, Train))
}

// openMany opens a folder or an archive by the names of its first files, or else as pictures. It refuses one that has
// both: whoever names it may mean either.
func openMany(ctx context.Context, path string, o Options) (data.Source, error) {
	const enough = 100 // published archives begin with the files that identify them
	var paths []string
	err := archive.Walk(ctx, path, archive.Limits{}, func(name string, _ int64, _ io.Reader) error {
		if paths = append(paths, name); len(paths) == enough {
			return archive.Stop
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	known, err := recognise(paths)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if known.open == nil {
		set, _, err := folder.Read(ctx, path, o.folder())
		return images(set, err)
	}
	if slices.ContainsFunc(paths, folder.IsNamed) {
		picture, err := folder.Find(ctx, path, o.folder())
		if err != nil {
			return nil, err
		}
		if picture != "" {
			return nil, fmt.Errorf("%s: %w: there are %s (%s) and pictures (such as %s) in it: want the path of the one to train on, "+
				"such as %s; what is in an archive must be unpacked for that",
				path, data.ErrFormat, known.what, known.file, picture, filepath.Join(path, filepath.Dir(filepath.FromSlash(known.file))))
		}
	}
	return known.open(ctx, path, o)
}

// A form is what a folder or an archive is known to hold, by the name of one of its files.
type form struct {
	file, what string
	open       func(ctx context.Context, path string, o Options) (data.Source, error)
}

// recognise knows what files of these names hold; a form without open is none that is known.
func recognise(paths []string) (form, error) {
	at := make(map[string]string) // the first file of each name
	for _, name := range paths {
		if base := path.Base(name); at[base] == "" {
			at[base] = name
		}
	}
	ofCIFAR := func(hundred bool) func(context.Context, string, Options) (data.Source, error) {
		return func(ctx context.Context, path string, _ Options) (data.Source, error) {
			return openCIFAR(ctx, path, hundred)
		}
	}
	stl := func(part string) func(context.Context, string, Options) (data.Source, error) {
		return func(ctx context.Context, path string, _ Options) (data.Source, error) {
			return images(cifar.ReadSTL10(ctx, path, part))
		}
	}
	for _, f := range []form{
		{"data.mdb", "an LMDB", openLSUN},
		{"data_batch_1.bin", "CIFAR's files", ofCIFAR(false)}, {"batches.meta.txt", "CIFAR's files", ofCIFAR(false)},
		{"fine_label_names.txt", "CIFAR's files", ofCIFAR(true)},
		{"train_X.bin", "STL-10's files", stl(Train)}, {"unlabeled_X.bin", "STL-10's files", stl("unlabeled")},
	} {
		if name := at[f.file]; name != "" {
			f.file = name
			return f, nil
		}
	}
	if at["data_batch_1"] != "" || at["meta"] != "" && at["train"] != "" && at["test"] != "" {
		return form{}, errPickle
	}
	chosen, err := chooseIDX(paths)
	if chosen == "" || err != nil {
		return form{}, err
	}
	return form{chosen, "IDX files", func(ctx context.Context, path string, _ Options) (data.Source, error) {
		return images(readIDX(ctx, path, chosen))
	}}, nil
}

// chooseIDX is the one file of images to train on among the names of a folder or archive, by the names that publishers
// give IDX files; "" if there is none. A file that is there both gzipped and not, as torchvision leaves them, is one.
func chooseIDX(paths []string) (string, error) {
	var all, train []string
	for _, name := range paths {
		base := strings.TrimSuffix(path.Base(name), ".gz")
		if !strings.HasSuffix(base, "idx3-ubyte") || name != strings.TrimSuffix(name, ".gz") && slices.Contains(paths, strings.TrimSuffix(name, ".gz")) {
			continue
		}
		if all = append(all, name); strings.Contains(base, Train) {
			train = append(train, name)
		}
	}
	switch {
	case len(train) == 1:
		return train[0], nil
	case len(all) == 1:
		return all[0], nil
	case len(all) > 1:
		return "", fmt.Errorf("%w: there are several sets of images, want the path of one: %s", data.ErrFormat, strings.Join(all, ", "))
	}
	return "", nil
}

// readIDX reads a file of images of a folder or archive, and the labels that lie beside it.
func readIDX(ctx context.Context, root, chosen string) (*data.Images, error) {
	read := make(map[string]*idx.Array)
	base := path.Base(chosen)
	wanted := append([]string{base}, idx.LabelNames(base)...)
	err := archive.Walk(ctx, root, archive.Limits{}, func(name string, _ int64, r io.Reader) (err error) {
		if path.Dir(name) == path.Dir(chosen) && slices.Contains(wanted, path.Base(name)) {
			read[path.Base(name)], err = idx.Decode(ctx, r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var labels *idx.Array
	for _, name := range wanted[1:] {
		if labels == nil {
			labels = read[name]
		}
	}
	set, err := idx.Images(read[base], labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", root, chosen, err)
	}
	set.Name, set.Source = base, root
	return idx.Settle(set, base)
}

// folder are the options as they concern pictures of any size.
func (o Options) folder() folder.Options {
	return folder.Options{Frame: o.Frame, MaxFailed: o.MaxFailed, Output: o.Output}
}

// openLSUN opens an LMDB of pictures.
func openLSUN(ctx context.Context, path string, o Options) (data.Source, error) {
	frame := o.Frame
	frame.Channels = cmp.Or(frame.Channels, 3) // photographs are in colour unless grey is asked for
	set, err := lsun.Open(ctx, path, lsun.Options{Frame: frame, MaxFailed: o.MaxFailed, Output: o.Output})
	if err != nil {
		return nil, err
	}
	return set, nil
}

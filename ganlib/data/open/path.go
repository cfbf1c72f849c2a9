package open

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/cifar"
	"github.com/gans-in-go/gans/ganlib/data/folder"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
	"github.com/gans-in-go/gans/ganlib/data/svhn"
	"github.com/gans-in-go/gans/ganlib/data/tfd"
)

// Path opens images of one's own, by what is in the file or folder: an IDX file (with the labels beside it), CIFAR's
// binary files, SVHN's or TFD's .mat, LSUN's LMDB, or a folder, .zip, .tar or .tgz of any of these or of pictures,
// which o.Frame brings to one size.
func Path(ctx context.Context, path string, o Options) (data.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch extension := strings.ToLower(filepath.Ext(path)); {
	case !info.Mode().IsRegular(): // what is no folder either is refused, and never opened
	case extension == ".mat":
		return openMAT(ctx, path)
	case extension == ".mdb":
		return openLSUN(ctx, path, o)
	case extension == ".bin":
		const record100 = 2 + 32*32*3 // CIFAR-100's records have one byte more than CIFAR-10's
		return openCIFAR(ctx, path, info.Size()%record100 == 0)
	default:
		if is, err := idx.Is(path); err != nil {
			return nil, err
		} else if is {
			labels, _ := idx.Labels(path)
			return images(idx.Read(ctx, path, labels))
		}
	}
	return openMany(ctx, path, o)
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

// openMany opens a folder or an archive by the names of its first files.
func openMany(ctx context.Context, path string, o Options) (data.Source, error) {
	const enough = 100 // published archives begin with the files that identify them
	var names []string
	err := archive.Walk(ctx, path, archive.Limits{}, func(name string, _ int64, _ io.Reader) error {
		if names = append(names, filepath.Base(name)); len(names) == enough {
			return archive.Stop
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(names, "data.mdb"):
		return openLSUN(ctx, path, o)
	case slices.Contains(names, "data_batch_1.bin"), slices.Contains(names, "batches.meta.txt"):
		return openCIFAR(ctx, path, false)
	case slices.Contains(names, "fine_label_names.txt"):
		return openCIFAR(ctx, path, true)
	}
	set, _, err := folder.Read(ctx, path, o.folder())
	return images(set, err)
}

// folder are the options as they concern pictures of any size.
func (o Options) folder() folder.Options {
	return folder.Options{Frame: o.Frame, MaxFailed: o.MaxFailed, Output: o.Output}
}

// openLSUN opens an LMDB of pictures.
func openLSUN(ctx context.Context, path string, o Options) (data.Source, error) {
	frame := o.Frame
	frame.Channels = cmp.Or(frame.Channels, 3) // photographs are in colour unless grey is asked for
	set, err := lsun.Open(ctx, path, lsun.Options{Frame: frame, Output: o.Output})
	if err != nil {
		return nil, err
	}
	return set, nil
}

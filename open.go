package gans

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/archive"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/data/cifar"
	"github.com/gans-in-go/gans/ganlib/data/emoji"
	"github.com/gans-in-go/gans/ganlib/data/fashion"
	"github.com/gans-in-go/gans/ganlib/data/folder"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
	"github.com/gans-in-go/gans/ganlib/data/mat"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/data/svhn"
	"github.com/gans-in-go/gans/ganlib/data/tfd"
)

// normal is the name of the normal distribution, the one set whose numbers a configuration sets.
const normal = "normal"

// distributions are the other toy distributions, as the literature has them.
var distributions = map[string]data.Distribution{
	"ring8":      data.Ring(8, 1, .05),
	"grid25":     data.Grid(5, 2, .05),
	"swiss-roll": data.SwissRoll{Radius: 9 * math.Pi / 15, Std: 1. / 30},
}

// builtIn are the image sets that are part of this package, by their names and the names of their parts. The
// one to train on has no name.
var builtIn = map[string]map[string]func() (data.Source, error){
	"mnist": {
		"":       func() (data.Source, error) { return images(mnist.Train()) },
		testPart: func() (data.Source, error) { return images(mnist.Test()) },
	},
	"stacked-mnist": {
		"":       func() (data.Source, error) { return stacked(mnist.Train, 128_000) },
		testPart: func() (data.Source, error) { return stacked(mnist.Test, 26_000) },
	},
	"fashion": {"": func() (data.Source, error) { return images(fashion.Images()) }},
	"emoji":   {"": func() (data.Source, error) { return images(emoji.Images()) }},
}

// stacked is Stacked MNIST, as many images as PacGAN's code trains on or counts modes among.
func stacked(digits func() (*data.Images, error), n int) (data.Source, error) {
	plain, err := digits()
	if err != nil {
		return nil, err
	}
	return data.NewStacked(plain, n, 0)
}

// DataSets lists the names that Data.Set knows: what is built in, and what `gan data` can fetch.
func DataSets() []string {
	names := append([]string{normal}, catalog.Names()...)
	names = slices.AppendSeq(names, maps.Keys(distributions))
	names = slices.AppendSeq(names, maps.Keys(builtIn))
	slices.Sort(names)
	return slices.Compact(names)
}

// dataNamed is what somebody calls by the name of a set, or by a path.
func dataNamed(what string) (Data, error) {
	if what == normal {
		return Figure1().Data, nil
	}
	if slices.Contains(DataSets(), what) {
		return Data{Set: what}, nil
	}
	if _, err := os.Stat(what); err != nil {
		return Data{}, fmt.Errorf("data: no set is called %q, and there is no such file: want one of %q, or a path", what, DataSets())
	}
	path, err := filepath.Abs(what) // for a run that is gone on with elsewhere
	return Data{Path: path}, err
}

// images tells whether the data are images.
func (d Data) images() bool {
	distribution, err := d.distribution()
	return err == nil && distribution == nil
}

// openSet opens a set by its name: a built-in one, or one of the catalogue that has been fetched.
func openSet(name, part string, frame data.Frame, output io.Writer) (data.Source, error) {
	if parts, ok := builtIn[name]; ok {
		if open, ok := parts[strings.TrimPrefix(part, "train")]; ok {
			return open()
		}
		return nil, fmt.Errorf("set %q has no part %q: want one of %q", name, part, slices.Sorted(maps.Keys(parts)))
	}
	set, err := catalog.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("set %q is unknown: want one of %q", name, DataSets())
	}
	return set.Open(catalog.Options{Part: part, Frame: frame, Output: output})
}

// testPart is the part of a set that its makers keep for testing, which only some sets have.
const testPart = "test"

// hasTestPart tells whether a set has one beside the part to train on.
func hasTestPart(name string) bool {
	if parts, ok := builtIn[name]; ok {
		return parts[testPart] != nil
	}
	set, err := catalog.Lookup(name)
	if err != nil {
		return false
	}
	_, err = set.Part(testPart)
	return err == nil
}

// openPath opens images of one's own, by what is in the file or folder.
func openPath(path string, frame data.Frame, output io.Writer) (data.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch extension := strings.ToLower(filepath.Ext(path)); {
	case info.IsDir():
	case extension == ".mat":
		return openMAT(path)
	case extension == ".mdb":
		return openLSUN(path, frame, output)
	case extension == ".bin":
		const record100 = 2 + 32*32*3 // CIFAR-100's records have one byte more than CIFAR-10's
		return openCIFAR(path, info.Size()%record100 == 0)
	default:
		if is, err := idx.Is(path); err != nil || is {
			labels, _ := idx.Labels(path)
			return images(idx.Read(path, labels))
		}
	}
	return openMany(path, frame, output)
}

// images is a set of images as a source: a nil set must not become a source that is not nil.
func images(set *data.Images, err error) (data.Source, error) {
	if err != nil {
		return nil, err
	}
	return set, nil
}

// openMAT opens a MATLAB file by the names of its variables: SVHN's, or else the faces without labels of the
// Toronto Face Database.
func openMAT(path string) (data.Source, error) {
	variables, err := mat.List(path)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(variables, func(v *mat.Variable) bool { return v.Name == "X" }) {
		return images(svhn.Read(path))
	}
	return images(tfd.Read(path, tfd.Unlabelled, 0))
}

// openCIFAR opens the training part of CIFAR-100 or CIFAR-10.
func openCIFAR(path string, hundred bool) (data.Source, error) {
	if hundred {
		return images(cifar.Read100(path, "train"))
	}
	return images(cifar.Read10(path, "train"))
}

// openMany opens a folder or an archive by the names of its first files.
func openMany(path string, frame data.Frame, output io.Writer) (data.Source, error) {
	const enough = 100 // published archives begin with what they are about
	var names []string
	err := archive.Walk(path, archive.Limits{}, func(name string, _ int64, _ io.Reader) error {
		if names = append(names, filepath.Base(name)); len(names) == enough {
			return archive.Stop
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(names, "data.mdb"):
		return openLSUN(path, frame, output)
	case slices.Contains(names, "data_batch_1.bin"), slices.Contains(names, "batches.meta.txt"):
		return openCIFAR(path, false)
	case slices.Contains(names, "fine_label_names.txt"):
		return openCIFAR(path, true)
	}
	set, _, err := folder.Read(path, folder.Options{Frame: frame, Output: output})
	return images(set, err)
}

// openLSUN opens an LMDB of pictures.
func openLSUN(path string, frame data.Frame, output io.Writer) (data.Source, error) {
	frame.Channels = cmp.Or(frame.Channels, 3) // photographs, unless somebody wants them grey
	set, err := lsun.Open(path, lsun.Options{Frame: frame, Output: output})
	if err != nil {
		return nil, err
	}
	return set, nil
}

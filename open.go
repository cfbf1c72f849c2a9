package gans

import (
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/fashion"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
)

// normal is the name of the normal distribution, the one set whose numbers a configuration sets.
const normal = "normal"

// distributions are the other toy distributions, as the literature has them.
var distributions = map[string]data.Distribution{
	"ring8":      data.Ring(8, 1, .05),
	"grid25":     data.Grid(5, 2, .05),
	"swiss-roll": data.SwissRoll{Radius: 9 * math.Pi / 15, Std: 1. / 30},
}

// builtIn are the image sets that are part of this package.
var builtIn = map[string]func(part string) (data.Source, error){
	"mnist": func(part string) (data.Source, error) {
		if part == "test" {
			return mnist.Test()
		}
		return mnist.Train()
	},
	"stacked-mnist": func(string) (data.Source, error) {
		digits, err := mnist.Train()
		if err != nil {
			return nil, err
		}
		return data.NewStacked(digits, 128_000, 0)
	},
	"fashion": func(string) (data.Source, error) { return fashion.Images() },
}

// DataSets lists the names that Data.Set knows.
func DataSets() []string {
	names := []string{normal}
	names = slices.AppendSeq(names, maps.Keys(distributions))
	names = slices.AppendSeq(names, maps.Keys(builtIn))
	slices.Sort(names)
	return names
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

// openSet opens a set by its name.
func openSet(name, part string, frame data.Frame, output io.Writer) (data.Source, error) {
	if open, ok := builtIn[name]; ok {
		return open(part)
	}
	return nil, fmt.Errorf("set %q is unknown: want one of %q", name, DataSets())
}

// openPath opens images of one's own by what the file holds.
func openPath(path string, frame data.Frame, output io.Writer) (data.Source, error) {
	labels, _ := idx.Labels(path)
	return idx.Read(path, labels)
}

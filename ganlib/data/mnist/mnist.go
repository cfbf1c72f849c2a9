// Package mnist is the MNIST database of handwritten digits, embedded: 70,000 grey images of 28 x 28, each labelled 0
// to 9, with nothing to fetch.
//
// Importing it adds 11 MB to a program, which is why no other package here does. The images are by Yann LeCun and
// Corinna Cortes, under CC BY-SA 3.0: see NOTICE beside this file.
package mnist

import (
	"context"
	"embed"
	"fmt"
	"sync"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/idx"
)

//go:embed *.gz
var files embed.FS

// Train returns the 60,000 training images. They are unpacked on the first call; every call returns the same set, which
// the caller must not change.
func Train() (*data.Images, error) { return train() }

// Test returns the 10,000 test images, in the same way as [Train].
func Test() (*data.Images, error) { return test() }

var (
	train = sync.OnceValues(func() (*data.Images, error) { return load("train", "training part") })
	test  = sync.OnceValues(func() (*data.Images, error) { return load("t10k", "test part") })
)

// load reads the two files whose names begin with prefix.
func load(prefix, part string) (*data.Images, error) {
	set, err := idx.ReadFS(context.Background(), files, prefix+"-images-idx3-ubyte.gz", prefix+"-labels-idx1-ubyte.gz")
	if err != nil {
		return nil, fmt.Errorf("embedded MNIST: %w", err)
	}
	set.Name = "MNIST, " + part
	set.License = "CC BY-SA 3.0"
	set.Source = "http://yann.lecun.com/exdb/mnist/"
	return set, nil
}

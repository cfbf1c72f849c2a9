// Package fashion is the test part of Fashion-MNIST, embedded: 10,000 grey photographs of clothes, 28 x 28, each
// labelled by what it shows, with nothing to fetch.
//
// It has the size, the file format and the number of labels of MNIST, so a network for digits learns clothes without a
// change. Here it stands in for real grey images that a reader has not fetched: the shapes are more varied than digits,
// and shading matters. The training part, 60,000 images in another 26 MB, has to be fetched.
//
// Importing it adds 4.4 MB to a program. The images are by Zalando SE, under the MIT licence: see NOTICE and LICENSE
// beside this file.
//
//	H. Xiao, K. Rasul and R. Vollgraf: Fashion-MNIST: a novel image dataset for
//	benchmarking machine learning algorithms. arXiv:1708.07747, 2017.
package fashion

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

// Images returns the 10,000 images, [10000, 28, 28, 1], with their labels 0 to 9 and what each means. They are unpacked
// on the first call; every call returns the same set, which the caller must not change.
func Images() (*data.Images, error) { return images() }

var images = sync.OnceValues(load)

func load() (*data.Images, error) {
	set, err := idx.ReadFS(context.Background(), files, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
	if err != nil {
		return nil, fmt.Errorf("embedded Fashion-MNIST: %w", err)
	}
	set.Name = "Fashion-MNIST, test part"
	set.License = "MIT"
	set.Source = "https://github.com/zalandoresearch/fashion-mnist"
	set.LabelNames = []string{
		"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
		"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
	}
	return set, set.Validate()
}

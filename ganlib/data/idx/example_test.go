package idx_test

import (
	"context"
	"fmt"

	"github.com/gans-in-go/gans/ganlib/data/idx"
)

// The labels are beside the images, under the name their publishers give them.
func ExampleRead() {
	images := "../mnist/t10k-images-idx3-ubyte.gz"
	labels, _ := idx.Labels(images)
	set, err := idx.Read(context.Background(), images, labels)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.N, "images of", set.Height, "x", set.Width, "the first a", set.Labels[0])
	// Output: 10000 images of 28 x 28 the first a 7
}

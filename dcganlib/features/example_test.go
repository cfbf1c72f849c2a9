package features_test

import (
	"fmt"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/dcganlib/features"
)

// The discriminators of the paper's section 5, and Figure 1's.
func ExampleDim() {
	fmt.Println(features.Dim(128, 128, 256, 256, 512, 512), "on CIFAR-10")
	fmt.Println(features.Dim(64, 128, 256), "on SVHN")
	figure1 := features.Discriminator{Networks: dcganlib.LSUN64().Networks}
	fmt.Println(features.Dim(figure1.Filters()...), "of Figure 1's")
	// Output:
	// 28672 on CIFAR-10
	// 7168 on SVHN
	// 30720 of Figure 1's
}

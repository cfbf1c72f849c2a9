package mat_test

import (
	"context"
	"fmt"

	"github.com/gans-in-go/gans/ganlib/data/internal/mat"
)

func Example() {
	file, err := mat.Open("../../../../tests/golden/mat/svhn.mat")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	fmt.Println(file)

	y, err := file.Variable("y")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mat.Values[int](context.Background(), y, 1<<20)) // at most 1 MiB
	_, err = file.Variable("images")
	fmt.Println(err)
	// Output:
	// X uint8 [32 32 3 12], y uint8 [12 1]
	// [1 2 3 4 5 6 7 8 9 10 1 2] <nil>
	// variable "images" is missing: the file has X uint8 [32 32 3 12], y uint8 [12 1]
}

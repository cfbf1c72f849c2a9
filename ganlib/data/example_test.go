package data_test

import (
	"fmt"

	"github.com/gans-in-go/gans/ganlib/data"
)

// Ten examples in minibatches of five: two steps per epoch, then another permutation.
func ExampleOrder() {
	order, err := data.NewOrder(10, 5, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for step := range 4 {
		fmt.Println(order.Batch(step))
	}
	// Output:
	// [6 3 1 9 7]
	// [4 8 2 0 5]
	// [3 5 8 2 7]
	// [1 6 4 0 9]
}

func ExampleImages_Fill() {
	set := &data.Images{Name: "black, white", N: 2, Height: 1, Width: 2, Channels: 1,
		Pixels: []uint8{0, 0, 255, 255}}
	x := make([]float32, 2*set.Size())
	fmt.Println(set.Fill(x, []int{1, 0}, data.Symmetric), x)
	fmt.Println(set.Fill(x, []int{1, 2}, data.Symmetric))
	// Output:
	// <nil> [1 1 -1 -1]
	// no such image: 2 of "black, white", which has images 0 to 1
}

func ExampleNormal1D() {
	d := data.Normal1D{Mean: 1, Std: .5}
	fmt.Printf("density at the mean %.4f, probability of at most the mean %.1f\n", d.Density(1), d.CDF(1))
	fmt.Println("same step, same values:", d.Batch(1, 10, 1)[0] == d.Batch(1, 10, 1)[0])
	// Output:
	// density at the mean 0.7979, probability of at most the mean 0.5
	// same step, same values: true
}

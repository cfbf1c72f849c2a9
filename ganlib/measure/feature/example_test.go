package feature_test

import (
	"context"
	"fmt"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
)

// Three ways to turn the same digits into rows of numbers.
func ExampleExtractor() {
	b, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := mnist.Test()
	if err != nil {
		fmt.Println(err)
		return
	}
	few, _ := test.Subset(0, 10)
	random, _ := feature.Random(b, 1)
	digits, _ := feature.Digits(b)
	for _, e := range []feature.Extractor{feature.Pixels(), random, digits} {
		x, dim, err := e.Extract(context.Background(), few)
		fmt.Println(e.Name(), len(x)/dim, dim, err)
	}
	// Output:
	// pixels 10 784 <nil>
	// random convolutions, seed 1 10 256 <nil>
	// MNIST classifier 1 10 64 <nil>
}

// The classifier reads the digits, and its probabilities show doubt.
func ExampleClassifier() {
	b, err := backend.Open("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	digits, err := feature.Digits(b)
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := mnist.Test()
	if err != nil {
		fmt.Println(err)
		return
	}
	few, _ := test.Subset(0, 8)
	labels, err := digits.Classify(context.Background(), few)
	fmt.Println(labels, err)
	fmt.Println(few.Labels)
	// Output:
	// [7 2 1 0 4 1 4 9] <nil>
	// [7 2 1 0 4 1 4 9]
}

package catalog_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/gans-in-go/gans/ganlib/data/catalog"
)

// Opening a set that is not here does not fetch it: the error says how to get it.
func ExampleSet_Open() {
	set, err := catalog.Lookup("cifar10")
	if err != nil {
		panic(err)
	}
	_, err = set.Open(context.Background(), catalog.Options{Dir: "data"})
	fmt.Println(errors.Is(err, catalog.ErrNotFetched))
	fmt.Println(err)
	// Output:
	// true
	// data set "cifar10" is not here: `gan data fetch cifar10 --dir data` fetches 162.2 MiB, or put cifar-10-binary.tar.gz into data/cifar10 by hand
}

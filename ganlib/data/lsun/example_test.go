//go:build cgo

package lsun_test

import (
	"context"
	"fmt"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
)

// A minibatch of four from an LMDB of eight.
func ExampleOpen() {
	rooms, err := lsun.Open(context.Background(), "../../../tests/golden/lsun/bedroom_test_lmdb", lsun.Options{Frame: data.Frame{Size: 64, Channels: 3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rooms.Close()
	order, err := data.NewOrder(rooms.Len(), 4, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := rooms.Choose(order.Batch(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.N, "of", rooms.Len(), "images of", x.Height, "x", x.Width, "x", x.Channels)
	// Output: 4 of 8 images of 64 x 64 x 3
}

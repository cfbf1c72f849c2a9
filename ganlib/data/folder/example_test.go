package folder_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/folder"
)

// Pictures of two kinds and of several sizes, a folder each, as images of 32 x 32.
func ExampleRead() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	save(dir, "cats/tom.png", 300, 200)
	save(dir, "cats/kitty.png", 64, 64)
	save(dir, "dogs/rex.png", 120, 250)

	pets, failed, err := folder.Read(context.Background(), dir, folder.Options{Frame: data.Frame{Size: 32, Channels: 3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d images of %d x %d x %d, %d failed\n", pets.N, pets.Height, pets.Width, pets.Channels, len(failed))
	for _, label := range pets.Labels {
		fmt.Print(pets.LabelNames[label], " ")
	}
	// Output:
	// 3 images of 32 x 32 x 3, 0 failed
	// cats cats dogs
}

// save writes a picture; it panics if it cannot.
func save(dir, name string, width, height int) {
	path := filepath.Join(dir, name)
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	picture.Set(width/2, height/2, color.White)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		panic(err)
	}
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		panic(err)
	}
}

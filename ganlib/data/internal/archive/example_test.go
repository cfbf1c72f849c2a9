package archive_test

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
)

// A zip of two files, and of one whose name leads out.
func ExampleWalk() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "photos.zip")
	save(path, "daisy/1.jpg", "rose/2.jpg", "../../etc/passwd")

	err = archive.Walk(context.Background(), path, archive.Limits{Bytes: 1 << 20}, func(name string, size int64, r io.Reader) error {
		content, err := io.ReadAll(r)
		fmt.Println(name, len(content))
		return err
	})
	fmt.Println(err.Error()[len(dir)+1:])
	// Output:
	// daisy/1.jpg 7
	// rose/2.jpg 7
	// photos.zip: unsafe: entry "../../etc/passwd" leads up by ".."
}

// save writes a zip of files; it panics if it cannot.
func save(path string, names ...string) {
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for _, name := range names {
		entry, err := w.Create(name)
		if err != nil {
			panic(err)
		}
		if _, err := io.WriteString(entry, "content"); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
}

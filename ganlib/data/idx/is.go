package idx

import (
	"io"
	"os"
)

// Is reports whether a file, gzipped or not, begins as an IDX file of images does. It returns an error if the file
// cannot be read.
func Is(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	plain, err := gunzip(f)
	if err != nil {
		return false, nil // damaged, or not gzip after all: reading it will say so
	}
	var magic [4]byte
	_, err = io.ReadFull(plain, magic[:])
	return err == nil && magic == [4]byte{0, 0, typeUint8, imageDims}, nil
}

package archive

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/gans-in-go/gans/internal/progress"
)

// Extract unpacks an archive into dir, which it makes if it must: the files
// whose names keep approves, all of them if keep is nil. Each is written aside
// and renamed, so that whatever has its name is whole; one that had it before
// is replaced. Nothing is written outside dir, whatever links there are in it.
// Progress goes to output, unless it is nil.
//
// It returns the errors of [Walk]; files unpacked before one stay.
func Extract(path, dir string, limits Limits, keep func(name string) bool, output io.Writer) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s: this is a folder: want an archive to unpack", path)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	bar := progress.Bytes(output, "unpacking "+filepath.Base(path), -1)
	defer bar.Done()
	return Walk(path, limits, func(name string, _ int64, r io.Reader) error {
		if keep != nil && !keep(name) {
			return nil
		}
		return write(root, filepath.FromSlash(name), io.TeeReader(r, bar))
	})
}

// write makes a file of r's content and all folders above it. Until it is whole
// it has a name of its own, as somebody else may be unpacking the same archive.
func write(root *os.Root, name string, r io.Reader) (err error) {
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	aside := fmt.Sprintf(".unpacking-%016x", rand.Uint64())
	f, err := root.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			root.Remove(aside)
		}
	}()
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return root.Rename(aside, name)
}

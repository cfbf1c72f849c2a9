package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gans-in-go/gans/ganlib/data"
)

// folder walks a folder. It is on this machine already: its bytes are not counted, its entries are.
func (w *walker) folder(path string) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if err := w.count(); err != nil {
			return err
		}
		if entry.IsDir() {
			return nil
		}
		return w.folderFile(root, name)
	})
}

// folderFile visits a file of a folder, or one that a link in it leads to.
func (w *walker) folderFile(root *os.Root, name string) error {
	info, err := root.Stat(filepath.FromSlash(name)) // a link out is an error
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("entry %s: %w", quoted(name), err)
	case err != nil:
		return fmt.Errorf("%w: entry %s: %w", data.ErrUnsafe, quoted(name), err)
	case info.IsDir():
		return refused(name, "is a link to a folder, which is not followed: put the folder itself there")
	case !info.Mode().IsRegular():
		return refused(name, fmt.Sprintf("is not a regular file (%v)", info.Mode()))
	}
	content := &lazy{open: func() (io.ReadCloser, error) { return root.Open(filepath.FromSlash(name)) }}
	defer content.Close()
	return w.file(name, info.Size(), content)
}

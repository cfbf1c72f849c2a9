package archive

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// folder walks a folder that the user named, through links too. It is on this machine already: its bytes are not
// counted, its entries are.
func (w *walker) folder(root string) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	return w.below(root, "", []os.FileInfo{info})
}

// below walks the folder of that name below root. within are that folder and those it lies in: a link to one of them
// would lead round and round.
func (w *walker) below(root, folder string, within []os.FileInfo) error {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(folder)))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if litter(entry.Name()) {
			continue
		}
		if err := w.count(); err != nil {
			return err
		}
		name := path.Join(folder, entry.Name())
		info, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))) // of what a link leads to
		switch {
		case err == nil && !info.IsDir():
			err = w.folderFile(root, name, info)
		case err == nil && !slices.ContainsFunc(within, func(above os.FileInfo) bool { return os.SameFile(above, info) }):
			err = w.below(root, name, append(slices.Clip(within), info))
		case err != nil: // a link to nowhere, to itself, or to where nobody may look
			err = w.file(name, 0, failing{err})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// folderFile visits a file of a folder. What is no file of bytes is never opened: that could wait for ever.
func (w *walker) folderFile(root, name string, info os.FileInfo) error {
	if !info.Mode().IsRegular() {
		return w.file(name, 0, failing{fmt.Errorf("%w: %s", ErrNotFile, modeInWords(info.Mode()))})
	}
	content := &lazy{open: func() (io.ReadCloser, error) { return os.Open(filepath.Join(root, filepath.FromSlash(name))) }}
	defer content.Close()
	return w.file(name, info.Size(), content)
}

// modeInWords says what a file that is not regular is.
func modeInWords(mode os.FileMode) string {
	for _, kind := range []struct {
		mode os.FileMode
		what string
	}{
		{os.ModeSymlink, "a link"}, {os.ModeNamedPipe, "a named pipe"}, {os.ModeSocket, "a socket"},
		{os.ModeDevice, "a device"}, {os.ModeDir, "a folder"},
	} {
		if mode&kind.mode != 0 {
			return kind.what
		}
	}
	return mode.Type().String()
}

package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
)

const (
	zipEncrypted = 1 // bit of an entry's flags
	zipFromDOS   = 0 // the system that made an entry: MS-DOS, and what calls itself so

	// The bytes that a zip's directory may have per allowed entry: 46, the name, and more about the file.
	zipBytesPerEntry = 512
	zipSearch        = 128 << 10 // what is read to find the directory
)

// zip walks a zip. Its directory is read whole before its entries can be counted, so what is read until then has a
// bound of its own.
func (w *walker) zip(f io.ReaderAt, size int64) error {
	directory := &bounded{ReaderAt: f, left: zipSearch + zipBytesPerEntry*float64(w.limits.Entries)}
	archive, err := zip.NewReader(directory, size)
	if errors.Is(err, errBound) {
		return fmt.Errorf("%w: its directory has more bytes than %d entries, the limit, need", data.ErrTooLarge, w.limits.Entries)
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are judged one by one, below
		return w.damaged("zip", err)
	}
	directory.left = math.Inf(1)
	if len(archive.File) > w.limits.Entries {
		return fmt.Errorf("%w: %d entries, more than the limit of %d", data.ErrTooLarge, len(archive.File), w.limits.Entries)
	}
	for _, entry := range archive.File {
		if err := w.count(); err != nil {
			return err
		}
		if err := w.zipEntry(entry); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) zipEntry(entry *zip.File) error {
	written := entry.Name
	if entry.CreatorVersion>>8 == zipFromDOS && !strings.Contains(written, "/") {
		written = strings.ReplaceAll(written, `\`, "/") // as unzip reads them
	}
	name, err := clean(written)
	var cannot error
	switch {
	case err != nil, litter(name), entry.Mode().IsDir(), strings.HasSuffix(written, "/"):
		return err
	case !entry.Mode().IsRegular():
		cannot = fmt.Errorf("%w: %s", ErrNotFile, modeInWords(entry.Mode()))
	case entry.Flags&zipEncrypted != 0:
		cannot = fmt.Errorf("%w: encrypted", data.ErrUnsafe)
	}
	if cannot != nil {
		return w.file(name, 0, failing{cannot})
	}
	content := &lazy{open: func() (io.ReadCloser, error) {
		r, err := entry.Open()
		if errors.Is(err, zip.ErrAlgorithm) {
			return nil, fmt.Errorf("%w: packed by method %d of the zip format: want 0 (stored) or 8 (deflate)", data.ErrFormat, entry.Method)
		}
		return r, err
	}}
	defer content.Close()
	return w.file(name, int64(min(entry.UncompressedSize64, math.MaxInt64)), limited{content, w})
}

var errBound = errors.New("more bytes than allowed")

// bounded is a file of which only a limited number of bytes may be read.
type bounded struct {
	io.ReaderAt
	left float64 // bytes; infinite for no bound
}

// ReadAt is that of the file, or errBound.
func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= float64(len(p)); b.left < 0 {
		return 0, errBound
	}
	return b.ReaderAt.ReadAt(p, at)
}

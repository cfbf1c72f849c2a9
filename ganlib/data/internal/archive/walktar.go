package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
)

// gzip walks a tar that is gzipped.
func (w *walker) gzip(f io.Reader) error {
	unpacked, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return w.damaged("gzip file", err)
	}
	buffered := bufio.NewReaderSize(limited{unpacked, w}, tarBlock) // reads no further ahead than it must
	start, err := buffered.Peek(tarBlock)
	if err != nil && err != io.EOF {
		return w.damaged("gzip file", err)
	}
	if !isTar(start) {
		return fmt.Errorf("%w: this is a gzip file of %s, not of a tar: want a folder, a .zip, a .tar or a .tar.gz", data.ErrFormat, describe(start))
	}
	if err := w.entriesOf(buffered); err != nil {
		return err
	}
	// The checksum comes after the tar's end. Junk after it is harmless.
	if _, err := io.Copy(io.Discard, buffered); err != nil && !errors.Is(err, gzip.ErrHeader) {
		return w.damaged("gzip file", err)
	}
	return nil
}

// tar walks a tar that is not packed.
func (w *walker) tar(f io.Reader) error {
	return w.entriesOf(limited{bufio.NewReaderSize(f, 1<<16), w})
}

func (w *walker) entriesOf(f io.Reader) error {
	tail := &tail{Reader: f}
	archive := tar.NewReader(tail)
	for {
		header, err := archive.Next()
		if err == io.EOF && tail.zeros < tarBlock {
			err = io.ErrUnexpectedEOF
		}
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // names are judged one by one, below
			return w.damaged("tar", err)
		}
		if err := w.count(); err != nil {
			return err
		}
		if err := w.tarEntry(header, archive); err != nil {
			return err
		}
	}
}

func (w *walker) tarEntry(header *tar.Header, content io.Reader) error {
	if header.Typeflag == tar.TypeXGlobalHeader {
		return nil // remarks on the archive, as git writes
	}
	name, err := clean(header.Name)
	if err != nil || litter(name) || header.Typeflag == tar.TypeDir {
		return err
	}
	what := fmt.Sprintf("type %q", header.Typeflag)
	switch header.Typeflag {
	case tar.TypeReg:
		if !isSparse(header) {
			return w.file(name, header.Size, content)
		}
		fallthrough
	case tar.TypeGNUSparse:
		what = "a sparse file, whose holes have no bytes in the archive"
	case tar.TypeLink:
		what = "a hard link to " + quoted(header.Linkname) + ", whose content is in the archive once"
	case tar.TypeSymlink:
		what = "a link to " + quoted(header.Linkname)
	}
	return w.file(name, 0, failing{fmt.Errorf("%w: %s", ErrNotFile, what)})
}

// isSparse recognises a sparse file of newer versions of GNU tar.
func isSparse(header *tar.Header) bool {
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// tail counts the zeros at the end of what was read so far. A tar ends in zeros; one that was cut between two files
// does not, and nothing else shows it.
type tail struct {
	io.Reader
	zeros int64
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	rest := len(bytes.TrimRight(p[:n], "\x00"))
	if rest > 0 {
		t.zeros = 0
	}
	t.zeros += int64(n - rest)
	return n, err
}

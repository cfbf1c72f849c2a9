// Package archive reads data sets in the form in which they are published: a folder, a .zip, a .tar or a .tar.gz, all
// by one call, and none of them trusted.
//
//	err := archive.Walk(ctx, "flower_photos.tgz", archive.Limits{},
//		func(name string, size int64, r io.Reader) error {
//			fmt.Println(name) // "flower_photos/daisy/100080576_f52e8ee070_n.jpg"
//			return nil
//		})
//
// The format is recognised by the first bytes of the file, not by its name. [Extract] unpacks an archive into a folder.
//
// # What is passed over
//
// Hidden files, and those that file managers and systems leave behind, are not visited: names that begin with a dot,
// __MACOSX, Thumbs.db and their like, and all that lies in folders of such names.
//
// In a folder, which the user chose, links are followed wherever they lead, except back to a folder that the link lies
// in. In an archive they never are.
//
// What is not a file of bytes is visited, but never opened: a device, a named pipe, a link in an archive. Reading it
// fails with [ErrNotFile], and reading a link to nowhere with the system's error. So one of them does not spoil the
// others, and a visitor that needs it gets an error.
//
// # What is refused
//
// An archive comes from somebody else, and may be malicious. The walk ends with an error that wraps [data.ErrUnsafe]
// and names the entry if its name is absolute or has a ".." or a backslash in it. In a zip made under MS-DOS, by its
// own word, backslashes separate folders, as unzip has them. [Extract] writes through an [os.Root], so no link that is
// in its folder leads out.
//
// A few kilobytes can unpack to terabytes. [Limits] bound the bytes and the number of entries; an archive over them is
// a [data.ErrTooLarge]. What counts is what is really unpacked, not what the archive announces. An archive inside an
// archive is a file like any other.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/cancel"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// ErrNotFile is the error of reading what is not a file of bytes. It wraps [data.ErrUnsafe].
var ErrNotFile = fmt.Errorf("%w: not a file", data.ErrUnsafe)

// Stop ends a walk early and without an error, when a [Visit] returns it.
var Stop = errors.New("stop walking the archive")

// A Visit is called with each file of an archive or a folder. The name is relative, clean and separated by slashes. The
// size, in bytes, is the one the archive announces, which need not be true. r yields the content until Visit returns;
// reading to its end verifies the checksum, if the format has one. An error ends the walk, which returns it with the
// name before it.
type Visit func(name string, size int64, r io.Reader) error

// Limits bound what a walk unpacks. Zeros mean the defaults.
type Limits struct {
	// Bytes is the most bytes that the entries of an archive may have together; 0 means [DefaultBytes]. In a .tar,
	// headers and entries that are not read count too, since they are unpacked to get past them. A folder's files are
	// not unpacked and not counted.
	Bytes int64
	// Entries is the most entries that an archive or a folder may have, including its folders; 0 means
	// [DefaultEntries].
	Entries int
}

// The default [Limits].
const (
	DefaultBytes   = 16 << 30 // 16 GiB: ten times CelebA's aligned faces
	DefaultEntries = 4 << 20  // 4,194,304: twenty times CelebA's
)

// withDefaults fills in the zeros. It returns an error for a negative limit.
func (l Limits) withDefaults() (Limits, error) {
	if l.Bytes < 0 {
		return l, invalid.Value("limits.bytes", l.Bytes, "at least 1, or 0 for %d", int64(DefaultBytes))
	}
	if l.Entries < 0 {
		return l, invalid.Value("limits.entries", l.Entries, "at least 1, or 0 for %d", DefaultEntries)
	}
	if l.Bytes == 0 {
		l.Bytes = DefaultBytes
	}
	if l.Entries == 0 {
		l.Entries = DefaultEntries
	}
	return l, nil
}

// Walk calls visit with each file of a folder, a .zip, a .tar or a .tar.gz: an archive's in its own order, a folder's
// by name, folder by folder.
//
// It returns an error that names path and, if there is one, the entry: what visit returns, except [Stop]; for an entry
// that is refused (see the package); for a limit that is exceeded, even if visit ignored that; for a file that is
// damaged, cut short or in another format; and once ctx is done, when reading fails too. Files before the error have
// been visited.
func Walk(ctx context.Context, path string, limits Limits, visit Visit) error {
	limits, err := limits.withDefaults()
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err // it names the path
	}
	w := &walker{ctx: ctx, limits: limits, visit: visit}
	switch {
	case info.IsDir():
		err = w.folder(path)
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%w but %s: want a folder, a .zip, a .tar or a .tar.gz", ErrNotFile, modeInWords(info.Mode()))
	default:
		err = w.open(path)
	}
	if err != nil && !errors.Is(err, Stop) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// A walker applies the limits to one walk.
type walker struct {
	ctx     context.Context
	limits  Limits // without zeros
	visit   Visit
	entries int
	bytes   int64
	met     error // the limit that was met; it outlasts a visit that ignored it
}

// open walks the archive in a file.
func (w *walker) open(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return w.archive(readerAt{w.ctx, f}, info.Size())
}

// Start returns the first n bytes of a file, or as many as can be read: they tell formats apart.
func Start(path string, n int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start := make([]byte, n)
	n, _ = io.ReadFull(f, start)
	return start[:n], nil
}

// archive walks a file of any known format.
func (w *walker) archive(f io.ReaderAt, size int64) error {
	start := make([]byte, tarBlock)
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return err
	}
	start = start[:n]
	switch {
	case isZip(start):
		return w.zip(f, size)
	case isGzip(start):
		return w.gzip(io.NewSectionReader(f, 0, size))
	case isTar(start):
		return w.tar(io.NewSectionReader(f, 0, size))
	}
	return fmt.Errorf("%w: this is %s: want a folder, a .zip, a .tar or a .tar.gz", data.ErrFormat, describe(start))
}

// count counts one more entry, unless the walk is to end.
func (w *walker) count() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.entries++
	if w.entries > w.limits.Entries {
		w.met = fmt.Errorf("%w: more entries than the limit of %d", data.ErrTooLarge, w.limits.Entries)
	}
	return w.met
}

// damaged is an error for an archive whose rest cannot be read, unless a limit or the context stopped it.
func (w *walker) damaged(what string, err error) error {
	if w.met != nil {
		return w.met
	}
	if ended := w.ctx.Err(); ended != nil {
		return ended
	}
	return fmt.Errorf("%s is %w: %w", what, data.ErrDamaged, err)
}

// file visits a file, and names it in an error.
func (w *walker) file(name string, size int64, r io.Reader) error {
	if name == "." {
		return fmt.Errorf("%w: entry without a name", data.ErrUnsafe)
	}
	err := w.visit(name, size, cancel.Reader(w.ctx, r))
	if w.met != nil {
		return fmt.Errorf("%s: %w", quoted(name), w.met)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", quoted(name), err)
	}
	return nil
}

// limited is a reader whose bytes count against the limit.
type limited struct {
	io.Reader
	w *walker
}

// Read never hands out more than the limit allows. It reads one more byte to tell a limit that is exceeded from one
// that is reached.
func (l limited) Read(p []byte) (int, error) {
	if l.w.met != nil {
		return 0, l.w.met
	}
	left := l.w.limits.Bytes - l.w.bytes
	if left < math.MaxInt64 && int64(len(p)) > left+1 {
		p = p[:left+1]
	}
	n, err := l.Reader.Read(p)
	if int64(n) > left {
		l.w.met = fmt.Errorf("%w: unpacks to more than the limit of %d bytes", data.ErrTooLarge, l.w.limits.Bytes)
		n, err = int(left), l.w.met
	}
	l.w.bytes += int64(n)
	return n, err
}

// readerAt is the file of an archive. Reading it fails once the context is done.
type readerAt struct {
	ctx context.Context
	*os.File
}

func (f readerAt) ReadAt(p []byte, at int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, at)
}

// failing is the reader of what cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// errAfter is the error of a Visit's reader that is used later.
var errAfter = errors.New("read after the visit was over")

// lazy opens a file when it is first read: a file that nobody reads costs nothing, and the reader decides what to do if
// it cannot be opened.
type lazy struct {
	open func() (io.ReadCloser, error)
	file io.ReadCloser
	err  error
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.file == nil && l.err == nil {
		l.file, l.err = l.open()
	}
	if l.err != nil {
		return 0, l.err
	}
	return l.file.Read(p)
}

// Close closes the file if it was opened, and ends reading.
func (l *lazy) Close() error {
	l.err = errAfter
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

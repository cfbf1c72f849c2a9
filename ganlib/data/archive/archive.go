// Package archive reads data sets as they are handed out: a folder, a .zip, a
// .tar or a .tar.gz, all by one call, and none of them trusted.
//
//	err := archive.Walk("flower_photos.tgz", archive.Limits{},
//		func(name string, size int64, r io.Reader) error {
//			fmt.Println(name) // "flower_photos/daisy/100080576_f52e8ee070_n.jpg"
//			return nil
//		})
//
// What a file is, its first bytes say, not its name. [Extract] unpacks one into
// a folder.
//
// # What is refused
//
// An archive comes from somebody else, and may have been made to do harm. The
// walk ends with an error that names the entry when its name is absolute, has a
// ".." or a backslash in it, or when it is anything but a file or a folder: a
// link, a device, a sparse file, an encrypted one. In a folder, a link to a file
// of the same folder is that file; a link out of it, or to a folder, is refused.
// Folders are read, and files written, through an [os.Root], so that no link
// that turns up later leads out either.
//
// A few kilobytes can unpack to terabytes. [Limits] bound the bytes and the
// number of entries, and what is counted is what really comes, not what the
// archive announces. An archive inside an archive is a file like any other.
package archive

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Stop ends a walk early and without an error, when a [Visit] returns it.
var Stop = errors.New("stop walking the archive")

// A Visit is called with each file of an archive or a folder. The name is
// relative, clean and separated by slashes. The size, in bytes, is what the
// archive says, which need not be true. r yields the content, until Visit
// returns; whoever reads to its end has its checksum verified, where there is
// one. An error ends the walk, which returns it with the name before it.
type Visit func(name string, size int64, r io.Reader) error

// Limits bound what a walk unpacks. A zero means the default.
type Limits struct {
	// Bytes is how many bytes the entries of an archive may have together;
	// 0 means [DefaultBytes]. In a .tar, headers and entries that nobody reads
	// count too, since they must be unpacked to get past them. A folder's files
	// are not unpacked and not counted.
	Bytes int64
	// Entries is how many entries an archive or a folder may have, its folders
	// among them; 0 means [DefaultEntries].
	Entries int
}

// The limits of whoever sets none.
const (
	DefaultBytes   = 16 << 30 // 16 GiB: ten times CelebA's aligned faces
	DefaultEntries = 4 << 20  // 4,194,304: twenty times CelebA's
)

// withDefaults fills in the zeros. It returns an error for a negative limit.
func (l Limits) withDefaults() (Limits, error) {
	if l.Bytes < 0 || l.Entries < 0 {
		return l, fmt.Errorf("limits of %d bytes and %d entries: want neither below 0, which means the default", l.Bytes, l.Entries)
	}
	if l.Bytes == 0 {
		l.Bytes = DefaultBytes
	}
	if l.Entries == 0 {
		l.Entries = DefaultEntries
	}
	return l, nil
}

// Walk calls visit with each file of a folder, a .zip, a .tar or a .tar.gz:
// an archive's in its own order, a folder's by name, folder by folder.
//
// It returns an error that names path, and the entry if there is one: of what
// visit returns, except [Stop]; of an entry that is refused (see the package);
// of a limit that is met, even where visit took no notice; of an archive that
// is damaged, cut short or none. Files seen before that have been visited.
func Walk(path string, limits Limits, visit Visit) error {
	limits, err := limits.withDefaults()
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err // it names the path
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w := &walker{limits: limits, visit: visit}
	if info.IsDir() {
		err = w.folder(path)
	} else {
		err = w.archive(f, info.Size())
	}
	if err != nil && !errors.Is(err, Stop) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// A walker holds one walk to its limits.
type walker struct {
	limits  Limits // without zeros
	visit   Visit
	entries int
	bytes   int64
	met     error // the limit that was met; it outlasts a visit that took no notice
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
	return fmt.Errorf("this is %s: want a folder, a .zip, a .tar or a .tar.gz", describe(start))
}

// count counts one more entry.
func (w *walker) count() error {
	w.entries++
	if w.entries > w.limits.Entries {
		w.met = fmt.Errorf("more entries than the limit of %d", w.limits.Entries)
	}
	return w.met
}

// damaged is an error for an archive that cannot be read on, unless it is a
// limit that stopped it.
func (w *walker) damaged(what string, err error) error {
	if w.met != nil {
		return w.met
	}
	return fmt.Errorf("the %s is damaged or cut short: %w", what, err)
}

// file has a file visited, and names it in what goes wrong.
func (w *walker) file(name string, size int64, r io.Reader) error {
	if name == "." {
		return errors.New("entry without a name: refused")
	}
	err := w.visit(name, size, r)
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

// Read never hands out more than the limit allows. That the limit is met, and
// not just reached, takes one more byte to know.
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
		l.w.met = fmt.Errorf("unpacks to more than the limit of %d bytes", l.w.limits.Bytes)
		n, err = int(left), l.w.met
	}
	l.w.bytes += int64(n)
	return n, err
}

// lazy opens a file when it is first read, so that one nobody reads costs
// nothing, and one that cannot be opened is the reader's to judge.
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
	l.err = errors.New("read after the visit was over")
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

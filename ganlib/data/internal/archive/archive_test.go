package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// A file is an entry of an archive in these tests.
type file struct {
	name    string
	content string
	kind    byte // a tar's type; 0 for a regular file
}

// three files in three folders, unordered, and an entry for one folder.
var three = []file{
	{name: "./photos/b/2.txt", content: "two"},
	{name: "photos/a/", kind: tar.TypeDir},
	{name: "photos/a/1.txt", content: strings.Repeat("one", 1000)},
	{name: "photos//c/3.txt"},
}

func tarOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Size: int64(len(f.content)), Mode: 0o644, Typeflag: f.kind}
		switch f.kind {
		case tar.TypeSymlink, tar.TypeLink:
			h.Linkname = "../../etc/passwd"
		case tar.TypeXGlobalHeader:
			h = &tar.Header{Typeflag: f.kind, PAXRecords: map[string]string{"comment": "c0ffee"}}
		}
		require.NoError(t, w.WriteHeader(h))
		_, err := io.WriteString(w, f.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func gzipped(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// zipOf makes a zip; change may alter an entry's header.
func zipOf(t testing.TB, change func(h *zip.FileHeader), files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if change != nil {
			change(h)
		}
		e, err := w.CreateHeader(h)
		require.NoError(t, err)
		_, err = io.WriteString(e, f.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// written writes content to a file whose name tells nothing.
func written(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "download")
	require.NoError(t, os.WriteFile(path, content, 0o666))
	return path
}

// folderOf makes a folder of files.
func folderOf(t testing.TB, files ...file) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if f.kind == tar.TypeDir {
			require.NoError(t, os.MkdirAll(path, 0o777))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(f.content), 0o666))
	}
	return dir
}

// visited lists what a walk sees as "name=content", long contents by length.
func visited(path string, limits Limits) (seen []string, err error) {
	err = Walk(context.Background(), path, limits, func(name string, size int64, r io.Reader) error {
		content, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if int64(len(content)) != size {
			return fmt.Errorf("%d bytes: announced were %d", len(content), size)
		}
		text := string(content)
		if len(text) > 10 {
			text = fmt.Sprint(len(text))
		}
		seen = append(seen, name+"="+text)
		return nil
	})
	return seen, err
}

func TestWalk(t *testing.T) {
	archived := []string{"photos/b/2.txt=two", "photos/a/1.txt=3000", "photos/c/3.txt="}
	sorted := []string{"photos/a/1.txt=3000", "photos/b/2.txt=two", "photos/c/3.txt="}
	packed := tarOf(t, three...)
	oldTar := bytes.Replace(packed, []byte("ustar\x00"), make([]byte, 6), 1) // as before POSIX, without the magic
	copy(oldTar[tarSum:], fmt.Sprintf("%06o\x00 ", octalSum(oldTar[:tarBlock])))
	for name, c := range map[string]struct {
		path string
		want []string
	}{
		"folder":                {folderOf(t, three...), sorted},
		"zip":                   {written(t, zipOf(t, nil, three...)), archived},
		"stored zip":            {written(t, zipOf(t, func(h *zip.FileHeader) { h.Method = zip.Store }, three...)), archived},
		"tar":                   {written(t, packed), archived},
		"tar without magic":     {written(t, oldTar), archived},
		"tgz":                   {written(t, gzipped(t, packed)), archived},
		"tgz of two parts":      {written(t, append(gzipped(t, packed[:700]), gzipped(t, packed[700:])...)), archived},
		"tgz with junk behind":  {written(t, append(gzipped(t, packed), "junk behind the end"...)), archived},
		"tar of a git checkout": {written(t, tarOf(t, append([]file{{kind: tar.TypeXGlobalHeader}}, three...)...)), archived},
		"empty zip":             {written(t, zipOf(t, nil)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			seen, err := visited(c.path, Limits{})
			require.NoError(t, err)
			require.Equal(t, c.want, seen)
		})
	}
}

// octalSum is a tar header's checksum.
func octalSum(header []byte) int {
	sum := int(tarSumLength * ' ')
	for i, b := range header {
		if i < tarSum || i >= tarSum+tarSumLength {
			sum += int(b)
		}
	}
	return sum
}

// The links of a folder are followed, to files and folders, inside and outside. Loops end, and a link to nowhere is a
// file that cannot be read.
func TestWalkLinks(t *testing.T) {
	outside := folderOf(t, file{name: "blobs/1", content: "one"}, file{name: "more/2.txt", content: "two"})
	dir := folderOf(t, file{name: "a/0.txt", content: "zero"})
	for link, target := range map[string]string{
		"1.txt": filepath.Join(outside, "blobs", "1"), "0.txt": "a/0.txt", "more": filepath.Join(outside, "more"),
		"again": "a", "a/up": "..", "a/itself": ".",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(dir, filepath.FromSlash(link))))
	}
	seen, err := visited(dir, Limits{})
	require.NoError(t, err)
	require.Equal(t, []string{"0.txt=zero", "1.txt=one", "a/0.txt=zero", "again/0.txt=zero", "more/2.txt=two"}, seen)

	for _, target := range []string{"absent", "odd"} {
		dir := folderOf(t, file{name: "1.txt", content: "one"})
		require.NoError(t, os.Symlink(target, filepath.Join(dir, "odd")))
		names := 0
		require.NoError(t, Walk(t.Context(), dir, Limits{}, func(string, int64, io.Reader) error { names++; return nil }))
		require.Equal(t, 2, names, "who does not read it does not mind")
		_, err := visited(dir, Limits{})
		require.Error(t, err)
		require.ErrorContains(t, err, `"odd"`)
		require.ErrorContains(t, err, dir)
	}
}

// What is hidden or left behind is passed over before anything about it is judged, in folders and in archives.
func TestWalkLitter(t *testing.T) {
	kept := file{name: "photos/1.txt", content: "one"}
	spoilt := []file{
		kept, {name: ".#0.png", kind: tar.TypeSymlink}, {name: ".venv/bin/python", kind: tar.TypeSymlink}, {name: "a/.fifo", kind: tar.TypeFifo},
		{name: "__MACOSX/._1.txt"}, {name: "photos/Thumbs.db"}, {name: "photos/.DS_Store"}, {name: "photos/@eaDir/1.txt"}, {name: "desktop.ini"},
	}
	var plain []file
	for _, f := range spoilt {
		plain = append(plain, file{name: f.name, content: f.content})
	}
	dir := folderOf(t, plain...)
	require.NoError(t, os.Remove(filepath.Join(dir, ".#0.png")))
	require.NoError(t, os.Symlink("someone@host.99", filepath.Join(dir, ".#0.png")))
	for name, path := range map[string]string{"folder": dir, "zip": written(t, zipOf(t, nil, plain...)), "tar": written(t, tarOf(t, spoilt...))} {
		seen, err := visited(path, Limits{})
		require.NoError(t, err, name)
		require.Equal(t, []string{"photos/1.txt=one"}, seen, name)
	}
}

// What is no file in a tar does not keep the others from being read, and has no content itself.
func TestWalkTarLinks(t *testing.T) {
	for _, kind := range []byte{tar.TypeLink, tar.TypeSymlink, tar.TypeFifo, tar.TypeChar} {
		var names []string
		path := written(t, tarOf(t, file{name: "1.txt", content: "one"}, file{name: "odd", kind: kind}, file{name: "2.txt", content: "two"}))
		require.NoError(t, Walk(t.Context(), path, Limits{}, func(name string, size int64, r io.Reader) error {
			names = append(names, name)
			content, err := io.ReadAll(r)
			if name == "odd" {
				require.Zero(t, size)
				require.ErrorIs(t, err, ErrNotFile)
				require.Empty(t, content)
				return nil
			}
			return err
		}))
		require.Equal(t, []string{"1.txt", "odd", "2.txt"}, names)
	}
}

// Zips that say that they are from MS-DOS may separate folders by backslashes. Under other systems these are letters.
func TestWalkZipFromDOS(t *testing.T) {
	by := func(system uint16) func(h *zip.FileHeader) {
		return func(h *zip.FileHeader) { h.CreatorVersion = system << 8 }
	}
	files := []file{{name: `photos\`}, {name: `photos\a\1.txt`, content: "one"}, {name: `__MACOSX\._1.txt`}}
	seen, err := visited(written(t, zipOf(t, by(0), files...)), Limits{})
	require.NoError(t, err)
	require.Equal(t, []string{"photos/a/1.txt=one"}, seen)

	const unix = 3
	for _, z := range [][]byte{zipOf(t, by(unix), files[1]), zipOf(t, by(0), file{name: `a/b\1.txt`}), zipOf(t, by(0), file{name: `..\1.txt`})} {
		_, err := visited(written(t, z), Limits{})
		require.ErrorIs(t, err, data.ErrUnsafe)
	}
}

func TestWalkRefuses(t *testing.T) {
	one := func(name string) file { return file{name: name, content: "x"} }
	mode := func(m os.FileMode) func(h *zip.FileHeader) { return func(h *zip.FileHeader) { h.SetMode(m) } }
	zipped := zipOf(t, nil, three...)
	tarred := tarOf(t, three...)
	packed := gzipped(t, tarred)
	wrong := bytes.Clone(packed)
	wrong[len(wrong)-6] ^= 1 // in the checksum
	inside := bytes.Clone(zipOf(t, func(h *zip.FileHeader) { h.Method = zip.Store }, one("x.txt")))
	inside[30+len("x.txt")] ^= 1 // in the content
	for name, c := range map[string]struct {
		content []byte
		want    error
		entry   string // that the error names
	}{
		"empty":             {nil, data.ErrFormat, ""},
		"text":              {[]byte("hello"), data.ErrFormat, ""},
		"web page":          {[]byte("\n<!DOCTYPE HTML><html>"), data.ErrFormat, ""},
		"xz":                {[]byte("\xfd7zXZ\x00rest"), data.ErrFormat, ""},
		"git LFS":           {[]byte("version https://git-lfs.github.com/spec/v1"), data.ErrFormat, ""},
		"gzip of no tar":    {gzipped(t, []byte("\x00\x00\x08\x03")), data.ErrFormat, ""},
		"bad gzip":          {[]byte("\x1f\x8b????"), data.ErrDamaged, ""},
		"zip cut short":     {zipped[:len(zipped)-30], data.ErrDamaged, ""},
		"tar cut in header": {tarred[:100+2*tarBlock], data.ErrDamaged, ""},
		"tar cut between":   {tarred[:2*tarBlock], data.ErrDamaged, ""},
		"tar cut in a file": {tarred[:2600], io.ErrUnexpectedEOF, `"photos/a/1.txt"`},
		"tgz cut short":     {packed[:len(packed)-9], io.ErrUnexpectedEOF, ""},
		"tgz cut in a file": {packed[:60], io.ErrUnexpectedEOF, ""},
		"gzip checksum":     {wrong, gzip.ErrChecksum, ""},
		"zip checksum":      {inside, zip.ErrChecksum, `"x.txt"`},

		"zip absolute":    {zipOf(t, nil, one("/etc/x")), data.ErrUnsafe, `"/etc/x"`},
		"zip up":          {zipOf(t, nil, one("a/../../x")), data.ErrUnsafe, `"a/../../x"`},
		"zip drive":       {zipOf(t, nil, one("C:/x")), data.ErrUnsafe, `"C:/x"`},
		"zip backslash":   {zipOf(t, nil, one(`..\x`)), data.ErrUnsafe, `"../x"`},
		"zip zero byte":   {zipOf(t, nil, one("a\x00b")), data.ErrUnsafe, `"a\x00b"`},
		"zip no name":     {zipOf(t, nil, one("./.")), data.ErrUnsafe, ""},
		"zip link":        {zipOf(t, mode(os.ModeSymlink|0o777), one("l")), data.ErrUnsafe, `"l"`},
		"zip device":      {zipOf(t, mode(os.ModeDevice|0o777), one("d")), data.ErrUnsafe, `"d"`},
		"zip encrypted":   {encrypted(t), data.ErrUnsafe, `"x"`},
		"zip of method":   {method(t, 93), data.ErrFormat, `"x"`},
		"tar absolute":    {tarOf(t, one("/etc/x")), data.ErrUnsafe, `"/etc/x"`},
		"tar up":          {tarOf(t, one("../x")), data.ErrUnsafe, `"../x"`},
		"tar backslash":   {tarOf(t, one(`a\b`)), data.ErrUnsafe, `"a\\b"`},
		"tar link":        {tarOf(t, file{name: "l", kind: tar.TypeSymlink}), data.ErrUnsafe, `"l"`},
		"tar hard link":   {tarOf(t, file{name: "l", kind: tar.TypeLink}), data.ErrUnsafe, `"l"`},
		"tar device":      {tarOf(t, file{name: "d", kind: tar.TypeChar}), data.ErrUnsafe, `"d"`},
		"tar named pipe":  {tarOf(t, file{name: "p", kind: tar.TypeFifo}), data.ErrUnsafe, `"p"`},
		"tar sparse":      {sparseTar(), data.ErrUnsafe, `"holes"`},
		"tar sparse, new": {sparsePAX(), data.ErrUnsafe, `"holes"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, c.content)
			_, err := visited(path, Limits{})
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, c.entry)
		})
	}
}

// encrypted is a zip whose one entry is marked as encrypted.
func encrypted(t testing.TB) []byte {
	z := zipOf(t, nil, file{name: "x", content: "x"})
	z[bytes.LastIndex(z, []byte("PK\x01\x02"))+8] |= zipEncrypted
	return z
}

// method is a zip whose one entry has an unknown compression method.
func method(t testing.TB, number uint16) []byte {
	z := zipOf(t, nil, file{name: "x", content: "x"})
	binary.LittleEndian.PutUint16(z[bytes.LastIndex(z, []byte("PK\x01\x02"))+10:], number)
	return z
}

// sparseTar is a tar of two kilobytes with a file of 8 GiB, a single hole, in GNU tar's older format.
func sparseTar() []byte {
	return append(tarHeader("holes", tar.TypeGNUSparse, 0, map[int]string{
		257: "ustar  \x00", 386: "77777777777\x00", 398: "00000000000\x00", 483: "77777777777\x00",
	}), make([]byte, 2*tarBlock)...)
}

// sparsePAX is the same in GNU tar's newer format.
func sparsePAX() []byte {
	var records string
	for _, r := range []string{"major=1", "minor=0", "name=holes", "realsize=8589934591"} {
		r = " GNU.sparse." + r + "\n"
		records += fmt.Sprint(len(r)+2) + r // the length has two digits
	}
	content := make([]byte, tarBlock)
	copy(content, records)
	z := append(tarHeader("pax", tar.TypeXHeader, len(records), map[int]string{257: "ustar\x0000"}), content...)
	z = append(z, tarHeader("holes", tar.TypeReg, tarBlock, map[int]string{257: "ustar\x0000"})...)
	content = make([]byte, tarBlock)
	copy(content, "1\n8589934591\n0\n") // the list of pieces: one, at the end, of no length
	return append(append(z, content...), make([]byte, 2*tarBlock)...)
}

// tarHeader is a tar's header with the given fields.
func tarHeader(name string, kind byte, size int, fields map[int]string) []byte {
	h := make([]byte, tarBlock)
	copy(h, name)
	copy(h[100:], "0000644\x000000000\x000000000\x00"+fmt.Sprintf("%011o\x0000000000000\x00", size))
	h[156] = kind
	for at, field := range fields {
		copy(h[at:], field)
	}
	copy(h[tarSum:], fmt.Sprintf("%06o\x00 ", octalSum(h)))
	return h
}

// overlapping is a zip whose entries all share one content.
func overlapping(t testing.TB, entries, size int) []byte {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	require.NoError(t, err)
	plain := make([]byte, size)
	_, err = w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())

	le := binary.LittleEndian
	sizes := le.AppendUint32(nil, crc32.ChecksumIEEE(plain))
	sizes = le.AppendUint32(le.AppendUint32(sizes, uint32(packed.Len())), uint32(size))
	z := []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00")
	z = append(append(append(z, sizes...), 1, 0, 0, 0, 'x'), packed.Bytes()...)
	start := len(z)
	for range entries {
		z = append(z, "PK\x01\x02\x14\x00\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00"...)
		z = append(append(z, sizes...), 1, 0)
		z = append(append(z, make([]byte, 16)...), 'x')
	}
	length := len(z) - start
	z = le.AppendUint16(le.AppendUint16([]byte(string(z)+"PK\x05\x06\x00\x00\x00\x00"), uint16(entries)), uint16(entries))
	return append(le.AppendUint32(le.AppendUint32(z, uint32(length)), uint32(start)), 0, 0)
}

// Bombs end at the limit and report it, even if the visit ignores it.
func TestLimits(t *testing.T) {
	zeros := file{name: "zeros", content: strings.Repeat("\x00", 1<<20)}
	small := []file{{name: "a", content: "12345"}, {name: "b", content: "67890"}}
	var many []file
	for i := range 40 {
		many = append(many, file{name: fmt.Sprint(i)})
	}
	for name, path := range map[string]string{
		"zip of zeros":     written(t, zipOf(t, nil, zeros)),
		"tgz of zeros":     written(t, gzipped(t, tarOf(t, zeros))),
		"tar of zeros":     written(t, tarOf(t, zeros)),
		"zeros behind tar": written(t, gzipped(t, append(tarOf(t, small[0])[:3*tarBlock], zeros.content...))),
		"overlapping zip":  written(t, overlapping(t, 5, 300)),
		"zip of many":      written(t, zipOf(t, nil, many...)),
		"tar of many":      written(t, gzipped(t, tarOf(t, many...))), // headers are bytes
		"folder of many":   folderOf(t, many...),
	} {
		t.Run(name, func(t *testing.T) {
			limits := Limits{Bytes: 1000, Entries: 8}
			_, err := visited(path, limits)
			require.ErrorIs(t, err, data.ErrTooLarge)
			require.ErrorContains(t, err, path)
			err = Walk(t.Context(), path, limits, func(_ string, _ int64, r io.Reader) error {
				n, _ := io.Copy(io.Discard, r) // ignores errors
				require.LessOrEqual(t, n, limits.Bytes)
				return nil
			})
			require.ErrorIs(t, err, data.ErrTooLarge)
		})
	}
	_, err := visited(written(t, gzipped(t, tarOf(t, many...))), Limits{Entries: 8})
	require.ErrorIs(t, err, data.ErrTooLarge)
	for _, path := range []string{written(t, tarOf(t, small...)), folderOf(t, small...), written(t, zipOf(t, nil, small...))} {
		_, err = visited(path, Limits{Entries: 1})
		require.ErrorIs(t, err, data.ErrTooLarge, "one over the limit")
	}
	for _, limits := range []Limits{{Bytes: 10}, {Entries: 2}, {Bytes: 10, Entries: 2}} {
		seen, err := visited(written(t, zipOf(t, nil, small...)), limits)
		require.NoError(t, err, "at the limit, not over it")
		require.Len(t, seen, 2)
	}
	_, err = visited(folderOf(t, zeros), Limits{Bytes: 10})
	require.NoError(t, err, "a folder's files are not unpacked")
	_, err = visited(folderOf(t, zeros), Limits{Bytes: -1})
	gantest.RequireInvalid(t, err, "limits.bytes")
	_, err = visited(folderOf(t, zeros), Limits{Entries: -1})
	gantest.RequireInvalid(t, err, "limits.entries")
}

// A zip's directory is checked against the limit before it is in memory.
func TestLimitOfTheDirectory(t *testing.T) {
	var many []file
	for i := range 2000 {
		many = append(many, file{name: fmt.Sprintf("%0200d", i)})
	}
	_, err := visited(written(t, zipOf(t, nil, many...)), Limits{Entries: 8})
	require.ErrorIs(t, err, data.ErrTooLarge)
}

func TestWalkStops(t *testing.T) {
	failure := errors.New("seen enough")
	for name, path := range map[string]string{
		"folder": folderOf(t, three...), "zip": written(t, zipOf(t, nil, three...)), "tgz": written(t, gzipped(t, tarOf(t, three...))),
	} {
		for _, c := range []struct{ end, want error }{{Stop, nil}, {failure, failure}} {
			visits := 0
			err := Walk(t.Context(), path, Limits{}, func(string, int64, io.Reader) error {
				visits++
				return c.end
			})
			require.ErrorIs(t, err, c.want, name)
			require.Equal(t, 1, visits, name)
			if c.want != nil {
				require.ErrorContains(t, err, `.txt"`)
				require.ErrorContains(t, err, path)
			}
		}
	}
	require.ErrorIs(t, Walk(t.Context(), filepath.Join(t.TempDir(), "absent"), Limits{}, nil), fs.ErrNotExist)
}

// The reader of a visit is of no use after it.
func TestReadAfterVisit(t *testing.T) {
	var kept io.Reader
	require.NoError(t, Walk(t.Context(), folderOf(t, three[0]), Limits{}, func(_ string, _ int64, r io.Reader) error {
		kept = r
		return nil
	}))
	_, err := kept.Read(make([]byte, 1))
	require.ErrorIs(t, err, errAfter)
}

// A cancelled context ends a walk before it begins, between files, and inside one.
func TestWalkCancelled(t *testing.T) {
	long := file{name: "long", content: strings.Repeat("0123456789", 1<<16)}
	for name, path := range map[string]string{
		"folder": folderOf(t, long, three[0]), "zip": written(t, zipOf(t, nil, long, three[0])),
		"tar": written(t, tarOf(t, long, three[0])), "tgz": written(t, gzipped(t, tarOf(t, long, three[0]))),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			visits := 0
			require.ErrorIs(t, Walk(ctx, path, Limits{}, func(string, int64, io.Reader) error {
				visits++
				stop()
				return nil
			}), context.Canceled)
			require.Equal(t, 1, visits)
			require.ErrorIs(t, Walk(ctx, path, Limits{}, func(string, int64, io.Reader) error {
				visits++
				return nil
			}), context.Canceled)
			require.Equal(t, 1, visits)

			ctx, stop = context.WithCancel(t.Context())
			require.ErrorIs(t, Walk(ctx, path, Limits{}, func(_ string, _ int64, r io.Reader) error {
				if _, err := r.Read(make([]byte, 10)); err != nil {
					return err
				}
				stop()
				_, err := io.Copy(io.Discard, r)
				return err
			}), context.Canceled)
		})
	}
}

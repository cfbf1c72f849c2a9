package lsun

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
	"github.com/gans-in-go/gans/internal/disk"
	"github.com/gans-in-go/gans/internal/progress"
)

const dataFile = "data.mdb" // what LMDB calls its file

// locate returns the path of the data.mdb that path means, unpacking a zip.
func locate(ctx context.Context, path string, output io.Writer) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err // it names the path
	}
	if info.IsDir() {
		file, err := find(path)
		if err == nil && file == "" {
			err = fmt.Errorf("%s: %s is %w: it is neither in this folder nor in one inside it", path, dataFile, data.ErrMissing)
		}
		return file, err
	}
	zipped, err := isZip(path)
	if err != nil || !zipped {
		return path, err
	}
	dir := strings.TrimSuffix(path, filepath.Ext(path))
	if dir == path {
		dir += "_unpacked"
	}
	if file, err := find(dir); err != nil || file != "" {
		return file, err
	}
	if err := unpack(ctx, path, dir, output); err != nil {
		return "", err
	}
	return find(dir)
}

// find returns the path of the data.mdb in a folder, or in the one folder inside it that has one, as when an archive
// was unpacked there; "" if neither has.
func find(dir string) (string, error) {
	file := filepath.Join(dir, dataFile)
	if isFile(file) {
		return file, nil
	}
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var found []string
	for _, entry := range entries {
		if file := filepath.Join(dir, entry.Name(), dataFile); isFile(file) {
			found = append(found, file)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s: %w: several LMDBs, want one of %s", dir, data.ErrFormat, strings.Join(found, ", "))
}

// Is reports whether a file begins as an LMDB does, whatever its name: programs that open one with MDB_NOSUBDIR choose
// the name themselves. It returns an error if the file cannot be read.
func Is(path string) (bool, error) {
	start, err := archive.Start(path, metaAt+4)
	return len(start) == metaAt+4 && binary.NativeEndian.Uint32(start[metaAt:]) == metaMagic, err
}

// An LMDB begins with a page header and, after it, the magic number of mdb.c, in the byte order of the machine.
const (
	metaAt    = 16
	metaMagic = 0xbeefc0de
)

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isZip(path string) (bool, error) {
	start, err := archive.Start(path, 4)
	return string(start) == "PK\x03\x04", err // too short for a zip: opening the LMDB will say what is wrong
}

// unpack unpacks the data.mdb of a zip into dir.
func unpack(ctx context.Context, file, dir string, output io.Writer) error {
	size, err := unpackedSize(file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	free, err := freeSpace(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if size > free {
		return fmt.Errorf("%s: %w: its %s has %s, and %s are free here: make room, or unpack it elsewhere and name that folder",
			file, data.ErrTooLarge, dataFile, progress.Size(int64(size)), progress.Size(int64(free)))
	}
	return archive.Extract(ctx, file, dir, archive.Limits{Bytes: int64(size)}, isData, output)
}

func isData(name string) bool { return path.Base(name) == dataFile }

// unpackedSize is the size of the data.mdb in a zip, in bytes.
func unpackedSize(file string) (uint64, error) {
	r, err := zip.OpenReader(file)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for _, entry := range r.File {
		if isData(entry.Name) {
			return min(entry.UncompressedSize64, 1<<62), nil
		}
	}
	return 0, fmt.Errorf("%s is %w in this archive", dataFile, data.ErrMissing)
}

// freeSpace is the space left for a folder, in bytes. Tests replace it.
var freeSpace = disk.Free

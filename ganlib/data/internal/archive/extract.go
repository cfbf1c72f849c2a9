package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/progress"
)

// Extract unpacks an archive into dir, which it creates if necessary: the files for whose names keep returns true, or
// all of them if keep is nil. Each is written under a temporary name and renamed, so that a file under its own name is
// complete; an older one is replaced. Nothing is written outside dir, whatever links it has inside. Progress goes to
// output, unless it is nil.
//
// What an earlier call left half unpacked, because its process was killed, is deleted, unless another one is unpacking
// there.
//
// It returns the errors of [Walk]. Files unpacked before an error stay.
func Extract(ctx context.Context, path, dir string, limits Limits, keep func(name string) bool, output io.Writer) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s: %w: this is a folder: want an archive to unpack", path, data.ErrFormat)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	release, err := share(root, dir)
	if err != nil {
		return err
	}
	defer release()
	bar := progress.Bytes(output, "unpacking "+filepath.Base(path), -1)
	defer bar.Done()
	return Walk(ctx, path, limits, func(name string, _ int64, r io.Reader) error {
		if keep != nil && !keep(name) {
			return nil
		}
		return write(root, filepath.FromSlash(name), io.TeeReader(r, bar))
	})
}

const (
	asidePrefix = ".unpacking-" // of the temporary names
	asideLock   = ".unpacking.lock"
)

// share holds a lock on the folder with all that unpack into it. Whoever finds nobody else there deletes what the dead
// have left. The system releases the lock of a process that ends, however it ends; its file stays.
func share(root *os.Root, dir string) (release func() error, err error) {
	lock := flock.New(filepath.Join(dir, asideLock))
	alone, err := lock.TryLock()
	if alone {
		err = errors.Join(sweep(root), lock.Unlock())
	}
	if err != nil {
		return nil, err
	}
	return lock.Close, lock.RLock()
}

// sweep deletes half-unpacked files.
func sweep(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	for _, entry := range entries {
		if err == nil && entry.Type().IsRegular() && strings.HasPrefix(entry.Name(), asidePrefix) {
			err = root.Remove(entry.Name())
		}
	}
	return err
}

// write makes a file of r's content and all folders above it. Until it is complete it has a random name, since another
// process may be unpacking the same archive.
func write(root *os.Root, name string, r io.Reader) (err error) {
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	aside := fmt.Sprintf("%s%016x", asidePrefix, rand.Uint64())
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

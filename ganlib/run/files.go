package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// unfinished is the directory, inside a run's, for what is being made or deleted. Nothing in it is ever read. It is
// emptied when training begins and ends.
const unfinished = ".unfinished"

// place lets build make a file or a directory at a temporary path, syncs it and renames it to dir/name. A reader of
// dir/name finds the whole of it or what was there before, even after a power failure.
func place(dir, name string, build func(path string) error) error {
	aside := filepath.Join(dir, unfinished, filepath.Base(name))
	if err := os.MkdirAll(filepath.Dir(aside), 0o777); err != nil {
		return err
	}
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	err := build(aside)
	if err == nil {
		err = syncTree(aside)
	}
	if err != nil {
		os.RemoveAll(aside) // half of it is of no use, and the disk may be full
		return err
	}
	target := filepath.Join(dir, name)
	if err := os.Rename(aside, target); err != nil {
		return err
	}
	return syncFile(filepath.Dir(target))
}

// placeBytes places a file with the given content.
func placeBytes(dir, name string, content []byte) error {
	return place(dir, name, func(path string) error { return os.WriteFile(path, content, 0o666) })
}

// discard deletes dir/name, a file or a directory, so that no part of it is ever seen under its name.
func discard(dir, name string) error {
	aside := filepath.Join(dir, unfinished, filepath.Base(name))
	if err := os.MkdirAll(filepath.Dir(aside), 0o777); err != nil {
		return err
	}
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, name), aside); err != nil {
		return err
	}
	return os.RemoveAll(aside)
}

// clean deletes what was left unfinished.
func clean(dir string) error { return os.RemoveAll(filepath.Join(dir, unfinished)) }

// makeDir makes a directory and its parents, and syncs the innermost parent so that the new name survives too.
func makeDir(path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

// checkWritable returns an error if no file can be made in a directory.
func checkWritable(dir string) error {
	file, err := os.CreateTemp(dir, unfinished)
	if err != nil {
		return fmt.Errorf("%s cannot be written to: %w", dir, err)
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// syncTree flushes a file, or a directory and everything in it, to the disk.
func syncTree(root string) error {
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncFile(path)
	})
}

// syncFile flushes one file, or the names in one directory, to the disk.
func syncFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	mode := os.O_RDWR // Windows flushes only what is open for writing.
	if info.IsDir() {
		if runtime.GOOS == "windows" {
			return nil // It has no such call for directories.
		}
		mode = os.O_RDONLY
	}
	file, err := os.OpenFile(path, mode, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// numbered returns, in ascending order, the steps that name entries of a directory: six digits or more, then the suffix.
// A directory that does not exist has none.
func numbered(dir, suffix string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var steps []int
	for _, entry := range entries {
		digits, ok := strings.CutSuffix(entry.Name(), suffix)
		step, err := strconv.Atoi(digits)
		if ok && err == nil && digits == fmt.Sprintf("%06d", step) {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps, nil
}

// exists reports whether there is anything at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// WriteFile writes a file as a whole: beside its place, under a name of its own, and then renamed. A full disk leaves the
// file that was there before, or none. What is there and is no regular file, such as /dev/null, is written to as it is.
func WriteFile(path string, content []byte) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, content, 0o666)
	}
	aside, err := beside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
			_ = os.Remove(aside.Name())
		}
	}()
	_, err = aside.Write(content)
	if err = errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return err
	}
	return os.Rename(aside.Name(), path)
}

// CheckWritable returns the error that [WriteFile] would fail with for a path that cannot be written to, such as one in
// a missing folder. It changes nothing.
func CheckWritable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder: want the name of a file", path)
	case err == nil && !info.Mode().IsRegular():
		return nil
	}
	aside, err := beside(path)
	if err != nil {
		return err
	}
	return errors.Join(aside.Close(), os.Remove(aside.Name()))
}

// beside makes an empty file in the folder of path, under a name that nothing else has, with the permissions that a new
// file gets.
func beside(path string) (*os.File, error) {
	folder, name := filepath.Split(path)
	for n := os.Getpid(); ; n++ {
		aside, err := os.OpenFile(filepath.Join(folder, fmt.Sprintf(".%s.%d.part", name, n)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		switch {
		case errors.Is(err, os.ErrExist):
			continue
		case err != nil:
			return nil, &os.PathError{Op: "write", Path: path, Err: errors.Unwrap(err)}
		}
		return aside, nil
	}
}

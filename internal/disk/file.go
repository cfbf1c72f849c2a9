package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// ErrNotRegular refuses to open what is not a regular file. Opening a FIFO waits until a program writes to it, which may
// be never.
var ErrNotRegular = errors.New("not a regular file")

// Open opens a file for reading. Anything but a regular file, or a link to one, is an error that wraps [ErrNotRegular].
func Open(path string) (*os.File, error) {
	if err := CheckRegular(path); err != nil {
		return nil, err
	}
	return os.Open(path)
}

// ReadFile reads a file as [os.ReadFile] does, and refuses what [Open] refuses.
func ReadFile(path string) ([]byte, error) {
	if err := CheckRegular(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// CheckRegular returns the errors of [Open], without opening the file.
func CheckRegular(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode(); !mode.IsRegular() {
		return fmt.Errorf("%s is %w, but %s", path, ErrNotRegular, kind(mode))
	}
	return nil
}

// kind says what a file is that is not regular.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// Write lets write fill a file of its own beside path, and renames it to path: a reader finds the whole of it, or what
// was there before. If anything fails, path is as it was and nothing is left beside it. Of several programs that write
// the same path at once, the last one wins. What is there and is no regular file, such as /dev/null, is written to as it
// is; a FIFO that no program reads is an error.
func Write(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, write)
	}
	file, err := Beside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	if err = fill(file, path, write); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func writeInto(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|withoutWaiting, 0)
	if err != nil {
		return err
	}
	return fill(file, path, write)
}

// fill lets write fill a file, which it closes.
func fill(file *os.File, path string, write func(io.Writer) error) error {
	err := write(file)
	if info, statErr := file.Stat(); err == nil && statErr == nil && info.Mode().IsRegular() {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// WriteFile is [Write] of a content.
func WriteFile(path string, content []byte) error {
	return Write(path, func(w io.Writer) error { _, err := w.Write(content); return err })
}

// WriteJSON is [WriteFile] of a value as JSON with indents.
func WriteJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return WriteFile(path, append(text, '\n'))
}

// CheckWritable returns the error that [Write] would fail with for a path that cannot be written to, such as one in a
// missing folder. It changes nothing.
func CheckWritable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder: want the name of a file", path)
	case err == nil && info.Mode()&fs.ModeNamedPipe != 0 && filepath.Dir(path) != "/dev/fd": // where a shell has >(command)
		return fmt.Errorf("%s is %w, but %s: want the name of a file", path, ErrNotRegular, kind(info.Mode()))
	case err == nil && !info.Mode().IsRegular():
		return nil
	}
	file, err := Beside(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// Beside makes a new, hidden file in the directory of path, under a name that nothing else has. Its permissions are
// those of any new file, where those of [os.CreateTemp] are the owner's alone.
func Beside(path string) (file *os.File, err error) {
	for range 100 {
		name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%08x.part", filepath.Base(path), rand.Uint32()))
		file, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
		if wrong, ok := errors.AsType[*fs.PathError](err); ok {
			wrong.Path = path // whose name its user knows
		}
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
	return nil, err
}

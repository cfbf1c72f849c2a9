package catalog

import (
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/progress"
)

// Hash is a hash with its algorithm: "sha256:" or "md5:" and hexadecimal digits. MD5 detects damage in transit and
// nothing else; it is used only where no other hash is published. "" is an unknown hash.
type Hash string

// algorithm makes the hash function; SHA-256 for a hash that is not known.
func (h Hash) algorithm() (name string, sum hash.Hash) {
	if strings.HasPrefix(string(h), "md5:") {
		return "md5", md5.New()
	}
	return "sha256", sha256.New()
}

// of hashes all of r by the algorithm of h, unless the context is done before.
func (h Hash) of(ctx context.Context, r io.Reader) (Hash, error) {
	const atOnce = 1 << 20
	name, sum := h.algorithm()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if _, err := io.CopyN(sum, r, atOnce); err == io.EOF {
			break
		} else if err != nil {
			return "", err
		}
	}
	return Hash(name + ":" + hex.EncodeToString(sum.Sum(nil))), nil
}

// Report is what [Set.Verify] found out about one file.
type Report struct {
	File File
	Path string
	Here bool // there is such a file
	Size int64
	Hash Hash // "" if the file is not here or has the wrong size
	// Folder means that Path is what was unpacked from the file, which is gone: a folder cannot be checked.
	Folder bool
	// Repacked means that the content of the gzipped file is right, but not packed as the publisher packs it.
	Repacked bool
	// Problem says what is wrong with a file that is here, and what to do; it wraps [ErrChecksum] or [ErrSize]. It is
	// nil if nothing is wrong, or if there is nothing to check it against.
	Problem error
}

// Verify reads the files of a set and checks their sizes and hashes: those of the part that o names, or of all parts
// for "". It stops when the context is cancelled, and otherwise fails only if a file cannot be read.
func (s *Set) Verify(ctx context.Context, o Options) ([]Report, error) {
	folder, err := s.Folder(o.Dir)
	if err != nil {
		return nil, err
	}
	files := s.Files()
	if o.Part != "" {
		part, err := s.Part(o.Part)
		if err != nil {
			return nil, err
		}
		files = part.Files
	}
	var reports []Report
	for _, f := range files {
		report, err := f.verify(ctx, folder, o.Output)
		if err != nil {
			return reports, fmt.Errorf("data set %q: %w", s.Name, err)
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// verify reads the file, which is in folder if it is anywhere.
func (f File) verify(ctx context.Context, folder string, output io.Writer) (Report, error) {
	path, err := f.find(folder)
	report := Report{File: f, Path: path, Here: true}
	if errors.Is(err, fs.ErrNotExist) {
		report.Path, report.Here = filepath.Join(folder, f.Name), false
		return report, nil
	}
	info, statErr := os.Stat(path)
	if statErr != nil {
		return report, errors.Join(err, statErr)
	}
	if report.Folder = filepath.Base(path) != f.Name; report.Folder {
		return report, nil
	}
	if report.Size = info.Size(); err != nil {
		report.Problem = err
		return report, nil
	}
	report.Hash, report.Repacked, err = f.check(ctx, path, output)
	var wrong *wrongHash
	if errors.As(err, &wrong) {
		report.Problem = fmt.Errorf("%s %w; delete it and fetch it again", path, wrong)
		return report, nil
	}
	return report, err
}

// wrongHash is the error of a file with the wrong hash.
type wrongHash struct {
	found, want Hash
	from        string
}

func (w *wrongHash) Unwrap() error { return ErrChecksum }

func (w *wrongHash) Error() string {
	return fmt.Sprintf("has the hash %s: want %s, from %s", w.found, w.want, w.from)
}

// check hashes the file at path. It returns a wrongHash if neither its hash nor that of its content is right.
func (f File) check(ctx context.Context, path string, output io.Writer) (found Hash, repacked bool, err error) {
	found, err = hashFile(ctx, path, f.Hash, output)
	if err != nil || f.Hash == "" || found == f.Hash {
		return found, false, err
	}
	if f.Unpacked != "" {
		if repacked, err = f.holds(ctx, path); err != nil || repacked {
			return found, repacked, err
		}
	}
	return found, false, &wrongHash{found, f.Hash, f.HashFrom}
}

// checkSize reports a file of the wrong size. A gzipped file that may have been packed anew may have any.
func (f File) checkSize(path string, info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: %w: this is not a regular file: want the file as it was published", path, data.ErrFormat)
	case f.Unpacked == "" && f.Size > 0 && info.Size() != f.Size:
		return fmt.Errorf("%s: %w: it has %d bytes, want %d; delete it and fetch it again", path, ErrSize, info.Size(), f.Size)
	}
	return nil
}

// holds reports whether the content of a gzipped file is right.
func (f File) holds(ctx context.Context, path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return false, ctx.Err() // not gzip
	}
	found, err := f.Unpacked.of(ctx, unpacked)
	if err != nil {
		return false, ctx.Err()
	}
	return found == f.Unpacked, nil
}

// hashFile hashes the file at path by the algorithm of like.
func hashFile(ctx context.Context, path string, like Hash, output io.Writer) (Hash, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	bar := progress.Bytes(output, "checking "+strings.TrimSuffix(filepath.Base(path), ".part"), info.Size())
	defer bar.Done()
	return like.of(ctx, io.TeeReader(file, bar))
}

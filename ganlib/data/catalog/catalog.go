// Package catalog knows the data sets that papers on GANs use: what each holds, on what terms, where its files are and
// how to check them. It fetches them only when asked to, and opens them by name:
//
//	set, err := catalog.Lookup("cifar10")
//	err = set.Fetch(ctx, catalog.Options{Output: os.Stderr}) // once: 162 MiB
//	images, err := set.Open(ctx, catalog.Options{})          // a data.Source
//
// The command `gan data` does the same. A set that its owners give only to those who agree to terms is never fetched:
// the error of Fetch, [ErrByHand], says what the terms are, where to ask, and where to put the files.
//
// Sets that a package of this module embeds are listed too, with their parts; package data/open opens every set by its
// name.
//
// # Where the files are
//
// Under [Dir], or the folder that [Options].Dir names, in one folder per set, under the names their publishers gave
// them. A file put there by hand is as good as a fetched one. A file that is being fetched is called NAME.part; it gets
// its name when its size and hash are right. A stopped fetch resumes where it stopped, and two processes that want the
// same file wait for each other.
//
// # Hashes and addresses
//
// Each hash says where it is from: another project's list of hashes, named with its version. A file whose hash nobody
// has published has none, and [Set.Verify] reports the one it finds. Addresses are those that the publishers give; a
// file that the authors of this package have not fetched is marked untried.
package catalog

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
)

// Env is the environment variable that names the folder of all data sets.
const Env = "GAN_DATA"

// Set is a published data set. Its fields are for reading.
type Set struct {
	Name  string // what commands and configurations call it, such as "cifar10"
	Title string // what its publisher calls it
	About string // one line: what its images are
	Use   string // who used it for what
	Home  string // the publisher's page

	// License is the licence that the publisher states, or "" if none is stated.
	License string
	// Terms is what the publisher asks for beyond a licence; "" for nothing.
	Terms string
	// ByHand says how to get a set that a program must not fetch; "" for the others.
	ByHand string
	// BuiltIn is the package that embeds a set, which has nothing to fetch; "" for the others.
	BuiltIn string

	// Frame is how pictures of any size become images unless [Options] says otherwise; zero for a set whose images have
	// one size.
	Frame data.Frame
	// Parts are the divisions of the set; the first is the one to train on.
	Parts []Part

	folder string // of its files; "" for Name
	open   opener
}

// opener reads one part of a set from its files, which are there.
type opener func(ctx context.Context, part Part, paths []string, o Options) (data.Source, error)

// Part is one division of a set, such as the images for training.
type Part struct {
	Name   string // "train", "test", ...
	Images int    // the number of images; 0 if not known
	Files  []File // what it is read from; parts may share files
}

// File is a file as its publisher hands it out.
type File struct {
	Name string
	// URLs are its addresses, the publisher's own first.
	URLs []string
	// Tried is the day on which it was last fetched from them, such as "2026-11-23"; "" if never.
	Tried string
	Size  int64 // in bytes; 0 if not known
	Hash  Hash  // of the file
	// Folder is what an archive unpacks to. A folder of that name is read too, if the archive is not there; "" for no
	// archive.
	Folder string
	// Unpacked is the hash of the content of a gzipped file, which recognises a copy that was packed anew; "" if it is
	// not known.
	Unpacked Hash
	// HashFrom says where the hashes are from.
	HashFrom string
}

// Options say where a set's files are and what to read of them. The zero value is the part to train on, from [Dir].
type Options struct {
	Dir  string // the folder of all data sets; "" means [Dir]
	Part string // "" means the set's first
	// Frame is for sets of pictures of any size; zeros are replaced by the set's own Frame. Sets of one size stay as
	// they are.
	data.Frame
	// MaxFailed is the fraction of such pictures that may be unreadable; 0 means folder.DefaultMaxFailed.
	MaxFailed float64
	Output    io.Writer // where progress goes; nil is silent
}

// Names lists the sets, in alphabetical order.
func Names() []string {
	names := make([]string, len(published))
	for i, s := range published {
		names[i] = s.Name
	}
	slices.Sort(names)
	return names
}

// Lookup returns the set of that name. The error for an unknown name is an [*UnknownError].
func Lookup(name string) (*Set, error) {
	for _, s := range published {
		if s.Name == name {
			return &s, nil
		}
	}
	return nil, &UnknownError{What: "data set", Name: name, Known: Names(), Key: "set"}
}

// Dir is the folder of all data sets: the value of the environment variable GAN_DATA, or else gans-in-go/data in the
// user's cache folder. The first fetch makes it.
func Dir() (string, error) {
	if dir := os.Getenv(Env); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for data sets: %w: set $%s to one", err, Env)
	}
	return filepath.Join(cache, "gans-in-go", "data"), nil
}

// Folder is where the set's files are or would be: in dir, or in [Dir] if dir is "".
func (s *Set) Folder(dir string) (string, error) {
	if dir == "" {
		var err error
		if dir, err = Dir(); err != nil {
			return "", err
		}
	}
	if s.folder != "" {
		return filepath.Join(dir, s.folder), nil
	}
	return filepath.Join(dir, s.Name), nil
}

// Part returns the part of that name, the first for "". The error for an unknown name is an [*UnknownError].
func (s *Set) Part(name string) (Part, error) {
	names := make([]string, len(s.Parts))
	for i, part := range s.Parts {
		if part.Name == name || name == "" {
			return part, nil
		}
		names[i] = part.Name
	}
	return Part{}, &UnknownError{What: fmt.Sprintf("data set %q: part", s.Name), Name: name, Known: names, Key: "part"}
}

// Files are the files of all parts, each once.
func (s *Set) Files() []File {
	var files []File
	for _, part := range s.Parts {
		for _, f := range part.Files {
			if !slices.ContainsFunc(files, func(g File) bool { return g.Name == f.Name }) {
				files = append(files, f)
			}
		}
	}
	return files
}

// Size is the total size of the part's files, in bytes; 0 if any is not known.
func (p Part) Size() int64 {
	var size int64
	for _, f := range p.Files {
		if f.Size == 0 {
			return 0
		}
		size += f.Size
	}
	return size
}

// Here reports whether the files of the part that o names are there, with the sizes they should have. It does not read
// them: [Set.Verify] does. It is true for a set that is built in, which has no files.
func (s *Set) Here(o Options) bool {
	_, err := s.present(o)
	return err == nil
}

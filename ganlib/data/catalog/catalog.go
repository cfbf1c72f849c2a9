// Package catalog knows the published data sets that papers on GANs name: what
// each holds, on what terms, where its files are and how to tell that they are
// right. It fetches them when asked to, and only then, and opens them by name:
//
//	set, err := catalog.Lookup("cifar10")
//	err = set.Fetch(ctx, catalog.Options{Output: os.Stderr}) // once: 162 MiB
//	images, err := set.Open(catalog.Options{})               // a data.Source
//
// The command `gan data` does the same. A set that its owners hand out only to
// those who agree to terms is never fetched: Fetch says what the terms are, where
// to ask, and where to put the files.
//
// # Where the files are
//
// Under [Dir], or the folder that [Options].Dir names, in a folder a set, by the
// names their publishers gave them. A file that was put there by hand is as good as
// one that was fetched. While a file is fetched it is called NAME.part; it gets its
// name when its size and hash are right. A fetch that was stopped goes on
// where it stood, and two processes that want the same file wait for each other.
//
// # Hashes and addresses
//
// Each hash says where it is from: another project's list of hashes, named with
// its version. Where nobody has published one there is none, and
// [Set.Verify] reports what it finds. Addresses are those that the publishers
// give; a file that has not been fetched from them by the authors of this package is
// marked untried.
package catalog

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	// ByHand says how to get a set that must not be fetched by a program; ""
	// for the others.
	ByHand string
	// BuiltIn is the package that embeds a set for which there is nothing to
	// fetch; "" for the others.
	BuiltIn string

	// Frame is how pictures of any size become images unless [Options] says
	// otherwise; zero for a set whose images have one size.
	Frame data.Frame
	// Parts are what the set divides into; the first is the one to train on.
	Parts []Part

	folder string // of its files; "" for Name
	open   opener
}

// opener reads one part of a set from its files, which are there.
type opener func(part Part, paths []string, o Options) (data.Source, error)

// Part is one division of a set, such as the images for training.
type Part struct {
	Name   string // "train", "test", ...
	Images int    // how many; 0 if not known
	Files  []File // what it is read from; parts may share files
}

// File is a file as its publisher hands it out.
type File struct {
	Name string
	// URLs are its addresses, the publisher's own first.
	URLs []string
	// Tried is the day on which it was last fetched from them, such as
	// "2026-11-23"; "" if that has not been tried.
	Tried string
	Size  int64 // in bytes; 0 if not known
	Hash  Hash  // of the file
	// Folder is what an archive unpacks to. A folder of that name is read as
	// well, where the archive is not there; "" for no archive.
	Folder string
	// Unpacked is the hash of what a gzipped file holds, so that a copy that
	// somebody else has packed is known as right; "" where it is not known.
	Unpacked Hash
	// HashFrom says where the hashes are from.
	HashFrom string
}

// Options says where a set's files are and what to read of them. The zero value
// is the part to train on, from [Dir].
type Options struct {
	Dir  string // the folder of all data sets; "" means [Dir]
	Part string // "" means the set's first
	// Frame is for sets of pictures of any size; what is 0 is as the set's own
	// Frame says. Sets of one size stay as they are.
	data.Frame
	Output io.Writer // where progress goes; nil is silent
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

// Lookup returns the set of that name.
func Lookup(name string) (*Set, error) {
	for _, s := range published {
		if s.Name == name {
			return &s, nil
		}
	}
	return nil, fmt.Errorf("data set %q is unknown: want one of %s", name, strings.Join(Names(), ", "))
}

// Dir is the folder of all data sets: what the environment variable GAN_DATA
// says, or else gans-in-go/data in the user's cache folder. It is made when
// something is fetched, not before.
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

// Folder is where the set's files are or would be: in dir, or in [Dir] if dir
// is "".
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

// Part returns the part of that name, the first for "".
func (s *Set) Part(name string) (Part, error) {
	names := make([]string, len(s.Parts))
	for i, part := range s.Parts {
		if part.Name == name || name == "" {
			return part, nil
		}
		names[i] = part.Name
	}
	return Part{}, fmt.Errorf("data set %q has no part %q: want one of %s", s.Name, name, strings.Join(names, ", "))
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

// Size is that of the part's files together, in bytes; 0 if any is not known.
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

// Here reports whether the files of the part that o names are there, with the
// sizes they should have. It does not read them: [Set.Verify] does. A set that is
// built in has no files that could be missing.
func (s *Set) Here(o Options) bool {
	_, err := s.present(o)
	return err == nil
}

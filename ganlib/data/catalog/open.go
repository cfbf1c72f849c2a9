package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/lsun"
	"github.com/gans-in-go/gans/internal/progress"
)

// Open reads the part of the set that o names. It returns an [data.Images] or, for LSUN, a source that reads each image
// when it is chosen. The caller closes it. If files are missing, the error wraps [ErrNotFetched] and says how to get
// them; for a set that is built in it is [ErrBuiltIn].
func (s *Set) Open(ctx context.Context, o Options) (data.Source, error) {
	if s.BuiltIn != "" {
		return nil, fmt.Errorf("data set %q is %w: package %s embeds it", s.Name, ErrBuiltIn, s.BuiltIn)
	}
	paths, err := s.present(o)
	if err != nil {
		return nil, err
	}
	part, err := s.Part(o.Part)
	if err != nil {
		return nil, err
	}
	return s.read(ctx, part, paths, o)
}

// read reads a part from its files.
func (s *Set) read(ctx context.Context, part Part, paths []string, o Options) (data.Source, error) {
	o.Frame = s.frame(o.Frame)
	source, err := s.open(ctx, part, paths, o)
	if err != nil {
		return nil, fmt.Errorf("data set %q: %w", s.Name, err)
	}
	switch set := source.(type) {
	case *data.Images:
		set.Name, set.License, set.Source = s.partTitle(part), s.License, s.Home
	case *lsun.Set:
		set.Name, set.License, set.Source = s.partTitle(part), s.License, s.Home
	}
	return source, nil
}

// OpenPath opens a file that is one of a published set, by its name and its size, wherever it lies, with all that is known
// of the set: its frame, the names of its labels, its terms. The other files of its part lie beside it. It returns nil and
// no error for any other file, and an error that wraps [data.ErrFormat] for a file of several sets. o.Dir and o.Part do
// not matter.
func OpenPath(ctx context.Context, path string, o Options) (data.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var found *Set
	var of Part
	var names []string
	for i := range published {
		if part, ok := published[i].partOf(filepath.Base(path), info.Size()); ok {
			found, of = &published[i], part
			names = append(names, found.Name)
		}
	}
	if len(names) == 0 || info.IsDir() {
		return nil, nil
	}
	if len(names) > 1 {
		return nil, fmt.Errorf("%s: %w: it holds several sets: put it into the folder that `gan data info %s` names and ask for %s by name",
			path, data.ErrFormat, names[0], strings.Join(names, " or "))
	}
	var paths []string
	for _, file := range of.Files {
		at, err := file.find(filepath.Dir(path))
		if err != nil {
			return nil, nil // a lone file is read for what it holds
		}
		paths = append(paths, at)
	}
	return found.read(ctx, of, paths, o)
}

// partOf is the first part that has a file of that name and size.
func (s *Set) partOf(name string, size int64) (Part, bool) {
	for _, part := range s.Parts {
		for _, file := range part.Files {
			if file.Name == name && file.Size > 0 && file.Size == size {
				return part, true
			}
		}
	}
	return Part{}, false
}

// frame is the requested frame, with the set's values in place of zeros.
func (s *Set) frame(asked data.Frame) data.Frame {
	return data.Frame{
		Size:     cmp.Or(asked.Size, s.Frame.Size),
		Crop:     cmp.Or(asked.Crop, s.Frame.Crop),
		Channels: cmp.Or(asked.Channels, s.Frame.Channels),
	}
}

// partTitle is what the images of a part are called.
func (s *Set) partTitle(part Part) string {
	if len(s.Parts) == 1 {
		return s.Title
	}
	if part.Name == "train" {
		return s.Title + ", training part"
	}
	return s.Title + ", " + part.Name + " part"
}

// present returns the paths of the part's files, in their order, or says how to get the missing ones.
func (s *Set) present(o Options) (paths []string, err error) {
	part, err := s.Part(o.Part)
	if err != nil {
		return nil, err
	}
	folder, err := s.Folder(o.Dir)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, f := range part.Files {
		path, err := f.find(folder)
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, f.Name)
		} else if err != nil {
			return nil, fmt.Errorf("data set %q: %w", s.Name, err)
		}
		paths = append(paths, path)
	}
	if missing != nil {
		return nil, &notHere{s.advice(o, part, missing, folder), s.ByHand != ""}
	}
	return paths, nil
}

// find returns the path of the file, or of the folder that was unpacked from it.
func (f File) find(folder string) (path string, err error) {
	path = filepath.Join(folder, f.Name)
	info, err := os.Stat(path)
	if err == nil {
		return path, f.checkSize(path, info)
	}
	if !errors.Is(err, fs.ErrNotExist) || f.Folder == "" {
		return "", err
	}
	unpacked := filepath.Join(folder, f.Folder)
	if info, err := os.Stat(unpacked); err != nil || info.IsDir() {
		return unpacked, err
	}
	return "", err
}

// notHere is the error of files that have not been fetched.
type notHere struct {
	advice string
	byHand bool
}

func (e *notHere) Error() string { return e.advice }

func (e *notHere) Unwrap() []error {
	if e.byHand {
		return []error{ErrNotFetched, ErrByHand, fs.ErrNotExist}
	}
	return []error{ErrNotFetched, fs.ErrNotExist}
}

// advice says how to get what is missing of a part.
func (s *Set) advice(o Options, part Part, missing []string, folder string) string {
	which := fmt.Sprintf("data set %q", s.Name)
	if part.Name != s.Parts[0].Name {
		which += fmt.Sprintf(", part %q,", part.Name)
	}
	files := strings.Join(missing, " and ")
	if s.ByHand != "" {
		return fmt.Sprintf("%s is not here, and you have to get it by hand: %s %s Put %s into %s", which, s.Terms, s.ByHand, files, folder)
	}
	return fmt.Sprintf("%s is not here: `%s` fetches %s, or put %s into %s by hand",
		which, s.fetchCommand(o, part), progress.Size(part.Size()), files, folder)
}

// fetchCommand is the command line that fetches a part.
func (s *Set) fetchCommand(o Options, part Part) string {
	command := "gan data fetch " + s.Name
	if part.Name != s.Parts[0].Name {
		command += " --part " + part.Name
	}
	if o.Dir != "" {
		command += " --dir " + o.Dir
	}
	return command
}

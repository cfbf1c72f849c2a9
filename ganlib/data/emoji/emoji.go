// Package emoji is a small set of real colour images, embedded: 1,197 drawings of faces, people, animals, food, places,
// sports and things, 64 x 64 over white, with nothing to fetch.
//
// It stands in for colour photographs that a reader has not fetched, and differs from them: these are drawings, with
// flat colours and clean edges on an empty ground, and so few that a discriminator soon memorises each.
//
// They are Google's Noto emoji, each once: copies of an emoji in a skin tone, as a man or a woman, or as a family are
// left out, since near-duplicates in a set make a generator look as if it had memorised images, and let an image for
// testing be one that was trained on. National flags and signs (letters, digits, arrows) are left out too, since they
// are not drawings of things.
//
// Importing it adds 4.7 MB to a program. The drawings are under the SIL Open Font License 1.1: see NOTICE beside this
// file, and make.py for how they were taken from the font.
package emoji

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"image/png"
	"path"
	"slices"
	"sync"

	"github.com/gans-in-go/gans/ganlib/data"
)

// archive has one PNG per emoji, at group/name.png, sorted by name.
//
//go:embed emoji.zip
var archive []byte

var frame = data.Frame{Size: 64, Channels: 3}

// Images returns the 1,197 images, [1197, 64, 64, 3], in the order of their names, which mixes the groups: the first
// few are a fair sample. Labels are Unicode's groups of emoji, seven of which are here. They are unpacked on the first
// call; every call returns the same set, which the caller must not change.
func Images() (*data.Images, error) { return images() }

var images = sync.OnceValues(load)

func load() (*data.Images, error) {
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("embedded emoji: %w", err)
	}
	set := &data.Images{
		Name: "Noto emoji", License: "OFL-1.1", Source: "https://github.com/googlefonts/noto-emoji",
		N: len(reader.File), Height: frame.Size, Width: frame.Size, Channels: frame.Channels,
		LabelNames: groups(reader.File),
	}
	set.Pixels = make([]uint8, set.N*set.Size())
	for i, file := range reader.File {
		if err := draw(set.At(i), file); err != nil {
			return nil, fmt.Errorf("embedded emoji, %s: %w", file.Name, err)
		}
		set.Labels = append(set.Labels, slices.Index(set.LabelNames, path.Dir(file.Name)))
	}
	return set, set.Validate()
}

// groups are the folders of an archive, sorted.
func groups(files []*zip.File) []string {
	var names []string
	for _, file := range files {
		names = append(names, path.Dir(file.Name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// draw decodes one entry of the archive into dst.
func draw(dst []uint8, file *zip.File) error {
	r, err := file.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	picture, err := png.Decode(r)
	if err != nil {
		return err
	}
	return frame.Draw(dst, picture)
}

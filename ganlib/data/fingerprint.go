package data

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// A Fingerprint knows a set of images again, and says what has changed in one. It is of the images as a game sees them:
// the same pictures in another folder, or in a zip, have the same one.
type Fingerprint struct {
	// Images is the number of images.
	Images int `json:"images"`
	// Classes are the names of the classes, where the game is told labels and they have names.
	Classes []string `json:"classes,omitempty"`
	// Parts are parts of the set in order, each by its name and its hash: the images by their files, or each hundred of
	// images that have no files. Of a set that memory does not hold they are a thousand images, evenly spaced: a change in
	// others goes unnoticed, unless there are more of them or fewer.
	Parts [][2]string `json:"parts"`
}

const (
	imagesAPart = 100
	partsASet   = 1000 // of a set that memory does not hold
	hashBytes   = 8    // of a SHA-256: two parts of a million are alike by chance once in 2^44 sets
)

// Fingerprint is that of the feed's images, and of their labels if minibatches have them. Of images in memory it takes
// about a second a gigabyte.
func (f *ImageFeed) Fingerprint(ctx context.Context) (Fingerprint, error) {
	p := Fingerprint{Images: f.source.Len()}
	if f.labelled {
		p.Classes = f.one.LabelNames
	}
	err := p.add(ctx, f.source, p.Images, f.labelled)
	return p, err
}

// add hashes the first n images of a source.
func (p *Fingerprint) add(ctx context.Context, s Source, n int, labelled bool) error {
	switch s := s.(type) {
	case *fitted: // by the configuration, which is compared by itself
		return p.add(ctx, s.Source, n, labelled)
	case *prefix:
		return p.add(ctx, s.Source, n, labelled)
	case *Images:
		return p.addImages(ctx, s, labelled)
	}
	count := min(n, partsASet)
	for lo := 0; lo < count; lo += imagesAPart {
		var indices []int
		for part := lo; part < min(lo+imagesAPart, count); part++ {
			indices = append(indices, part*n/count)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p.addChosen(s, indices, labelled)
	}
	return nil
}

// addChosen hashes a few images of a source. One that cannot be read is a part of that kind: it ends nothing before a
// step needs it.
func (p *Fingerprint) addChosen(s Source, indices []int, labelled bool) {
	some, err := s.Choose(indices)
	if err != nil && len(indices) > 1 { // one of them
		for i := range indices {
			p.addChosen(s, indices[i:i+1], labelled)
		}
		return
	}
	for at, i := range indices {
		hash := "unreadable"
		if err == nil {
			hash = some.hash(at, at+1, labelled)
		}
		p.Parts = append(p.Parts, [2]string{fmt.Sprintf("image %d", i), hash})
	}
}

// addImages hashes images in memory.
func (p *Fingerprint) addImages(ctx context.Context, s *Images, labelled bool) error {
	step := imagesAPart
	if s.Files != nil {
		step = 1
	}
	for lo := 0; lo < s.N; lo += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+step, s.N)
		name := fmt.Sprintf("images %d to %d", lo, hi-1)
		if s.Files != nil {
			name = s.Files[lo]
		}
		p.Parts = append(p.Parts, [2]string{name, s.hash(lo, hi, labelled)})
	}
	return nil
}

// hash is that of images lo to hi-1.
func (s *Images) hash(lo, hi int, labelled bool) string {
	h := sha256.New()
	for i := lo; i < hi; i++ {
		if labelled {
			h.Write(binary.LittleEndian.AppendUint64(nil, uint64(s.Labels[i])))
		}
		h.Write(s.At(i))
	}
	return hex.EncodeToString(h.Sum(nil)[:hashBytes])
}

// Changes says what is other than it was, in a line each: how many parts were added, removed or changed, and a few of
// their names. It is empty if a game would see the same images in the same order, whatever they are called.
func (p Fingerprint) Changes(was Fingerprint) []string {
	hash := func(part [2]string) string { return part[1] }
	if p.Images == was.Images && slices.EqualFunc(p.Parts, was.Parts, func(a, b [2]string) bool { return hash(a) == hash(b) }) {
		return nil
	}
	before, after := was.byName(), p.byName()
	var added, removed, changed []string
	for _, part := range p.Parts {
		if old, ok := before[part[0]]; !ok {
			added = append(added, part[0])
		} else if old != part[1] {
			changed = append(changed, part[0])
		}
	}
	for _, part := range was.Parts {
		if _, ok := after[part[0]]; !ok {
			removed = append(removed, part[0])
		}
	}
	lines := []string{fmt.Sprintf("%d images, where there were %d", p.Images, was.Images)}
	if !slices.Equal(p.Classes, was.Classes) {
		lines = append(lines, fmt.Sprintf("classes %s, where there were %s", someOf(p.Classes), someOf(was.Classes)))
	}
	for _, list := range []struct {
		what  string
		names []string
	}{{"added", added}, {"removed", removed}, {"changed", changed}} {
		if n := len(list.names); n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s: %s", n, list.what, someOf(list.names)))
		}
	}
	if len(lines) == 1 {
		lines = append(lines, "the same images in another order")
	}
	return lines
}

// someOf is the first few of some names.
func someOf(names []string) string {
	const few = 3
	if len(names) > few {
		return fmt.Sprintf("%q, ...", names[:few])
	}
	return fmt.Sprintf("%q", names)
}

// FindLabel is the label of a class by its name, such as one of [Fingerprint].Classes, or else by its number.
func FindLabel(class string, names []string) (int, error) {
	if label := slices.Index(names, class); label >= 0 {
		return label, nil
	}
	label, err := strconv.Atoi(class)
	if err == nil {
		return label, nil
	}
	const most = 20
	switch {
	case names == nil:
		return 0, invalid.Value("label", class, "the number of a class: they have no names")
	case len(names) > most:
		return 0, invalid.Value("label", class, "the number of a class, or one of %q, ...", names[:most])
	}
	return 0, invalid.Value("label", class, "the number of a class, or one of %q", names)
}

// byName are the hashes of the parts.
func (p Fingerprint) byName() map[string]string {
	all := make(map[string]string, len(p.Parts))
	for _, part := range p.Parts {
		all[part[0]] = part[1]
	}
	return all
}

// Package folder makes an image set of one's own pictures: those in a folder, a .zip, a .tar or a .tgz, of any size.
//
//	flowers, failed, err := folder.Read(ctx, "flower_photos.tgz", folder.Options{Frame: data.Frame{Size: 64}})
//
// # Which files are pictures
//
// A file is a picture if it begins as a PNG, JPEG, WebP, GIF, BMP, TIFF, PBM, PGM or PPM does, whatever its name; of an
// animation the first frame is read, of a TIFF the first page. A file with the name of one of these formats that begins
// otherwise counts as a picture that cannot be read, and so does one of a format that this package does not know, such
// as HEIC, AVIF, JPEG 2000 or SVG.
//
// All other files are skipped. What is hidden or litter is not even mentioned: names that begin with a dot, __MACOSX,
// Thumbs.db and their like. Links in a folder are followed, those in an archive are skipped.
//
// What this program has made is no data, wherever it lies: the pictures in a run's directory, and drawings such as
// those of `gan sample`, which bear a mark. They are passed over, unless a folder holds nothing but drawings.
//
// # What becomes of a picture
//
// The square in its middle is cut out and resized, as [data.Frame] says. What is transparent becomes white. A JPEG, PNG,
// WebP or TIFF whose EXIF orientation says that the camera was held sideways is turned upright.
//
// # Order and labels
//
// The images are in the order of their names, so that a folder, the zip of it and the tar of it are the same set.
//
// If there is a dataset.json of StyleGAN's, or a labels.csv with a file and its label in each row, all pictures in its
// folder and below are labelled by it, and folders are no labels. Names in it are relative to its folder, or only their
// last elements. The numbers of a dataset.json stay what they are; the classes of a labels.csv are counted in the order
// of their names.
//
// Otherwise, if pictures lie in more than one folder, each of these folders is a label. It is called by its path below
// the folder that they have in common, and labels are counted in the order of these names, which is that of text: "10"
// comes before "2". Pictures in the common folder itself are labelled ".".
//
//	flower_photos/daisy/1.jpg                        label "daisy"
//	flower_photos/roses/7.jpg                        label "roses"
//
//	img_align_celeba/000001.jpg, all in one folder   no labels
//
//	train/0/a.png, train/1/b.png, test/0/c.png       labels "test/0", "train/0", "train/1"
//
// To read one part of the last, read its folder, or choose it by [Options.Keep].
package folder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/disk"
	"github.com/gans-in-go/gans/internal/drawn"
)

// Defaults of [Options].
const (
	DefaultMaxFailed = .05
	DefaultMaxPixels = 64 << 20 // 67 million: a 64 megapixel camera's
)

// Options say what [Read] makes of pictures.
type Options struct {
	// Frame says the size of the images and what is cut out of the pictures. Its Channels may be 0: grey if every image
	// is, else colour.
	data.Frame

	// Keep chooses files by their names, which are relative to the folder or those in the archive, with slashes; nil
	// keeps all.
	Keep func(name string) bool

	// MaxFailed is the fraction of the pictures that may be unreadable, up to 1; 0 means [DefaultMaxFailed]. To allow
	// none, set a tiny fraction such as 1e-9. In config.json it is data.max_failed.
	MaxFailed float64

	// MaxPixels is the most pixels that a picture may have; 0 means [DefaultMaxPixels]. It is checked before the
	// picture is decoded: a larger one counts as unreadable.
	MaxPixels int

	// Limits bound what an archive unpacks to; zeros mean the defaults.
	Limits Limits

	// Output gets the progress, and a line on what could not be read; nil is silent.
	Output io.Writer
}

// Limits are the most bytes that an archive may unpack to (0 means 16 GiB) and the most entries that an archive or a
// folder may have (0 means 4,194,304).
type Limits = archive.Limits

// ErrChanged is the error of files that changed between the two passes of [Read].
var ErrChanged = errors.New("files changed while they were read: try again when nothing writes to them")

// ErrUnreadable is the error of a set with more unreadable pictures than [Options].MaxFailed allows.
var ErrUnreadable = errors.New("too many unreadable pictures")

// A Failure is a picture that could not be read.
type Failure struct {
	Name string // relative to the folder, or as in the archive
	Err  error
}

// Read makes an image set of the pictures in a folder, a .zip, a .tar or a .tar.gz. The package comment says which
// files are pictures, and how they are ordered and labelled. The set's Name is the last element of path, its Source is
// path, its Files are the names of the pictures, and its License is unknown.
//
// It also returns the pictures that could not be read, by name: damaged ones, ones smaller than Crop or larger than
// MaxPixels. If they are more than the fraction MaxFailed, the error wraps [ErrUnreadable] and names some of them. Read
// also returns an error if there are no pictures ([data.ErrEmpty]), if an option is out of range, if the archive is
// damaged, unsafe or over a limit, and once ctx is done.
//
// Read goes through path twice, first for the names. Besides the images it needs up to a gigabyte, half for the
// pictures being decoded and half for garbage not yet collected, or what the largest picture needs if that is more.
func Read(ctx context.Context, path string, o Options) (*data.Images, []Failure, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, nil, err
	}
	found, err := list(ctx, path, o)
	if err != nil {
		return nil, nil, err
	}
	if err := o.fits(len(found.names)); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	images := newDrawing(found.names, o)
	if err := images.draw(ctx, path); err != nil {
		return nil, nil, err
	}
	failed := images.failures()
	if o.Output != nil {
		fmt.Fprintln(o.Output, summary(path, found, failed))
	}
	if fraction := float64(len(failed)) / float64(len(found.names)); fraction > o.MaxFailed || fraction == 1 {
		return nil, failed, fmt.Errorf("%s: %w: %s: %.3g%%, want at most %.3g%%: mend them, take them away, or allow more by MaxFailed (`--set data.max_failed=%.2g`)",
			path, ErrUnreadable, unreadable(failed, len(found.names)), 100*fraction, 100*o.MaxFailed, math.Ceil(100*fraction)/100)
	}
	set := images.set()
	set.Name, set.Source = base(path), path
	if set.Labels, set.LabelNames, err = labelled(found.labels, set.Files); err != nil {
		return nil, failed, fmt.Errorf("%s: %w", path, err)
	}
	return set, failed, set.Validate()
}

// ReadFile makes an image set of one picture, of any format that [Read] knows, whether or not this program drew it. The
// set's Name is the last element of path, its Source is path. A file that is no picture, is damaged, is smaller than
// Crop or larger than MaxPixels is an error; so is what is no regular file, such as a folder.
func ReadFile(ctx context.Context, path string, o Options) (*data.Images, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	file, err := disk.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	one := newDrawing([]string{base(path)}, o)
	j, err := one.load(ctx, 0, 0, file)
	if err == nil {
		err = one.drawOne(j, make([]uint8, o.Size*o.Size*cmp.Or(o.Channels, 3)))
		one.release(j)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	set := one.set()
	set.Name, set.Source = base(path), path
	return set, set.Validate()
}

// Classes counts the classes of the set that [Read] would make, 0 without labels. It reads no picture, so classes whose
// pictures are all damaged count too.
func Classes(ctx context.Context, path string, o Options) (int, error) {
	o.Size = cmp.Or(o.Size, 1)
	o, err := o.withDefaults()
	if err != nil {
		return 0, err
	}
	found, err := list(ctx, path, o)
	if err != nil {
		return 0, err
	}
	slices.Sort(found.names)
	set := data.Images{}
	if set.Labels, set.LabelNames, err = labelled(found.labels, found.names); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return set.Classes(), nil
}

// withDefaults fills in the zeros, and returns an error for what is out of range.
func (o Options) withDefaults() (Options, error) {
	frame := o.Frame
	if frame.Channels == 0 {
		frame.Channels = 3
	}
	if err := frame.Validate(); err != nil {
		return o, err
	}
	if !(o.MaxFailed >= 0 && o.MaxFailed <= 1) {
		return o, invalid.Value("max_failed", o.MaxFailed, "a fraction of the pictures, 0 to 1")
	}
	if o.MaxPixels < 0 {
		return o, invalid.Value("max_pixels", o.MaxPixels, "at least 1, or 0 for %d", DefaultMaxPixels)
	}
	o.MaxFailed = cmp.Or(o.MaxFailed, DefaultMaxFailed)
	o.MaxPixels = cmp.Or(o.MaxPixels, DefaultMaxPixels)
	if o.Keep == nil {
		o.Keep = func(string) bool { return true }
	}
	return o, nil
}

// fits returns an error if n images are more than any machine holds.
func (o Options) fits(n int) error {
	const most = 1 << 40 // 1 TiB
	if need := 3 * float64(n) * float64(o.Size) * float64(o.Size); need > min(most, math.MaxInt) {
		return fmt.Errorf("%w: %d images of %d x %d take %.3g bytes: want a smaller size", data.ErrTooLarge, n, o.Size, o.Size, need)
	}
	return nil
}

// A listing is what a first walk finds.
type listing struct {
	names  []string // of the pictures, in the order of the walk
	labels []*labelling
	own    own      // what is not among the names
	others []string // other files, but for those of runs
}

// list finds the pictures.
func list(ctx context.Context, path string, o Options) (*listing, error) {
	l := &listing{}
	var isDrawn []bool // of each picture
	err := archive.Walk(ctx, path, o.Limits, func(name string, _ int64, r io.Reader) error {
		l.own.note(name)
		if !o.Keep(name) {
			return nil
		}
		if labels, err := readLabels(name, r); labels != nil || err != nil {
			l.labels = append(l.labels, labels)
			return err
		}
		start := make([]byte, sniffed)
		n, err := io.ReadFull(r, start) // what cannot be read has no first bytes
		if isPicture(name, start[:n]) && !errors.Is(err, archive.ErrNotFile) {
			l.names, isDrawn = append(l.names, name), append(isDrawn, drawn.Is(start[:n]))
			return nil
		}
		l.others = append(l.others, name)
		return nil
	})
	l.names = l.own.without(l.names, isDrawn)
	l.others = slices.DeleteFunc(l.others, func(name string) bool {
		_, ok := l.own.runOf(name)
		return ok
	})
	if err == nil && len(l.names) == 0 {
		err = fmt.Errorf("%s: %w: want %s%s", path, data.ErrEmpty, readable, l.instead())
	}
	return l, err
}

// instead says what was found in place of pictures.
func (l *listing) instead() string {
	text := ""
	if own := l.own.String(); own != "" {
		text = "; there are " + own + ", which are no data"
	}
	if n := len(l.others); n > 0 {
		text += fmt.Sprintf("; there are %s, such as %q", counted(n, "other file"), l.others[0])
	}
	return text
}

// fewNames is how many names a message gives.
const fewNames = 3

// summary is the line on what was read.
func summary(path string, found *listing, failed []Failure) string {
	text := fmt.Sprintf("%s: %s", base(path), counted(len(found.names)-len(failed), "picture"))
	if len(failed) > 0 {
		text += "; " + unreadable(failed, len(found.names))
	}
	if own := found.own.String(); own != "" {
		text += "; passed over " + own
	}
	if n := len(found.others); n > 0 {
		text += fmt.Sprintf("; passed over %s, such as %q", counted(n, "other file"), found.others[0])
	}
	return text
}

// unreadable names the first few failures.
func unreadable(failed []Failure, of int) string {
	text := fmt.Sprintf("%d of %s cannot be read", len(failed), counted(of, "picture"))
	for i, f := range failed[:min(len(failed), fewNames)] {
		text += []string{": ", ", ", ", "}[i] + fmt.Sprintf("%q (%v)", f.Name, f.Err)
	}
	if len(failed) > fewNames {
		text += ", ..."
	}
	return text
}

// counted is a number and its noun, in the plural unless the number is 1.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// base is the last element of a path, even of ".".
func base(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return filepath.Base(path)
}

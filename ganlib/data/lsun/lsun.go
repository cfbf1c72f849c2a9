// Package lsun reads pictures from an LMDB, the form in which LSUN is published (F. Yu et al., arXiv:1506.03365;
// https://github.com/fyu/lsun): 3,033,042 bedrooms in one file of 43 GB. Only the keys are held in memory; each
// minibatch is read and decoded when it is asked for.
//
//	rooms, err := lsun.Open(ctx, "bedroom_train_lmdb", lsun.Options{Frame: data.Frame{Size: 64, Channels: 3}})
//	defer rooms.Close()
//	x, err := rooms.Choose(order.Batch(step)) // a *data.Images
//
// # The format
//
// LMDB is a key-value store whose file, data.mdb, is a B+ tree that programs map into memory. A value is one picture,
// as webp or jpeg (png is read too), its smaller side 256; its key is text that means nothing here. Images are numbered
// in the order of their keys. Any LMDB of pictures is read in the same way.
//
// The file is opened read-only and without a lock, so it may lie in a folder that cannot be written to; no program may
// write to it at the same time. It is mapped by the LMDB library, in C: in a program built without cgo, [Open] returns
// [ErrNoCgo]. A file that is cut short, or whose tree is damaged, is refused: Open checks every page of it before the
// library sees it.
//
// # What cannot be read
//
// Keys such as "length" that programs put beside the pictures, with a small value that is no picture, are passed over. A
// picture that turns out to be damaged when it is read is passed over too: that of the next key takes its place, each
// time, so that a set is the same set in every process. How many and which is written to [Options].Output. More than
// [Options].MaxFailed of them are an error.
//
// The authors of LSUN state no licence, so License is "".
package lsun

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// ErrUnreadable is the error of a set with more unreadable pictures than [Options].MaxFailed allows.
var ErrUnreadable = errors.New("too many unreadable pictures")

// DefaultMaxFailed is that of [Options].MaxFailed, as for folders of pictures.
const DefaultMaxFailed = .05

// ErrNoCgo is the error of [Open] in a program that was built without cgo.
var ErrNoCgo = errors.New("reading an LMDB needs a program built with cgo, and this one was not: " +
	"install a C compiler, such as gcc, and build with CGO_ENABLED=1")

// MaxPixels is the default limit on the pixels of one picture: 64 megapixels, a thousand times LSUN's.
const MaxPixels = 1 << 26

// Options say how pictures become images.
type Options struct {
	data.Frame
	// MaxPixels is the most pixels that a picture may have; 0 means [MaxPixels]. A larger one is an error, found before
	// it is decoded.
	MaxPixels int
	// MaxFailed is the fraction of the pictures that may be unreadable, up to 1; 0 means [DefaultMaxFailed]. To allow none,
	// set a tiny fraction such as 1e-9.
	MaxFailed float64
	// Output receives the progress of unpacking and of reading the keys, and what cannot be read; nil is silent.
	Output io.Writer
}

func (o Options) validate() error {
	if !(o.MaxFailed >= 0 && o.MaxFailed <= 1) {
		return invalid.Value("max_failed", o.MaxFailed, "a fraction of the pictures, 0 to 1")
	}
	if o.MaxPixels < 0 {
		return invalid.Value("max_pixels", o.MaxPixels, "at least 1, or 0 for %d", MaxPixels)
	}
	return o.Frame.Validate()
}

// A Set is the images of an LMDB: a [data.Source], without labels. It is safe for use by several goroutines.
type Set struct {
	// Name, License and Source are those of the images that Choose returns.
	Name, License, Source string

	options Options
	keys    keys
	faults  *faults

	mu    sync.RWMutex // guards store against being closed while it is read
	store *store       // nil once closed
}

// Open opens an LMDB: the file data.mdb, the folder it is in, or the zip as published. The zip is unpacked beside
// itself once, into a folder of its name, since an LMDB is read where it lies; a later Open finds it there.
//
// Open reads all keys, which take 44 bytes of memory each for LSUN's, and none of the pictures. It returns an error
// that names the file if it is none of the three, if it is empty, damaged or cut short, if there is too little space to
// unpack it, or once ctx is done; and, without cgo, [ErrNoCgo].
func Open(ctx context.Context, path string, o Options) (*Set, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.MaxPixels = cmp.Or(o.MaxPixels, MaxPixels)
	o.MaxFailed = cmp.Or(o.MaxFailed, DefaultMaxFailed)
	if !available {
		return nil, fmt.Errorf("%s: %w", path, ErrNoCgo)
	}
	file, err := locate(ctx, path, o.Output)
	if err != nil {
		return nil, err
	}
	store, err := openStore(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	keys, err := store.keys(ctx, o.Output)
	if err != nil {
		store.close()
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if keys.len() == 0 {
		store.close()
		return nil, fmt.Errorf("%s: %w: want webp, jpeg or png; %s", file, data.ErrEmpty, keys.others())
	}
	if keys.passed > 0 && o.Output != nil {
		fmt.Fprintf(o.Output, "%s: %d pictures; passed over %s\n", filepath.Base(path), keys.len(), keys.others())
	}
	name := filepath.Base(filepath.Dir(file))
	if base := filepath.Base(file); base != dataFile {
		name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return &Set{Name: name, Source: path, options: o, keys: keys, store: store, faults: newFaults(keys.len())}, nil
}

// Close closes the file. It waits for images that are being read. Choosing others afterwards is an error,
// [fs.ErrClosed].
func (s *Set) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store == nil {
		return nil
	}
	err := s.store.close()
	s.store = nil
	return err
}

// Len is the number of images.
func (s *Set) Len() int { return s.keys.len() }

// Classes is 0: nothing is labelled.
func (s *Set) Classes() int { return 0 }

// Choose decodes the images that indices name, on all cores, and returns them in their order, [len(indices), Size,
// Size, Channels]. In the place of a value that is not a picture, or a picture that is too small for the frame or over the
// limit of pixels, comes that of the next key that is a good one. Choose returns an error if indices is empty, if an index
// is not in the set, or if the set is closed; and one that wraps [ErrUnreadable] and names some of them once more
// pictures cannot be read than MaxFailed allows, of those that were read, or of the first thousand.
func (s *Set) Choose(indices []int) (*data.Images, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.store == nil {
		return nil, fmt.Errorf("image set %q: %w", s.Name, fs.ErrClosed)
	}
	if len(indices) == 0 {
		return nil, fmt.Errorf("%w chosen of %q: want at least one", data.ErrEmpty, s.Name)
	}
	for _, i := range indices {
		if i < 0 || i >= s.Len() {
			return nil, fmt.Errorf("%w: %d of %q, which has images 0 to %d", data.ErrIndex, i, s.Name, s.Len()-1)
		}
	}
	chosen := &data.Images{
		Name: s.Name, License: s.License, Source: s.Source,
		N: len(indices), Height: s.options.Size, Width: s.options.Size, Channels: s.options.Channels,
	}
	chosen.Pixels = make([]uint8, chosen.N*chosen.Size())
	if err := s.fill(chosen, indices); err != nil {
		return nil, err
	}
	return chosen, nil
}

// fill decodes the images that indices name into chosen.
func (s *Set) fill(chosen *data.Images, indices []int) error {
	var next atomic.Int64
	work := func(get func(key []byte) ([]byte, error)) {
		for {
			at := int(next.Add(1)) - 1
			if at >= len(indices) {
				return
			}
			s.fillOne(chosen.At(at), indices[at], get)
		}
	}
	var all sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(indices))
	refused := make([]error, workers)
	for w := range workers {
		all.Go(func() { refused[w] = s.store.view(work) })
	}
	all.Wait()
	if err := errors.Join(refused...); err != nil {
		return err
	}
	return s.faults.judge(s)
}

// fillOne draws an image, or the next one that can be read. If there are too many that cannot, judge will say so.
func (s *Set) fillOne(dst []uint8, index int, get func(key []byte) ([]byte, error)) {
	for i := range s.Len() {
		at := (index + i) % s.Len()
		known, hopeless := s.faults.known(at, s.options.MaxFailed)
		if hopeless {
			return
		}
		if known {
			continue
		}
		value, err := get(s.keys.at(at))
		if err == nil {
			err = s.options.draw(dst, value)
		}
		if s.faults.note(at, err); err == nil {
			return
		}
	}
}

// keys are the keys of all images, one after the other: 3 million slices would cost more than their content.
type keys struct {
	text []byte
	ends []uint32 // where each key ends in text

	passed  int    // how many keys are not of pictures
	example string // one of them
}

// smallValue is how long a value may be that is looked at when the keys are read: it lies on the page of its key.
const smallValue = 512

// pass counts a key that is not of a picture.
func (k *keys) pass(key []byte) {
	if k.passed++; k.passed == 1 {
		k.example = string(key)
	}
}

// others says how many keys are not of pictures.
func (k *keys) others() string {
	return fmt.Sprintf("%d keys that are no pictures, such as %q", k.passed, k.example)
}

func (k *keys) len() int { return len(k.ends) }

func (k *keys) at(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = k.ends[i-1]
	}
	return k.text[start:k.ends[i]]
}

package folder

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/internal/archive"
	"github.com/gans-in-go/gans/internal/progress"
)

// inFlight is how many bytes may be in memory at once besides the images: files that are read, and the pictures decoded
// from them.
const inFlight = 512 << 20

// A drawing is an image set in the making. Picture k is the k-th of the walk; its place among the images is by its
// name.
type drawing struct {
	o     Options
	names []string // of the pictures, in the order of the walk
	order []int    // of the pictures, by name
	place []int    // picture k is drawn at place[k]: order[place[k]] is k
	errs  []error  // why picture k could not be

	mu       sync.Mutex
	channels int     // of the images so far
	last     int     // the last place that has an image
	pixels   []uint8 // [len(names), Size, Size, channels], with room for the channels there may be

	memory  *semaphore.Weighted
	garbage atomic.Int64 // bytes let go since memory was last collected
}

func newDrawing(names []string, o Options) *drawing {
	d := &drawing{
		o: o, names: names, order: byName(names), place: make([]int, len(names)), errs: make([]error, len(names)),
		channels: cmp.Or(o.Channels, 1), memory: semaphore.NewWeighted(inFlight),
	}
	for at, k := range d.order {
		d.place[k] = at
	}
	d.pixels = make([]uint8, len(names)*o.Size*o.Size*cmp.Or(o.Channels, 3))
	return d
}

// byName lists the pictures by name; those of the same name stay as they come.
func byName(names []string) []int {
	order := make([]int, len(names))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(names[a], names[b]) })
	return order
}

// A job is a picture on its way to be drawn.
type job struct {
	k       int
	content []byte
	kind    *kind
	memory  int64 // bytes that it holds of the semaphore
}

// draw walks path again and draws every picture, on all cores.
func (d *drawing) draw(ctx context.Context, path string) error {
	bar := progress.Count(d.o.Output, base(path), len(d.names))
	defer bar.Done()
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			room := make([]uint8, d.o.Size*d.o.Size*cmp.Or(d.o.Channels, 3))
			for j := range jobs {
				d.errs[j.k] = d.drawOne(j, room)
				d.release(j)
				bar.Add(1)
			}
		})
	}
	k := 0
	err := archive.Walk(ctx, path, d.o.Limits, func(name string, size int64, r io.Reader) error {
		if k == len(d.names) || name != d.names[k] {
			return nil // no picture, as the first walk found
		}
		j, err := d.load(ctx, k, size, r)
		if d.errs[k] = err; err == nil {
			jobs <- j
		} else {
			bar.Add(1)
		}
		k++
		return nil
	})
	close(jobs)
	workers.Wait()
	if err == nil {
		err = ctx.Err() // of the last picture, whose error is its own
	}
	if err == nil && k < len(d.names) {
		err = fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return err
}

// load reads a picture's file, looks at its header, and waits for memory.
func (d *drawing) load(ctx context.Context, k int, size int64, r io.Reader) (job, error) {
	most := 8*int64(d.o.MaxPixels) + 1<<20 // as large as unpacked, and then some
	var content bytes.Buffer
	content.Grow(int(min(size, 1<<20)) + bytes.MinRead)
	if n, err := content.ReadFrom(io.LimitReader(r, most+1)); err != nil {
		return job{}, err
	} else if n > most {
		return job{}, fmt.Errorf("%w: file of more than %d bytes, for a picture of at most %d pixels", data.ErrTooLarge, most, d.o.MaxPixels)
	}
	j := job{k: k, content: content.Bytes(), kind: kindOf(content.Bytes())}
	if what := foreignOf(d.names[k], j.content); what != "" {
		return job{}, fmt.Errorf("%w: %s is not read: convert it to PNG or JPEG", data.ErrFormat, what)
	}
	if j.kind == nil {
		if len(j.content) == 0 {
			return job{}, fmt.Errorf("%w: empty file", data.ErrFormat)
		}
		return job{}, fmt.Errorf("%w: not a picture: it begins with %q", data.ErrFormat, j.content[:min(len(j.content), 12)])
	}
	var header image.Config
	err := guarded(func() (err error) {
		header, err = j.kind.config(bytes.NewReader(j.content))
		return err
	})
	if err != nil {
		return job{}, err
	}
	if header.Width < 1 || header.Height < 1 || header.Height > d.o.MaxPixels/header.Width {
		return job{}, fmt.Errorf("%w: %s of %d x %d: want 1 to %d pixels", data.ErrTooLarge, j.kind.name, header.Width, header.Height, d.o.MaxPixels)
	}
	j.memory = d.cost(j.content, header)
	return j, d.memory.Acquire(ctx, j.memory)
}

// cost estimates the memory that drawing a picture takes, by its header: its file; 8 bytes per pixel, which is two
// channels of a progressive JPEG or four of 16 bits; and 4 float64 for each row of each column of the image, for
// resizing. A picture that needs more than there is waits until it is alone.
func (d *drawing) cost(content []byte, header image.Config) int64 {
	pixels, resizing := int64(header.Width)*int64(header.Height), 32*int64(d.o.Size)*int64(header.Height)
	return min(int64(len(content))+8*pixels+resizing, inFlight)
}

// release gives a picture's memory back. The garbage collector lets garbage grow until it is as large as what is in
// use, here the whole set. So release calls it when there is as much garbage as may be in flight.
func (d *drawing) release(j job) {
	d.memory.Release(j.memory)
	if d.garbage.Add(j.memory) > inFlight {
		d.garbage.Store(0)
		runtime.GC()
	}
}

// drawOne decodes a picture and puts its image in its place; room holds one image.
func (d *drawing) drawOne(j job, room []uint8) error {
	frame := d.o.Frame
	frame.Channels = cmp.Or(frame.Channels, 3)
	err := guarded(func() error {
		picture, err := j.kind.decode(bytes.NewReader(j.content))
		if err != nil {
			return err
		}
		return frame.Draw(room, picture)
	})
	if err != nil {
		return err
	}
	upright(room, frame.Size, frame.Channels, j.kind.orientation(j.content))
	d.put(d.place[j.k], room)
	return nil
}

// put stores an image. If the number of channels is not given, all are kept grey until the first that is not.
func (d *drawing) put(at int, drawn []uint8) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = max(d.last, at)
	if d.o.Channels == 0 && d.channels == 1 {
		if isGrey(drawn) {
			for p := range d.o.Size * d.o.Size {
				d.pixels[at*d.o.Size*d.o.Size+p] = drawn[3*p]
			}
			return
		}
		d.colour()
	}
	copy(d.pixels[at*len(drawn):], drawn)
}

// colour turns the images so far from grey to colour, in place: from the last value to the first, so that none is
// overwritten before it is spread.
func (d *drawing) colour() {
	d.channels = 3
	for p := (d.last+1)*d.o.Size*d.o.Size - 1; p >= 0; p-- {
		v := d.pixels[p]
		d.pixels[3*p], d.pixels[3*p+1], d.pixels[3*p+2] = v, v, v
	}
}

// isGrey reports whether an image has three equal channels.
func isGrey(pixels []uint8) bool {
	for p := 0; p < len(pixels); p += 3 {
		if pixels[p] != pixels[p+1] || pixels[p] != pixels[p+2] {
			return false
		}
	}
	return true
}

// failures are the pictures without an image, by name.
func (d *drawing) failures() []Failure {
	var failed []Failure
	for _, k := range d.order {
		if d.errs[k] != nil {
			failed = append(failed, Failure{d.names[k], d.errs[k]})
		}
	}
	return failed
}

// set closes the gaps that failed pictures left. The rest is not labelled yet.
func (d *drawing) set() *data.Images {
	set := &data.Images{Height: d.o.Size, Width: d.o.Size, Channels: d.channels}
	size := set.Size()
	for at, k := range d.order {
		if d.errs[k] == nil {
			copy(d.pixels[set.N*size:], d.pixels[at*size:(at+1)*size])
			set.Files = append(set.Files, d.names[k])
			set.N++
		}
	}
	set.Pixels = d.pixels[:set.N*size]
	if len(set.Pixels) < len(d.pixels)*9/10 { // room for colour that never came
		set.Pixels = slices.Clone(set.Pixels)
	}
	return set
}

package main

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/internal/disk"
)

// exhibit is what the commands of the latent space show: a picture, an animation, and both on a page.
type exhibit struct {
	Title   string
	Text    []string
	Caption string // below the picture
	Moving  string // below the animation
	Table   [][]string

	picture image.Image
	frames  [][]image.Image // pictures of one size, as many in each frame
	columns int             // of a frame
}

// The sides of an animation and the time of a frame.
const (
	animationWidth = 320
	frameTime      = 80 * time.Millisecond
)

// exhibitOut says where an exhibit is written.
type exhibitOut struct {
	Out string `short:"o" type:"path" placeholder:"NAME" help:"Where to write: NAME.png, NAME.gif and NAME.html, or only the one that NAME ends in (default: in the run's directory by the name of the command, or of a model here as MODEL-COMMAND)."`
}

// kinds are the files of an exhibit, by their endings.
var kinds = []string{".png", ".gif", ".html"}

// check refuses a name with an ending that is none of an exhibit's.
func (o exhibitOut) check() error {
	if ending := filepath.Ext(o.Out); ending != "" && !slices.Contains(kinds, ending) {
		return fmt.Errorf("--out %s: want a name that ends in .png, .gif or .html, or in none of them for all three", o.Out)
	}
	return nil
}

// paths are the files to write: those of the standard name in the run's directory, if no other is given. It is an error
// now, not after minutes of work, if one cannot be written.
func (o exhibitOut) paths(gan *gans.GAN, standard string) ([]string, error) {
	name := o.Out
	if name == "" {
		if gan.Run != nil {
			name = filepath.Join(gan.Run.Dir, standard)
		} else {
			name = gan.Card.Name + "-" + standard
		}
	}
	paths := []string{name}
	if filepath.Ext(name) == "" {
		paths = nil
		for _, ending := range kinds {
			paths = append(paths, name+ending)
		}
	}
	for _, path := range paths {
		if err := disk.CheckWritable(path); err != nil {
			return nil, fmt.Errorf("--out: %w", err)
		}
	}
	return paths, nil
}

// write writes the exhibit in the form that each path ends in.
func (e exhibit) write(paths []string) error {
	for _, path := range paths {
		var err error
		switch filepath.Ext(path) {
		case ".png":
			err = figure.WritePNG(path, e.picture)
		case ".gif":
			err = e.writeGIF(path)
		case ".html":
			err = disk.Write(path, e.writePage)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// grids are the frames as pictures: the pixels of the networks enlarged by zoom, with lines of a width between them.
func (e exhibit) grids(zoom, gap int) ([]image.Image, error) {
	grids := make([]image.Image, len(e.frames))
	for i, frame := range e.frames {
		grid, err := figure.Grid(frame, figure.GridStyle{Columns: e.columns, Zoom: zoom, Gap: gap})
		if err != nil {
			return nil, err
		}
		grids[i] = grid
	}
	return grids, nil
}

func (e exhibit) writeGIF(path string) error {
	zoom := max(1, animationWidth/(e.columns*e.frames[0][0].Bounds().Dx()))
	grids, err := e.grids(zoom, 0)
	if err != nil {
		return err
	}
	return figure.WriteGIF(path, grids, frameTime)
}

//go:embed exhibit.html
var exhibitPage string

var exhibitTemplate = template.Must(template.New("exhibit").Parse(exhibitPage))

// writePage writes a page that needs nothing besides itself: its pictures are in it.
func (e exhibit) writePage(w io.Writer) error {
	grids, err := e.grids(1, 1)
	if err != nil {
		return err
	}
	frames := make([]template.URL, len(grids))
	for i, grid := range grids {
		if frames[i], err = dataURL(grid); err != nil {
			return err
		}
	}
	picture, err := dataURL(e.picture)
	if err != nil {
		return err
	}
	return exhibitTemplate.Execute(w, struct {
		exhibit
		Frames           []template.URL
		Picture          template.URL
		LastFrame, Delay int
	}{e, frames, picture, len(frames) - 1, int(frameTime.Milliseconds())})
}

// dataURL is a picture as an address that holds it.
func dataURL(picture image.Image) (template.URL, error) {
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return "", err
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes())), nil
}

// show writes the exhibit and says where.
func (e exhibit) show(paths []string, gan *gans.GAN, what string) error {
	if err := e.write(paths); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s after %d iterations: %s\n", what, gan.Step, strings.Join(paths, ", "))
	return nil
}

// openImages opens a run whose generator makes images.
func (c checkpoint) openImages(dir string) (*gans.GAN, error) {
	gan, err := c.open(dir)
	if err == nil && len(gan.Shape) != 3 {
		err = invalid.Value("run", dir, "a generator of images, [height, width, channels]: this one's examples have shape %v", gan.Shape)
	}
	return gan, err
}

// fitsPicture refuses more pictures than are drawn at once.
func fitsPicture(gan *gans.GAN, n int) error {
	size := 1
	for _, side := range gan.Shape {
		size *= side
	}
	if most := mostInPicture / size; n > most {
		return misusef("%d pictures: want at most %d of this size", n, most)
	}
	return nil
}

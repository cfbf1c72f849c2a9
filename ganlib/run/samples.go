package run

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/internal/disk"
)

const (
	sampleDir     = "samples"
	animationFile = sampleDir + "/animation.gif"
	plotFile      = "plot.png"

	frameTime = 150 * time.Millisecond // of the animation
)

func sampleName(step int) string { return fmt.Sprintf("%s/%06d.png", sampleDir, step) }

// samples returns the paths of a run's pictures, oldest first.
func samples(dir string) ([]string, error) {
	steps, err := numbered(filepath.Join(dir, sampleDir), ".png")
	paths := make([]string, len(steps))
	for i, step := range steps {
		paths[i] = filepath.Join(dir, sampleName(step))
	}
	return paths, err
}

// cutSamples deletes the pictures of later steps, and with them the animation that shows them.
func cutSamples(dir string, step int) error {
	steps, err := numbered(filepath.Join(dir, sampleDir), ".png")
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(s int) bool { return s <= step })
	for _, s := range steps {
		if err := discard(dir, sampleName(s)); err != nil {
			return err
		}
	}
	if len(steps) > 0 && exists(filepath.Join(dir, animationFile)) {
		return discard(dir, animationFile)
	}
	return nil
}

// animate makes the animation of all pictures so far that can be read and are as large as the newest of them. It writes
// a warning for each other one.
func animate(dir string, warnings io.Writer) error {
	paths, err := samples(dir)
	if err != nil {
		return err
	}
	var frames []image.Image
	for _, path := range slices.Backward(paths) {
		frame, err := readPNG(path)
		if err == nil && len(frames) > 0 && frame.Bounds().Size() != frames[0].Bounds().Size() {
			err = fmt.Errorf("%s is a picture of %v, want %v", path, frame.Bounds().Size(), frames[0].Bounds().Size())
		}
		if err != nil {
			fmt.Fprintf(warnings, "warning: %v; the animation is made without it\n", err)
			continue
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		return nil
	}
	slices.Reverse(frames)
	return place(dir, animationFile, func(path string) error { return figure.WriteGIF(path, frames, frameTime) })
}

// newestPicture returns the newest of a run's pictures that can be read, or nil.
func newestPicture(dir string) (image.Image, error) {
	paths, err := samples(dir)
	for _, path := range slices.Backward(paths) {
		if picture, err := readPNG(path); err == nil {
			return picture, nil
		}
	}
	return nil, err
}

func readPNG(path string) (image.Image, error) {
	file, err := disk.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return picture, nil
}

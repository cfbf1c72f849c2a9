package run

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gans-in-go/gans/ganlib/figure"
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

// animate makes the animation of all pictures so far.
func animate(dir string) error {
	paths, err := samples(dir)
	if err != nil || len(paths) == 0 {
		return err
	}
	frames := make([]image.Image, len(paths))
	for i, path := range paths {
		if frames[i], err = readPNG(path); err != nil {
			return err
		}
	}
	return place(dir, animationFile, func(path string) error { return figure.WriteGIF(path, frames, frameTime) })
}

func readPNG(path string) (image.Image, error) {
	file, err := os.Open(path)
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

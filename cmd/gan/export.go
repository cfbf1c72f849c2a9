package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/onnx"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/tensorboard"
	"github.com/gans-in-go/gans/ganlib/weights"
	"github.com/gans-in-go/gans/internal/disk"
)

type exportCmd struct {
	Dir         string `arg:"" name:"run" help:"The run's directory."`
	ONNX        string `name:"onnx" type:"path" placeholder:"FILE.onnx" help:"Write the generator as an ONNX model, with the input z, the one-hot labels y where there are classes, and the output x, for any number of samples. It needs the library of onnxruntime."`
	Layout      string `enum:"nhwc,nchw" default:"nhwc" help:"The order of the axes of x, where it is images: nhwc, channels last, or nchw, channels first (default: nhwc)."`
	Safetensors string `type:"path" placeholder:"FILE.safetensors" help:"Write the weights of both players as safetensors."`
	Weights     string `type:"path" placeholder:"FILE.npz" help:"Write the weights of both players as NumPy's archive."`
	Tensorboard string `type:"path" placeholder:"DIR" help:"Write the run's history and pictures as an event file for TensorBoard."`
	checkpoint
}

// Validate refuses a command line that asks for nothing, and names that mislead.
func (c *exportCmd) Validate() error {
	if c.ONNX+c.Safetensors+c.Weights+c.Tensorboard == "" {
		return errors.New("want at least one of --onnx, --safetensors, --weights and --tensorboard")
	}
	for _, file := range []struct{ flag, path, ext string }{
		{"--onnx", c.ONNX, ".onnx"}, {"--safetensors", c.Safetensors, ".safetensors"}, {"--weights", c.Weights, ".npz"},
	} {
		if file.path != "" && filepath.Ext(file.path) != file.ext {
			return fmt.Errorf("%s %s: want a name that ends in %s", file.flag, file.path, file.ext)
		}
	}
	return nil
}

func (c *exportCmd) Run() error {
	if c.Tensorboard != "" {
		if err := c.logs(); err != nil {
			return err
		}
	}
	if c.ONNX+c.Safetensors+c.Weights == "" {
		return nil
	}
	gan, err := c.open(c.Dir)
	if err != nil {
		return err
	}
	about, err := metadata(gan)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{c.ONNX, func(w io.Writer) error { return c.model(w, gan, about) }},
		{c.Safetensors, func(w io.Writer) error { return weights.Write(w, gan.Store, weights.Safetensors, about) }},
		{c.Weights, func(w io.Writer) error { return weights.Write(w, gan.Store, weights.NPZ, nil) }},
	} {
		if file.path == "" {
			continue
		}
		if err := disk.Write(file.path, file.write); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s after %d iterations: %s\n", gan.Config.Name, gan.Step, file.path)
	}
	return nil
}

// logs writes the run for TensorBoard.
func (c *exportCmd) logs() error {
	r, err := run.Open(c.Dir)
	if err != nil {
		return orSweep(c.Dir, err)
	}
	path, err := tensorboard.Write(c.Tensorboard, r)
	if err == nil {
		fmt.Fprintf(stdout, "the run's history: %s\n", path)
	}
	return err
}

// model writes the generator, and what it is.
func (c *exportCmd) model(w io.Writer, gan *gans.GAN, about map[string]string) error {
	return onnx.Write(w, gan.Players, onnx.Options{Layout: onnx.Layout(c.Layout), Metadata: about})
}

// metadata is what a file says about the weights in it: "name" and "step"; "noise", the distribution of z, as
// [ganlib.Noise] has it; in a conditional game "classes", their names as a JSON list; and for images "range", as
// [data.Scale] has it.
func metadata(gan *gans.GAN) (map[string]string, error) {
	about := map[string]string{
		"name": gan.Config.Name, "step": strconv.Itoa(gan.Step), "noise": string(gan.Config.Noise.Noise),
	}
	if len(gan.Shape) == 3 {
		about["range"] = gan.Scale().String()
	}
	if gan.Classes() == 0 {
		return about, nil
	}
	names := make([]string, gan.Classes())
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	if gan.Run != nil {
		given, err := gans.ClassNames(gan.Run)
		if err != nil {
			return nil, err
		}
		copy(names, given)
	}
	text, err := json.Marshal(names)
	about["classes"] = string(text)
	return about, err
}

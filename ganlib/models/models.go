// Package models is a few trained generators with their discriminators, embedded: something to play with before anything
// is trained.
//
//	gan, err := gans.OpenFS(models.Digits())
//	...
//	sevens, err := gan.Picture(10, 1, 7)
//
// Each is a folder: config.json, as a run has it; weights.safetensors, as package weights writes them; card.json, see
// package card; history.jsonl, a line for each record of the training; NOTICE, with the terms of the data that it learned
// from. `make models` trains all of them anew.
//
// Importing it adds their size to a program, which is below 8 MB. Nothing else in this module but the command line does.
package models

import (
	"embed"
	"io/fs"
	"slices"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

//go:embed */config.json */weights.safetensors */card.json */history.jsonl */NOTICE
var files embed.FS

// Digits draws the digit that it is asked for, grey, 28 x 28: a narrow DCGAN, told the labels, on MNIST.
func Digits() fs.FS { return sub("digits") }

// Clothes draws the kind of garment that it is asked for, grey, 28 x 28: the network of [Digits] on Fashion-MNIST's
// 10,000 test images.
func Clothes() fs.FS { return sub("clothes") }

// Emoji draws emoji in colour, 32 x 32, that nobody has drawn: a narrow DCGAN on 1,197 of Google's.
func Emoji() fs.FS { return sub("emoji") }

// Figure1 is the 2014 paper's Figure 1: N(1, .5) by two small networks.
func Figure1() fs.FS { return sub("figure1") }

// Names lists the models, sorted.
func Names() []string {
	folders, err := files.ReadDir(".")
	if err != nil {
		panic(err) // without a root
	}
	names := make([]string, len(folders))
	for i, folder := range folders {
		names[i] = folder.Name()
	}
	return names
}

// Open returns a model by its name.
func Open(name string) (fs.FS, error) {
	if names := Names(); !slices.Contains(names, name) {
		return nil, invalid.Value("model", name, "one of %q", names)
	}
	return sub(name), nil
}

// sub is the folder of a model that is there.
func sub(name string) fs.FS {
	folder, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // an invalid path
	}
	return folder
}

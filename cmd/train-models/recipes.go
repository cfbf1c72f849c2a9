package main

import (
	"context"
	"fmt"

	"github.com/gans-in-go/gans"
)

// recipe is how a model is made.
type recipe struct {
	preset, data string // data in place of the preset's own; "" for those
	changes      map[string]any
	what         string // for the card
	// The terms of the data and where they are from; the folder whose NOTICE and LICENSE say both at length, "" for none.
	license, source, terms string
}

// recipes by the names of the models.
var recipes = map[string]recipe{
	"digits": {
		preset: "mnist28", changes: narrow(4000),
		what:    "Handwritten digits, each class as asked: a narrow DCGAN on 50,000 of MNIST's",
		license: "CC-BY-SA-3.0", source: "http://yann.lecun.com/exdb/mnist/", terms: "ganlib/data/mnist",
	},
	"clothes": {
		preset: "mnist28", data: "fashion", changes: narrow(4000),
		what:    "Clothes, each kind as asked: a narrow DCGAN on the 10,000 test images of Fashion-MNIST",
		license: "MIT", source: "https://github.com/zalandoresearch/fashion-mnist", terms: "ganlib/data/fashion",
	},
	"emoji": {
		preset: "cifar32", data: "emoji", changes: colour(4000),
		what:    "Emoji in colour that nobody has drawn: a narrow DCGAN on 1,197 of Google's",
		license: "OFL-1.1", source: "https://github.com/googlefonts/noto-emoji", terms: "ganlib/data/emoji",
	},
	"figure1": {
		preset:  "figure1",
		what:    "N(1, .5) from Gaussian noise: Figure 1 of the 2014 paper",
		license: "Apache-2.0", // as the rest of the repository: the data are a formula
	},
}

// quick is what the recipes of images change: minibatches of 64, and a rate that falls from 4e-4 to zero over the steps
// there are, whose last samples are then as good as an average's.
func quick(steps int) map[string]any {
	changes := map[string]any{
		"steps": steps, "batch_size": 64, "record_every": 50, "sample_every": 500, "save_every": 500, "measure_every": 1000,
	}
	for _, rule := range []string{"generator_rule", "discriminator_rule"} {
		changes[rule+".adam.learning_rate"] = 4e-4
		changes[rule+".adam.linear"] = steps
	}
	return changes
}

// with sets a key of both networks.
func with(changes map[string]any, key string, value any) {
	for _, player := range []string{"generator", "discriminator"} {
		changes[player+".dcgan."+key] = value
	}
}

// narrow is half the channels of mnist28, and less than a fifth of its hidden layer: an eighth of the weights.
func narrow(steps int) map[string]any {
	changes := quick(steps)
	with(changes, "hidden", 192)
	with(changes, "filters", []int{32, 64})
	return changes
}

// colour is an eighth of the channels of cifar32.
func colour(steps int) map[string]any {
	changes := quick(steps)
	with(changes, "filters", []int{32, 64, 128})
	changes["data.flip"] = true
	return changes
}

// config is the recipe as a configuration.
func (r recipe) config(ctx context.Context, backend string) (gans.Config, error) {
	cfg, err := gans.Preset(r.preset)
	if err != nil {
		return cfg, err
	}
	if r.data != "" {
		if cfg, err = cfg.On(r.data); err != nil {
			return cfg, err
		}
		if cfg, err = cfg.WithClasses(ctx); err != nil {
			return cfg, err
		}
	}
	cfg.Backend = backend
	if cfg, err = cfg.With(r.changes); err != nil {
		return cfg, fmt.Errorf("%s: %w", r.preset, err)
	}
	return cfg, nil
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/features"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/fashion"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
)

// judge finds the numbers of one set.
type judge struct {
	*command
	engine      compute.Backend
	other       string // the set that D is trained on
	train, test *data.Images
}

func (c *command) newJudge(ctx context.Context, set string) (*judge, error) {
	j := &judge{command: c, other: "mnist"}
	if set == "mnist" {
		j.other = "fashion"
	}
	var err error
	if j.engine, err = backend.Open(backend.Resolve(c.Backend)); err != nil {
		return nil, err
	}
	j.train, j.test, err = c.images(ctx, set)
	return j, err
}

// images are the parts of a set.
func (c *command) images(ctx context.Context, set string) (train, test *data.Images, err error) {
	part := func(prefix string) (*data.Images, error) {
		file := func(rest string) string { return filepath.Join(c.Fashion, prefix+rest) }
		return idx.Read(ctx, file("-images-idx3-ubyte.gz"), file("-labels-idx1-ubyte.gz"))
	}
	switch {
	case set == "mnist":
		if train, err = mnist.Train(); err == nil {
			test, err = mnist.Test()
		}
	case c.Fashion != "":
		if train, err = part("train"); err == nil {
			test, err = part("t10k")
		}
	default:
		all, err := fashion.Images()
		if err != nil {
			return nil, nil, err
		}
		if train, err = all.Subset(0, all.N/2); err != nil {
			return nil, nil, err
		}
		test, err = all.Subset(all.N/2, all.N)
		return train, test, err
	}
	return train, test, err
}

// judge fills in a number.
func (j *judge) judge(ctx context.Context, r *result) (err error) {
	r.Train, r.Test = j.train.N, j.test.N
	if r.Features == supervised {
		r.Accuracy, err = j.supervise(ctx, r.Seed)
		return err
	}
	source, err := j.source(ctx, r)
	if err != nil {
		return err
	}
	score, err := features.Judge(ctx, source, j.train, j.test, features.Judging{Seed: uint64(r.Seed), Output: os.Stderr})
	if err == nil {
		r.Dim, r.C, r.Accuracy = score.Dim, score.C, score.Accuracy
	}
	return err
}

// source is what turns images into features.
func (j *judge) source(ctx context.Context, r *result) (features.Source, error) {
	if r.Features == pixels {
		return feature.Pixels(), nil
	}
	cfg, err := j.game(r.Seed)
	if err != nil {
		return nil, err
	}
	d := features.Discriminator{Networks: *cfg.Discriminator.DCGAN, Backend: j.engine}
	if r.Features == randomD {
		if d, err = d.Untrained(int64(r.Seed)); err != nil {
			return nil, err
		}
		return d.Extractor(ctx, j.train)
	}
	gan, err := gans.Train(ctx, cfg, gans.Options{Dir: filepath.Join(j.Dir, fmt.Sprintf("%s-%d", j.other, r.Seed)), Output: os.Stderr})
	if err != nil {
		return nil, err
	}
	d.Store = gan.Store
	return d.Extractor(ctx, j.train)
}

// game is the DCGAN of section 8.1 on the other set: half as wide, without labels and without the fully connected layer,
// so that two cores train one in minutes.
func (j *judge) game(seed int) (gans.Config, error) {
	cfg := gans.MNIST28Unconditional()
	cfg, err := cfg.On(j.other)
	if err != nil {
		return cfg, err
	}
	if j.other == "fashion" && j.Fashion != "" {
		cfg.Data.Set, cfg.Data.Path = "", filepath.Join(j.Fashion, "train-images-idx3-ubyte.gz")
	}
	for _, n := range []*gans.Network{&cfg.Generator, &cfg.Discriminator} {
		n.DCGAN.Filters, n.DCGAN.Hidden = []int{32, 64}, 0
	}
	cfg.BatchSize, cfg.Steps, cfg.Seed, cfg.Backend = 64, j.Steps, int64(seed), j.Backend
	cfg.RecordEvery, cfg.MeasureEvery, cfg.SampleEvery, cfg.SaveEvery = 50, 0, 500, 500
	return cfg, nil
}

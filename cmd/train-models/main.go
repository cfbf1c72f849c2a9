// Command train-models trains the models of package models, and wrote the folders that package embeds:
//
//	go run ./cmd/train-models digits
//
// in the root of the checkout, on xla:cpu; `make models` makes all of them. A model is trained as a run in runs/models,
// where the same command goes on after Ctrl-C, and is then measured and packed: configuration, weights, history, card and
// the terms of the data.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/card"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/evaluate"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/ganlib/weights"
	"github.com/gans-in-go/gans/internal/disk"
)

type command struct {
	Name    string `arg:"" enum:"digits,clothes,emoji,figure1" help:"The model: digits, clothes, emoji or figure1."`
	Runs    string `type:"path" default:"runs/models" placeholder:"DIR" help:"Where its run is kept (default: ${default})."`
	Out     string `type:"path" default:"ganlib/models" placeholder:"DIR" help:"Where its folder is written (default: ${default})."`
	Steps   int    `placeholder:"N" help:"Iterations, to try the command (default: the recipe's)."`
	Samples int    `default:"2000" placeholder:"N" help:"Samples to measure (default: ${default})."`
	Backend string `help:"The engine: go, xla:cpu or xla:cuda."`
}

func main() {
	var c command
	kong.Parse(&c, kong.Name("train-models"), kong.Description("Train a model of package models."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := c.run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train-models:", err)
		os.Exit(1)
	}
}

// run trains a model, measures it and writes its folder.
func (c *command) run(ctx context.Context, out io.Writer) error {
	r := recipes[c.Name]
	cfg, err := r.config(ctx, backend.Resolve(c.Backend))
	if err != nil {
		return err
	}
	if c.Steps > 0 {
		cfg = cfg.WithSteps(c.Steps)
	}
	gan, err := gans.Train(ctx, cfg, gans.Options{Dir: filepath.Join(c.Runs, c.Name), Output: out})
	if err != nil {
		return err
	}
	folder := filepath.Join(c.Out, c.Name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	if err := c.pack(gan, folder, r); err != nil {
		return err
	}
	made, err := c.describe(ctx, gan, r)
	if err != nil {
		return err
	}
	// The scores are of the weights that are packed, which are rounded.
	if err := disk.WriteJSON(filepath.Join(folder, card.File), made); err != nil {
		return err
	}
	packed, err := gans.OpenFSOn(os.DirFS(folder), cfg.Backend)
	if err != nil {
		return err
	}
	if made.Scores, err = c.measure(ctx, packed); err != nil {
		return err
	}
	x, err := packed.Sample(card.Drawn, card.DrawnSeed)
	if err != nil {
		return err
	}
	made.Sample = card.Pick(x)
	if err := disk.WriteJSON(filepath.Join(folder, card.File), made); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s:\n", folder)
	return made.Print(out)
}

// pack writes all of a model but its card.
func (c *command) pack(gan *gans.GAN, folder string, r recipe) error {
	var content bytes.Buffer
	about := map[string]string{"name": c.Name, "license": r.license}
	if err := weights.Write(&content, gan.Store, weights.Half, about); err != nil {
		return err
	}
	history, err := os.ReadFile(filepath.Join(gan.Run.Dir, "history.jsonl"))
	if err != nil {
		return err
	}
	notice, err := r.text()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		card.Weights: content.Bytes(), "history.jsonl": history, "NOTICE": notice,
	} {
		if err := disk.WriteFile(filepath.Join(folder, name), content); err != nil {
			return err
		}
	}
	return disk.WriteJSON(filepath.Join(folder, "config.json"), gan.Config)
}

// text is the NOTICE of a model: its own words, then those of its data.
func (r recipe) text() ([]byte, error) {
	text := []byte("The weights beside this file were trained by `go run ./cmd/train-models`.\nLearned from: " + r.what + ".\n")
	if r.terms == "" {
		return append(text, "The data are a formula, and the weights are under the licence of the rest of the repository.\n"...), nil
	}
	text = fmt.Appendf(text, "Terms of the data: %s (%s). Take the weights to be under the same.\nWhat stands beside the data about them:\n", r.license, r.source)
	for _, name := range []string{"NOTICE", "LICENSE"} {
		words, err := os.ReadFile(filepath.Join(filepath.FromSlash(r.terms), name))
		if os.IsNotExist(err) && name == "LICENSE" {
			continue
		}
		if err != nil {
			return nil, err
		}
		text = fmt.Appendf(text, "\n--- %s/%s\n\n%s", r.terms, name, words)
	}
	return text, nil
}

// describe fills a card, but for its scores.
func (c *command) describe(ctx context.Context, gan *gans.GAN, r recipe) (*card.Card, error) {
	history, err := gan.Run.History()
	if err != nil {
		return nil, err
	}
	classes, err := gans.ClassNames(gan.Run)
	if err != nil {
		return nil, err
	}
	if classes = classes[:min(len(classes), gan.Classes())]; len(classes) == 0 {
		for class := range gan.Classes() { // digits are their own names
			classes = append(classes, strconv.Itoa(class))
		}
	}
	parameters := func(scope string) (n int) {
		for v := range gan.Store.Scope("/" + scope).IterVariables() {
			if v.Trainable {
				n += v.Shape().Size()
			}
		}
		return n
	}
	return &card.Card{
		Name: c.Name, What: r.what, Data: gan.Config.Data.String(), License: r.license, Source: r.source, Classes: classes,
		Command: "go run ./cmd/train-models " + c.Name, Engine: gan.Config.Backend, Seed: gan.Config.Seed, Steps: gan.Step,
		Seconds: seconds(history), Date: time.Now().UTC().Format(time.DateOnly),
		Parameters: [2]int{parameters(ganlib.GeneratorScope), parameters(ganlib.DiscriminatorScope)},
		Scores:     []card.Score{{Measure: "none", How: "not measured yet"}},
	}, nil
}

// seconds is the time that a run has trained.
func seconds(history []run.Record) float64 {
	if len(history) == 0 {
		return 0
	}
	return history[len(history)-1].Seconds
}

// measure scores a model as it was packed.
func (c *command) measure(ctx context.Context, gan *gans.GAN) ([]card.Score, error) {
	if !gan.Config.Data.OfImages() {
		return c.measurePoints(ctx, gan)
	}
	scores, err := c.distances(ctx, gan)
	if err != nil {
		return nil, err
	}
	agreement, err := c.agreement(ctx, gan)
	if err != nil || agreement == nil {
		return scores, err
	}
	return append(scores, *agreement), nil
}

// measurePoints scores samples that are no images by those measures of package evaluate that fit.
func (c *command) measurePoints(ctx context.Context, gan *gans.GAN) (scores []card.Score, err error) {
	report, err := gan.Evaluate(ctx, gans.Evaluation{Samples: c.Samples, Seed: 1, Output: os.Stderr})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"FID", "precision", "recall", "histogram JSD"} {
		s := report.Score(name)
		if s == nil || s.Estimate == nil {
			return nil, fmt.Errorf("%s was not measured", name)
		}
		how := fmt.Sprintf("of %d samples, by %s", s.N, s.Extractor)
		if s.Real != nil {
			how += fmt.Sprintf("; as many real ones score %.4g", s.Real.Value)
		}
		scores = append(scores, card.Score{Measure: name, Value: s.Estimate.Value, StdErr: s.Estimate.StdErr, How: how})
	}
	return scores, nil
}

// distances are FID and KID to the images that the makers of the set keep for testing or, where the game has seen all
// there are, to those. `gan eval` measures more.
func (c *command) distances(ctx context.Context, gan *gans.GAN) ([]card.Score, error) {
	classifier, err := evaluate.ClassifierFor(gan.Backend, gan.Config.Data.Set, gan.Shape)
	if err != nil {
		return nil, err
	}
	extractor, err := evaluate.FeaturesFor(gan.Backend, classifier)
	if err != nil {
		return nil, err
	}
	d := gan.Config.Data
	if open.HasPart(d.Set, open.Test) {
		d.Part, d.First = open.Test, 0
	}
	real, err := d.Images(ctx)
	if err != nil {
		return nil, err
	}
	x, err := gan.Sample(c.Samples, 1)
	if err != nil {
		return nil, err
	}
	samples, err := gan.Pixels(x)
	if err != nil {
		return nil, err
	}
	of, dim, err := extractor.Extract(ctx, samples)
	if err != nil {
		return nil, err
	}
	against, _, err := extractor.Extract(ctx, real)
	if err != nil {
		return nil, err
	}
	fid, err := measure.FID(of, against, dim)
	if err != nil {
		return nil, err
	}
	kid, err := measure.KID(of, against, dim, measure.KIDOptions{Seed: 1})
	how := fmt.Sprintf("of %d samples, by %s, against %d of %s", samples.N, extractor.Name(), real.N, real.Name)
	return []card.Score{
		{Measure: "FID", Value: fid.Value, StdErr: fid.StdErr, How: how}, {Measure: "KID", Value: kid.Value, StdErr: kid.StdErr, How: how},
	}, err
}

// agreement is how many of 1,000 samples a classifier names as they were asked for; nil where no classifier knows them.
func (c *command) agreement(ctx context.Context, gan *gans.GAN) (*card.Score, error) {
	known, err := evaluate.ClassifierFor(gan.Backend, gan.Config.Data.Set, gan.Shape)
	classifier, ok := known.(*feature.Classifier)
	if err != nil || !ok || gan.Classes() == 0 {
		return nil, err
	}
	const n, seed = 1000, 2
	x, err := gan.Sample(n, seed)
	if err != nil {
		return nil, err
	}
	images, err := gan.Pixels(x)
	if err != nil {
		return nil, err
	}
	images.Labels = gan.LabelsFor(n)
	share, err := classifier.Accuracy(ctx, images)
	return &card.Score{
		Measure: card.Agreement, Value: share, StdErr: math.Sqrt(share * (1 - share) / n),
		How: fmt.Sprintf("of %d samples that %s, which has seen real images alone, names as they were asked for", n, classifier.Name()),
	}, err
}

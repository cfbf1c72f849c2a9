package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/dcganlib/features"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/open"
	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/disk"
)

type featuresCmd struct {
	Dir      string `arg:"" name:"run" help:"The run's directory."`
	Data     string `placeholder:"DATA" help:"The labelled images to judge D's features on, a set or a path: a linear SVM learns from the training part and is tested on the test part or, where there is none, on a fifth. With --guided: the images to look at (default: the run's own)."`
	Protocol string `enum:",cifar10,svhn" default:"" help:"The DCGAN paper's: cifar10, all training images, for a D trained on another set (82.8%); or svhn, 1,000 labels, the mean error over 100 draws (22.48%)."`
	Guided   bool   `help:"Draw what the first six features of D's last convolution look for, by guided backpropagation, beside those of an untrained D."`
	Limit    int    `placeholder:"N" help:"Take at most so many training images, and as many test images (default: all; 5,000 for --guided)."`
	Seed     uint64 `default:"1" help:"Decides the untrained D, and what is drawn from the data."`
	Out      string `short:"o" type:"path" placeholder:"FILE" help:"The .json to write, with a .png beside it; with --guided the .png (default: features.json or guided.png in the run's directory; of a model, MODEL-features.json here)."`
	checkpoint
}

// Validate refuses what cannot be meant.
func (c *featuresCmd) Validate() error {
	ext := ".json"
	if c.Guided {
		ext = ".png"
	}
	switch {
	case c.Limit < 0:
		return fmt.Errorf("--limit is %d: want at least 1", c.Limit)
	case c.Guided && c.Protocol != "":
		return fmt.Errorf("--guided and --protocol %s: want one of the two", c.Protocol)
	case c.Protocol != "" && c.Data != "":
		return fmt.Errorf("--protocol %s and --data %s: want one of the two, for a protocol has its data", c.Protocol, c.Data)
	case !c.Guided && c.Protocol == "" && c.Data == "":
		return fmt.Errorf("expected --data, such as --data mnist, --protocol or --guided")
	case c.Protocol == "svhn" && c.Limit > 0:
		return fmt.Errorf("--limit %d and --protocol svhn: want none, for the protocol says how many", c.Limit)
	case c.Out != "" && filepath.Ext(c.Out) != ext:
		return fmt.Errorf("--out %s: want a name that ends in %s", c.Out, ext)
	}
	return nil
}

func (c *featuresCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	gan, err := c.open(c.Dir)
	if err != nil {
		return err
	}
	d, err := discriminatorOf(gan)
	if err != nil {
		return err
	}
	if c.Protocol == "cifar10" && gan.Config.Data.Set == "cifar10" {
		return misusef("--protocol cifar10: want a run on other data, for this D was trained on cifar10")
	}
	name := "features.json"
	if c.Guided {
		name = "guided.png"
	}
	out := c.Out
	if out == "" {
		if out, err = beside(c.Dir, name); err != nil {
			return err
		}
	}
	if err := disk.CheckWritable(out); err != nil { // now, not after minutes
		return fmt.Errorf("--out: %w", err)
	}
	if c.Guided {
		return c.guided(ctx, gan, d, out)
	}
	return c.judge(ctx, gan, d, out)
}

// discriminatorOf is D of a DCGAN.
func discriminatorOf(gan *gans.GAN) (features.Discriminator, error) {
	of := gan.Config.Discriminator
	if of.DCGAN == nil {
		return features.Discriminator{}, invalid.Value("discriminator", strings.Join(of.Named(), ", "),
			"dcgan, whose convolutions are looked at; presets such as mnist28 and cifar32 have one")
	}
	return features.Discriminator{Networks: *of.DCGAN, SpectralNorm: of.SpectralNorm, Backend: gan.Backend, Store: gan.Store}, nil
}

// judged is what features.json holds.
type judged struct {
	Run   string `json:"run"`
	Step  int    `json:"step"`
	Data  string `json:"data"`
	Train int    `json:"train"`
	Test  int    `json:"test"`
	Seed  uint64 `json:"seed"`
	// Scores are of raw pixels, of an untrained D and of D, in this order: one of the two.
	Scores    []*features.Score    `json:"scores,omitempty"`
	FewScores []*features.FewScore `json:"few_label_scores,omitempty"`
}

// isJudged reports whether a text is a features.json.
func isJudged(text []byte) bool {
	var j judged
	return json.Unmarshal(text, &j) == nil && j.Run != "" && len(j.Scores)+len(j.FewScores) > 0
}

// judge judges pixels, an untrained D and D on labelled images.
func (c *featuresCmd) judge(ctx context.Context, gan *gans.GAN, d features.Discriminator, out string) error {
	what := cmp.Or(c.Data, c.Protocol)
	train, test, err := c.parts(ctx, what, d)
	if err != nil {
		return err
	}
	untrained, err := d.Untrained(int64(c.Seed))
	if err != nil {
		return err
	}
	names := []string{"raw pixels", "an untrained D", fmt.Sprintf("D after %d iterations", gan.Step)}
	report := &judged{Run: c.Dir, Step: gan.Step, Data: what, Train: train.N, Test: test.N, Seed: c.Seed}
	for i, name := range names {
		fmt.Fprintf(os.Stderr, "%s\n", name)
		var source features.Source = feature.Pixels()
		if i > 0 {
			if source, err = []features.Discriminator{untrained, d}[i-1].Extractor(ctx, train); err != nil {
				return err
			}
		}
		if err := c.score(ctx, report, source, train, test); err != nil {
			return err
		}
	}
	if err := disk.WriteJSON(out, report); err != nil {
		return err
	}
	picture, err := report.chart(names)
	if err != nil {
		return err
	}
	png := strings.TrimSuffix(out, ".json") + ".png"
	if err := figure.WritePNG(png, picture); err != nil {
		return err
	}
	return report.print(names, out, png)
}

// score adds the score of some features to the report.
func (c *featuresCmd) score(ctx context.Context, report *judged, source features.Source, train, test *data.Images) error {
	if c.Protocol == "svhn" {
		few := features.SVHN()
		few.Seed, few.Output = c.Seed, os.Stderr
		score, err := few.Judge(ctx, source, train, test)
		report.FewScores = append(report.FewScores, score)
		return err
	}
	score, err := features.Judge(ctx, source, train, test, features.Judging{Seed: c.Seed, Output: os.Stderr})
	report.Scores = append(report.Scores, score)
	return err
}

// rows are the accuracy and its uncertainty of each row of the report, in percent, and what else there is to say of it.
func (r *judged) rows() (accuracies, errs []float64, dims []int, about []string) {
	for _, s := range r.Scores {
		accuracies, errs, dims = append(accuracies, 100*s.Accuracy), append(errs, 100*s.StdErr), append(dims, s.Dim)
		about = append(about, fmt.Sprintf("C = %g", s.C))
	}
	for _, s := range r.FewScores {
		accuracies, errs, dims = append(accuracies, 100*(1-s.Error)), append(errs, 100*s.Std), append(dims, s.Dim)
		about = append(about, fmt.Sprintf("C = %g, error %.2f%%", s.C, 100*s.Error))
	}
	return accuracies, errs, dims, about
}

func (r *judged) chart(names []string) (image.Image, error) {
	accuracies, errs, _, _ := r.rows()
	return figure.Bars(figure.BarChart{
		Title:  fmt.Sprintf("A linear SVM on features, tested on %d images of %s", r.Test, r.Data),
		YLabel: "accuracy (%)", Classes: names, Series: []figure.BarSeries{{Heights: accuracies, Errors: errs}},
	})
}

func (r *judged) print(names []string, out, png string) error {
	learned := fmt.Sprintf("learned from %d images", r.Train)
	if len(r.FewScores) > 0 {
		learned = fmt.Sprintf("learned from %d labels, means of %d draws", r.FewScores[0].Labels, r.FewScores[0].Draws)
	}
	fmt.Fprintf(stdout, "A linear SVM on %s, %s, tested on %d.\n\n", r.Data, learned, r.Test)
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	accuracies, errs, dims, about := r.rows()
	for i, name := range names {
		fmt.Fprintf(w, "%s\t%.2f ± %.2f%%\t%d features\t%s\n", name, accuracies[i], errs[i], dims[i], about[i])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\n%s\n%s\n", out, png)
	return nil
}

// parts are the labelled images to learn from and to be tested by, as D reads them.
func (c *featuresCmd) parts(ctx context.Context, what string, d features.Discriminator) (train, test *data.Images, err error) {
	name, path, err := open.NameOrPath(what)
	if err != nil {
		return nil, nil, err
	}
	of := open.Data{Set: name, Path: path, Size: d.Networks.Size}
	if train, err = c.images(ctx, of, d); err != nil {
		return nil, nil, err
	}
	rng := rand.New(rand.NewPCG(c.Seed, 0))
	order := rng.Perm(train.N) // a folder's images lie class by class
	if of.Part = open.Test; name != "" && open.HasPart(name, open.Test) {
		if test, err = c.images(ctx, of, d); err != nil {
			return nil, nil, err
		}
		if test, err = c.limited(test, rng.Perm(test.N)); err != nil {
			return nil, nil, err
		}
		train, err = c.limited(train, order)
		return train, test, err
	}
	if train.N < 2 {
		return nil, nil, fmt.Errorf("%w: %s has %d image: want at least 2, one to learn from and one to be tested by", data.ErrUnfit, what, train.N)
	}
	all, fifth := train, max(1, train.N/5)
	if test, err = c.limited(all, order[:fifth]); err != nil {
		return nil, nil, err
	}
	train, err = c.limited(all, order[fifth:])
	return train, test, err
}

// images are those of a set at the size and with the channels of D's.
func (c *featuresCmd) images(ctx context.Context, of open.Data, d features.Discriminator) (*data.Images, error) {
	images, err := of.Images(ctx)
	if err != nil {
		return nil, err
	}
	return images.WithChannels(d.Networks.Channels)
}

// limited are the images in an order, those within the limit.
func (c *featuresCmd) limited(images *data.Images, order []int) (*data.Images, error) {
	switch {
	case c.Limit > 0 && c.Limit < len(order):
		order = order[:c.Limit]
	case len(order) == images.N:
		return images, nil
	}
	return images.Choose(order)
}

// The figure of guided backpropagation has the paper's six features, and so many images of each.
const guidedFeatures, guidedImages = 6, 5

// guidedOf is how many of the data's images are looked at: more take minutes, and show the same.
const guidedOf = 5000

// guided draws the figure: a row a feature; D's images and gradients on the left, an untrained D's on the right.
func (c *featuresCmd) guided(ctx context.Context, gan *gans.GAN, d features.Discriminator, out string) error {
	of := gan.Config.Data
	if c.Data != "" {
		name, path, err := open.NameOrPath(c.Data)
		if err != nil {
			return err
		}
		of = open.Data{Set: name, Path: path}
	}
	of.Size = d.Networks.Size
	images, err := c.images(ctx, of, d)
	if err != nil {
		return err
	}
	if c.Limit == 0 {
		c.Limit = guidedOf
	}
	if images, err = c.limited(images, rand.New(rand.NewPCG(c.Seed, 0)).Perm(images.N)); err != nil {
		return err
	}
	untrained, err := d.Untrained(int64(c.Seed))
	if err != nil {
		return err
	}
	pictures, columns, err := figure5(ctx, images, d, untrained)
	if err != nil {
		return err
	}
	picture, err := figure.Grid(pictures, figure.GridStyle{Columns: columns, Zoom: max(1, 56/images.Width)})
	if err != nil {
		return err
	}
	if err := figure.WritePNG(out, picture); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "A row is a feature of D's last convolution after %d iterations: the images of %s on which it is largest, of %d, and\n"+
		"what guided backpropagation finds that for; on the right the same of an untrained D.\n%s\n", gan.Step, of, images.N, out)
	return nil
}

// figure5 are the pictures of guided backpropagation through discriminators, row by row: for each feature the images and
// gradients of the first, then those of the next.
func figure5(ctx context.Context, images *data.Images, of ...features.Discriminator) (pictures []image.Image, columns int, err error) {
	filters := of[0].Filters()
	n, shown := min(guidedFeatures, filters[len(filters)-1]), min(guidedImages, images.N)
	rows := make([][]image.Image, n)
	for _, d := range of {
		panels, err := d.Guided(ctx, images, n, shown)
		if err != nil {
			return nil, 0, err
		}
		for f, p := range panels {
			row, err := panelPictures(images, p)
			if err != nil {
				return nil, 0, err
			}
			if len(rows[f]) > 0 {
				rows[f] = append(rows[f], gap(images))
			}
			rows[f] = append(rows[f], row...)
		}
	}
	return slices.Concat(rows...), len(rows[0]), nil
}

// panelPictures are a panel's images, then its gradients: middle grey is 0, and each has the full range.
func panelPictures(images *data.Images, p features.Panel) ([]image.Image, error) {
	var pictures []image.Image
	for _, i := range p.Images {
		pictures = append(pictures, images.Image(i))
	}
	for _, gradient := range p.Gradients {
		drawn, err := data.Contrast.Images(gradient, []int{images.Height, images.Width, images.Channels})
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, drawn.Image(0))
	}
	return pictures, nil
}

// gap is a picture of the grid's own grey, between D and the untrained D.
func gap(images *data.Images) image.Image {
	g := image.NewGray(image.Rect(0, 0, images.Width, images.Height))
	for i := range g.Pix {
		g.Pix[i] = 0x55
	}
	return g
}

// Command train-classifiers trains the classifiers of package feature, and wrote the weights that package embeds:
//
//	go run ./cmd/train-classifiers mnist
//	go run ./cmd/train-classifiers fashion --data /usr/share/datasets/fashion-mnist
//
// in the root of the checkout. MNIST is embedded. Fashion-MNIST's folder is where `gan data fetch
// fashion-mnist` says it put the files, or where Debian's package dataset-fashion-mnist puts them, as above.
//
// The last 5,000 training images are held out; the settings were chosen on them. The 10,000 test images are counted only
// at the end. Ctrl-C stops the training, and nothing is written.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/progress"
)

type command struct {
	Set     string `arg:"" enum:"mnist,fashion" help:"The data set: mnist or fashion."`
	Data    string `type:"path" placeholder:"DIR" help:"The folder of the set's four IDX files; mnist is built in."`
	Out     string `type:"path" placeholder:"FILE" help:"The file of weights to write (default: ganlib/measure/feature/SET.npz)."`
	Epochs  int    `default:"10" help:"The number of passes over the images."`
	Images  int    `default:"55000" help:"The number of training images, from the first on; at most 55,000."`
	Seed    uint64 `default:"1" help:"The seed of the first weights, the minibatches and dropout."`
	Backend string `help:"The engine: go, xla:cpu or xla:cuda."`
	NoTest  bool   `help:"Do not report the accuracy on the test images."`
}

// heldOut is the number of training images, the last ones, that are not trained on.
const heldOut = 5_000

func main() {
	var c command
	kong.Parse(&c, kong.Name("train-classifiers"), kong.Description("Train a classifier of package feature."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := c.run(ctx, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "train-classifiers:", err)
		os.Exit(1)
	}
}

// run trains a classifier, writes it, reads it back and reports its accuracy.
func (c *command) run(ctx context.Context, out, advance io.Writer) error {
	b, err := backend.Open(c.Backend)
	if err != nil {
		return err
	}
	all, err := c.part(ctx, "train")
	if err != nil {
		return err
	}
	if c.Images < 1 || c.Images > all.N-heldOut {
		return invalid.Value("--images", c.Images, "1 to %d, for %d of %d are held out", all.N-heldOut, heldOut, all.N)
	}
	first, err := all.Subset(0, c.Images)
	if err != nil {
		return err
	}
	trained, err := feature.Train(ctx, b, first, feature.Training{Epochs: c.Epochs, Seed: c.Seed, Flip: c.Set == "fashion", Watch: c.watch(out, advance)})
	if err != nil {
		return err
	}
	path := cmp.Or(c.Out, filepath.Join("ganlib", "measure", "feature", c.Set+".npz"))
	if err := trained.WriteFile(path); err != nil {
		return err
	}
	written, err := feature.ReadClassifier(b, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s on %s\n", path, written.Name(), backend.Resolve(c.Backend))
	return c.report(ctx, out, written, all)
}

// watch shows the progress of training, and prints the mean loss of each epoch.
func (c *command) watch(out, advance io.Writer) func(step, steps int, loss float64) {
	var bar *progress.Bar
	var total float64
	return func(step, steps int, loss float64) {
		if step == 1 {
			bar = progress.Count(advance, "images", steps*feature.Batch)
		}
		bar.Add(feature.Batch)
		total += loss
		if epoch := steps / c.Epochs; step%epoch == 0 {
			fmt.Fprintf(out, "epoch %d of %d: loss %.4f\n", step/epoch, c.Epochs, total/float64(epoch))
			total = 0
		}
		if step == steps {
			bar.Done()
		}
	}
}

// report prints the accuracy on images that were not trained on.
func (c *command) report(ctx context.Context, out io.Writer, classifier *feature.Classifier, all *data.Images) error {
	unseen, err := all.Subset(all.N-heldOut, all.N)
	if err != nil {
		return err
	}
	parts := map[string]*data.Images{"held-out": unseen}
	if !c.NoTest {
		if parts["test"], err = c.part(ctx, "t10k"); err != nil {
			return err
		}
	}
	for _, name := range []string{"held-out", "test"} {
		images := parts[name]
		if images == nil {
			continue
		}
		accuracy, err := classifier.Accuracy(ctx, images)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "accuracy on %d %s images: %.2f%%\n", images.N, name, 100*accuracy)
	}
	return nil
}

// part reads the files whose names begin with "train" or "t10k".
func (c *command) part(ctx context.Context, prefix string) (*data.Images, error) {
	if c.Data == "" && c.Set == "mnist" {
		if prefix == "train" {
			return mnist.Train()
		}
		return mnist.Test()
	}
	if c.Data == "" {
		return nil, invalid.Value("--data", c.Data, "the folder of Fashion-MNIST's four IDX files, from `gan data fetch fashion-mnist` "+
			"or Debian's dataset-fashion-mnist")
	}
	file := func(rest string) string { return filepath.Join(c.Data, prefix+rest) }
	return idx.Read(ctx, file("-images-idx3-ubyte.gz"), file("-labels-idx1-ubyte.gz"))
}

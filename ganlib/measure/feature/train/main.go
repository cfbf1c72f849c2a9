// Command train trains the classifiers of package feature, and wrote the weights that package embeds:
//
//	go run ./ganlib/measure/feature/train mnist
//	go run ./ganlib/measure/feature/train fashion --data /usr/share/datasets/fashion-mnist
//
// in the root of the checkout. MNIST is embedded. Fashion-MNIST's folder is where `gan data fetch
// fashion-mnist` says it put the files, or where Debian's package dataset-fashion-mnist puts them, as above.
//
// The last 5,000 training images are held out, and settings were chosen by these. The 10,000 test images are
// only counted at the end.
package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/idx"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/progress"
)

type command struct {
	Set     string `arg:"" enum:"mnist,fashion" help:"What to learn: mnist or fashion."`
	Data    string `type:"path" placeholder:"DIR" help:"The folder of the set's four IDX files; mnist has its own."`
	Out     string `type:"path" placeholder:"FILE" help:"Where to write the weights (default: ganlib/measure/feature/SET.npz)."`
	Epochs  int    `default:"10" help:"How many times each image is seen."`
	Images  int    `default:"55000" help:"How many of the first training images are learnt, at most 55,000."`
	Seed    uint64 `default:"1" help:"Draws first weights, minibatches and dropout."`
	Backend string `help:"The engine: go, xla:cpu or xla:cuda."`
	NoTest  bool   `help:"Leave the test images alone."`
}

// heldOut is how many of the last training images are not learnt.
const heldOut = 5_000

func main() {
	var c command
	kong.Parse(&c, kong.Name("train"), kong.Description("Train a classifier of package feature."))
	if err := c.run(os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

// run trains, writes, reads back what it has written and says how good that is.
func (c *command) run(out, advance io.Writer) error {
	b, err := backend.Open(c.Backend)
	if err != nil {
		return err
	}
	all, err := c.part("train")
	if err != nil {
		return err
	}
	if c.Images < 1 || c.Images > all.N-heldOut {
		return fmt.Errorf("--images is %d: want 1 to %d, for %d of %d are held out", c.Images, all.N-heldOut, heldOut, all.N)
	}
	learnt, err := all.Subset(0, c.Images)
	if err != nil {
		return err
	}
	trained, err := feature.Train(b, learnt, feature.Training{Epochs: c.Epochs, Seed: c.Seed, Flip: c.Set == "fashion", Watch: c.watch(out, advance)})
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
	return c.report(out, written, all)
}

// watch shows how far the training is, and prints the mean loss of each epoch.
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

// report prints the accuracy on what was not learnt.
func (c *command) report(out io.Writer, classifier *feature.Classifier, all *data.Images) error {
	unseen, err := all.Subset(all.N-heldOut, all.N)
	if err != nil {
		return err
	}
	parts := map[string]*data.Images{"held-out": unseen}
	if !c.NoTest {
		if parts["test"], err = c.part("t10k"); err != nil {
			return err
		}
	}
	for _, name := range []string{"held-out", "test"} {
		images := parts[name]
		if images == nil {
			continue
		}
		accuracy, err := classifier.Accuracy(images)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "accuracy on %d %s images: %.2f%%\n", images.N, name, 100*accuracy)
	}
	return nil
}

// part reads the files whose names begin with "train" or "t10k".
func (c *command) part(prefix string) (*data.Images, error) {
	if c.Data == "" && c.Set == "mnist" {
		if prefix == "train" {
			return mnist.Train()
		}
		return mnist.Test()
	}
	if c.Data == "" {
		return nil, fmt.Errorf("--data is missing: want the folder of Fashion-MNIST's four IDX files, " +
			"as Debian's dataset-fashion-mnist or `gan data fetch fashion-mnist` brings them")
	}
	file := func(rest string) string { return filepath.Join(c.Data, prefix+rest) }
	return idx.Read(file("-images-idx3-ubyte.gz"), file("-labels-idx1-ubyte.gz"))
}

package feature

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/fashion"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/internal/gantest"
)

func openDigits(t *testing.T, b compute.Backend) *Classifier {
	t.Helper()
	c, err := Digits(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testDigits(t *testing.T) *data.Images {
	t.Helper()
	images, err := mnist.Test()
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// TestAccuracy: all 10,000 test images on XLA, and the first 2,000, with more frequent mistakes, on the Go backend.
func TestAccuracy(t *testing.T) {
	clothes, err := fashion.Images()
	if err != nil {
		t.Fatal(err)
	}
	digits := testDigits(t)
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		for _, c := range []struct {
			open   func(compute.Backend) (*Classifier, error)
			images *data.Images
			least  float64
		}{{Digits, digits, .99}, {Fashion, clothes, .91}} {
			images, least := c.images, c.least
			if gantest.OnGo(t, b) {
				images, least = subset(t, images, 0, 2000), least-.01
			}
			classifier, err := c.open(b)
			if err != nil {
				t.Fatal(err)
			}
			accuracy, err := classifier.Accuracy(t.Context(), images)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %.2f%% of %d", classifier.Name(), 100*accuracy, images.N)
			if accuracy < least {
				t.Errorf("%s knows %.2f%% of %d images of %q: want at least %.0f%%",
					classifier.Name(), 100*accuracy, images.N, images.Name, 100*least)
			}
		}
	})
}

// TestWeightsKeepTheirName: scores are named after the classifier, so other weights need another number in the name.
func TestWeightsKeepTheirName(t *testing.T) {
	size := 0
	for _, c := range []struct {
		content []byte
		name    string
		sum     string
	}{
		{mnistWeights, "MNIST classifier 1", "0d24b788488dc5f905b6155218916b829d5df15a3271e015907c1a090a4ade84"},
		{fashionWeights, "Fashion-MNIST classifier 1", "dd5b3426db9e40498eba9628afb40521919fc909c42f146bf097f6a2da5c162a"},
	} {
		if sum := fmt.Sprintf("%x", sha256.Sum256(c.content)); sum != c.sum {
			t.Errorf("the weights of %q have SHA-256 %s, they had %s: raise the number in the name", c.name, sum, c.sum)
		}
		size += len(c.content)
	}
	if size >= 1<<20 {
		t.Errorf("%d bytes of embedded weights: want less than 1 MiB", size)
	}
}

func TestBackendsAgree(t *testing.T) {
	images := subset(t, testDigits(t), 0, 300)
	var x, p [2][]float32
	for i, name := range []string{"go", "xla:cpu"} {
		c := openDigits(t, gantest.Open(t, name))
		x[i], _ = extract(t, c, images)
		var err error
		if p[i], err = c.Probabilities(t.Context(), images); err != nil {
			t.Fatal(err)
		}
	}
	if off := farthest(t, x[0], x[1]); off > 1e-5 {
		t.Errorf("features are off by %.1e of the largest", off)
	}
	if off := farthest(t, p[0], p[1]); off > 1e-5 {
		t.Errorf("probabilities are off by %.1e", off)
	}
}

func TestProbabilitiesAndClasses(t *testing.T) {
	images := subset(t, testDigits(t), 0, 20)
	c := openDigits(t, gantest.Open(t, "go"))
	p, err := c.Probabilities(t.Context(), images)
	if err != nil {
		t.Fatal(err)
	}
	labels, err := c.Classify(t.Context(), images)
	if err != nil {
		t.Fatal(err)
	}
	if len(p) != 10*images.N || len(labels) != images.N {
		t.Fatalf("%d probabilities and %d labels of %d images", len(p), len(labels), images.N)
	}
	for i, label := range labels {
		row := p[10*i : 10*i+10]
		var sum float64
		for _, v := range row {
			sum += float64(v)
		}
		if math.Abs(sum-1) > 1e-5 || row[label] != slices.Max(row) {
			t.Errorf("image %d is a %d by probabilities %v, which sum to %v", i, label, row, sum)
		}
	}
}

// TestClassifyStacked: the classifier reads three digits alike, stacked or not.
func TestClassifyStacked(t *testing.T) {
	digits := testDigits(t)
	stacked, err := data.NewStacked(digits, 200, 1)
	if err != nil {
		t.Fatal(err)
	}
	images, err := data.All(t.Context(), stacked)
	if err != nil {
		t.Fatal(err)
	}
	c := openDigits(t, gantest.Open(t, "go"))
	labels, err := c.ClassifyStacked(t.Context(), images)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, label := range labels {
		if label == images.Labels[i] {
			right++
		}
	}
	if right < 190 { // .99³ of 200 are 194
		t.Errorf("%d of 200 stacked digits are right: want at least 190", right)
	}
	_, err = c.ClassifyStacked(t.Context(), digits)
	refuses(t, "grey images", err, data.ErrUnfit, digits.Name)
}

func TestClassifierRefuses(t *testing.T) {
	c := openDigits(t, gantest.Open(t, "go"))
	for what, images := range map[string]*data.Images{"larger": noise(1, 32, 32, 1), "oblong": noise(1, 28, 27, 1), "colour": noise(1, 28, 28, 3)} {
		_, _, err := c.Extract(t.Context(), images)
		refuses(t, what, err, data.ErrUnfit, `"noise"`, "MNIST classifier 1")
	}
	_, err := c.Classify(t.Context(), &data.Images{Name: "none", Height: 28, Width: 28, Channels: 1})
	refuses(t, "no images", err, data.ErrFormat, `"none"`)
	_, err = c.Accuracy(t.Context(), noise(1, 28, 28, 1))
	refuses(t, "no labels", err, data.ErrUnfit)
	_, _, err = c.Extract(ended(t), noise(1, 28, 28, 1))
	refuses(t, "an ended context", err, context.Canceled)
}

// rewritten is the weights of the digits with changed entries.
func rewritten(t *testing.T, change func(name string, content []byte) (string, []byte)) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(mnistWeights), int64(len(mnistWeights)))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for _, entry := range archive.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		name, changed := change(entry.Name, content.Bytes())
		if name == "" {
			continue
		}
		to, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(changed); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestAWrongBitIsFound: GoMLX's reader misses many of these.
func TestAWrongBitIsFound(t *testing.T) {
	b := gantest.Open(t, "go")
	archive, err := zip.NewReader(bytes.NewReader(mnistWeights), int64(len(mnistWeights)))
	if err != nil {
		t.Fatal(err)
	}
	first := archive.File[0]
	from, err := first.DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	for at := from; at < from+int64(first.CompressedSize64); at += 37 {
		damaged := bytes.Clone(mnistWeights)
		damaged[at] ^= 0x10
		_, err := decode(b, "damaged", damaged)
		if !errors.Is(err, data.ErrFormat) && !errors.Is(err, data.ErrTruncated) && !errors.Is(err, data.ErrDamaged) {
			t.Errorf("byte %d: got %v, want that the file is damaged", at, err)
			continue
		}
		if !strings.Contains(err.Error(), first.Name) {
			t.Errorf("byte %d: error %q does not name %s", at, err, first.Name)
		}
	}
}

func TestDamagedWeightsAreRefused(t *testing.T) {
	b := gantest.Open(t, "go")
	keep := func(name string, content []byte) (string, []byte) { return name, content }
	if _, err := decode(b, "kept", rewritten(t, keep)); err != nil {
		t.Fatalf("weights as they are: %v", err)
	}
	only := func(which string, change func(content []byte) (string, []byte)) []byte {
		return rewritten(t, func(name string, content []byte) (string, []byte) {
			if name != which {
				return name, content
			}
			return change(content)
		})
	}
	const biases, kernel = "logits/biases.npy", "conv_1/weights.npy"
	for _, c := range []struct {
		what    string
		content []byte
		names   []string
	}{
		{"nothing", nil, nil},
		{"cut short", mnistWeights[:len(mnistWeights)/2], nil},
		{"no classes", only(biases, func(c []byte) (string, []byte) { return "", c }), []string{"logits/biases"}},
		{"no kernel", only(kernel, func(c []byte) (string, []byte) { return "", c }), []string{"conv_1/weights"}},
		{"one too many", only(kernel, func(c []byte) (string, []byte) { return "conv_9/weights.npy", c }), []string{"conv_1/weights"}},
		{"another shape", only(kernel, func(c []byte) (string, []byte) {
			return kernel, bytes.Replace(c, []byte("(3, 3, 32, 64)"), []byte("(3, 3, 64, 32)"), 1)
		}), []string{"conv_1/weights"}},
		{"a NaN", only(biases, func(c []byte) (string, []byte) {
			c[len(c)-1], c[len(c)-2] = 0x7e, 0 // little-endian float16
			return biases, c
		}), []string{"logits/biases", "NaN at [9]"}},
		{"whole numbers", only(biases, func(c []byte) (string, []byte) {
			return biases, bytes.Replace(c, []byte("<f2"), []byte("<i2"), 1)
		}), []string{biases, `"<i2"`}},
	} {
		_, err := decode(b, "damaged", c.content)
		refuses(t, c.what, err, data.ErrFormat, c.names...)
	}
}

// TestSurplusWeights: all weights that do not belong to the network are named, in order.
func TestSurplusWeights(t *testing.T) {
	b := gantest.Open(t, "go")
	c := openDigits(t, b)
	w := weights{}
	for v := range c.store.IterVariables() {
		w[nameOf(v)] = v.MustValue()
	}
	for _, name := range []string{"c", "a", "b"} {
		w[name] = w[logitBiases]
	}
	for range 10 { // a map's order changes each time
		_, err := w.store(b, c.Classes())
		refuses(t, "three too many", err, data.ErrFormat, `["a" "b" "c"]`)
	}
}

// TestTrainWriteRead: a few steps lower the loss, and the file gives back the same classifier.
func TestTrainWriteRead(t *testing.T) {
	all, err := mnist.Train()
	if err != nil {
		t.Fatal(err)
	}
	images := subset(t, all, 0, 10*Batch)
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		var losses []float64
		trained, err := Train(t.Context(), b, images, Training{Epochs: 2, Seed: 1, Watch: func(step, steps int, loss float64) {
			if losses = append(losses, loss); steps != 20 || step != len(losses) {
				t.Errorf("step %d of %d: want %d of 20", step, steps, len(losses))
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if first, last := losses[0], losses[len(losses)-1]; !(last < first/2) {
			t.Errorf("the loss went from %.3f to %.3f in %d steps: want less than half", first, last, len(losses))
		}
		path := filepath.Join(t.TempDir(), "few.npz")
		if err := os.WriteFile(path, []byte("what was there"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := trained.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		read, err := ReadClassifier(b, path)
		if err != nil {
			t.Fatal(err)
		}
		ten := subset(t, images, 0, 10)
		want, _ := extract(t, trained, ten)
		got, _ := extract(t, read, ten)
		if !slices.Equal(got, want) {
			t.Errorf("features by the file are off by %.1e", farthest(t, got, want))
		}
		if accuracy, err := read.Accuracy(t.Context(), images); err != nil || accuracy < .5 {
			t.Errorf("accuracy after %d steps is %.2f, error %v: want more than half", len(losses), accuracy, err)
		}
	})
}

func TestTrainRefuses(t *testing.T) {
	b := gantest.Open(t, "go")
	labelled := func(n int, labels ...int) *data.Images {
		images := noise(n, 28, 28, 1)
		for i := range n {
			images.Labels = append(images.Labels, labels[i%len(labels)])
		}
		return images
	}
	for _, c := range []struct {
		what   string
		images *data.Images
	}{
		{"no labels", noise(Batch, 28, 28, 1)},
		{"one class", labelled(Batch, 0)},
		{"few images", labelled(Batch-1, 0, 1)},
		{"colour", noise(Batch, 28, 28, 3)},
	} {
		_, err := Train(t.Context(), b, c.images, Training{Epochs: 1})
		refuses(t, c.what, err, data.ErrUnfit, `"noise"`)
	}
	_, err := Train(t.Context(), b, labelled(Batch, 0, 1), Training{Epochs: -1})
	gantest.RequireInvalid(t, err, "Training.Epochs")
	ctx, cancel := context.WithCancel(t.Context())
	_, err = Train(ctx, b, labelled(Batch, 0, 1), Training{Epochs: 5, Watch: func(step, _ int, _ float64) {
		if cancel(); step > 1 {
			t.Errorf("step %d was made after the context was cancelled", step)
		}
	}})
	refuses(t, "a cancelled context", err, context.Canceled)
	_, err = ReadClassifier(b, filepath.Join(t.TempDir(), "none.npz"))
	refuses(t, "no file", err, fs.ErrNotExist, "none.npz")
}

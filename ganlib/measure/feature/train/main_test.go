package main

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestFewSteps: the command learns, writes a file that can be read, and says how
// good that is.
func TestFewSteps(t *testing.T) {
	b := gantest.Open(t, "go")
	path := filepath.Join(t.TempDir(), "few.npz")
	c := command{Set: "mnist", Out: path, Epochs: 2, Images: 10 * feature.Batch, Seed: 1, Backend: "go", NoTest: true}
	var out bytes.Buffer
	if err := c.run(&out, io.Discard); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || !(lines[0][len("epoch 1 of 2"):] > lines[1][len("epoch 2 of 2"):]) || // four digits each
		!strings.HasPrefix(lines[2], path+": classifier few.npz") || !strings.HasPrefix(lines[3], "accuracy on 5000 held-out images: ") {
		t.Errorf("printed:\n%s", out.String())
	}
	if _, err := feature.ReadClassifier(b, path); err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		command
		want string
	}{
		{command{Set: "fashion"}, "--data is missing"},
		{command{Set: "mnist", Images: 55_001}, "--images is 55001: want 1 to 55000"},
		{command{Set: "mnist", Images: 1000, Data: t.TempDir()}, "train-images-idx3-ubyte.gz"},
	} {
		c.Backend, c.Out = "go", filepath.Join(t.TempDir(), "none.npz")
		if err := c.run(io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v: want %q", c.command, err, c.want)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestFewSteps: the command trains, writes a file that can be read, and reports the accuracy.
func TestFewSteps(t *testing.T) {
	b := gantest.Open(t, "go")
	path := filepath.Join(t.TempDir(), "few.npz")
	c := command{Set: "mnist", Out: path, Epochs: 2, Images: 10 * feature.Batch, Seed: 1, Backend: "go", NoTest: true}
	var out bytes.Buffer
	if err := c.run(t.Context(), &out, io.Discard); err != nil {
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
	run := func(ctx context.Context, c command) error {
		c.Backend, c.Out = "go", filepath.Join(t.TempDir(), "none.npz")
		return c.run(ctx, io.Discard, io.Discard)
	}
	gantest.RequireInvalid(t, run(t.Context(), command{Set: "fashion"}), "--data")
	gantest.RequireInvalid(t, run(t.Context(), command{Set: "mnist", Images: 55_001}), "--images")
	if err := run(t.Context(), command{Set: "mnist", Images: 1000, Data: t.TempDir()}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without files: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, command{Set: "mnist", Images: 1000}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: got %v", err)
	}
}

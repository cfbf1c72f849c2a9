package main

import (
	"archive/zip"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/onnx"
	"github.com/gans-in-go/gans/ganlib/tensorboard"
	"github.com/gans-in-go/gans/ganlib/weights"
)

// TestExport: one command writes everything that a run can be written as, and `gan info --csv` its history as a table.
func TestExport(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	must(t, "train", "ring8", "--steps", "2", "--backend", "go", "--set", "record_every=1", "-d", path("run"))
	args := []string{"export", path("run"), "--backend", "go", "--step", "2",
		"--safetensors", path("w.safetensors"), "--weights", path("w.npz"), "--tensorboard", path("logs")}
	if onnx.Library() != "" {
		args = append(args, "--onnx", path("g.onnx"))
	}
	out := must(t, args...)
	require.Contains(t, out, "plane after 2 iterations: "+path("w.npz")+"\n")
	require.FileExists(t, filepath.Join(path("logs"), tensorboard.Name))
	if onnx.Library() != "" {
		written, err := os.ReadFile(path("g.onnx"))
		require.NoError(t, err)
		require.Contains(t, string(written), "generator/output/dense/weights")
	}

	content, err := os.ReadFile(path("w.safetensors"))
	require.NoError(t, err)
	about, err := weights.Read(content, model.NewStore())
	require.NoError(t, err)
	require.Equal(t, map[string]string{"name": "A ring of 8 Gaussians in the plane", "step": "2", "noise": "gaussian"}, about)
	archive, err := zip.OpenReader(path("w.npz"))
	require.NoError(t, err)
	defer archive.Close()
	require.NotEmpty(t, archive.File)

	rows, err := csv.NewReader(strings.NewReader(must(t, "info", path("run"), "--csv"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, []string{"step", "seconds", "event", "note"}, rows[0][:4])
	require.Contains(t, rows[0], "d_loss")
	require.Equal(t, "2", rows[2][0])
}

// TestMetadata: what a conditional game of images says of itself.
func TestMetadata(t *testing.T) {
	gan, err := gans.OpenOn("../../testdata/first-round/mnist28", "go")
	require.NoError(t, err)
	about, err := metadata(gan)
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"name": gan.Config.Name, "step": strconv.Itoa(gan.Step), "noise": "uniform", "range": "[0, 1]",
		"classes": `["0","1","2","3","4","5","6","7","8","9"]`,
	}, about)
}

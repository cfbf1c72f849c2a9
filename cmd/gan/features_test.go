package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib/features"
)

// TestFeatures: `gan features` judges a small DCGAN's features beside pixels and an untrained D, on a set with a test part
// and on one without, and draws what single features look for.
func TestFeatures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	must(t, "train", "mnist28", "--backend", "go", "--steps", "2", "--set", "batch_size=8", "--set", "record_every=2",
		"--set", "measure_every=0", "--set", "generator.dcgan.filters=[4,6]", "--set", "discriminator.dcgan.filters=[4,6]",
		"--set", "generator.dcgan.hidden=8", "--set", "discriminator.dcgan.hidden=8", "-d", dir)

	out := must(t, "features", dir, "--data", "mnist", "--limit", "100", "--backend", "go")
	require.Contains(t, out, "A linear SVM on mnist, learned from 100 images, tested on 100.")
	var report judged
	read := func(path string) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		report = judged{}
		require.NoError(t, json.Unmarshal(text, &report))
	}
	read(filepath.Join(dir, "features.json"))
	require.Equal(t, []int{2, 100, 100}, []int{report.Step, report.Train, report.Test})
	require.Len(t, report.Scores, 3)
	for i, dim := range []int{784, 160, 160} {
		require.Equal(t, dim, report.Scores[i].Dim)
		require.Greater(t, report.Scores[i].Accuracy, .3, "by chance .1")
	}
	require.Equal(t, 1536, decode(t, filepath.Join(dir, "features.png")).Bounds().Dx())

	other := filepath.Join(t.TempDir(), "clothes.json")
	must(t, "features", dir, "--data", "fashion", "--limit", "60", "--out", other, "--backend", "go")
	read(other)
	require.Equal(t, "fashion", report.Data)
	require.Equal(t, []int{60, 60}, []int{report.Train, report.Test})

	out = must(t, "features", dir, "--guided", "--limit", "40", "--backend", "go")
	require.Contains(t, out, "the images of mnist on which it is largest, of 40")
	const columns, rows, side, gap = 2*(5+5) + 1, 6, 2 * 28, 4
	size := decode(t, filepath.Join(dir, "guided.png")).Bounds().Size()
	require.Equal(t, []int{columns*(side+gap) + gap, rows*(side+gap) + gap}, []int{size.X, size.Y})
}

// TestFewLabels: what the protocol for SVHN prints and draws.
func TestFewLabels(t *testing.T) {
	var said bytes.Buffer
	before := stdout
	stdout = &output{to: &said}
	defer func() { stdout = before }()
	report := &judged{Data: "svhn", Train: 73257, Test: 26032, FewScores: []*features.FewScore{
		{Dim: 7168, Labels: 1000, C: .002, Error: .2248, Std: .01, Draws: 100},
	}}
	require.NoError(t, report.print([]string{"D"}, "a.json", "a.png"))
	require.Contains(t, said.String(), "A linear SVM on svhn, learned from 1000 labels, means of 100 draws, tested on 26032.")
	require.Contains(t, said.String(), "D  77.52 ± 1.00%  7168 features  C = 0.002, error 22.48%")
	picture, err := report.chart([]string{"D"})
	require.NoError(t, err)
	require.Equal(t, 1536, picture.Bounds().Dx())
}

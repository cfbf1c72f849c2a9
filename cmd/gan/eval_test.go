package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/evaluate"
)

// TestEval evaluates a run, at its end and at an earlier iteration, and writes the numbers and a picture.
func TestEval(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	must(t, "train", "mnist", "--steps", "2", "--save-every", "1", "-d", dir)
	// The 10000 images of the test part pass through a classifier, which takes the Go engine a minute.
	out := must(t, "eval", dir, "-n", "40", "--step", "1", "--backend", backend.Resolve(""))
	require.Contains(t, out, "MNIST, released 2014 recipe, after 1 iterations: 40 samples, seed 1")
	require.Regexp(t, `\nprecision +\S+.* higher +40 +MNIST classifier 1 +10000 of MNIST, test part\n`, out)
	text, err := os.ReadFile(filepath.Join(dir, "eval.json"))
	require.NoError(t, err)
	var report evaluate.Report
	require.NoError(t, json.Unmarshal(text, &report))
	require.Equal(t, 40, report.Score("FID").N)
	require.NotNil(t, report.Score("Inception score").Estimate)
	// Eight rows of five samples, and the last sample's nearest training image.
	picture := decode(t, filepath.Join(dir, "eval-nearest.png")).Bounds()
	require.Greater(t, picture.Dy(), picture.Dx())

	status, _, errs := gan(t, "eval", dir, "--step", "7")
	require.Equal(t, 1, status)
	require.Contains(t, errs, "no checkpoint of step 7: want one of [1 2]")
	must(t, "train", "mnist", "--steps", "2", "-d", dir) // what was written does not disturb the run
}

// TestSamplesApart writes samples for other programs, only into a new folder.
func TestSamplesApart(t *testing.T) {
	dir := t.TempDir()
	run, folder := filepath.Join(dir, "run"), filepath.Join(dir, "samples")
	must(t, "train", "mnist", "--steps", "1", "-d", run, "--backend", "go")
	must(t, "sample", run, "-n", "11", "--folder", folder)
	status, _, errs := gan(t, "sample", run, "-n", "1000000")
	require.Equal(t, 1, status)
	require.Contains(t, errs, "-n is 1000000: want at most 171196 in one picture, or --folder DIR for a file of each")
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 11)
	require.Equal(t, 28, decode(t, filepath.Join(folder, "000010.png")).Bounds().Dx())
	status, _, errs = gan(t, "sample", run, "--folder", folder)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "exists")
}

func TestEvalRefuses(t *testing.T) {
	dir := t.TempDir()
	for says, args := range map[string][]string{
		"expected a run":                    {},
		"want both":                         {"--features", os.Args[0]},
		"inception wants the folder":        {dir, "--extractor", "inception"},
		"-n is 0":                           {dir, "-n", "0"},
		"is not a run":                      {dir},
		"must be one of":                    {dir, "--extractor", "vgg"},
		"`gan eval runs/mnist-xla-cpu`, or": {dir, "--features", os.Args[0], "--reference", os.Args[0]},
	} {
		status, _, errs := gan(t, append([]string{"eval"}, args...)...)
		require.NotZero(t, status)
		require.Contains(t, errs, says)
	}
}

// TestTable1 refuses a run outside the protocol, and keeps the line of a run that was scored.
func TestTable1(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "run")
	must(t, "train", "figure1", "--steps", "1", "-d", run, "--backend", "go")
	status, _, errs := gan(t, "table1", run)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "want the first 50000 images of mnist")

	kept := evaluate.Table1Result{Epoch: 500, Candidates: []evaluate.Candidate{{Step: 500, Sigma: .2}, {Step: 1000, Sigma: .2}}}
	kept.Chosen, kept.Test.Value = kept.Candidates[1], 123.45
	kept.Candidates[1].Validation.Value = 120
	require.NoError(t, kept.WriteFile(filepath.Join(run, "table1.json")))
	out := must(t, "table1", run)
	require.Contains(t, out, "table1.json is there")
	require.Regexp(t, `\n`+run+` +1000 +0\.200 +.* 123\.[45] ± 0\.0\n`, out)
	require.False(t, decode(t, filepath.Join(run, "table1.png")).Bounds().Empty())
}

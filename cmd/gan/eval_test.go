package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

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
	require.Equal(t, misused, status)
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

// array is an .npy file of float64.
func array(shape string, numbers []float64) []byte {
	about := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }\n", shape)
	file := append([]byte("\x93NUMPY\x01\x00"), byte(len(about)), byte(len(about)>>8))
	file, _ = binary.Append(append(file, about...), binary.LittleEndian, numbers)
	return file
}

// TestEvalStatistics: against mu and sigma, gan eval measures the FID of the features that they are of. Before it
// measures anything it asks whether it can write what it finds.
func TestEvalStatistics(t *testing.T) {
	dir := t.TempDir()
	const n, dim = 200, 3
	rng := rand.New(rand.NewPCG(1, 1))
	rows := func() []float64 {
		x := make([]float64, n*dim)
		for i := range x {
			x[i] = rng.NormFloat64() + float64(i%dim)
		}
		return x
	}
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o666))
		return path
	}
	stats := func(name string, mu, sigma []float64) string {
		var archive bytes.Buffer
		w := zip.NewWriter(&archive)
		for entry, content := range map[string][]byte{
			"mu.npy":    array(fmt.Sprintf("%d,", len(mu)), mu),
			"sigma.npy": array(fmt.Sprintf("%d, %[1]d", len(mu)), sigma),
		} {
			f, err := w.Create(entry)
			require.NoError(t, err)
			_, err = f.Write(content)
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		return file(name, archive.Bytes())
	}
	shape := fmt.Sprintf("%d, %d", n, dim)
	real := rows()
	samples, reference := file("samples.npy", array(shape, rows())), file("real.npy", array(shape, real))
	var mu []float64
	sigma := mat.NewSymDense(dim, nil)
	of := mat.NewDense(n, dim, real)
	stat.CovarianceMatrix(sigma, of, nil)
	for j := range dim {
		mu = append(mu, stat.Mean(mat.Col(nil, j, of), nil))
	}
	known := stats("stats.npz", mu, mat.DenseCopyOf(sigma).RawMatrix().Data)

	fid := func(reference string) float64 {
		out := filepath.Join(dir, "eval.json")
		must(t, "eval", "--features", samples, "--reference", reference, "-o", out)
		text, err := os.ReadFile(out)
		require.NoError(t, err)
		var report evaluate.Report
		require.NoError(t, json.Unmarshal(text, &report))
		return report.Score("FID").Estimate.Value
	}
	require.InDelta(t, fid(reference), fid(known), 1e-5)
	out := must(t, "eval", "--features", samples, "--reference", known, "-o", filepath.Join(dir, "eval.json"))
	require.Contains(t, out, "KID: not measured: only statistics of the reference are known")

	for says, args := range map[string][]string{
		"only --reference may be statistics": {"--features", known, "--reference", known},
		"has 3 features, --reference":        {"--features", samples, "--reference", stats("two.npz", mu[:2], make([]float64, 4))},
		"--out: open " + dir + "/no/x.json":  {"--features", samples, "--reference", known, "-o", filepath.Join(dir, "no", "x.json")},
	} {
		status, out, errs := gan(t, append([]string{"eval"}, args...)...)
		require.Equal(t, 1, status)
		require.Contains(t, errs, says)
		require.Empty(t, out)
	}
}

// TestTable1 refuses a run outside the protocol, and keeps the line of a run that was scored.
func TestTable1(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "run")
	must(t, "train", "figure1", "--steps", "1", "-d", run, "--backend", "go")
	status, _, errs := gan(t, "table1", run)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "want a set that has a test part")

	kept := evaluate.Table1Result{Epoch: 500, Candidates: []evaluate.Candidate{{Step: 500, Sigma: .2}, {Step: 1000, Sigma: .2}}}
	kept.Chosen, kept.Test.Value = kept.Candidates[1], 123.45
	kept.Candidates[1].Validation.Value = 120
	require.NoError(t, kept.WriteFile(filepath.Join(run, "table1.json")))
	path := filepath.Join(run, "table1.json")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, other := range []string{"{}", "[]", `{"epoch": 5}`, `{"epoch": 0, "candidates": [{"step": 1}], "chosen": {"step": 1}}`, `{"epoch": 5, "candidates": [{"step": 1}], "chosen": {"step": 2}}`} {
		require.NoError(t, os.WriteFile(path, []byte(other), 0o666))
		status, _, errs = gan(t, "table1", run)
		require.Equal(t, failed, status, other)
		require.Contains(t, errs, "table1.json: invalid data")
	}
	require.NoError(t, os.WriteFile(path, whole, 0o666))
	out := must(t, "table1", run)
	require.Contains(t, out, "table1.json is there")
	require.Regexp(t, `\n`+run+` +1000 +0\.200 +.* 123\.[45] ± 0\.0\n`, out)
	require.Contains(t, out, " 225 ± 2\n", "a row of earlier versions is of MNIST")
	require.False(t, decode(t, filepath.Join(run, "table1.png")).Bounds().Empty())

	for _, of := range []struct {
		data string
		dim  int
		says string
	}{{"tfd", 48 * 48, " 2057 ± 26\n"}, {"tfd", 24 * 24, ""}, {"kmnist", 28 * 28, ""}} {
		other := filepath.Join(dir, of.data)
		require.NoError(t, os.MkdirAll(other, 0o777))
		kept.Data, kept.Dim = of.data, of.dim
		require.NoError(t, kept.WriteFile(filepath.Join(other, "table1.json")))
		out := must(t, "table1", other)
		require.Contains(t, out, of.says)
		require.Equal(t, of.says != "", strings.Contains(out, "the 2014 paper"))
		status, _, errs = gan(t, "table1", run, other)
		require.Equal(t, misused, status)
		require.Contains(t, errs, "want runs on the same images")
	}
}

// TestTable1OnAnotherSet scores a run on a set of CIFAR-10's form: too little of it is left to choose on, and then enough.
func TestTable1OnAnotherSet(t *testing.T) {
	home := t.TempDir()
	t.Setenv("GAN_DATA", home)
	folder := filepath.Join(home, "cifar10", "cifar-10-batches-bin")
	require.NoError(t, os.MkdirAll(folder, 0o777))
	for i := range 5 {
		write(t, filepath.Join(folder, fmt.Sprintf("data_batch_%d.bin", i+1)), cifarRecords(2_210))
	}
	write(t, filepath.Join(folder, "test_batch.bin"), cifarRecords(60))
	train := func(name string, more ...string) string {
		dir := filepath.Join(home, name)
		must(t, append([]string{"train", "cifar10", "--preset", "mnist28-unconditional", "--size", "8", "--steps", "2", "--save-every", "1", "--keep-every", "1",
			"-d", dir, "--backend", "go", "--set", "measure_every=0", "--set", "batch_size=16", "--set", "generator.dcgan.hidden=8",
			"--set", "generator.dcgan.filters=[4]", "--set", "discriminator.dcgan.hidden=8", "--set", "discriminator.dcgan.filters=[4]"}, more...)...)
		return dir
	}
	for _, first := range []string{"0", "10050"} {
		status, out, errs := gan(t, "table1", train("seen-"+first, "--set", "data.first="+first))
		require.Equal(t, failed, status)
		require.Contains(t, errs, "data.first is "+first+": want 1 to 10049")
		require.Empty(t, out)
	}
	dir := train("run", "--set", "data.first=9000")
	out := must(t, "table1", dir)
	require.Regexp(t, dir+` +[12] +\d`, out)
	require.NotContains(t, out, "the 2014 paper")
	row, err := evaluate.ReadTable1(filepath.Join(dir, "table1.json"))
	require.NoError(t, err)
	require.Equal(t, []any{"cifar10", 64, 2}, []any{row.Data, row.Dim, len(row.Candidates)})
	require.False(t, math.IsNaN(row.Test.Value))
	t.Log(out)
}

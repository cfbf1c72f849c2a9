package models_test

import (
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/card"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/ganlib/models"
	"github.com/gans-in-go/gans/internal/gantest"
)

// opened is a model on an engine.
func opened(t *testing.T, name, engine string) *gans.GAN {
	t.Helper()
	gantest.Open(t, engine) // skips the test where XLA is not there
	folder, err := models.Open(name)
	require.NoError(t, err)
	gan, err := gans.OpenFSOn(folder, engine)
	require.NoError(t, err)
	return gan
}

var engines = []string{"go", "xla:cpu"}

// TestModels: each model draws on both engines what it drew when it was made, to the rounding of either, and its card is
// complete.
func TestModels(t *testing.T) {
	for _, name := range models.Names() {
		for _, engine := range engines {
			t.Run(name+"/"+engine, func(t *testing.T) {
				gan := opened(t, name, engine)
				x, err := gan.Sample(card.Drawn, card.DrawnSeed)
				require.NoError(t, err)
				size := 1
				for _, n := range gan.Shape {
					size *= n
				}
				require.Len(t, x, card.Drawn*size)
				require.InDeltaSlice(t, gan.Card.Sample, card.Pick(x), 1e-3)
				p, err := gan.Discriminate(x, gan.LabelsFor(card.Drawn)...)
				require.NoError(t, err)
				require.Len(t, p, card.Drawn)

				require.Equal(t, name, gan.Card.Name)
				require.Equal(t, gan.Card.Steps, gan.Step)
				require.Len(t, gan.Card.Classes, gan.Classes())
				require.Equal(t, gan.Card.Seed, gan.Config.Seed)
				require.Equal(t, "go run ./cmd/train-models "+name, gan.Card.Command)
			})
		}
	}
}

// TestSize: the models together stay small enough to embed, and each has its history and the terms of its data.
func TestSize(t *testing.T) {
	var bytes int64
	for _, name := range models.Names() {
		folder, err := models.Open(name)
		require.NoError(t, err)
		require.NoError(t, fs.WalkDir(folder, ".", func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			bytes += info.Size()
			return err
		}))
		notice, err := fs.ReadFile(folder, "NOTICE")
		require.NoError(t, err)
		require.Contains(t, string(notice), "go run ./cmd/train-models")
		history, err := fs.ReadFile(folder, "history.jsonl")
		require.NoError(t, err)
		require.Contains(t, string(history), `"g_loss"`)
	}
	require.LessOrEqual(t, bytes, int64(8<<20))
	t.Logf("%d bytes", bytes)
}

// TestAgreement measures again, on fewer samples and other noise, how many digits are those that were asked for.
func TestAgreement(t *testing.T) {
	gan := opened(t, "digits", "go")
	classifier, err := feature.Digits(gan.Backend)
	require.NoError(t, err)
	const n = 200
	x, err := gan.Sample(n, 7)
	require.NoError(t, err)
	images, err := gan.Pixels(x)
	require.NoError(t, err)
	images.Labels = gan.LabelsFor(n)
	share, err := classifier.Accuracy(t.Context(), images)
	require.NoError(t, err)
	said, ok := gan.Card.Score(card.Agreement)
	require.True(t, ok)
	require.InDelta(t, said.Value, share, 4*math.Sqrt(said.Value*(1-said.Value)/n)+.005)
	require.Greater(t, share, .9)
}

// TestFigure1: the samples are of N(1, .5).
func TestFigure1(t *testing.T) {
	gan := opened(t, "figure1", "go")
	x, err := gan.Sample(10_000, 5)
	require.NoError(t, err)
	var mean, square float64
	for _, v := range x {
		mean, square = mean+float64(v)/1e4, square+float64(v)*float64(v)/1e4
	}
	require.InDelta(t, 1, mean, .05)
	require.InDelta(t, .5, math.Sqrt(square-mean*mean), .05)
}

// TestWithoutARun: what a run's directory alone can give is refused in words, and all else works.
func TestWithoutARun(t *testing.T) {
	gan := opened(t, "digits", "go")
	gantest.RequireInvalid(t, gan.Restore(1), "run")
	gantest.RequireInvalid(t, gan.RestoreBest(), "run")
	_, err := gan.Table1(t.Context(), 1, nil)
	gantest.RequireInvalid(t, err, "run")
	labels, err := gan.Labels("7", "0")
	require.NoError(t, err)
	require.Equal(t, []int{7, 0}, labels)
	_, err = gan.Labels("seven")
	gantest.RequireInvalid(t, err, "label")
	picture, err := gan.Picture(4, 1, labels...)
	require.NoError(t, err)
	require.False(t, picture.Bounds().Empty())

	line := opened(t, "figure1", "go")
	report, err := line.Evaluate(t.Context(), gans.Evaluation{Samples: 1000, Seed: 1})
	require.NoError(t, err)
	require.Contains(t, report.Of, "after 2000 iterations")
	probe, err := line.Probe(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, 1, probe.Steps)
}

// copied is a model as a folder that a test may change.
func copied(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	folder, err := models.Open(name)
	require.NoError(t, err)
	files := fstest.MapFS{}
	for _, file := range []string{"config.json", card.File, card.Weights} {
		content, err := fs.ReadFile(folder, file)
		require.NoError(t, err)
		files[file] = &fstest.MapFile{Data: content}
	}
	return files
}

// TestOpenFSRefuses: a folder that lacks something, or whose files do not belong together.
func TestOpenFSRefuses(t *testing.T) {
	for _, file := range []string{"config.json", card.File, card.Weights} {
		files := copied(t, "figure1")
		delete(files, file)
		_, err := gans.OpenFSOn(files, "go")
		require.ErrorIs(t, err, fs.ErrNotExist, file)
		require.ErrorContains(t, err, file)
	}
	refuses := func(file, old, replacement string) error {
		files := copied(t, "figure1")
		text := string(files[file].Data)
		require.Contains(t, text, old)
		files[file].Data = []byte(strings.Replace(text, old, replacement, 1))
		_, err := gans.OpenFSOn(files, "go")
		require.ErrorContains(t, err, file)
		return err
	}
	gantest.RequireInvalid(t, refuses("config.json", `"k": 5`, `"k": 0`), "k")
	gantest.RequireInvalid(t, refuses(card.File, `"date": "2`, `"date": "x`), "date")
	require.ErrorIs(t, refuses(card.Weights, `"F16"`, `"F32"`), data.ErrFormat)
	require.ErrorAs(t, refuses(card.Weights, "generator/hidden_0", "generator/hidden_7"), new(*ganlib.MisfitError))
	_, err := models.Open("nosuch")
	gantest.RequireInvalid(t, err, "model")
}

// TestBatchNormIsMissed: a network without its averages would read and draw wrongly.
func TestBatchNormIsMissed(t *testing.T) {
	files := copied(t, "digits")
	text := string(files[card.Weights].Data)
	require.Contains(t, text, "/variance\"")
	files[card.Weights].Data = []byte(strings.Replace(text, "/variance\"", "/variancf\"", 1))
	_, err := gans.OpenFSOn(files, "go")
	misfit := new(ganlib.MisfitError)
	require.ErrorAs(t, err, &misfit)
	require.Contains(t, misfit.Variable, "variance")
}

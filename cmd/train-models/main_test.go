package main

import (
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans"
	"github.com/gans-in-go/gans/ganlib/card"
	"github.com/gans-in-go/gans/ganlib/models"
)

// TestTrain makes a model, as small as can be, that opens and has all its files.
func TestTrain(t *testing.T) {
	dir := t.TempDir()
	c := command{Name: "figure1", Runs: filepath.Join(dir, "runs"), Out: dir, Steps: 2, Samples: 200, Backend: "go"}
	require.NoError(t, c.run(t.Context(), io.Discard))
	folder := os.DirFS(filepath.Join(dir, "figure1"))
	gan, err := gans.OpenFSOn(folder, "go")
	require.NoError(t, err)
	require.Equal(t, 2, gan.Step)
	require.Equal(t, [2]int{1153, 1153}, gan.Card.Parameters)
	_, measured := gan.Card.Score("FID")
	require.True(t, measured)
	x, err := gan.Sample(card.Drawn, card.DrawnSeed)
	require.NoError(t, err)
	require.InDeltaSlice(t, gan.Card.Sample, card.Pick(x), 1e-6)
	for _, name := range []string{"NOTICE", "history.jsonl"} {
		_, err := fs.Stat(folder, name)
		require.NoError(t, err)
	}
}

// TestRecipes: the models in the box are those of the recipes, and were made by them as they stand.
func TestRecipes(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	require.Subset(t, slices.Collect(maps.Keys(recipes)), models.Names())
	for name, r := range recipes {
		cfg, err := r.config(t.Context(), "xla:cpu")
		require.NoError(t, err, name)
		require.NoError(t, cfg.Validate(), name)
		_, err = r.text()
		require.NoError(t, err, name)
		if !slices.Contains(models.Names(), name) {
			continue
		}
		folder, err := models.Open(name)
		require.NoError(t, err)
		gan, err := gans.OpenFSOn(folder, "go")
		require.NoError(t, err)
		cfg.Name = gan.Config.Name
		require.Equal(t, cfg, gan.Config, name)
		require.Equal(t, []string{r.what, r.license, r.source}, []string{gan.Card.What, gan.Card.License, gan.Card.Source})
	}
}

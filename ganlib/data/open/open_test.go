package open

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/internal/gantest"
)

const golden = "../../../tests/golden"

// Every part that the catalogue lists for a built-in set opens, and has the listed number of images.
func TestBuiltInParts(t *testing.T) {
	builtIn := 0
	for _, name := range catalog.Names() {
		set, err := catalog.Lookup(name)
		require.NoError(t, err)
		if set.BuiltIn == "" {
			continue
		}
		builtIn++
		for _, part := range set.Parts {
			source, err := Set(t.Context(), name, part.Name, Options{})
			require.NoError(t, err, "%s, %s", name, part.Name)
			require.Equal(t, part.Images, source.Len(), "%s, %s", name, part.Name)
			require.True(t, HasPart(name, part.Name))
			require.NoError(t, source.Close())
		}
		first, err := Set(t.Context(), name, "", Options{}) // as a run that names no part records it
		require.NoError(t, err)
		require.Equal(t, set.Parts[0].Images, first.Len())
		require.Equal(t, Train, set.Parts[0].Name, "and as one that names it")

		for _, part := range []string{"traintest", "traintrain", "extra"} {
			source, err := Set(t.Context(), name, part, Options{})
			require.Nil(t, source)
			var unknown *catalog.UnknownError
			require.ErrorAs(t, err, &unknown)
			require.Equal(t, part, unknown.Name)
			require.Len(t, unknown.Known, len(set.Parts))
			require.False(t, HasPart(name, part))
		}
	}
	require.Equal(t, 4, builtIn)
	_, err := embedded("cifar10", catalog.Part{Name: Train})
	require.Error(t, err)
}

func TestHasPart(t *testing.T) {
	for name, want := range map[string]bool{
		"mnist": true, "stacked-mnist": true, "fashion": false, "cifar10": true, "flowers": false, "ring8": false, "": false,
	} {
		require.Equal(t, want, HasPart(name, Test), name)
	}
}

// Every name is either a distribution or a set of images, and a misspelt one gets a suggestion.
func TestNames(t *testing.T) {
	require.True(t, slices.IsSorted(Names()))
	require.Len(t, slices.Compact(Names()), len(Names()))
	for _, name := range Names() {
		_, err := lookup(name)
		if name == data.Normal || slices.Contains(data.Toys(), name) {
			require.ErrorIs(t, err, ErrDistribution)
		} else {
			require.NoError(t, err)
		}
		found, path, err := NameOrPath(name)
		require.NoError(t, err)
		require.Equal(t, []string{name, ""}, []string{found, path})
	}
	for word, want := range map[string]string{"cifar-10": "cifar10", "swissroll": "swiss-roll", "minst": "mnist", "fashon": "fashion"} {
		_, err := Set(t.Context(), word, "", Options{})
		_, _, errOfEither := NameOrPath(word)
		for _, err := range []error{err, errOfEither} {
			var unknown *catalog.UnknownError
			require.ErrorAs(t, err, &unknown)
			name, ok := unknown.Suggestion()
			require.True(t, ok)
			require.Equal(t, want, name)
			require.ErrorContains(t, err, "did you mean \""+want+"\"?", "in words too")
		}
	}
}

func TestNameOrPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("photos.zip", nil, 0o666))
	name, path, err := NameOrPath("photos.zip")
	require.NoError(t, err)
	require.Empty(t, name)
	require.True(t, filepath.IsAbs(path), path)
	require.Equal(t, "photos.zip", filepath.Base(path))
	_, _, err = NameOrPath("other.zip")
	var unknown *catalog.UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "other.zip", unknown.Name)
	_, _, err = NameOrPath(filepath.Join("photos.zip", "inside"))
	require.Error(t, err, "a file is not a folder")
}

func TestSetNotFetched(t *testing.T) {
	t.Setenv(catalog.Env, t.TempDir())
	_, err := Set(t.Context(), "cifar10", Test, Options{})
	require.ErrorIs(t, err, catalog.ErrNotFetched)
}

// The content of a file decides how it is read.
func TestPath(t *testing.T) {
	o := Options{Frame: data.Frame{Size: 8}}
	for path, n := range map[string]int{
		"../mnist/t10k-images-idx3-ubyte.gz": 10_000,
		golden + "/mat/svhn.mat":             12,
		golden + "/mat/tfd48.mat":            10,
	} {
		source, err := Path(t.Context(), path, o)
		require.NoError(t, err, path)
		require.Equal(t, n, source.Len(), path)
		require.NoError(t, source.Close())
	}
	pictures, err := Path(t.Context(), "../emoji/emoji.zip", o)
	require.NoError(t, err)
	require.Equal(t, 1197, pictures.Len())
	require.Equal(t, 7, pictures.Classes())
	labelled, err := Path(t.Context(), "../mnist/t10k-images-idx3-ubyte.gz", o)
	require.NoError(t, err)
	require.Equal(t, 10, labelled.Classes(), "the labels lie beside the images")

	bin := filepath.Join(t.TempDir(), "data_batch_1.bin")
	require.NoError(t, os.WriteFile(bin, make([]byte, 2*3073), 0o666))
	for _, path := range []string{bin} {
		source, err := Path(t.Context(), path, o)
		require.NoError(t, err)
		require.Equal(t, 2, source.Len())
		require.Equal(t, 1, source.Classes())
	}
	require.NoError(t, os.WriteFile(bin, make([]byte, 3*3074), 0o666))
	source, err := Path(t.Context(), bin, o)
	require.NoError(t, err, "CIFAR-100")
	require.Equal(t, 3, source.Len())
}

func TestPathRefuses(t *testing.T) {
	_, err := Path(t.Context(), filepath.Join(t.TempDir(), "absent"), Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Path(t.Context(), t.TempDir(), Options{Frame: data.Frame{Size: 8}})
	require.ErrorIs(t, err, data.ErrEmpty)
}

// A cancelled context stops every way to open something.
func TestCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	o := Options{Frame: data.Frame{Size: 8}}
	for _, name := range []string{"mnist", "stacked-mnist", "fashion", "emoji"} {
		_, err := Set(ctx, name, "", o)
		require.ErrorIs(t, err, context.Canceled, name)
	}
	bin := filepath.Join(t.TempDir(), "data_batch_1.bin")
	require.NoError(t, os.WriteFile(bin, make([]byte, 2*3073), 0o666))
	for _, path := range []string{
		"../mnist/t10k-images-idx3-ubyte.gz", "../emoji/emoji.zip", golden + "/mat/svhn.mat", golden + "/mat/tfd48.mat",
		bin, filepath.Dir(bin),
	} {
		source, err := Path(ctx, path, o)
		require.Nil(t, source)
		require.ErrorIs(t, err, context.Canceled, path)
	}
}

// TestCloud: a distribution drawn by dots takes the place of a set, on the line and in the plane.
func TestCloud(t *testing.T) {
	dots := func(means ...[]float64) *data.Cloud { return &data.Cloud{Mixture: data.Mixture{Means: means, Std: .1}} }
	line, plane := Data{Cloud: dots([]float64{0}, []float64{1})}, Data{Cloud: dots([]float64{0, 1})}
	for _, d := range []Data{line, plane} {
		require.NoError(t, d.Validate())
		require.False(t, d.OfImages())
		require.Nil(t, d.Mixture(), "its dots are not modes")
		require.Equal(t, "a cloud", d.String())
	}
	require.Equal(t, *line.Cloud, line.Line())
	require.Nil(t, plane.Line())
	require.NotNil(t, Data{Set: data.Normal, Std: 1}.Line())
	require.Nil(t, Data{Set: "ring8"}.Line())

	gantest.RequireInvalid(t, Data{Set: "ring8", Cloud: line.Cloud}.Validate(), "data.cloud")
	gantest.RequireInvalid(t, Data{Path: "photos.zip", Cloud: line.Cloud}.Validate(), "data.cloud")
	gantest.RequireInvalid(t, Data{Cloud: dots([]float64{0, 0, 0})}.Validate(), "data.cloud")
	gantest.RequireInvalid(t, Data{Cloud: dots()}.Validate(), "data.cloud.means")
	gantest.RequireInvalid(t, Data{Cloud: line.Cloud, Flip: true}.Validate(), "data.flip")
	distribution, err := Data{Set: "nosuch", Mean: 1}.Distribution()
	require.NoError(t, err, "the name is refused where it is opened")
	require.Nil(t, distribution)
}

package catalog

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/gantest"
)

// TestPublished checks every entry for what the commands and Fetch rely on.
func TestPublished(t *testing.T) {
	require.True(t, slices.IsSorted(Names()))
	require.Len(t, slices.Compact(Names()), len(published), "a name is there twice")
	sizes := map[string]int64{} // of a file, by its place: sets that share it agree
	for _, name := range Names() {
		set, err := Lookup(name)
		require.NoError(t, err)
		require.Regexp(t, `^[a-z0-9-]+$`, name)
		for what, text := range map[string]string{"title": set.Title, "about": set.About, "use": set.Use, "home": set.Home} {
			require.NotEmpty(t, text, "%s has no %s", name, what)
		}
		home, err := url.Parse(set.Home)
		require.NoError(t, err)
		require.NotEmpty(t, home.Host, "%s: %s", name, set.Home)
		require.NotEmpty(t, set.Parts)
		require.Equal(t, set.BuiltIn == "", set.open != nil, name)
		require.True(t, set.ByHand == "" || set.Terms != "", "%s is to be had by hand: on what terms?", name)
		for _, part := range set.Parts {
			require.NotEmpty(t, part.Name, name)
			require.True(t, part.Images > 0 || name == "tfd", "%s, %s", name, part.Name)
			require.Equal(t, set.BuiltIn == "", len(part.Files) > 0, name)
		}
		for _, f := range set.Files() {
			checkFile(t, set, f)
			folder, err := set.Folder("data")
			require.NoError(t, err)
			place := filepath.Join(folder, f.Name)
			if size, ok := sizes[place]; ok {
				require.Equal(t, size, f.Size, place)
			}
			sizes[place] = f.Size
		}
	}
}

// checkFile checks the form of the fields of one file of a set.
func checkFile(t *testing.T, set *Set, f File) {
	t.Helper()
	require.Equal(t, filepath.Base(f.Name), f.Name)
	require.Equal(t, set.ByHand == "", len(f.URLs) > 0, "%s, %s: addresses are of what may be fetched", set.Name, f.Name)
	require.Equal(t, f.Hash != "", f.HashFrom != "", "%s, %s: a hash is from somewhere", set.Name, f.Name)
	require.True(t, f.Unpacked == "" || f.Hash != "" && strings.HasSuffix(f.Name, ".gz"), f.Name)
	for _, h := range []Hash{f.Hash, f.Unpacked} {
		algorithm, digits, _ := strings.Cut(string(h), ":")
		length := map[string]int{"": 0, "md5": 32, "sha256": 64}[algorithm]
		require.Len(t, digits, length, "%s, %s", set.Name, f.Name)
		_, err := hex.DecodeString(digits)
		require.NoError(t, err)
	}
	for _, address := range f.URLs {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Regexp(t, `^https?$`, u.Scheme)
		require.Equal(t, f.Name, filepath.Base(u.Path))
	}
	require.Regexp(t, regexp.MustCompile(`^(\d{4}-\d\d-\d\d)?$`), f.Tried)
}

func TestLookup(t *testing.T) {
	_, err := Lookup("cifar")
	var unknown *UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, UnknownError{What: "data set", Name: "cifar", Known: Names(), Key: "set"}, *unknown)
	require.ErrorContains(t, err, `data set "cifar" is unknown: want one of celeba, cifar10, cifar100, `)
	require.ErrorContains(t, err, `(did you mean "cifar10"?)`)
	gantest.RequireInvalid(t, err, "set")
	_, err = Lookup("photographs")
	require.ErrorAs(t, err, &unknown)
	_, ok := unknown.Suggestion()
	require.False(t, ok)
	set, err := Lookup("cifar10")
	require.NoError(t, err)
	set.Title = "spoilt"
	set, err = Lookup("cifar10")
	require.NoError(t, err)
	require.Equal(t, "CIFAR-10", set.Title, "nobody's change is another's")

	_, err = set.Part("extra")
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "extra", unknown.Name)
	gantest.RequireInvalid(t, err, "part")
	require.Equal(t, []string{"train", "test"}, unknown.Known)
	part, err := set.Part("")
	require.NoError(t, err)
	require.Equal(t, "train", part.Name)
	require.EqualValues(t, 170_052_171, part.Size())
	require.Len(t, set.Files(), 1, "both parts are in one file")
}

// TestDir: the environment's folder, or one in the user's cache; asking creates neither.
func TestDir(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	t.Setenv("LocalAppData", filepath.Join(home, "cache"))
	t.Setenv(Env, "")
	dir, err := Dir()
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(dir, home), dir)
	require.Equal(t, filepath.Join("gans-in-go", "data"), filepath.Join(filepath.Base(filepath.Dir(dir)), filepath.Base(dir)))

	set, err := Lookup("emnist-letters")
	require.NoError(t, err)
	require.False(t, set.Here(Options{}))
	_, err = set.Open(t.Context(), Options{})
	require.EqualError(t, err, `data set "emnist-letters" is not here: `+
		"`gan data fetch emnist-letters` fetches 535.7 MiB, or put gzip.zip into "+filepath.Join(dir, "emnist")+" by hand")
	require.ErrorIs(t, err, ErrNotFetched)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotErrorIs(t, err, ErrByHand)
	left, err := os.ReadDir(home)
	require.NoError(t, err)
	require.Empty(t, left, "asking makes nothing")

	t.Setenv(Env, filepath.Join(home, "mine"))
	dir, err = Dir()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(home, "mine"), dir)
	_, err = set.Open(t.Context(), Options{Dir: "there", Part: "test"})
	require.ErrorIs(t, err, ErrNotFetched)
	require.ErrorContains(t, err, "`gan data fetch emnist-letters --part test --dir there`")

	mnist, err := Lookup("mnist")
	require.NoError(t, err)
	require.True(t, mnist.Here(Options{}))
	_, err = mnist.Open(t.Context(), Options{})
	require.ErrorIs(t, err, ErrBuiltIn)
	require.ErrorContains(t, err, mnist.BuiltIn)
}

// packed is b, gzipped at a level.
func packed(t *testing.T, b []byte, level int) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, level)
	require.NoError(t, err)
	_, err = w.Write(b)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// TestVerify: files that are missing, right, wrong, cut short, repacked, and of no known hash.
func TestVerify(t *testing.T) {
	var plain []byte
	for i := range 2000 {
		plain = fmt.Appendln(plain, i*i)
	}
	theirs, debians := packed(t, plain, 9), packed(t, plain, 1)
	require.NotEqual(t, len(theirs), len(debians))
	file := File{Name: "x.gz", Size: int64(len(theirs)), Hash: sha(theirs), HashFrom: "the test"}
	flipped := bytes.Clone(theirs)
	flipped[len(flipped)/2]++

	for name, test := range map[string]struct {
		content  []byte
		unpacked Hash
		unknown  bool
		problem  error
		repacked bool
	}{
		"right":            {content: theirs},
		"flipped":          {content: flipped, problem: ErrChecksum},
		"short":            {content: theirs[:50], problem: ErrSize},
		"repacked":         {content: debians, unpacked: sha(plain), repacked: true},
		"repacked, unsaid": {content: debians, problem: ErrSize},
		"repacked, wrong":  {content: packed(t, plain[1:], 1), unpacked: sha(plain), problem: ErrChecksum},
		"not gzip at all":  {content: plain, unpacked: sha(plain), problem: ErrChecksum},
		"gzip, cut":        {content: debians[:60], unpacked: sha(plain), problem: ErrChecksum},
		"unknown":          {content: flipped, unknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Dir: t.TempDir()}
			f := file
			if f.Unpacked = test.unpacked; test.unknown {
				f.Hash, f.HashFrom, f.Size = "", "", 0
			}
			set := &Set{Name: "x", Parts: []Part{{Name: "train", Files: []File{f}}, {Name: "test", Files: []File{f}}}}
			reports, err := set.Verify(t.Context(), o)
			require.NoError(t, err)
			require.Len(t, reports, 1)
			require.False(t, reports[0].Here)

			path := filepath.Join(o.Dir, "x", "x.gz")
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
			require.NoError(t, os.WriteFile(path, test.content, 0o666))
			reports, err = set.Verify(t.Context(), o)
			require.NoError(t, err)
			report := reports[0]
			require.True(t, report.Here)
			require.Equal(t, path, report.Path)
			require.EqualValues(t, len(test.content), report.Size)
			require.Equal(t, test.repacked, report.Repacked)
			if test.problem != nil {
				require.ErrorIs(t, report.Problem, test.problem)
				require.ErrorContains(t, report.Problem, path)
				return
			}
			require.NoError(t, report.Problem)
			require.Equal(t, sha(test.content), report.Hash)
		})
	}
}

// TestVerifyStops: a cancelled context ends it, and what is not a file is reported as such.
func TestVerifyStops(t *testing.T) {
	o, _, _ := place(t)
	path := filepath.Join(o.Dir, "x", "x.bin")
	require.NoError(t, os.MkdirAll(path, 0o777))
	reports, err := one().Verify(t.Context(), o)
	require.NoError(t, err)
	require.ErrorIs(t, reports[0].Problem, data.ErrFormat)
	require.ErrorContains(t, reports[0].Problem, path)
	require.False(t, one().Here(o))

	require.NoError(t, os.Remove(path))
	require.NoError(t, os.WriteFile(path, content, 0o666))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = one().Verify(ctx, o)
	require.ErrorIs(t, err, context.Canceled)

	_, err = one().Verify(t.Context(), Options{Dir: o.Dir, Part: "extra"})
	var unknown *UnknownError
	require.ErrorAs(t, err, &unknown)
}

package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// contents are the files of a folder, but for the lock.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == asideLock {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		found[name] = string(content)
		return err
	}))
	return found
}

func TestExtract(t *testing.T) {
	want := map[string]string{
		"photos/b/2.txt": "two", "photos/a/1.txt": strings.Repeat("one", 1000), "photos/c/3.txt": "",
	}
	for name, content := range map[string][]byte{
		"zip": zipOf(t, nil, three...), "tar": tarOf(t, three...), "tgz": gzipped(t, tarOf(t, three...)),
	} {
		dir, path := filepath.Join(t.TempDir(), "new", "folder"), written(t, content)
		var output bytes.Buffer
		require.NoError(t, Extract(t.Context(), path, dir, Limits{}, nil, &output), name)
		require.Equal(t, want, contents(t, dir), name)
		require.Contains(t, output.String(), "unpacking download: 2.9 KiB") // 3,003 bytes

		// Again, over what is there: the files that keep names are replaced.
		require.NoError(t, os.WriteFile(filepath.Join(dir, "photos/b/2.txt"), []byte("old"), 0o666))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "photos/a/1.txt"), []byte("old"), 0o666))
		keep := func(name string) bool { return name == "photos/b/2.txt" }
		require.NoError(t, Extract(t.Context(), path, dir, Limits{}, keep, nil), name)
		require.Equal(t, "two", contents(t, dir)["photos/b/2.txt"])
		require.Equal(t, "old", contents(t, dir)["photos/a/1.txt"])
	}
}

// A file that cannot be unpacked leaves the earlier one, and nothing beside it.
func TestExtractFailing(t *testing.T) {
	whole := gzipped(t, tarOf(t, file{name: "first", content: "1"}, file{name: "x", content: strings.Repeat("new", 1000)}))
	dir := folderOf(t, file{name: "x", content: "old"})
	err := Extract(t.Context(), written(t, whole), dir, Limits{Bytes: 2000}, nil, nil)
	require.ErrorIs(t, err, data.ErrTooLarge)
	require.ErrorContains(t, err, `"x"`)
	require.Equal(t, map[string]string{"first": "1", "x": "old"}, contents(t, dir))

	require.ErrorIs(t, Extract(t.Context(), dir, t.TempDir(), Limits{}, nil, nil), data.ErrFormat)
	require.ErrorIs(t, Extract(t.Context(), filepath.Join(dir, "absent"), t.TempDir(), Limits{}, nil, nil), fs.ErrNotExist)
	path := written(t, tarOf(t, file{name: "first/x", content: "below a file"}))
	require.ErrorContains(t, Extract(t.Context(), path, dir, Limits{}, nil, nil), `"first/x"`)
}

// What a killed process left half unpacked is deleted by the next one, not by one that unpacks beside a living one.
func TestExtractSweeps(t *testing.T) {
	path, dir := written(t, tarOf(t, file{name: "x", content: "new"})), t.TempDir()
	aside := filepath.Join(dir, asidePrefix+"0123456789abcdef")
	require.NoError(t, os.WriteFile(aside, []byte("half"), 0o666))
	alive := flock.New(filepath.Join(dir, asideLock))
	require.NoError(t, alive.RLock())
	require.NoError(t, Extract(t.Context(), path, dir, Limits{}, nil, nil))
	require.FileExists(t, aside, "it may be the other's")

	require.NoError(t, alive.Close())
	require.NoError(t, Extract(t.Context(), path, dir, Limits{}, nil, nil))
	require.Equal(t, map[string]string{"x": "new"}, contents(t, dir))
}

// Several programs may unpack one archive into one folder at once.
func TestExtractTogether(t *testing.T) {
	path, dir := written(t, tarOf(t, file{name: "x", content: strings.Repeat("new", 1<<18)})), t.TempDir()
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() { errs[i] = Extract(t.Context(), path, dir, Limits{}, nil, nil) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, map[string]string{"x": strings.Repeat("new", 1<<18)}, contents(t, dir))
}

// Nothing gets out of the folder: not by a name, a link in the archive, or a link that is already in the folder.
func TestExtractStaysInside(t *testing.T) {
	for name, files := range map[string][]file{
		"up":          {{name: "../../victim/x", content: "new"}},
		"link":        {{name: "out", kind: tar.TypeSymlink}, {name: "out/x", content: "new"}},
		"linked file": {{name: "file", content: "new"}},
		"linked dir":  {{name: "dir/x", content: "new"}},
		"below it":    {{name: "dir/sub/x", content: "new"}},
	} {
		t.Run(name, func(t *testing.T) {
			top := folderOf(t, file{name: "victim/x", content: "old"}, file{name: "a/b/", kind: tar.TypeDir})
			dir := filepath.Join(top, "a", "b")
			require.NoError(t, os.Symlink(filepath.Join(top, "victim"), filepath.Join(dir, "dir")))
			require.NoError(t, os.Symlink(filepath.Join(top, "victim", "x"), filepath.Join(dir, "file")))
			err := Extract(t.Context(), written(t, tarOf(t, files...)), dir, Limits{}, nil, nil)
			entries, readErr := os.ReadDir(filepath.Join(top, "victim"))
			require.NoError(t, readErr)
			require.Len(t, entries, 1)
			require.Equal(t, map[string]string{"x": "old"}, contents(t, filepath.Join(top, "victim")))
			if name == "linked file" { // the link gives way to the file
				require.NoError(t, err)
				content, err := os.ReadFile(filepath.Join(dir, "file"))
				require.NoError(t, err)
				require.Equal(t, "new", string(content))
			} else {
				require.Error(t, err)
			}
		})
	}
}

// A cancelled context leaves no half-unpacked file.
func TestExtractCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	dir := t.TempDir()
	keep := func(string) bool {
		stop()
		return true
	}
	path := written(t, tarOf(t, file{name: "x", content: strings.Repeat("new", 1<<18)}))
	require.ErrorIs(t, Extract(ctx, path, dir, Limits{}, keep, nil), context.Canceled)
	require.Empty(t, contents(t, dir))
}

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/internal/gantest"
)

// entry is a file in an archive.
type entry struct {
	name    string
	kind    byte // of tar; 0 is a file
	content []byte
}

// tarball is a .tar.gz.
func tarball(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o755, Size: int64(len(e.content))}
		if e.kind == tar.TypeSymlink {
			header.Linkname, header.Size, e.content = string(e.content), 0, nil
		}
		require.NoError(t, w.WriteHeader(header))
		_, err := w.Write(e.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, zipped.Close())
	return out.Bytes()
}

// archiveName is this machine's archive.
var archiveName = "pjrt_cpu_" + runtime.GOOS + "_" + runtime.GOARCH + ".tar.gz"

// github is GitHub with one release in it.
type github struct {
	archive []byte
	digest  string // "" for the right one
	listed  string // the name in the list; "" for the right one
	fetch   func(w http.ResponseWriter, r *http.Request, n int)
	asked   []string // by whoever asks one after the other
	fetches atomic.Int32
}

func (p *github) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked = append(p.asked, "https://"+r.Host+r.URL.Path)
	if r.Host == "api.github.com" {
		if r.URL.Path != "/repos/gomlx/pjrt-cpu-binaries/releases/tags/v0.114.0" {
			http.NotFound(w, r)
			return
		}
		digest, name := p.digest, p.listed
		if sum := sha256.Sum256(p.archive); digest == "" {
			digest = "sha256:" + hex.EncodeToString(sum[:])
		}
		if name == "" {
			name = archiveName
		}
		fmt.Fprintf(w, `{"assets": [{"name": "other", "digest": null}, {"name": %q, "size": %d, "digest": %q, "browser_download_url": %q}]}`,
			name, len(p.archive), digest, "https://github.com/gomlx/pjrt-cpu-binaries/releases/download/v0.114.0/"+name)
		return
	}
	n := int(p.fetches.Add(1))
	if p.fetch != nil {
		p.fetch(w, r, n)
		return
	}
	http.ServeContent(w, r, "", time.Unix(1e9, 0), bytes.NewReader(p.archive))
}

// plugin runs `gan plugin` in a world where p is GitHub.
func (p *github) plugin(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return finish(t, p.pluginCommand(t, dir, args...))
}

func (p *github) pluginCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	if !backend.HasXLA() {
		t.Skip("this program has no XLA: no C compiler")
	}
	cmd := command(append([]string{"plugin", "--dir", dir}, args...)...)
	cmd.Env = append(cmd.Env, gantest.Hosts(t, p.ServeHTTP, "api.github.com", "github.com")...)
	return cmd
}

// holdsOnly asserts what a folder holds.
func holdsOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	found := []string{}
	for _, e := range entries {
		found = append(found, e.Name())
	}
	require.ElementsMatch(t, names, found)
}

// TestPluginIsFetched: a plugin that computes, from a publisher that drops the connection once. The command says first
// what comes from where.
func TestPluginIsFetched(t *testing.T) {
	plugin := gantest.ThinPlugin(t)
	p := &github{archive: tarball(t, entry{name: "pjrt_c_api_cpu_v0.114.0_plugin.so", content: plugin})}
	p.fetch = func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			w.Header().Set("Content-Length", fmt.Sprint(len(p.archive)))
			w.Header().Set("ETag", `"1"`)
			_, _ = w.Write(p.archive[:1000])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		assert.Equal(t, "bytes=1000-", r.Header.Get("Range"))
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.archive))
	}
	dir := filepath.Join(t.TempDir(), "pjrt")
	status, out, errs := p.plugin(t, dir)
	require.Zero(t, status, errs)
	url := "https://github.com/gomlx/pjrt-cpu-binaries/releases/download/v0.114.0/" + archiveName
	require.Regexp(t, `^XLA's CPU plugin: `+url+`, [\d.]+ KiB, sha256:[0-9a-f]{64}, into `+dir+"\n", errs)
	require.Contains(t, errs, "trying again")
	installed := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
	require.Equal(t, "XLA's CPU plugin v0.114.0 computes here: "+installed+"\n", out)
	holdsOnly(t, dir, filepath.Base(installed))
	got, err := os.ReadFile(installed)
	require.NoError(t, err)
	require.True(t, bytes.Equal(plugin, got))
}

// TestPluginIsRefused: whatever is wrong, nothing is left behind, here or elsewhere.
func TestPluginIsRefused(t *testing.T) {
	file := entry{name: "pjrt_c_api_cpu_v0.114.0_plugin.so", content: []byte("no library")}
	good := tarball(t, file)
	for name, c := range map[string]struct {
		p    *github
		want string
	}{
		"another hash":  {&github{archive: good, digest: "sha256:" + strings.Repeat("0", 64)}, `has the hash sha256:[0-9a-f]{64}: want sha256:0{64}, from GitHub`},
		"no hash":       {&github{archive: good, digest: "md5:1"}, `states no SHA-256 hash for ` + archiveName},
		"not listed":    {&github{archive: good, listed: "x"}, `lists no ` + archiveName},
		"not a library": {&github{archive: good}, `it does not work on this machine, and is deleted: exit status 1`},
		"climbs out": {&github{archive: tarball(t, entry{name: "../pjrt_c_api_cpu_v0.114.0_plugin.so", content: file.content})},
			`it holds "\.\./pjrt_c_api_cpu_v0\.114\.0_plugin\.so" .*want one file`},
		"absolute": {&github{archive: tarball(t, entry{name: "/tmp/pjrt_c_api_cpu_plugin.so", content: file.content})}, `it holds "/tmp/pjrt`},
		"through a link": {&github{archive: tarball(t, entry{"pjrt_c_api_cpu_plugin.so", tar.TypeSymlink, []byte("../../climbed")}, file)},
			`it holds "pjrt_c_api_cpu_plugin\.so" \(L`},
		"two files": {&github{archive: tarball(t, file, entry{name: "sitecustomize.py"})}, `it holds "sitecustomize\.py"`},
		"empty":     {&github{archive: tarball(t)}, `it is empty`},
		"no tar":    {&github{archive: []byte("<html>not found</html>")}, `gzip: invalid header`},
		"gone": {&github{archive: good, fetch: func(w http.ResponseWriter, r *http.Request, _ int) { http.NotFound(w, r) }},
			`cannot be fetched: .*404 Not Found`},
		"cut short": {&github{archive: good, fetch: func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", fmt.Sprint(len(good)))
			_, _ = w.Write(good[:10])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}}, `the connection was cut after 10 of \d+ bytes`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			above := t.TempDir()
			dir := filepath.Join(above, "pjrt")
			status, out, errs := c.p.plugin(t, dir)
			require.Equal(t, 1, status, errs)
			require.Empty(t, out)
			require.Regexp(t, c.want, errs)
			left := []string{}
			if name == "cut short" {
				left = append(left, archiveName+".lock", archiveName+".part", archiveName+".part.json") // to go on from
			}
			if name == "gone" || name == "another hash" {
				left = append(left, archiveName+".lock")
			}
			if name != "no hash" && name != "not listed" {
				holdsOnly(t, dir, left...)
				holdsOnly(t, above, "pjrt")
			}
		})
	}
}

// TestPluginOffline: without a network the error says so. With the archive in the folder and its hash on the command
// line none is needed, and another hash is refused.
func TestPluginOffline(t *testing.T) {
	p := &github{}
	cmd := p.pluginCommand(t, t.TempDir())
	cmd.Env = append(cmd.Env, "HTTPS_PROXY=http://127.0.0.1:1")
	status, _, errs := finish(t, cmd)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "connection refused")

	dir := t.TempDir()
	archive := tarball(t, entry{name: "pjrt_c_api_cpu_v0.114.0_plugin.so", content: []byte("no library")})
	require.NoError(t, os.WriteFile(filepath.Join(dir, archiveName), archive, 0o666))
	status, _, errs = p.plugin(t, dir, "--sha256", strings.Repeat("0", 64))
	require.Equal(t, 1, status)
	require.Regexp(t, `has the hash sha256:\w+: want sha256:0{64}, from --sha256`, errs)
	sum := sha256.Sum256(archive)
	_, _, errs = p.plugin(t, dir, "--sha256", strings.ToUpper(hex.EncodeToString(sum[:])))
	require.Contains(t, errs, "it does not work on this machine", "it was tried")
	require.Empty(t, p.asked, "nobody was asked")
}

// TestUnpackZip: the publisher packs the plugin for Windows as a zip.
func TestUnpackZip(t *testing.T) {
	for _, name := range []string{"pjrt_c_api_cpu_v0.114.0_plugin.dll", "../pjrt_c_api_cpu_v0.114.0_plugin.dll"} {
		dir := t.TempDir()
		archive := filepath.Join(dir, "pjrt_cpu_windows_amd64.zip")
		out, err := os.Create(archive)
		require.NoError(t, err)
		w := zip.NewWriter(out)
		in, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(in, "library")
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.NoError(t, out.Close())
		path, err := unpack(archive, dir)
		if strings.HasPrefix(name, "..") {
			require.ErrorContains(t, err, "want one file")
			holdsOnly(t, dir, filepath.Base(archive))
			continue
		}
		require.NoError(t, err)
		require.Equal(t, filepath.Join(dir, "pjrt_c_api_cpu_plugin.dll"), path)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "library", string(got))
	}
}

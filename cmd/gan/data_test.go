package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/internal/gantest"
)

// publisher is the environment variable with the address from which the command under test fetches KMNIST's files,
// which are then small.
const publisher = "GAN_TEST_PUBLISHER"

func init() {
	if url := os.Getenv(publisher); url != "" {
		lookup = func(name string) (*catalog.Set, error) {
			set, err := catalog.Lookup(name)
			if err == nil && name == "kmnist" {
				shrink(set, url)
			}
			return set, err
		}
	}
}

// files are what the publisher serves: two images with labels, and one.
var files = map[string][]byte{
	"train-images-idx3-ubyte.gz": idx([]uint32{2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8),
	"train-labels-idx1-ubyte.gz": idx([]uint32{2}, 0, 1),
	"t10k-images-idx3-ubyte.gz":  idx([]uint32{1, 2, 2}, 9, 9, 9, 9),
	"t10k-labels-idx1-ubyte.gz":  idx([]uint32{1}, 3),
}

func idx(dims []uint32, values ...byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, values...)
}

func hashOf(b []byte) catalog.Hash {
	sum := sha256.Sum256(b)
	return catalog.Hash("sha256:" + hex.EncodeToString(sum[:]))
}

// shrink replaces a set's files by the small ones.
func shrink(set *catalog.Set, url string) {
	set.Parts = slices.Clone(set.Parts)
	for i := range set.Parts {
		set.Parts[i].Files = slices.Clone(set.Parts[i].Files)
		for j := range set.Parts[i].Files {
			f := &set.Parts[i].Files[j]
			f.URLs, f.Size, f.Hash = []string{url + "/" + f.Name}, int64(len(files[f.Name])), hashOf(files[f.Name])
		}
	}
}

// publish serves the files.
func publish(t *testing.T) *httptest.Server {
	gantest.Loopback(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Unix(1e9, 0), bytes.NewReader(files[path.Base(r.URL.Path)]))
	}))
	t.Cleanup(server.Close)
	return server
}

// dataCommand is a gan data command whose publisher is at url and whose sets are in dir.
func dataCommand(url, dir string, args ...string) *exec.Cmd {
	cmd := command(append([]string{"data"}, args...)...)
	cmd.Env = append(cmd.Env, publisher+"="+url, catalog.Env+"="+dir)
	return cmd
}

// TestData: a set that is not here is fetched and verified, and then damaged.
func TestData(t *testing.T) {
	server, dir := publish(t), filepath.Join(t.TempDir(), "sets")
	run := func(args ...string) (int, string, string) { return finish(t, dataCommand(server.URL, dir, args...)) }
	line := func(name string) string { return `(?m)^` + name + ` +` }

	status, out, errs := run("list")
	require.Zero(t, status, errs)
	for _, name := range catalog.Names() {
		require.Regexp(t, line(name), out)
	}
	require.Regexp(t, line("kmnist")+`60000 +34 B +cursive Japanese characters, grey, 28 x 28 +not here$`, out)
	require.Regexp(t, line("mnist")+`.* built in$`, out)
	require.Regexp(t, line("celeba")+`.* by hand$`, out)
	require.Contains(t, out, "Files go to "+dir+".")
	require.NoDirExists(t, dir, "listing makes nothing")

	status, out, _ = run("verify")
	require.Zero(t, status)
	require.Equal(t, "No data set has been fetched: there is nothing to verify.\n", out)
	status, _, errs = run("verify", "kmnist")
	require.Equal(t, 1, status)
	require.Equal(t, "gan: data set \"kmnist\" is not here: `gan data fetch kmnist` fetches 34 B, or put train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz into "+
		filepath.Join(dir, "kmnist")+" by hand\n", errs)

	status, out, errs = run("fetch", "kmnist", "mnist")
	require.Zero(t, status, errs)
	require.Contains(t, out, "Licence: CC BY-SA 4.0. The publisher asks to be named")
	require.Contains(t, out, "kmnist is here, in "+filepath.Join(dir, "kmnist")+".\n\nNext:\n  gan train --data kmnist\n")
	require.Contains(t, out, "mnist is built in: there is nothing to fetch.\n")
	require.Contains(t, errs, "train-images-idx3-ubyte.gz: 24 B to do\n")
	_, out, _ = run("list")
	require.Regexp(t, line("kmnist")+`.* here: train$`, out)

	status, _, errs = run("fetch", "kmnist", "--part", "all")
	require.Zero(t, status, errs)
	require.Contains(t, errs, "t10k-images-idx3-ubyte.gz: 20 B to do\n")
	require.NotContains(t, errs, "train-", "they are here")
	_, out, _ = run("list")
	require.Regexp(t, line("kmnist")+`.* here$`, out)

	status, out, errs = run("verify")
	require.Zero(t, status, errs)
	images := filepath.Join(dir, "kmnist", "train-images-idx3-ubyte.gz")
	require.Contains(t, out, images+": right\n")
	require.Equal(t, 4, strings.Count(out, ": right\n"), out)

	damaged := bytes.Clone(files["train-images-idx3-ubyte.gz"])
	damaged[20]++
	require.NoError(t, os.WriteFile(images, damaged, 0o666))
	status, out, errs = run("verify", "kmnist")
	require.Equal(t, 1, status)
	require.Contains(t, out, images+": wrong\n")
	require.Contains(t, errs, `gan: data set "kmnist": `+images+" has the hash "+string(hashOf(damaged))+": want ")
	require.Contains(t, errs, "; delete it and fetch it again\n")
}

// TestDataInfo prints everything, and says which addresses were never tried.
func TestDataInfo(t *testing.T) {
	dir := t.TempDir()
	status, out, errs := finish(t, dataCommand("", dir, "info", "cifar10"))
	require.Zero(t, status, errs)
	for _, want := range []string{
		`(?m)^state +not here$`, `(?m)^licence +not stated$`, `(?m)^parts +train \(50000 images\), test \(10000 images\)$`,
		`(?m)^file +cifar-10-binary\.tar\.gz, 162\.2 MiB, for train, test$`,
		`(?m)^ +https://www\.cs\.toronto\.edu/~kriz/cifar-10-binary\.tar\.gz \(untried\)$`,
		`(?m)^ +sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd$`,
		`(?m)^ +hash from tensorflow-datasets 4\.9\.10, url_checksums/cifar10\.txt$`,
		`(?m)^  gan data fetch cifar10$`,
	} {
		require.Regexp(t, want, out)
	}
	status, out, errs = finish(t, dataCommand("", dir, "info", "tfd"))
	require.Zero(t, status, errs)
	require.Regexp(t, `(?m)^file +TFD_48x48\.mat, of unknown size, for unlabelled, train, validation, test$`, out)
	require.Contains(t, out, "nobody has published its hash")
	require.NotContains(t, out, "Next:", "there is no command that brings it")

	for _, name := range catalog.Names() {
		status, out, errs = finish(t, dataCommand("", dir, "info", name))
		require.Zero(t, status, errs)
		set, err := catalog.Lookup(name)
		require.NoError(t, err)
		require.Contains(t, out, set.Home)
	}
}

// TestDataByHand: terms, the publisher's page and the folder are printed for sets by hand; the others are fetched.
func TestDataByHand(t *testing.T) {
	server, dir := publish(t), t.TempDir()
	status, out, errs := finish(t, dataCommand(server.URL, dir, "fetch", "celeba", "kmnist"))
	require.Equal(t, 1, status)
	require.Contains(t, errs, `gan: data set "celeba" is not here, and you have to get it by hand: It is given out for non-commercial research only`)
	require.Contains(t, errs, "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html")
	require.Contains(t, errs, "Put img_align_celeba.zip into "+filepath.Join(dir, "celeba")+"\n")
	require.NoDirExists(t, filepath.Join(dir, "celeba"))
	require.Contains(t, out, "kmnist is here")
}

// TestDataDir: --dir overrides the environment, and the messages follow it.
func TestDataDir(t *testing.T) {
	server, dir := publish(t), filepath.Join(t.TempDir(), "mine")
	status, _, errs := finish(t, dataCommand(server.URL, "elsewhere", "verify", "kmnist", "--dir", dir))
	require.Equal(t, 1, status)
	require.Contains(t, errs, "`gan data fetch kmnist --dir "+dir+"`")
	status, out, errs := finish(t, dataCommand(server.URL, "elsewhere", "fetch", "kmnist", "--dir", dir))
	require.Zero(t, status, errs)
	require.FileExists(t, filepath.Join(dir, "kmnist", "train-labels-idx1-ubyte.gz"))
	require.Contains(t, out, "  GAN_DATA="+dir+" gan train --data kmnist\n")
	require.NoDirExists(t, "elsewhere")
}

// TestDataProxy: the environment's proxy is asked for an address that does not exist.
func TestDataProxy(t *testing.T) {
	proxy, dir := publish(t), t.TempDir()
	cmd := dataCommand("http://publisher.invalid", dir, "fetch", "kmnist")
	cmd.Env = append(cmd.Env, "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
	status, out, errs := finish(t, cmd)
	require.Zero(t, status, errs)
	require.Contains(t, out, "kmnist is here")
}

// TestDataMistakes exit with status 1 and say what would be right.
func TestDataMistakes(t *testing.T) {
	for _, mistake := range []struct {
		want string
		args []string
	}{
		{`data set "cifar" is unknown: want one of celeba, cifar10, `, []string{"fetch", "kmnist", "cifar"}},
		{`data set "cifar" is unknown: want one of celeba, cifar10, `, []string{"info", "cifar"}},
		{`data set "cifar" is unknown: want one of celeba, cifar10, `, []string{"verify", "cifar"}},
		{`data set "kmnist": part "extra" is unknown: want one of train, test`, []string{"fetch", "svhn", "kmnist", "--part", "extra"}},
	} {
		dir := filepath.Join(t.TempDir(), "sets")
		status, out, errs := finish(t, dataCommand("http://127.0.0.1:1", dir, mistake.args...))
		require.Equal(t, 1, status, mistake.args)
		require.Contains(t, errs, "gan: "+mistake.want)
		require.Empty(t, out)
		require.NoDirExists(t, dir, "nothing is begun before the mistake is found")
	}
}

// TestDataInterrupted: Ctrl-C ends a fetch with the shell's status and keeps what has arrived; the same command resumes
// there.
func TestDataInterrupted(t *testing.T) {
	gantest.Loopback(t)
	half := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content := files[path.Base(r.URL.Path)]
		w.Header().Set("ETag", `"a"`)
		if r.Header.Get("Range") == "" && strings.HasPrefix(path.Base(r.URL.Path), "train-images") {
			w.Header().Set("Content-Length", "24")
			_, _ = w.Write(content[:10])
			_ = http.NewResponseController(w).Flush()
			close(half)
			<-r.Context().Done()
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	cmd := dataCommand(server.URL, dir, "fetch", "kmnist")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	require.NoError(t, cmd.Start())
	select {
	case <-half:
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		t.Fatal("nobody has fetched anything in a minute")
	}
	partial := filepath.Join(dir, "kmnist", "train-images-idx3-ubyte.gz.part")
	require.Eventually(t, func() bool { info, err := os.Stat(partial); return err == nil && info.Size() == 10 }, 10*time.Second, time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	require.Error(t, cmd.Wait())
	require.Equal(t, interrupted, cmd.ProcessState.ExitCode(), errs.String())
	require.Contains(t, errs.String(), "stopped at 10 B: the same command resumes there")

	status, _, said := finish(t, dataCommand(server.URL, dir, "fetch", "kmnist"))
	require.Zero(t, status, said)
	require.Contains(t, said, "train-images-idx3-ubyte.gz, from 10 B on: 14 B to do")
	require.NoFileExists(t, partial)
}

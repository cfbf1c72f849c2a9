package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/go-xla/installer"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/internal/progress"
)

// pluginRelease is the release of XLA's CPU plugin that go-xla is tested with (pjrt.DefaultCPUVersion).
const pluginRelease = "v0.114.0"

type pluginCmd struct {
	Dir    string `type:"path" placeholder:"DIR" help:"The folder to put it into (default: .venv/pjrt of the checkout around the working directory)."`
	SHA256 string `name:"sha256" placeholder:"HASH" help:"The hash that the archive must have (default: the one that GitHub states for it)."`
}

// Help is what `gan plugin --help` adds.
func (*pluginCmd) Help() string {
	return "The publisher is " + installer.BinaryCPUReleasesRepo + " on GitHub, which builds the plugin for " +
		strings.Join(installer.CPUSupportedPlatforms, ", ") + ". A fetch that was stopped resumes. With --sha256, an " +
		"archive that is in the folder already is used, and no network is needed for it."
}

// Run fetches the plugin's archive, checks its hash, unpacks the plugin, and keeps it if it computes.
//
// Package installer of go-xla knows who builds the plugin for which platform. Its CPUInstall is not used: it checks no
// hash, writes outside its folder if the archive says so, and takes the archive for Windows for a tar.
func (c *pluginCmd) Run() error {
	ctx, stop := interruptible("now")
	defer stop()
	platform := runtime.GOOS + "_" + runtime.GOARCH
	if !slices.Contains(installer.CPUSupportedPlatforms, platform) {
		return fmt.Errorf("there is no XLA plugin for %s, only for %s", platform, strings.Join(installer.CPUSupportedPlatforms, ", "))
	}
	if !backend.HasXLA() {
		return fmt.Errorf("%w: %s", backend.ErrNoXLA, needsC)
	}
	dir, err := c.folder()
	if err != nil {
		return err
	}
	file, err := c.archive(ctx, platform)
	if err != nil {
		return fmt.Errorf("XLA's CPU plugin: %w", err)
	}
	about := file.URLs[0]
	if file.Size > 0 {
		about += ", " + progress.Size(file.Size)
	}
	fmt.Fprintf(os.Stderr, "XLA's CPU plugin: %s, %s, into %s\n", about, file.Hash, dir)
	if err := file.Fetch(ctx, dir, os.Stderr); err != nil {
		return fmt.Errorf("XLA's CPU plugin: %w", err)
	}
	path, err := install(ctx, dir, file.Name)
	if err != nil {
		return fmt.Errorf("XLA's CPU plugin %s: %w", pluginRelease, err)
	}
	fmt.Fprintf(stdout, "XLA's CPU plugin %s computes here: %s\n", pluginRelease, path)
	return nil
}

// folder is where the plugin goes.
func (c *pluginCmd) folder() (string, error) {
	if c.Dir != "" {
		return c.Dir, nil
	}
	root, err := backend.Checkout()
	if err != nil {
		return "", fmt.Errorf("%w: name a folder with --dir, and name it in $PJRT_PLUGIN_LIBRARY_PATH afterwards", err)
	}
	return filepath.Join(root, ".venv", "pjrt"), nil
}

// archive describes the archive of a platform, such as "linux_arm64".
func (c *pluginCmd) archive(ctx context.Context, platform string) (catalog.File, error) {
	name := "pjrt_cpu_" + platform + ".tar.gz"
	if strings.HasPrefix(platform, "windows") {
		name = "pjrt_cpu_" + platform + ".zip"
	}
	if c.SHA256 != "" {
		url := "https://github.com/" + installer.BinaryCPUReleasesRepo + "/releases/download/" + pluginRelease + "/" + name
		return catalog.File{Name: name, URLs: []string{url}, Hash: catalog.Hash("sha256:" + strings.ToLower(c.SHA256)), HashFrom: "--sha256"}, nil
	}
	return publishedArchive(ctx, name)
}

var sha256Digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// publishedArchive asks GitHub for an archive of the release. GitHub computes a file's hash when it is uploaded.
func publishedArchive(ctx context.Context, name string) (catalog.File, error) {
	url := "https://api.github.com/repos/" + installer.BinaryCPUReleasesRepo + "/releases/tags/" + pluginRelease
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return catalog.File{}, err
	}
	request.Header.Set("Accept", "application/vnd.github+json")
	response, err := catalog.Client().Do(request)
	if err != nil {
		return catalog.File{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return catalog.File{}, fmt.Errorf("%s: %w", url, &catalog.StatusError{Code: response.StatusCode, Status: response.Status})
	}
	var release struct {
		Assets []struct {
			Name   string
			Size   int64
			Digest string
			URL    string `json:"browser_download_url"`
		}
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&release); err != nil {
		return catalog.File{}, fmt.Errorf("%s: %w", url, err)
	}
	for _, asset := range release.Assets {
		if asset.Name != name {
			continue
		}
		if !sha256Digest.MatchString(asset.Digest) {
			return catalog.File{}, fmt.Errorf("%s states no SHA-256 hash for %s: give one with --sha256", url, name)
		}
		return catalog.File{Name: name, URLs: []string{asset.URL}, Size: asset.Size, Hash: catalog.Hash(asset.Digest), HashFrom: "GitHub"}, nil
	}
	return catalog.File{}, fmt.Errorf("%s lists no %s", url, name)
}

// install unpacks the plugin from an archive in dir, tries it and gives it its name. The archive is deleted.
func install(ctx context.Context, dir, archive string) (path string, err error) {
	archive = filepath.Join(dir, archive)
	defer os.Remove(archive)
	unpacked, err := os.MkdirTemp(dir, ".unpacked-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(unpacked)
	fresh, err := unpack(archive, unpacked)
	if err != nil {
		return "", err
	}
	if err := try(ctx, fresh); err != nil {
		return "", fmt.Errorf("it does not work on this machine, and is deleted: %w", err)
	}
	path = filepath.Join(dir, filepath.Base(fresh))
	return path, os.Rename(fresh, path)
}

var pluginName = regexp.MustCompile(`^pjrt_c_api_cpu(_v[0-9.]+)?_plugin\.(so|dylib|dll)$`)

// maxPlugin is the most bytes a plugin may have. They have 200 MB.
const maxPlugin = 1 << 30

// unpack writes the plugin that an archive holds into a folder, without the version in its name. The archive must hold
// that one file and nothing else, so no name in it says where something is written.
func unpack(archive, folder string) (path string, err error) {
	in, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer in.Close()
	next, err := entries(in)
	if err != nil {
		return "", fmt.Errorf("%s: %w", archive, err)
	}
	for {
		name, mode, content, err := next()
		if err == io.EOF && path != "" {
			return path, nil
		}
		if err == io.EOF {
			err = errors.New("it is empty")
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", archive, err)
		}
		parts := pluginName.FindStringSubmatch(name)
		if parts == nil || !mode.IsRegular() || path != "" {
			return "", fmt.Errorf("%s: it holds %q (%v), want one file, the plugin, and nothing else", archive, name, mode)
		}
		path = filepath.Join(folder, "pjrt_c_api_cpu_plugin."+parts[2])
		if err := writeLibrary(path, content); err != nil {
			return "", fmt.Errorf("%s: %w", archive, err)
		}
	}
}

// entries walks a .zip, or else a .tar.gz. The end is io.EOF.
func entries(in *os.File) (next func() (name string, mode os.FileMode, content io.Reader, err error), err error) {
	if strings.HasSuffix(in.Name(), ".zip") {
		info, err := in.Stat()
		if err != nil {
			return nil, err
		}
		all, err := zip.NewReader(in, info.Size())
		if err != nil {
			return nil, err
		}
		return func() (string, os.FileMode, io.Reader, error) {
			if len(all.File) == 0 {
				return "", 0, nil, io.EOF
			}
			file := all.File[0]
			all.File = all.File[1:]
			content, err := file.Open()
			return file.Name, file.Mode(), content, err
		}, nil
	}
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	all := tar.NewReader(unzipped)
	return func() (string, os.FileMode, io.Reader, error) {
		header, err := all.Next()
		if err != nil {
			return "", 0, nil, err
		}
		return header.Name, header.FileInfo().Mode(), all, nil
	}, nil
}

// writeLibrary makes a file that may be executed.
func writeLibrary(path string, content io.Reader) (err error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o777)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	n, err := io.Copy(out, io.LimitReader(content, maxPlugin+1))
	if n > maxPlugin {
		return fmt.Errorf("the plugin is larger than %s", progress.Size(maxPlugin))
	}
	return err
}

// try computes on a plugin in a process of its own, which a plugin for another machine may crash.
func try(ctx context.Context, path string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, self, "__try", path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out[:min(len(out), 2000)])))
	}
	return nil
}

// tryCmd is what try starts.
type tryCmd struct {
	Path string `arg:""`
}

// Run compiles and computes a matrix product.
func (c *tryCmd) Run() error {
	b, err := backend.Open("xla:" + c.Path)
	if err != nil {
		return err
	}
	product, err := NewExec(b, func(x *Node) *Node { return MatMul(x, x) })
	if err != nil {
		return err
	}
	result, err := product.Call(tensors.FromValue([][]float32{{1, 2}, {3, 4}}))
	if err != nil {
		return err
	}
	if got, want := tensors.MustCopyFlatData[float32](result[0]), []float32{7, 10, 15, 22}; !slices.Equal(got, want) {
		return fmt.Errorf("it computes %v where %v is right", got, want)
	}
	return nil
}

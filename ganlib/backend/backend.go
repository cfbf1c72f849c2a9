// Package backend chooses the engine that runs the computation graphs.
//
// Two engines do the same work. "go" is pure Go: it is part of every program and needs nothing installed. "xla:cpu"
// and "xla:cuda" run Google's XLA through a PJRT plugin, a shared library that is loaded when the engine is opened.
// They need a program built with cgo, on a platform that go-xla supports. See [Open].
//
// Plugins are never downloaded here; `gan plugin` does that when asked. [Plugin] looks for one in the directories of
// $PJRT_PLUGIN_LIBRARY_PATH, then in .venv/pjrt of the checkout around the working directory, where `make setup` puts it,
// then where go-xla's installer puts them.
package backend

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
	"golang.org/x/sys/cpu"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Env is the environment variable that names the engine. It is GoMLX's own.
const Env = "GOMLX_BACKEND"

// Why an XLA engine cannot be opened.
var (
	// ErrNoXLA means that the program was built without XLA.
	ErrNoXLA = errors.New("this program was built without XLA")
	// ErrNoPlugin means that the PJRT plugin was not found.
	ErrNoPlugin = errors.New("no PJRT plugin")
)

// hasXLA is false in a program built without cgo or for a platform that go-xla does not support.
var hasXLA bool

// loadPlugin loads the plugin for the CPU, a file, before go-xla would. Of others it looks at the file only.
var loadPlugin func(path string) error

// programsOf is where the programs of a plugin for the CPU are kept, and whether that was asked for.
var programsOf func(path string) (dir string, asked bool)

// HasXLA reports whether this program was built with XLA. It may still lack a plugin.
func HasXLA() bool { return hasXLA }

// Resolve returns the name of the engine to use: the given name, else $GOMLX_BACKEND, else "xla:cpu" if its plugin is
// found and can be loaded, else "go". A plugin that cannot be loaded is named, with the reason, on the standard error.
// A run records the result as the backend it was trained on.
func Resolve(name string) string {
	if name == "" {
		name = os.Getenv(Env)
	}
	if name == "" {
		name = "go"
		if path, ok := Plugin("cpu"); ok && usable(path) {
			name = "xla:cpu"
		}
	}
	if name == "xla" {
		name = "xla:cpu"
	}
	return name
}

// Open returns the engine of a name, which it passes to [Resolve] first: "go", "xla:cpu", "xla:cuda", or any
// configuration GoMLX accepts, such as "go:parallelism=1" or "xla:/path/to/plugin.so". Plain "go" runs one operation
// at a time, each on all cores, which is faster for networks of the size that GANs have here.
//
// Each engine is started once, shared by all who ask for it by the same name, and lives as long as the program: do
// not finalize it.
//
// An unknown name is refused as an [invalid.Error] of the key "backend". If XLA cannot be used, the error wraps
// [ErrNoXLA] or [ErrNoPlugin].
func Open(name string) (compute.Backend, error) {
	name = Resolve(name)
	mu.Lock()
	defer mu.Unlock()
	if b, ok := started[name]; ok {
		return b, nil
	}
	b, err := start(name)
	if err == nil {
		started[name] = b
	}
	return b, err
}

var (
	mu      sync.Mutex
	started = map[string]compute.Backend{} // by resolved name
)

// start starts the engine of a resolved name.
func start(name string) (compute.Backend, error) {
	config := name
	switch kind, plugin, _ := strings.Cut(name, ":"); kind {
	case "go":
		warnWithoutSIMD(os.Stderr)
		if plugin == "" {
			config = "go:ops_sequential"
		}
	case "xla":
		path, options, err := findXLA(plugin)
		if err != nil {
			return nil, err
		}
		path, forget, err := plainName(path)
		if err != nil {
			return nil, err
		}
		defer forget()
		if err := loadPlugin(path); err != nil {
			return nil, fmt.Errorf("backend %s: %w\n`gan doctor` looks at it; --backend go needs none", name, err)
		}
		config = "xla:" + path + options
	default:
		return nil, invalid.Value("backend", name, "go, xla:cpu or xla:cuda")
	}
	b, err := compute.NewWithConfig(config)
	if err != nil {
		return nil, fmt.Errorf("backend %s does not start: %w", name, err)
	}
	if strings.HasPrefix(config, "go") {
		b = Simplified(b)
	}
	return b, nil
}

// findXLA finds the plugin named by a configuration such as "cpu", "cuda,memory_fraction=.5" or "/path/to/plugin.so".
// The options keep their comma.
func findXLA(plugin string) (path, options string, err error) {
	if !HasXLA() {
		return "", "", fmt.Errorf("backend xla:%s: %w, because cgo was off or XLA does not support %s/%s: "+
			"install a C compiler and build with CGO_ENABLED=1, or use --backend go", plugin, ErrNoXLA, runtime.GOOS, runtime.GOARCH)
	}
	path, options, found := strings.Cut(plugin, ",")
	if found {
		options = "," + options
	}
	if filepath.IsAbs(path) {
		return path, options, nil
	}
	short := path
	path, ok := Plugin(short)
	if !ok {
		return "", "", fmt.Errorf("backend xla:%s: %w: %s is neither in $%s, nor in .venv/pjrt of a checkout around the "+
			"working directory, nor where go-xla's installer puts it: `gan doctor` says how to have it; --backend go needs none",
			short, ErrNoPlugin, pluginFiles(short)[0], pluginPathEnv)
	}
	return path, options, nil
}

// usable reports whether a plugin for the CPU can be loaded, and warns once if not.
func usable(path string) bool {
	err := PluginError(path)
	if err != nil {
		warnPlugin.Do(func() {
			fmt.Fprintf(os.Stderr, "gans: the Go engine computes, because XLA's cannot: %v\n", err)
		})
	}
	return err == nil
}

var warnPlugin sync.Once

// PluginError says why a plugin cannot be loaded: it is cut short, or for another kind of machine, or it needs a library
// that is not here. It is nil for a plugin that can, which is loaded then.
func PluginError(path string) error {
	path, forget, err := plainName(path)
	if err != nil {
		return err
	}
	defer forget()
	return loadPlugin(path)
}

// plainName returns a path to the plugin that go-xla does not misread. go-xla takes a plugin for CUDA's or ROCm's if
// one of these words is anywhere in its path, so a checkout below ~/cuda could not load the plugin for the CPU. In
// that case the path is a link in a temporary directory. Call forget once the plugin is loaded: it removes the link.
func plainName(path string) (plain string, forget func(), err error) {
	if !vendor.MatchString(filepath.Dir(path)) || vendor.MatchString(filepath.Base(path)) {
		return path, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "gans-pjrt-")
	if err != nil {
		return "", nil, err
	}
	forget = func() { os.RemoveAll(dir) }
	plain = filepath.Join(dir, filepath.Base(path))
	if err := os.Symlink(path, plain); err != nil {
		forget()
		return "", nil, fmt.Errorf("%s: go-xla would take this plugin for another vendor's because of its directory's name, and linking it elsewhere failed: %w", path, err)
	}
	return plain, forget, nil
}

var vendor = regexp.MustCompile(`(?i)cuda|nvidia|rocm|amd`)

const pluginPathEnv = "PJRT_PLUGIN_LIBRARY_PATH"

// Plugin returns the path of the PJRT plugin with a short name, "cpu" or "cuda". ok is false if there is no such
// plugin or the program was built without XLA.
func Plugin(name string) (path string, ok bool) {
	if !HasXLA() {
		return "", false
	}
	dirs := filepath.SplitList(os.Getenv(pluginPathEnv))
	if root, err := Checkout(); err == nil {
		dirs = append(dirs, filepath.Join(root, ".venv", "pjrt"))
	}
	for _, dir := range append(dirs, installDirs()...) {
		for _, file := range pluginFiles(name) {
			if path, err := filepath.Abs(filepath.Join(dir, file)); err == nil && exists(path) {
				return path, true
			}
		}
	}
	return "", false
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// installDirs are where go-xla's installer puts plugins. go-xla itself would load each plugin it finds there to list
// them, and a damaged one can end the program.
var installDirs = func() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	if runtime.GOOS == "windows" {
		return []string{filepath.Join(home, "AppData", "Local", "go-xla")}
	}
	var dirs []string
	for _, lib := range []string{filepath.Join(home, ".local", "lib"), "/usr/local/lib"} {
		dirs = append(dirs, filepath.Join(lib, "go-xla"), filepath.Join(lib, "go-xla", "nvidia"))
	}
	return dirs
}

// Programs returns the directory in which the programs that XLA's plugin for the CPU compiles are kept, or "" if they
// are not: no plugin, no place, or not Linux. Package plugin says more.
func Programs() string {
	path, ok := Plugin("cpu")
	if !ok || runtime.GOOS != "linux" {
		return ""
	}
	dir, _ := programsOf(path)
	return dir
}

// pluginFiles are the names that a plugin's file may have. Those that go-xla's publisher builds for macOS end in .so.
func pluginFiles(name string) []string {
	base := "pjrt_c_api_" + name + "_plugin."
	switch runtime.GOOS {
	case "darwin":
		return []string{base + "dylib", base + "so"}
	case "windows":
		return []string{base + "dll"}
	}
	return []string{base + "so"}
}

// Checkout returns the root of the GANs-in-Go checkout around the working directory.
func Checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module github.com/gans-in-go/gans\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("the working directory is not in a checkout of GANs in Go")
		}
		dir = parent
	}
}

// SIMD reports whether the "go" engine uses vector instructions: it does if the program was built with them and the
// machine is able to run them.
func SIMD() (built, able bool) {
	return builtWithSIMD, runtime.GOARCH == "amd64" && cpu.X86.HasAVX2
}

var warnOnce sync.Once

// warnWithoutSIMD writes its advice once in the life of the program.
func warnWithoutSIMD(w io.Writer) {
	if built, able := SIMD(); built || !able {
		return
	}
	warnOnce.Do(func() {
		fmt.Fprintln(w, "gans: this program was built without SIMD, which makes matrix products 20 to 30 times slower; "+
			"rebuild it with GOEXPERIMENT=simd, as in: GOTOOLCHAIN=auto GOEXPERIMENT=simd go run ./cmd/gan")
	})
}

// Package backend chooses the engine that runs the computation graphs.
//
// Two engines do the same work. "go" is pure Go, always there and needs nothing installed. "xla:cpu"
// and "xla:cuda" run Google's XLA through a PJRT plugin, a shared library loaded when the program
// starts; they need a program built with cgo on a platform go-xla supports. Nothing is ever fetched:
// a plugin is looked for in the directories of $PJRT_PLUGIN_LIBRARY_PATH, then in .venv/pjrt of the
// checkout that encloses the working directory (where `make setup` puts it), then where go-xla
// itself looks.
package backend

import (
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
)

// Env is the environment variable that names the engine, GoMLX's own.
const Env = "GOMLX_BACKEND"

// Warnings receives advice that is not an error, such as a program built without SIMD.
var Warnings io.Writer = os.Stderr

// xlaPlugins lists the PJRT plugins go-xla finds by itself, name to path. It is nil in programs built
// without cgo, or for a platform go-xla does not support: they have no XLA.
var xlaPlugins func() map[string]string

// HasXLA reports whether this program was built with XLA, whether or not a plugin is present.
func HasXLA() bool { return xlaPlugins != nil }

// Resolve names the engine to use: the name given, else $GOMLX_BACKEND, else "xla:cpu" where its
// plugin is found, else "go". The result is what a run records as the backend it was trained on.
func Resolve(name string) string {
	if name == "" {
		name = os.Getenv(Env)
	}
	if name == "" {
		name = "go"
		if _, ok := Plugin("cpu"); ok {
			name = "xla:cpu"
		}
	}
	if name == "xla" {
		name = "xla:cpu"
	}
	return name
}

// Open starts the engine Resolve(name) names: "go", "xla:cpu", "xla:cuda", or any configuration GoMLX
// accepts, such as "go:parallelism=1" or "xla:/path/to/plugin.so". The plain "go" runs one operation
// at a time, each on all cores, which is faster for networks of the size GANs have here.
//
// An engine is started once and shared by all who ask for it by the same name; it lives as long as the
// program, so do not finalize it.
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
		warnWithoutSIMD()
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
		config = "xla:" + path + options
	default:
		return nil, fmt.Errorf("unknown backend %q: want go, xla:cpu or xla:cuda", name)
	}
	b, err := compute.NewWithConfig(config)
	if err != nil {
		return nil, fmt.Errorf("backend %s does not start: %w", name, err)
	}
	return b, nil
}

// findXLA finds the plugin that a configuration such as "cpu", "cuda,memory_fraction=.5" or
// "/path/to/plugin.so" names. Options keep their comma.
func findXLA(plugin string) (path, options string, err error) {
	if !HasXLA() {
		return "", "", fmt.Errorf("backend xla:%s is not in this program: it was built without cgo or for %s/%s; "+
			"install a C compiler and build with CGO_ENABLED=1, or use --backend go", plugin, runtime.GOOS, runtime.GOARCH)
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
		return "", "", fmt.Errorf("backend xla:%s needs %s, found neither in $%s nor in .venv/pjrt: "+
			"run `make setup` in the checkout, or use --backend go", short, pluginFile(short), pluginPathEnv)
	}
	return path, options, nil
}

// plainName returns a path to the plugin that go-xla does not misread. It takes a plugin for CUDA's or
// ROCm's by these words anywhere in its path, so a checkout below ~/cuda could not load the one for the
// CPU. A link in a temporary directory serves until the plugin is loaded; forget removes it.
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
		return "", nil, fmt.Errorf("XLA's plugin in %s: go-xla takes it for another by the directory's name, and it cannot be linked elsewhere: %w", path, err)
	}
	return plain, forget, nil
}

var vendor = regexp.MustCompile(`(?i)cuda|nvidia|rocm|amd`)

const pluginPathEnv = "PJRT_PLUGIN_LIBRARY_PATH"

// Plugin finds the PJRT plugin of a short name, "cpu" or "cuda", and reports whether this program can
// use one.
func Plugin(name string) (path string, ok bool) {
	if !HasXLA() {
		return "", false
	}
	dirs := filepath.SplitList(os.Getenv(pluginPathEnv))
	if root, err := Checkout(); err == nil {
		dirs = append(dirs, filepath.Join(root, ".venv", "pjrt"))
	}
	for _, dir := range dirs {
		path, err := filepath.Abs(filepath.Join(dir, pluginFile(name)))
		if err != nil {
			continue
		}
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
	}
	for found, path := range xlaPlugins() {
		if found == name || strings.HasPrefix(found, name+"_") {
			return path, true
		}
	}
	return "", false
}

func pluginFile(name string) string {
	ext := map[string]string{"darwin": "dylib", "windows": "dll"}[runtime.GOOS]
	if ext == "" {
		ext = "so"
	}
	return fmt.Sprintf("pjrt_c_api_%s_plugin.%s", name, ext)
}

// Checkout returns the root of the GANs-in-Go checkout that encloses the working directory.
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
			return "", fmt.Errorf("no GANs-in-Go checkout encloses the working directory")
		}
		dir = parent
	}
}

// SIMD says whether the "go" engine uses vector instructions: built tells whether this program was
// compiled with them, able whether the machine has them.
func SIMD() (built, able bool) {
	return builtWithSIMD, runtime.GOARCH == "amd64" && cpu.X86.HasAVX2
}

var warnOnce sync.Once

func warnWithoutSIMD() {
	if built, able := SIMD(); built || !able {
		return
	}
	warnOnce.Do(func() {
		fmt.Fprintln(Warnings, "gans: this program was built without SIMD, which makes matrix products 20 to 30 times slower; "+
			"rebuild it with GOEXPERIMENT=simd, as in: GOTOOLCHAIN=auto GOEXPERIMENT=simd go run ./cmd/gan")
	})
}

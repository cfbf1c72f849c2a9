package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gomlx/go-xla/installer"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/backend/plugin"
	"github.com/gans-in-go/gans/internal/memory"
	"github.com/gans-in-go/gans/internal/progress"
)

type doctorCmd struct{}

// Run prints one fact a line, and at the end a line that says which engine computes and how to have a faster one. It
// fails only if the engine does not start.
func (*doctorCmd) Run() error {
	engine := backend.Resolve("")
	b, err := backend.Open(engine)
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	line := func(what, found string) { fmt.Fprintf(w, "%s\t%s\n", what, found) }
	if err != nil {
		line("engine", engine+" does not start")
	} else {
		line("engine", engine)
	}
	for _, name := range []string{"cpu", "cuda"} {
		if path, ok := backend.Plugin(name); ok {
			if err == nil && strings.Contains(b.Description(), path) {
				path += pluginVersion(b.Description())
			} else if broken := backend.PluginError(path); broken != nil {
				path += ", which cannot be loaded"
			}
			line("XLA plugin "+name, path)
		} else if name == "cpu" {
			line("XLA plugin cpu", "none in $PJRT_PLUGIN_LIBRARY_PATH, in .venv/pjrt of a checkout around the working directory, or where go-xla's installer puts it")
		}
	}
	if dir := backend.Programs(); dir != "" {
		line("XLA programs", "kept in "+dir+" ($"+plugin.CacheEnv+")")
	}
	m := thisMachine(engine, err)
	line("SIMD", m.simd())
	line("cores", fmt.Sprintf("%d, of which %d are used", runtime.NumCPU(), runtime.GOMAXPROCS(0)))
	if total, err := memory.Total(); err == nil {
		line("memory", progress.Size(int64(total)))
	}
	notebooks(line)
	flushErr := w.Flush()
	fmt.Fprintln(stdout, "\n"+m.verdict())
	if err != nil {
		return fmt.Errorf("backend %s does not start; --backend go always does", engine)
	}
	return flushErr
}

var pjrtVersion = regexp.MustCompile(`\) v([0-9.]+)`)

// pluginVersion is what a plugin says in a backend's description: of the interface it has, by which releases are numbered.
func pluginVersion(description string) string {
	if v := pjrtVersion.FindStringSubmatch(description); v != nil {
		return ", PJRT " + v[1]
	}
	return ""
}

// machine is what decides how fast a program computes.
type machine struct {
	engine      string // as backend.Resolve has it
	err         error  // why it does not start
	chosen      string // $GOMLX_BACKEND
	platform    string // as installer has it: linux_arm64
	hasXLA      bool   // the program was built with it
	plugin      bool   // XLA's for the CPU was found
	broken      error  // why that cannot be loaded
	built, able bool   // for SIMD: the program, the machine
	checkout    bool   // the working directory is in one
}

func thisMachine(engine string, err error) machine {
	m := machine{engine: engine, err: err, chosen: os.Getenv(backend.Env), platform: runtime.GOOS + "_" + runtime.GOARCH, hasXLA: backend.HasXLA()}
	path, found := backend.Plugin("cpu")
	if m.plugin = found; found {
		m.broken = backend.PluginError(path)
	}
	m.built, m.able = backend.SIMD()
	_, noCheckout := backend.Checkout()
	m.checkout = noCheckout == nil
	return m
}

func (m machine) simd() string {
	switch {
	case m.built && m.able:
		return "yes"
	case m.able:
		return "no, though the machine has it"
	}
	return "no: GoMLX has it for processors with AVX2"
}

// verdict says in a line which engine computes and what to do if there is a faster one.
func (m machine) verdict() string {
	switch {
	case m.err != nil:
		return m.engine + " does not start: " + m.err.Error()
	case strings.HasPrefix(m.engine, "xla:"):
		return "XLA computes: the fastest engine here."
	case m.built && m.able:
		return "The Go engine computes, with SIMD. XLA is faster for all but the smallest networks. " + m.mend()
	case m.able:
		return "The Go engine computes, without SIMD: matrix products take 20 to 30 times longer. " +
			"Build with GOTOOLCHAIN=auto GOEXPERIMENT=simd. XLA is faster still. " + m.mend()
	}
	return "The Go engine computes, and this machine has no SIMD that it could use: matrix products take 20 to 30 times longer. " + m.mend()
}

// needsC is how a program gets XLA.
const needsC = "install a C compiler (Debian: apt-get install gcc libc6-dev; macOS: xcode-select --install; Windows: MinGW-w64) and build with CGO_ENABLED=1"

// mend is how to have XLA on a machine whose engine is Go.
func (m machine) mend() string {
	switch {
	case !slices.Contains(installer.CPUSupportedPlatforms, m.platform):
		return "There is no XLA plugin for " + m.platform + ": choose small networks (figure1, ring8) and few --steps, or another machine."
	case m.broken != nil && m.checkout:
		return "To have XLA, run `make clean setup`, for its plugin cannot be loaded: " + m.broken.Error() + "."
	case m.broken != nil:
		return "To have XLA, run `gan plugin --dir DIR` and set PJRT_PLUGIN_LIBRARY_PATH=DIR, for the plugin that is here cannot be loaded: " + m.broken.Error() + "."
	case m.plugin:
		return "XLA's plugin is here, but $" + backend.Env + " is " + m.chosen + ": unset it."
	case !m.hasXLA:
		return "To have XLA, " + needsC + "."
	case m.checkout:
		return "To have XLA, run `make plugin`, or `gan plugin` where there is no make."
	}
	return "To have XLA, run `gan plugin --dir DIR` and set PJRT_PLUGIN_LIBRARY_PATH=DIR."
}

// notebooks looks at what the notebooks need.
func notebooks(line func(what, found string)) {
	line("Go", "built with "+runtime.Version()+machineGo())
	root, err := backend.Checkout()
	if err != nil {
		line("notebooks", "not in a checkout")
		return
	}
	kernel := filepath.Join(root, ".venv", "bin", "gonb")
	info, err := buildinfo.ReadFile(kernel)
	if err != nil {
		line("Go kernel", "none: run `make setup`")
		return
	}
	line("Go kernel", fmt.Sprintf("gonb %s, built with %s", info.Main.Version, info.GoVersion))
	if _, err := os.Stat(filepath.Join(root, ".venv", "bin", "jupyter-lab")); errors.Is(err, os.ErrNotExist) {
		line("JupyterLab", "none: run `make setup`")
	} else {
		line("JupyterLab", "yes: make lab")
	}
}

// machineGo is the version of the go command on the path, which compiles notebook cells.
func machineGo() string {
	out, err := exec.Command("go", "version").Output()
	if err != nil {
		return "; no go command on the path"
	}
	return "; the go command is " + strings.TrimPrefix(strings.TrimSpace(string(out)), "go version ")
}

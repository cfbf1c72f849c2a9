package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/gans-in-go/gans/ganlib/backend"
)

type doctorCmd struct{}

// Run checks one thing a line. It fails only if there is no engine that works.
func (*doctorCmd) Run() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	check := func(what, found, advice string) {
		fmt.Fprintf(w, "%s\t%s\n", what, found)
		if advice != "" {
			fmt.Fprintf(w, "\t→ %s\n", advice)
		}
	}
	built, able := backend.SIMD()
	switch {
	case built && able:
		check("SIMD", "yes", "")
	case able:
		check("SIMD", "no, though the machine has it", "build with GOTOOLCHAIN=auto GOEXPERIMENT=simd: the go backend is 20 to 30 times slower without")
	default:
		check("SIMD", "no: this machine has no AVX2, or is no amd64", "")
	}
	checkXLA(check)
	name := backend.Resolve("")
	b, err := backend.Open(name)
	if err != nil {
		check("backend", name+" does not start", err.Error())
		err = fmt.Errorf("backend %s does not start; --backend go always does", name)
	} else {
		check("backend", fmt.Sprintf("%s (%s)", name, b.Description()), "")
	}
	checkTools(check)
	if flushErr := w.Flush(); err == nil {
		err = flushErr
	}
	return err
}

func checkXLA(check func(what, found, advice string)) {
	if !backend.HasXLA() {
		check("XLA", "not in this program", "install a C compiler (Debian: apt-get install gcc; macOS: xcode-select --install) and build with CGO_ENABLED=1, on Linux, macOS/arm64 or Windows/amd64")
		return
	}
	for _, plugin := range []string{"cpu", "cuda"} {
		if path, ok := backend.Plugin(plugin); ok {
			check("XLA plugin "+plugin, path, "")
		} else if plugin == "cpu" {
			check("XLA plugin cpu", "none in $PJRT_PLUGIN_LIBRARY_PATH, in .venv/pjrt of a checkout around the working directory, or where go-xla looks",
				"run `make setup` in the checkout and `. .venv/env`, or see docs/engines.md for go-xla's own installer")
		}
	}
}

// checkTools looks at what the notebooks need.
func checkTools(check func(what, found, advice string)) {
	check("Go", "built with "+runtime.Version()+machineGo(), "")
	root, err := backend.Checkout()
	if err != nil {
		check("notebooks", "not in a checkout", "")
		return
	}
	kernel := filepath.Join(root, ".venv", "bin", "gonb")
	info, err := buildinfo.ReadFile(kernel)
	if err != nil {
		check("Go kernel", "none", "run `make setup`")
		return
	}
	check("Go kernel", fmt.Sprintf("gonb %s, built with %s", info.Main.Version, info.GoVersion), "")
	if _, err := os.Stat(filepath.Join(root, ".venv", "bin", "jupyter-lab")); err != nil {
		check("JupyterLab", "none", "run `make setup`")
	} else {
		check("JupyterLab", "yes: make lab", "")
	}
}

// machineGo is the version of the go command on the path, which compiles notebook cells.
func machineGo() string {
	out, err := exec.Command("go", "version").Output()
	if err != nil {
		return "; no go command on the path"
	}
	fields := strings.Fields(string(out))
	return "; the go command is " + fields[min(2, len(fields)-1)]
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is stamped in by `make build` and `make release`, with the linker's -X main.version=v1.2.3.
var version string

// programVersion is the stamped version, else the one that the go command records: a release's from `go install
// module@version`, or one made from the commit.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	return cmp.Or(version, info.Main.Version, "unknown")
}

type versionCmd struct{}

// stack holds the modules that belong in a report of a fault.
var stack = map[string]bool{
	"github.com/gomlx/gomlx": true, "github.com/gomlx/compute": true, "github.com/gomlx/go-xla": true,
}

// Run prints the version of the program, of Go, and of the modules below.
func (versionCmd) Run() error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program carries no build information: build it with Go modules")
	}
	fmt.Fprintln(stdout, "gan", programVersion())
	fmt.Fprintln(stdout, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	for _, dep := range info.Deps {
		if stack[dep.Path] {
			fmt.Fprintln(stdout, dep.Path, dep.Version)
		}
	}
	return nil
}

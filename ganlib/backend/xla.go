//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package backend

import (
	"path/filepath"
	"slices"

	_ "github.com/gomlx/go-xla/compute/xla" // registers "xla"

	"github.com/gans-in-go/gans/ganlib/backend/plugin"
)

func init() {
	hasXLA = true
	loadPlugin = loadXLA
}

// loadXLA loads the plugin for the CPU through package plugin. A place for its programs that was not asked for is done
// without if it cannot be written to.
func loadXLA(path string) error {
	if err := plugin.Check(path); err != nil {
		return err
	}
	if !slices.Contains(pluginFiles("cpu"), filepath.Base(path)) {
		return nil
	}
	dir, asked := programs(path)
	err := plugin.Load(path, dir)
	if err != nil && !asked && dir != "" {
		return plugin.Load(path, "")
	}
	return err
}

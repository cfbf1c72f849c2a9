//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package backend

import (
	"os"
	"path/filepath"
	"slices"

	_ "github.com/gomlx/go-xla/compute/xla" // registers "xla"

	"github.com/gans-in-go/gans/ganlib/backend/plugin"
)

func init() {
	hasXLA = true
	loadPlugin = loadXLA
}

// loadXLA loads the plugin for the CPU through package plugin. What it compiles is kept where $GAN_XLA_CACHE says, else
// beside the plugin in the .venv of a checkout, if that can be written to.
func loadXLA(path string) error {
	if err := plugin.Check(path); err != nil {
		return err
	}
	if !slices.Contains(pluginFiles("cpu"), filepath.Base(path)) {
		return nil
	}
	dir, asked := os.LookupEnv(plugin.CacheEnv)
	if venv, pjrt := filepath.Split(filepath.Dir(path)); !asked && pjrt == "pjrt" && filepath.Base(venv) == ".venv" {
		dir = filepath.Join(venv, "cache", "xla")
	}
	err := plugin.Load(path, dir)
	if err != nil && !asked && dir != "" {
		return plugin.Load(path, "")
	}
	return err
}

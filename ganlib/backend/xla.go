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
	programsOf = programs
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

// programs is where the plugin's programs are kept: where $GAN_XLA_CACHE says, which is asked for, else beside the plugin
// in the .venv of a checkout. It is "" if nowhere.
func programs(path string) (dir string, asked bool) {
	if dir, asked = os.LookupEnv(plugin.CacheEnv); asked {
		return dir, true
	}
	if venv, pjrt := filepath.Split(filepath.Dir(path)); pjrt == "pjrt" && filepath.Base(venv) == ".venv" {
		return filepath.Join(venv, "cache", "xla"), false
	}
	return "", false
}

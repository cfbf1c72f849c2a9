//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package backend

import (
	"os"
	"path/filepath"

	_ "github.com/gomlx/go-xla/compute/xla" // registers "xla"
	"github.com/gomlx/go-xla/pjrt"

	"github.com/gans-in-go/gans/ganlib/backend/compilecache"
)

func init() {
	xlaPlugins = availablePlugins
	cacheCompiled = cacheXLA
}

// availablePlugins asks go-xla, which looks in $PJRT_PLUGIN_LIBRARY_PATH or its own install places.
func availablePlugins() map[string]string { return pjrt.AvailablePlugins() }

// cacheXLA has the plugin for the CPU keep what it compiles: where $GAN_XLA_CACHE says, else beside the plugin in the
// .venv of a checkout, if that can be written to.
func cacheXLA(plugin string) error {
	dir, asked := os.LookupEnv(compilecache.Env)
	if venv, pjrt := filepath.Split(filepath.Dir(plugin)); !asked && pjrt == "pjrt" && filepath.Base(venv) == ".venv" {
		dir = filepath.Join(venv, "cache", "xla")
	}
	if dir == "" || !compilecache.Supported || filepath.Base(plugin) != pluginFile("cpu") {
		return nil
	}
	c, err := compilecache.Open(dir, plugin)
	if err != nil {
		if asked {
			return err
		}
		return nil
	}
	return c.Use()
}

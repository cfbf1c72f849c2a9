//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package backend

import (
	_ "github.com/gomlx/go-xla/compute/xla" // registers "xla"
	"github.com/gomlx/go-xla/pjrt"
)

func init() { xlaPlugins = availablePlugins }

// availablePlugins asks go-xla, which looks in $PJRT_PLUGIN_LIBRARY_PATH or its own install places.
func availablePlugins() map[string]string { return pjrt.AvailablePlugins() }

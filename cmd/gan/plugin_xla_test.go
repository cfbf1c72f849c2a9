//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package main

import (
	"testing"

	"github.com/gomlx/go-xla/pjrt"
	"github.com/stretchr/testify/require"
)

// TestPluginRelease: a newer go-xla wants a newer plugin.
func TestPluginRelease(t *testing.T) { require.Equal(t, pjrt.DefaultCPUVersion, pluginRelease) }

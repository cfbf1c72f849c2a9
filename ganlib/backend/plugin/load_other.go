//go:build !(cgo && linux && (amd64 || arm64))

package plugin

// Load does nothing on this platform: go-xla loads the plugin by itself.
func Load(path, dir string) error { return nil }

// Check does nothing on this platform.
func Check(path string) error { return nil }

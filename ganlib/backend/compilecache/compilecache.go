// Package compilecache keeps on disk what XLA compiles, so that another process loads a program instead of compiling it
// again: milliseconds in place of seconds. JAX calls the same a persistent compilation cache.
//
// What is kept is machine code. It is found again only by the same program and options, the same plugin, the same
// $XLA_FLAGS and the same model of processor, so it gives the same bits as a program that has just been compiled. What
// has not been used for five days is deleted.
package compilecache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/rogpeppe/go-internal/cache"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Cache is a directory of compiled programs for one plugin. Any number of processes may share the directory.
type Cache struct {
	plugin string
	files  *cache.Cache
	common [sha256.Size]byte // of what all keys have in common
}

// Open opens the cache of a plugin, a file at an absolute path, in a directory. It makes the directory, readable for its
// owner alone, and refuses one into which others can write: what it holds is executed.
func Open(dir, plugin string) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, invalid.Value(Env, dir, "a directory into which only its owner can write: what it holds is executed")
	}
	common, err := identity(plugin)
	if err != nil {
		return nil, err
	}
	files, err := cache.Open(dir)
	if err != nil {
		return nil, err
	}
	files.Trim() // at most once a day; what it cannot delete stays
	return &Cache{plugin: plugin, files: files, common: common}, nil
}

// Env is the environment variable that names the directory. Unset or empty, nothing is kept.
const Env = "GAN_XLA_CACHE"

// identity is the hash of what decides, beside a program, what it is compiled to.
func identity(plugin string) (sum [sha256.Size]byte, err error) {
	file, err := filepath.EvalSymlinks(plugin)
	if err != nil {
		return sum, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return sum, err
	}
	processor, err := processor()
	if err != nil {
		return sum, err
	}
	return sha256.Sum256(fmt.Appendf(nil, "1\n%s %d %d\n%s\n%s", file, info.Size(), info.ModTime().UnixNano(),
		os.Getenv("XLA_FLAGS"), processor)), nil
}

var modelLines = regexp.MustCompile(`(?m)^(model name|flags|Features|CPU part)\s*:.*$`)

// processor describes the processor, and with it the instructions that a program may use.
func processor() ([]byte, error) {
	all, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return nil, err
	}
	first, _, _ := bytes.Cut(all, []byte("\n\n"))
	lines := modelLines.FindAll(first, -1)
	if len(lines) == 0 {
		return nil, fmt.Errorf("/proc/cpuinfo does not name the processor: %w", fs.ErrNotExist)
	}
	return bytes.Join(lines, []byte("\n")), nil
}

// moduleName is the name of a program, which counts the programs made before it.
var moduleName = regexp.MustCompile(`^module @\S+`)

// key is the name under which a program is kept.
func (c *Cache) key(format, options, program []byte) cache.ActionID {
	h := sha256.New()
	h.Write(c.common[:])
	for _, part := range [][]byte{format, options, moduleName.ReplaceAll(program, nil)} {
		binary.Write(h, binary.LittleEndian, int64(len(part)))
		h.Write(part)
	}
	return cache.ActionID(h.Sum(nil))
}

// get returns what is kept under a key, if it is whole.
func (c *Cache) get(key cache.ActionID) ([]byte, bool) {
	kept, _, err := c.files.GetBytes(key)
	return kept, err == nil
}

// put keeps something. A full disk is no reason to stop: the next process compiles again.
func (c *Cache) put(key cache.ActionID, serialized []byte) { c.files.PutBytes(key, serialized) }

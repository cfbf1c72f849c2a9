package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/gans-in-go/gans/internal/disk"
)

const lockFile = ".lock"

// lock keeps other processes from training in a run's directory, which it makes if it does not exist. The system
// releases a lock when the process that holds it ends, however it ends. The file stays: deleting it would let two
// processes each hold a lock.
func lock(dir string) (release func() error, err error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, lockFile)
	if err := disk.CheckRegular(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	held := flock.New(path)
	locked, err := held.TryLock()
	if err != nil {
		return nil, fmt.Errorf("%s cannot be locked for training: %w", dir, err)
	}
	if !locked {
		holder := "another process"
		if pid, err := os.ReadFile(path); err == nil && len(pid) > 0 {
			holder = "process " + strings.TrimSpace(string(pid))
		}
		return nil, fmt.Errorf("%s is %w by %s: wait until that ends, or train in another directory", dir, ErrLocked, holder)
	}
	// For the message above; a process that cannot read it prints a shorter one.
	_ = os.WriteFile(path, fmt.Appendln(nil, os.Getpid()), 0o666)
	return held.Unlock, nil
}

//go:build linux || darwin || freebsd || dragonfly

package disk

import "golang.org/x/sys/unix"

func free(folder string) (uint64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, err
	}
	// Where Bavail is signed, it is negative once the superuser writes to the blocks kept back for him.
	return uint64(max(stat.Bavail, 0)) * uint64(stat.Bsize), nil
}

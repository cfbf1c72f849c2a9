package run

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// identityFile ties the checkpoints of a run to it. It is written after the first of them, so where it is and they are
// not, they were lost.
const identityFile = "run.json"

// identity is the content of run.json.
type identity struct {
	Run string `json:"run"` // a random name, which each manifest repeats
}

// identityOf returns the random name of the run in dir: that of run.json or, where a kill came before that was written,
// of the oldest checkpoint. It is "" for a run begun by a version that gave none.
func identityOf(dir string, list []Checkpoint) (string, error) {
	var id identity
	path := filepath.Join(dir, identityFile)
	err := readJSON(path, &id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is damaged (%w): delete it, for the oldest checkpoint says the same", path, err)
	}
	if err == nil {
		return id.Run, nil
	}
	if len(list) == 0 {
		return "", nil
	}
	oldest, _ := list[0].manifest() // if it is damaged, Verify will say so
	return oldest.Run, nil
}

// identify writes run.json, unless it is there.
func identify(dir, id string) error {
	if exists(filepath.Join(dir, identityFile)) {
		return nil
	}
	return placeJSON(dir, identityFile, identity{Run: id})
}

// newIdentity is the name of a run that has the given one, if any.
func newIdentity(had string) string { return cmp.Or(had, rand.Text()) }

// checkLost returns an error that wraps [ErrLost] if a run without checkpoints once had some. A run that ended before
// its first one has no run.json, no animation, and an empty directory for checkpoints.
func checkLost(dir string, records []Record) error {
	pictures, err := samples(dir)
	if err != nil {
		return fmt.Errorf("preparing %s: %w", dir, err)
	}
	_, err = os.Stat(filepath.Join(dir, checkpointDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	begun := len(records) > 0 || len(pictures) > 0
	if exists(filepath.Join(dir, identityFile)) || begun && (err != nil || exists(filepath.Join(dir, animationFile))) {
		return fmt.Errorf("%s %w: bring %s back, train in another directory, or delete this one to begin again",
			dir, ErrLost, filepath.Join(dir, checkpointDir))
	}
	return nil
}

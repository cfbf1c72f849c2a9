package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gans-in-go/gans/internal/disk"
)

const (
	checkpointDir = "checkpoints"
	manifestFile  = "manifest.json"
	variablesFile = "variables.json"
	damagedSuffix = ".damaged"

	keptCheckpoints = 3
)

// A Checkpoint is the state of a run after a step: a directory with GoMLX's own checkpoint files, variables.json and
// manifest.json.
type Checkpoint struct {
	Step int
	Dir  string
	run  string // whose it should be; "" if that is not known
}

// manifest lists what belongs to a checkpoint, so that damage is found.
type manifest struct {
	Schema int                 `json:"schema,omitempty"`
	Step   int                 `json:"step"`
	Run    string              `json:"run,omitempty"`  // the run's name in run.json; "" in older ones
	Kept   bool                `json:"kept,omitempty"` // for good
	Best   Best                `json:"best,omitzero"`  // the best of those saved under this rule is kept for good too
	Files  map[string]fileSeal `json:"files"`          // every other file of the directory
}

type fileSeal struct {
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hexadecimal
}

// savedVariable is what GoMLX's files do not hold of a variable: its place in the order of creation, which is that of
// variables.json, and whether it is trainable.
type savedVariable struct {
	Path      string `json:"path"`
	Trainable bool   `json:"trainable"`
}

func checkpointName(step int) string { return fmt.Sprintf("%s/%06d", checkpointDir, step) }

// checkpoints returns the checkpoints of a run, oldest first.
func checkpoints(dir string) ([]Checkpoint, error) {
	steps, err := numbered(filepath.Join(dir, checkpointDir), "")
	list := make([]Checkpoint, len(steps))
	for i, step := range steps {
		list[i] = Checkpoint{Step: step, Dir: filepath.Join(dir, checkpointName(step))}
	}
	if err != nil {
		return nil, err
	}
	id, err := identityOf(dir, list)
	for i := range list {
		list[i].run = id
	}
	return list, err
}

// saveCheckpoint writes the state of the store after the manifest's step.
func saveCheckpoint(dir string, m manifest, store *model.Store) error {
	step := m.Step
	saved, err := savable(store)
	if err != nil {
		return fmt.Errorf("step %d is not saved: %w", step, err)
	}
	err = place(dir, checkpointName(step), func(path string) error {
		if err := writeStore(path, store); err != nil {
			return err
		}
		if err := writeJSON(filepath.Join(path, variablesFile), saved); err != nil {
			return err
		}
		return seal(path, m)
	})
	if err != nil {
		return fmt.Errorf("saving step %d: %w", step, err)
	}
	return nil
}

// ofOneProcess reports whether a variable is GoMLX's own bookkeeping, which starts afresh in each process: the running
// means of metrics, under names that no other process has, and the step at which the present loop will end.
func ofOneProcess(v *model.Variable) bool {
	return strings.HasPrefix(v.Path(), "/"+metric.Scope+"/") ||
		strings.HasPrefix(v.Path(), train.TrainerAbsoluteScope+"/")
}

// savable lists the variables that a checkpoint holds. A variable that contains a NaN or an infinity is an error: the
// earlier checkpoints are better.
func savable(store *model.Store) ([]savedVariable, error) {
	var saved []savedVariable
	for v := range store.IterVariables() {
		if ofOneProcess(v) {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		if err := checkFinite(value); err != nil {
			return nil, fmt.Errorf("variable %s holds %w", v.Path(), err)
		}
		saved = append(saved, savedVariable{Path: v.Path(), Trainable: v.Trainable})
	}
	return saved, nil
}

// checkFinite returns an error for the first NaN or infinity in a float32 or float64 tensor.
func checkFinite(t *tensors.Tensor) error {
	var bad error
	err := t.ConstFlatData(func(flat any) {
		switch values := flat.(type) {
		case []float32:
			bad = firstNotFinite(values)
		case []float64:
			bad = firstNotFinite(values)
		}
	})
	return errors.Join(err, bad)
}

func firstNotFinite[T float32 | float64](values []T) error {
	for i, v := range values {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return diverged(fmt.Sprintf("%v (element %d of %d): not a finite number", v, i, len(values)))
		}
	}
	return nil
}

// writeStore writes GoMLX's checkpoint files, uncompressed: the noise in the weights' last digits leaves gzip little to
// gain.
func writeStore(path string, store *model.Store) error {
	loader := store.Loader()
	defer store.SetLoader(loader) // GoMLX chains the handler to the store for good; this one only saves.
	build := checkpoint.Build(store).Dir(path).ExcludeAllParams().WithCompression(checkpoint.BinUncompressed)
	for v := range store.IterVariables() {
		if ofOneProcess(v) {
			build.ExcludeVars(v)
		}
	}
	handler, err := build.Done()
	if err != nil {
		return err
	}
	return handler.Save()
}

// seal writes the manifest of the files in a directory.
func seal(path string, m manifest) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	m.Schema, m.Files = schema, make(map[string]fileSeal)
	for _, entry := range entries {
		if m.Files[entry.Name()], err = sealOf(filepath.Join(path, entry.Name())); err != nil {
			return err
		}
	}
	return writeJSON(filepath.Join(path, manifestFile), m)
}

func sealOf(path string) (fileSeal, error) {
	file, err := disk.Open(path)
	if err != nil {
		return fileSeal{}, err
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	return fileSeal{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}, err
}

// Verify checks that the checkpoint is what its manifest says, bit for bit. If it is not, the error wraps [ErrDamaged]; if
// a newer version of this package wrote it, the error wraps [ErrNewer]; if it comes from another run than the one in
// whose directory it is, [ErrOtherRun].
func (c Checkpoint) Verify() error {
	err := c.compare()
	if err == nil || usedElsewhere(err) {
		return err
	}
	return fmt.Errorf("%s is %w: %w", c.Dir, ErrDamaged, err)
}

// usedElsewhere reports whether a checkpoint is refused although it may be whole, and so is left where it is.
func usedElsewhere(err error) bool { return errors.Is(err, ErrNewer) || errors.Is(err, ErrOtherRun) }

// compare compares the checkpoint with its manifest.
func (c Checkpoint) compare() error {
	m, err := c.manifest()
	if err != nil {
		return err
	}
	if c.run != "" && m.Run != "" && m.Run != c.run {
		return fmt.Errorf("%s is %w: move it out of this directory", c.Dir, ErrOtherRun)
	}
	if m.Step != c.Step {
		return fmt.Errorf("%s is about step %d, want %d", manifestFile, m.Step, c.Step)
	}
	if _, ok := m.Files[variablesFile]; !ok || len(m.Files) < 2 {
		return fmt.Errorf("%s does not name all files of a checkpoint", manifestFile)
	}
	if err := checkNames(c.Dir, m); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		want := m.Files[name]
		got, err := sealOf(filepath.Join(c.Dir, filepath.Base(name)))
		if err != nil {
			return err
		}
		if got.Size != want.Size {
			return fmt.Errorf("%s has %d bytes, want %d", name, got.Size, want.Size)
		}
		if got.SHA256 != want.SHA256 {
			return fmt.Errorf("%s has SHA-256 %.12s…, want %.12s…", name, got.SHA256, want.SHA256)
		}
	}
	return nil
}

// checkNames returns an error for a file with a name of GoMLX's, which would read it, that the manifest does not name.
func checkNames(dir string, m manifest) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		name := entry.Name()
		if _, ok := m.Files[name]; !ok && strings.HasPrefix(name, "checkpoint-") {
			return fmt.Errorf("%s does not name %s", manifestFile, name)
		}
	}
	return err
}

// manifest reads the checkpoint's manifest. Its version comes first: a newer one may have other keys.
func (c Checkpoint) manifest() (m manifest, err error) {
	path := filepath.Join(c.Dir, manifestFile)
	var fields map[string]json.RawMessage
	text, err := disk.ReadFile(path)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		return m, fmt.Errorf("%s: %w", manifestFile, err)
	}
	if version, ok := fields[schemaKey]; ok {
		if _, err := readSchema(path, version); err != nil {
			return m, err
		}
	}
	err = readJSON(path, &m)
	return m, err
}

// restore puts the checkpoint's values into the store. Variables that the store lacks are created in the order in which
// the saved store had them.
func (c Checkpoint) restore(store *model.Store) error {
	var saved []savedVariable
	if err := readJSON(filepath.Join(c.Dir, variablesFile), &saved); err != nil {
		return err
	}
	loader := store.Loader()
	defer store.SetLoader(loader)
	// Not GoMLX's Immediate(): it does not overwrite variables that the store already has, and creates the others in
	// random order.
	if _, err := checkpoint.Load(store).Dir(c.Dir).ExcludeAllParams().Done(); err != nil {
		return err
	}
	for _, s := range saved {
		v := store.GetVariable(s.Path)
		if v == nil {
			return fmt.Errorf("%s: %s is listed in %s but not saved", c.Dir, s.Path, variablesFile)
		}
		v.SetTrainable(s.Trainable)
	}
	if step := int(optimizer.GetGlobalStep(store)); step != c.Step {
		return fmt.Errorf("%s: the saved global_step is %d, want %d", c.Dir, step, c.Step)
	}
	return nil
}

// damage is a checkpoint that cannot be used.
type damage struct {
	Checkpoint
	reason error // of Verify
}

// newestWhole returns the newest checkpoint that verifies, and the damaged ones after it. It returns the zero Checkpoint
// if there are none, and an error if all are damaged, if a newer version of this package wrote one, or if one is of another
// run.
func newestWhole(dir string) (whole Checkpoint, damaged []damage, err error) {
	list, err := checkpoints(dir)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	var reasons []error
	for _, c := range slices.Backward(list) {
		reason := c.Verify()
		if reason == nil {
			return c, damaged, nil
		}
		if usedElsewhere(reason) {
			return Checkpoint{}, nil, reason
		}
		damaged, reasons = append(damaged, damage{c, reason}), append(reasons, reason)
	}
	if len(damaged) > 0 {
		return Checkpoint{}, nil, fmt.Errorf("no checkpoint of %s can be read: repair one, or train in another directory\n%w", dir, errors.Join(reasons...))
	}
	return Checkpoint{}, nil, nil
}

// setAside renames a damaged checkpoint, so that its number is free again. It replaces an earlier damaged one of the same
// step.
func (d damage) setAside() error {
	if err := os.RemoveAll(d.Dir + damagedSuffix); err != nil {
		return err
	}
	return os.Rename(d.Dir, d.Dir+damagedSuffix)
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o666)
}

// placeJSON is writeJSON to a file of the directory.
func placeJSON(dir, name string, v any) error {
	return place(dir, name, func(path string) error { return writeJSON(path, v) })
}

// readJSON reads a file that writeJSON wrote from a value of the same type.
func readJSON(path string, v any) error {
	text, err := disk.ReadFile(path)
	if err != nil {
		return err
	}
	if err := decodeStrictly(text, v); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

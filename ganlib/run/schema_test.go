package run

import (
	"bytes"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/gantest"
)

// Every file has its version, and no reader of a run sees it.
func TestSchema(t *testing.T) {
	dir := t.TempDir()
	r, _ := mustTrain(t, toySpec(dir, gantest.Open(t, "go"), toyOf(10)))
	for name, want := range map[string]string{
		configFile:                              "{\n  \"schema\": 3,\n  \"steps\": 10,",
		historyFile:                             "{\"schema\":3}\n{\"step\":2,",
		checkpointName(10) + "/" + manifestFile: "{\n  \"schema\": 3,\n  \"step\": 10,",
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), want), "%s begins %.60q", name, text)
	}
	var anything map[string]any
	require.NoError(t, r.Config(&anything))
	require.NotContains(t, anything, "schema")
	require.NotContains(t, string(r.ConfigText()), "schema")
	changed, err := Changes(toyOf(10), anything, nil)
	require.NoError(t, err)
	require.Empty(t, changed)
	records, err := r.History()
	require.NoError(t, err)
	require.Len(t, records, 5)
	c, err := ReadConfig[toyConfig](r.ConfigPath())
	require.NoError(t, err)
	require.Equal(t, toyOf(10), c)
}

// replaceSchema changes the version in a file.
func replaceSchema(t *testing.T, path, by string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	old := `"schema": 3,`
	if filepath.Base(path) == historyFile {
		old = "{\"schema\":3}\n"
	}
	require.Equal(t, 1, bytes.Count(text, []byte(old)))
	write(t, path, strings.Replace(string(text), old, by, 1))
}

// A file of a newer program is refused by every reader, and stays as it is. A newer checkpoint does not count as
// damaged.
func TestNewer(t *testing.T) {
	b := gantest.Open(t, "go")
	open := func(dir string) error {
		_, err := Open(dir)
		return err
	}
	read := func(dir string) error {
		_, err := ReadConfig[toyConfig](filepath.Join(dir, configFile))
		return err
	}
	history := func(dir string) error {
		r, err := Open(dir)
		require.NoError(t, err)
		_, err = r.History()
		return err
	}
	note := func(dir string) error { return Note(dir, Record{Step: 10, Event: "probe"}) }
	restore := func(dir string) error {
		_, err := (&Run{Dir: dir}).Restore(model.NewStore(), nil)
		return err
	}
	restoreStep := func(dir string) error { return (&Run{Dir: dir}).RestoreStep(model.NewStore(), 10) }
	train := func(dir string) error {
		_, err := Train(t.Context(), toySpec(dir, b, toyOf(20)))
		return err
	}
	for _, c := range []struct {
		file, by string
		refused  map[string]func(string) error
	}{
		{configFile, `"schema": 4, "new": [],`, map[string]func(string) error{"open": open, "read": read, "note": note, "train": train}},
		{historyFile, "{\"schema\":4,\"columns\":[\"step\"]}\n", map[string]func(string) error{"history": history, "note": note, "train": train}},
		{checkpointName(10) + "/" + manifestFile, `"schema": 4, "new": {},`,
			map[string]func(string) error{"restore": restore, "restore step": restoreStep, "train": train}},
	} {
		for name, do := range c.refused {
			t.Run(filepath.Base(c.file)+" "+name, func(t *testing.T) {
				dir := t.TempDir()
				mustTrain(t, toySpec(dir, b, toyOf(10)))
				path := filepath.Join(dir, c.file)
				replaceSchema(t, path, c.by)
				before := tree(t, dir)
				err := do(dir)
				require.ErrorIs(t, err, ErrNewer)
				require.NotErrorIs(t, err, ErrDamaged)
				var newer *NewerError
				require.ErrorAs(t, err, &newer)
				require.Equal(t, NewerError{Path: path, Schema: 4, Known: 3}, *newer)
				require.True(t, maps.Equal(before, tree(t, dir)), "the directory was changed")
			})
		}
	}
}

// A newer version is seen however its file writes it.
func TestNewerHoweverWritten(t *testing.T) {
	const huge = "99999999999999999999"
	for text, version := range map[string]int{
		`{ "schema": 4 }`:                   4,
		`{"columns":["step"],"schema":4}`:   4,
		`{"schema": ` + huge + `}`:          math.MaxInt,
		`	{"schema" :5, "more":{"a":[1]}} `: 5,
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, configFile), "{}")
		write(t, filepath.Join(dir, historyFile), text+"\n")
		_, err := (&Run{Dir: dir}).History()
		var newer *NewerError
		require.ErrorAs(t, err, &newer, text)
		require.Equal(t, version, newer.Schema)
		require.ErrorIs(t, Note(dir, Record{Step: 1, Event: "probe"}), ErrNewer)
		write(t, filepath.Join(dir, configFile), text)
		_, err = Open(dir)
		require.ErrorIs(t, err, ErrNewer, text)
		_, err = ReadConfig[map[string]any](filepath.Join(dir, configFile))
		require.ErrorIs(t, err, ErrNewer, text)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, historyFile), `{"step":1,"seconds":0,"schema":3}`+"\n") // a metric of an old run
	records, err := (&Run{Dir: dir}).History()
	require.NoError(t, err)
	require.Len(t, records, 1)
}

// A run of a program without versions is read and resumed, and ends as a run of this one.
func TestOlder(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	mustTrain(t, toySpec(dir, b, toyOf(10)))
	for _, file := range []string{configFile, historyFile, checkpointName(5) + "/" + manifestFile, checkpointName(10) + "/" + manifestFile} {
		replaceSchema(t, filepath.Join(dir, file), "")
	}
	r, err := Open(dir)
	require.NoError(t, err)
	records, err := r.History()
	require.NoError(t, err)
	require.Len(t, records, 5)
	step, err := r.Restore(model.NewStore(), nil)
	require.NoError(t, err)
	require.Equal(t, 10, step)

	spec, whole := toySpec(dir, b, toyOf(20)), toySpec(t.TempDir(), b, toyOf(20))
	r, _ = mustTrain(t, spec)
	wholeRun, _ := mustTrain(t, whole)
	wantSameHistory(t, r, wholeRun)
	wantSameState(t, stateOf(t, spec.Trainer.Store()), stateOf(t, whole.Trainer.Store()))
}

// An older run keeps the step it began with, whatever the backend can do.
func TestOlderKeepsItsStep(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		looped := false
		spec := func(dir string, steps int) Spec {
			s := toySpec(dir, b, toyOf(steps))
			update := s.Update
			s.Update = func(root *model.Scope, batch []*Node) (labels, predictions []*Node) {
				looped = true
				return update(root, batch)
			}
			return s
		}
		dir := t.TempDir()
		mustTrain(t, spec(dir, 10))
		require.Equal(t, loop.Supported(b), looped)
		replaceSchema(t, filepath.Join(dir, configFile), `"schema": 1,`)
		looped = false
		for _, steps := range []int{20, 25} {
			mustTrain(t, spec(dir, steps))
			require.False(t, looped)
			text, err := os.ReadFile(filepath.Join(dir, configFile))
			require.NoError(t, err)
			require.Contains(t, string(text), `"schema": 1,`)
		}
	})
}

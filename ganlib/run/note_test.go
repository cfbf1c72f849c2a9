package run

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// A note joins the records of its step. It survives a resumption from its checkpoint, and goes with a checkpoint that
// the run rolls back past.
func TestNote(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	mustTrain(t, toySpec(dir, b, toyOf(10)))
	before, err := (&Run{Dir: dir}).History()
	require.NoError(t, err)
	for _, step := range []int{10, 5, 0} {
		require.NoError(t, Note(dir, Record{Step: step, Event: "probe", Values: map[string]float64{"probe_rise": float64(step)}}))
	}
	require.NoDirExists(t, filepath.Join(dir, unfinished))
	events := func(r *Run) (steps []int) {
		records, err := r.History()
		require.NoError(t, err)
		require.True(t, isSorted(records), records)
		for _, record := range records {
			if record.Event == "probe" {
				require.Equal(t, map[string]float64{"probe_rise": float64(record.Step)}, record.Values)
				steps = append(steps, record.Step)
			}
		}
		return steps
	}
	r, err := Open(dir)
	require.NoError(t, err)
	require.Equal(t, []int{0, 5, 10}, events(r))
	records, err := r.History()
	require.NoError(t, err)
	require.Len(t, records, len(before)+3)
	require.Equal(t, before[4].Seconds, records[7].Seconds, "no training happened in between")

	r, _ = mustTrain(t, toySpec(dir, b, toyOf(20)))
	require.Equal(t, []int{0, 5, 10}, events(r))
	whole, _ := mustTrain(t, toySpec(t.TempDir(), b, toyOf(20)))
	wholeRecords, err := whole.History()
	require.NoError(t, err)
	records, err = r.History()
	require.NoError(t, err)
	require.Len(t, records, len(wholeRecords)+3)

	require.NoError(t, Note(dir, Record{Step: 20, Event: "probe"}))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, checkpointName(20))))
	r, _ = mustTrain(t, toySpec(dir, b, toyOf(20)))
	require.Equal(t, []int{0, 5, 10}, events(r), "the state that was probed is gone")
}

func isSorted(records []Record) bool {
	for i := 1; i < len(records); i++ {
		if records[i].Step < records[i-1].Step || records[i].Seconds < records[i-1].Seconds {
			return false
		}
	}
	return true
}

// A stopped run stays stopped once its last state was probed.
func TestNoteOfAStoppedRun(t *testing.T) {
	spec := measured(toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(30)))
	spec.Judge = func(history []Record) error { return errCollapse }
	_, err := Train(t.Context(), spec)
	require.ErrorIs(t, err, errCollapse)
	require.NoError(t, Note(spec.Dir, Record{Step: 5, Event: "probe", Note: "D alone"}))
	records, err := (&Run{Dir: spec.Dir}).History()
	require.NoError(t, err)
	require.Len(t, records, 3)
	require.Equal(t, "probe", records[1].Event)
	require.Equal(t, "D alone", records[1].Note)
	require.Equal(t, EventStopped, records[2].Event)
}

func TestNoteRefuses(t *testing.T) {
	dir := t.TempDir()
	require.ErrorIs(t, Note(dir, Record{Event: "probe"}), ErrNotARun)
	for _, text := range []string{"null", "3", "[]", "{"} {
		write(t, filepath.Join(dir, configFile), text)
		require.ErrorIs(t, Note(dir, Record{Event: "probe"}), ErrNotARun, text)
	}
	require.NoFileExists(t, filepath.Join(dir, lockFile))
	require.NoError(t, os.Remove(filepath.Join(dir, configFile)))
	mustTrain(t, toySpec(dir, gantest.Open(t, "go"), toyOf(4)))
	before := tree(t, dir)
	for _, event := range []string{"", EventStopped, EventRollback} {
		gantest.RequireInvalid(t, Note(dir, Record{Step: 2, Event: event}), "event")
	}
	gantest.RequireInvalid(t, Note(dir, Record{Step: -1, Event: "probe"}), "step")
	gantest.RequireInvalid(t, Note(dir, Record{Event: "probe", Values: map[string]float64{"step": 1}}), "step")
	require.True(t, maps.Equal(before, tree(t, dir)), "the directory was changed")
}

// A run begins in an empty directory, or in one left by a training that was killed at once.
func TestBegun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "toy")
	want := func(begun bool) {
		t.Helper()
		got, err := Begun(dir)
		require.NoError(t, err)
		require.Equal(t, begun, got)
	}
	want(false)
	for _, name := range []string{"", unfinished, unfinished + "123", checkpointDir, sampleDir} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o777))
		want(false)
	}
	write(t, filepath.Join(dir, lockFile), "1\n")
	want(false)
	stray := filepath.Join(dir, sampleDir, "000005.png")
	write(t, stray, "")
	_, err := Begun(dir)
	require.ErrorIs(t, err, ErrNotARun, "pictures of a run without its configuration")
	require.NoError(t, os.Remove(stray))

	r, _ := mustTrain(t, toySpec(dir, gantest.Open(t, "go"), toyOf(4)))
	want(true)
	require.False(t, r.Changed().IsZero())
	require.True(t, (&Run{Dir: t.TempDir()}).Changed().IsZero())
	write(t, filepath.Join(dir, "thesis.txt"), "years of work")
	want(true)

	dir = filepath.Join(dir, "thesis.txt")
	_, err = Begun(dir)
	require.ErrorIs(t, err, ErrNotARun)
}

// What a kill leaves of a line has a step or not.
func TestLostRecord(t *testing.T) {
	dir := t.TempDir()
	require.Zero(t, lostRecord(dir))
	for text, want := range map[string]int{
		"":                                  0,
		"{\"step\":2,\"seconds\":1}\n":      0,
		"{\"step\":2}\n{\"step\":12,\"sec":  12,
		"{\"step\":2}\n{\"step\":12":        0, // may be the beginning of 120
		"{\"step\":2}\n{\"st":               0,
		"{\"schema\":1}\n{\"step\":7,\"s":   7,
		"{\"step\":2}\n{\"step\":\"x\",\"s": 0,
	} {
		write(t, filepath.Join(dir, historyFile), text)
		require.Equal(t, want, lostRecord(dir), text)
	}
}

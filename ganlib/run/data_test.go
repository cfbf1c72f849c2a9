package run

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// known are data that know themselves again by a text.
func known(text string) *Data {
	changes := func(was []byte) ([]string, error) {
		switch string(was) {
		case text:
			return nil, nil
		case "damaged":
			return nil, errors.New("no text")
		}
		return []string{"was " + string(was) + ", now " + text}, nil
	}
	return &Data{Text: []byte(text), Changes: changes, Keys: []string{"net.noise"}}
}

// A run goes on with the data that it knows, wherever the configuration says that they are, and refuses others before
// anything is changed.
func TestOtherData(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	spec := func(steps int, text string) Spec {
		s := toySpec(dir, b, toyOf(steps))
		s.Data = known(text)
		return s
	}
	r, _ := mustTrain(t, spec(10, "one"))
	text, err := r.DataText()
	require.NoError(t, err)
	require.Equal(t, "one", string(text))

	before := tree(t, dir)
	_, err = Train(t.Context(), spec(20, "two"))
	var other *OtherDataError
	require.ErrorAs(t, err, &other)
	require.ErrorIs(t, err, ErrOtherData)
	require.Equal(t, &OtherDataError{Dir: dir, Changes: []string{"was one, now two"}}, other)
	require.ErrorContains(t, err, "was one, now two")
	require.Equal(t, before, tree(t, dir))

	elsewhere := toyOf(15)
	elsewhere.Net.Noise = .2
	same, changed := toySpec(dir, b, elsewhere), toySpec(dir, b, elsewhere)
	_, err = Train(t.Context(), same)
	require.ErrorIs(t, err, ErrOtherConfig, "nothing says that the data are the same")
	changed.Data = known("two")
	_, err = Train(t.Context(), changed)
	require.ErrorIs(t, err, ErrOtherConfig)
	same.Data = known("one")
	r, _ = mustTrain(t, same)
	var now toyConfig
	require.NoError(t, r.Config(&now))
	require.Equal(t, elsewhere, now)

	require.NoError(t, os.WriteFile(filepath.Join(dir, dataFile), []byte("damaged"), 0o666))
	_, err = Train(t.Context(), spec(20, "one"))
	require.ErrorContains(t, err, filepath.Join(dir, dataFile))
	require.ErrorContains(t, err, "delete it")
}

// A run of an earlier version knows no data: it goes on, and knows them from then on. One that has no checkpoint begins
// with the data that there are now.
func TestDataBecomeKnown(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	r, _ := mustTrain(t, toySpec(dir, b, toyOf(10)))
	text, err := r.DataText()
	require.NoError(t, err)
	require.Nil(t, text)

	spec := toySpec(dir, b, toyOf(20))
	spec.Data = known("one")
	r, _ = mustTrain(t, spec)
	text, err = r.DataText()
	require.NoError(t, err)
	require.Equal(t, "one", string(text))

	for _, name := range []string{checkpointDir, sampleDir, historyFile, identityFile, animationFile} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, name)))
	}
	spec = toySpec(dir, b, toyOf(20))
	spec.Data = known("two")
	r, _ = mustTrain(t, spec)
	text, err = r.DataText()
	require.NoError(t, err)
	require.Equal(t, "two", string(text))
}

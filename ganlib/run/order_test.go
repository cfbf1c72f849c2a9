package run

import (
	"bytes"
	"encoding/json"
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// Of several things that are wrong, the first in alphabetical order is named, each time.
func TestTheFirstIsNamed(t *testing.T) {
	nan := math.NaN()
	values := map[string]float64{"e": nan, "d": nan, "c": nan, "b": nan, "a": 1}
	dir := t.TempDir()
	spec := toySpec(dir, gantest.Open(t, "go"), toyOf(5))
	mustTrain(t, spec)
	damageFile(t, dir, 5, "", func(text []byte) []byte {
		if bytes.Contains(text, []byte(`"schema"`)) { // the manifest
			return text
		}
		return append(text, ' ')
	})
	spec.MeasureEvery, spec.Measure = spec.RecordEvery, func() (map[string]float64, error) { return values, nil }
	s := &session{Spec: &spec}
	for range 20 {
		err := s.record(2, make(map[string]float64))
		require.ErrorContains(t, err, "step 2: b is NaN")

		wrong := map[string]any{"seed": -1, "name": 1, "k": "k", "half": 2, "net": 3}
		gantest.RequireInvalid(t, checkKeys(wrong, reflect.TypeFor[config]()), "half")

		var r Record
		err = json.Unmarshal([]byte(`{"e":"low","d":[],"c":"low","b":null,"step":1,"seconds":1}`), &r)
		gantest.RequireInvalid(t, err, "b")

		err = Checkpoint{Step: 5, Dir: filepath.Join(dir, checkpointName(5))}.Verify()
		require.ErrorIs(t, err, ErrDamaged)
		require.ErrorContains(t, err, "damaged: checkpoint-")

		was := map[string]any{"d": 1, "c": 1, "b": map[string]any{"z": 1, "y": 1}, "a": 1}
		changed, err := Changes(was, map[string]any{"a": 2, "e": 2}, nil)
		require.NoError(t, err)
		require.EqualError(t, &OtherConfigError{Dir: "d", Changes: changed}, `d is a run with another configuration:
  a: was 1, now 2
  b.y: was 1, now absent
  b.z: was 1, now absent
  c: was 1, now absent
  d: was 1, now absent
  e: was absent, now 2
Go on with the same configuration, or train in another directory`)
	}
}

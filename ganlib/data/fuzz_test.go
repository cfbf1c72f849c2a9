package data

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/internal/gantest"
)

// FuzzFingerprint compares a set with any bytes as the data.json of a run: they are refused, or there are a few lines of
// changes.
func FuzzFingerprint(f *testing.F) {
	now := Fingerprint{Images: 2, Classes: []string{"cat", "dog"}, Parts: [][2]string{{"a.png", "00"}, {"b.png", "ff"}}}
	text, err := json.Marshal(now)
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"images":-1,"classes":["",""],"parts":[["a.png","01"],["a.png"],["c","","d"]]}`))
	f.Add([]byte(`{"parts":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var was Fingerprint
		gantest.RequireAllocates(t, 200*len(content)+1<<18, func() {
			if json.Unmarshal(content, &was) == nil {
				require.LessOrEqual(t, len(now.Changes(was)), 5)
			}
		})
		_, _ = FindLabel("cat", was.Classes)
	})
}

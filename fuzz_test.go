package gans

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/invalid"
)

// FuzzConfig reads any bytes as a config.json. A configuration that is read and passes Validate is written and read to
// the same again, and so is its recipe.
func FuzzConfig(f *testing.F) {
	for _, name := range Presets() {
		cfg, err := Preset(name)
		require.NoError(f, err)
		text, err := json.Marshal(cfg)
		require.NoError(f, err)
		f.Add(text)
		f.Add(text[:len(text)/2])
	}
	for _, text := range []string{
		`{}`, `null`, `[]`, `{"k":1e9}`, `{"k":-1}`, `{"batch_size":9223372036854775807,"k":9223372036854775807}`, `{"schema":99}`,
		`{"generator":{"mlp":{"hidden":[-1]}}}`, `{"generator":{"dcgan":{"size":1e300}}}`, `{"seed":1,"seed":2}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = ganlib.ReadRecipe(text)
		path := filepath.Join(t.TempDir(), "config.json")
		require.NoError(t, os.WriteFile(path, text, 0o666))
		cfg, err := ReadConfig(path)
		if err != nil || cfg.Validate() != nil {
			return
		}
		again, err := json.Marshal(cfg)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, again, 0o666))
		read, err := ReadConfig(path)
		require.NoError(t, err)
		third, err := json.Marshal(read)
		require.NoError(t, err)
		require.JSONEq(t, string(again), string(third))
	})
}

// FuzzWith changes a preset by any key and value. What is refused names a key; what is not, and passes Validate, has the
// value.
func FuzzWith(f *testing.F) {
	for key, value := range map[string]string{
		"k": "2", "generator_rule.adam.learning_rate": "4e-4", "generator.mlp.hidden": "[64,64]", "data.set": `"ring8"`,
		"": "1", ".": "{}", "k.k": "1", "seed": "1e400", "best": "{}", "on_failure": "null", "steps": "-9223372036854775808",
	} {
		f.Add(key, []byte(value))
	}
	f.Fuzz(func(t *testing.T, key string, text []byte) {
		var value any
		if json.Unmarshal(text, &value) != nil {
			value = string(text)
		}
		changed, err := Figure1().With(map[string]any{key: value})
		if err == nil {
			err = changed.Validate()
		}
		var refused *invalid.Error
		if errors.As(err, &refused) {
			require.NotEmpty(t, refused.Want)
		}
	})
}

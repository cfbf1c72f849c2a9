package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzSettings: whatever follows --set and --over is refused, or has as many values as it has.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{"k=2", "k", "=", "a.b=[1,2],[3]", `k="a,b",c`, "k={", "k=,,", "learning_rate=1e-3,1e-4"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		changes, err := settings([]string{text})
		require.True(t, err != nil || len(changes) == 1)
		require.NotEmpty(t, separate(text))
	})
}

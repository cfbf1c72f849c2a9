package suggest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	names := []string{"celeba", "cifar10", "cifar100", "mnist", "kmnist", "swiss-roll"}
	for word, want := range map[string]string{
		"cifar-10":  "cifar10",
		"cifr10":    "cifar10",
		"CIFAR100":  "cifar100",
		"minst":     "mnist",
		"mnist":     "mnist",
		"swissroll": "swiss-roll",
		"celebA":    "celeba",
		"":          "",
		"flowers":   "",
		"x":         "",
		"../photos": "",
	} {
		got, ok := Nearest(word, names)
		require.Equal(t, want, got, word)
		require.Equal(t, want != "", ok, word)
	}
	_, ok := Nearest("mnist", nil)
	require.False(t, ok)
}

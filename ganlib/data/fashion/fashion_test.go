package fashion

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// SHA-256 of the unpacked files, from Debian's package (see NOTICE): any other bytes are not Fashion-MNIST.
var sums = map[string]string{
	"t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
	"t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}

func TestSums(t *testing.T) {
	for name, want := range sums {
		f, err := files.Open(name)
		require.NoError(t, err)
		plain, err := gzip.NewReader(f)
		require.NoError(t, err)
		h := sha256.New()
		_, err = io.Copy(h, plain)
		require.NoError(t, err)
		require.Equal(t, want, hex.EncodeToString(h.Sum(nil)), name)
	}
}

func TestImages(t *testing.T) {
	set, err := Images()
	require.NoError(t, err)
	require.Equal(t, []int{10000, 28, 28, 1}, []int{set.N, set.Height, set.Width, set.Channels})
	require.Equal(t, 10, set.Classes())
	require.NotEmpty(t, set.License)
	require.NotEmpty(t, set.Source)
	counts := make([]int, 10)
	for _, label := range set.Labels {
		counts[label]++
	}
	for label, count := range counts {
		require.Equal(t, 1000, count, "the test part has a thousand of each kind: %s", set.LabelNames[label])
	}
	require.Equal(t, "Ankle boot", set.LabelNames[set.Labels[0]], "what the first image shows")
}

// TestNamesFit: between the legs a mean pair of trousers is dark, and a mean dress is bright.
func TestNamesFit(t *testing.T) {
	set, err := Images()
	require.NoError(t, err)
	sums, counts := map[string]float64{}, map[string]float64{}
	for i, label := range set.Labels {
		name := set.LabelNames[label]
		sums[name] += float64(set.At(i)[24*28+14]) // low, in the middle
		counts[name]++
	}
	trouser, dress := sums["Trouser"]/counts["Trouser"], sums["Dress"]/counts["Dress"]
	require.Less(t, 2*trouser, dress, "brightness of a mean trouser %.0f and of a mean dress %.0f", trouser, dress)
}

func TestUnpackedOnce(t *testing.T) {
	a, err := Images()
	require.NoError(t, err)
	b, err := Images()
	require.NoError(t, err)
	require.Same(t, a, b)
}

package mnist

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"github.com/gans-in-go/gans/ganlib/data"
)

// SHA-256 of the unpacked files: any other bytes are not MNIST.
var sums = map[string]string{
	"train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
	"train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
	"t10k-images-idx3-ubyte.gz":  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
	"t10k-labels-idx1-ubyte.gz":  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

func TestSums(t *testing.T) {
	for name, want := range sums {
		f, err := files.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		if _, err := io.Copy(h, plain); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("%s unpacks to SHA-256 %s: want %s", name, got, want)
		}
	}
}

// The number of each digit is well known. It checks that labels and their order are intact.
func TestDigits(t *testing.T) {
	for _, c := range []struct {
		name   string
		load   func() (*data.Images, error)
		counts [10]int
		first  int // label of the first image
	}{
		{"train", Train, [10]int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, 5},
		{"test", Test, [10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := c.load()
			if err != nil {
				t.Fatal(err)
			}
			if set.Height != 28 || set.Width != 28 || set.Channels != 1 || set.License == "" || set.Source == "" {
				t.Errorf("images of %d x %d x %d, licence %q, source %q",
					set.Height, set.Width, set.Channels, set.License, set.Source)
			}
			var counts [10]int
			for _, label := range set.Labels {
				counts[label]++
			}
			if counts != c.counts {
				t.Errorf("digits 0 to 9 occur %v times: want %v", counts, c.counts)
			}
			if set.Labels[0] != c.first {
				t.Errorf("the first image is labelled %d: want %d", set.Labels[0], c.first)
			}
		})
	}
}

func TestLoadedOnce(t *testing.T) {
	a, _ := Train()
	if b, _ := Train(); a != b {
		t.Error("two calls unpacked two sets")
	}
}

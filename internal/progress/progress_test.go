package progress

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLines: 100 MiB at 1 MiB/s make a line at the start, one every ten seconds, and one at the end.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		b := Bytes(&out, "x.zip", 100<<20)
		piece := make([]byte, 1<<20)
		for range 25 {
			time.Sleep(time.Second)
			n, err := b.Write(piece)
			require.NoError(t, err)
			require.Equal(t, len(piece), n)
		}
		b.Done()
		b.Add(1 << 20)
		b.Done()
		require.Equal(t, `x.zip: 100.0 MiB to do
x.zip: 10.0 MiB of 100.0 MiB, 1.0 MiB/s, 1m30s to go
x.zip: 20.0 MiB of 100.0 MiB, 1.0 MiB/s, 1m20s to go
x.zip: 25.0 MiB of 100.0 MiB in 25s
`, out.String())
	})
}

// TestCount: things instead of bytes, with and without a known total.
func TestCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		b := Count(&out, "pictures", 30)
		time.Sleep(10 * time.Second)
		b.Add(30)
		b.Done()
		require.Equal(t, "pictures: 30 to do\npictures: 30, 3/s\npictures: 30 in 10s\n", out.String())

		out.Reset()
		b = Count(&out, "pictures", 30)
		time.Sleep(20 * time.Second)
		b.Add(3)
		require.Equal(t, "pictures: 30 to do\npictures: 3 of 30, 0.15/s, 3m0s to go\n", out.String())

		out.Reset()
		b = Count(&out, "pictures", -1)
		time.Sleep(10 * time.Second)
		b.Add(30)
		b.Done()
		require.Equal(t, "pictures: begun\npictures: 30, 3/s\npictures: 30 in 10s\n", out.String())
	})
}

func TestUnits(t *testing.T) {
	for n, want := range map[float64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 170498071: "162.6 MiB", 46 << 30: "46.0 GiB", 5000 << 40: "4.9 PiB",
	} {
		require.Equal(t, want, Size(int64(n)))
	}
}

// TestBar: on a terminal the bar ends with its line, complete or not, and does not change afterwards.
func TestBar(t *testing.T) {
	for _, done := range []int{50, 100} {
		var out bytes.Buffer
		b := &Bar{show: newBar(&out, "x.zip", 100)}
		b.Add(done)
		b.Done()
		require.Contains(t, out.String(), "x.zip")
		require.True(t, strings.HasSuffix(out.String(), "\n"), "%q", out.String())
		length := out.Len()
		b.Add(10)
		b.Done()
		require.Equal(t, length, out.Len())
	}
}

// TestSilent: without a writer everything works and nothing is written.
func TestSilent(t *testing.T) {
	b := Bytes(nil, "x", 3)
	_, err := io.Copy(b, strings.NewReader("abc"))
	require.NoError(t, err)
	b.Done()
	Count(nil, "x", 0).Done()
}

// TestTogether is for the race detector.
func TestTogether(t *testing.T) {
	var out strings.Builder
	b := Count(&out, "pictures", 800)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				b.Add(1)
			}
		})
	}
	all.Wait()
	b.Done()
	require.Contains(t, out.String(), "pictures: 800 in ")
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain, ∞\n\tGrüße": "plain, ∞\n\tGrüße", "\x1b[31mred\a": `\x1b[31mred\a`, "a\u202eb\u009b": `a\u202eb\u009b`, "over\rwritten": `over\rwritten`,
	} {
		require.Equal(t, want, Printable(text))
	}
}

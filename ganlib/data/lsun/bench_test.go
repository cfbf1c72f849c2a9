//go:build cgo && linux

package lsun

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/PowerDNS/lmdb-go/lmdb"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// BenchmarkStream draws minibatches of 128 from an LMDB of 100,000 pictures of LSUN's size, which it makes first: 1.9
// GB. It reports pictures per second and the most memory of the program's own (RssAnon) while they were drawn. The
// pages of the file belong to the system, which can reclaim them. For one epoch:
//
//	go test -run xxx -bench Stream -benchtime 781x ./ganlib/data/lsun
func BenchmarkStream(b *testing.B) {
	const n, size, limit = 100_000, 128, 300 << 10 // limit in KiB
	dir := b.TempDir()
	writeMany(b, dir, n)
	set := opened(b, dir, Options{Frame: data.Frame{Size: 64, Channels: 3}})
	require.Equal(b, n, set.Len())
	order, err := data.NewOrder(set.Len(), size, 1)
	require.NoError(b, err)
	peak := watch(b)
	step := 0
	b.ResetTimer()
	for b.Loop() {
		if _, err := set.Choose(order.Batch(step)); err != nil {
			b.Fatal(err)
		}
		step++
	}
	b.ReportMetric(float64(step*size)/b.Elapsed().Seconds(), "images/s")
	most := peak()
	b.ReportMetric(float64(most)/1024, "MiB-RssAnon")
	if most > limit {
		b.Errorf("%d KiB of memory: want less than %d", most, limit)
	}
}

// writeMany makes an LMDB of n pictures, no two of the same bytes: webp and jpeg in turn, each with a comment of 32 to
// 4,030 random bytes, under 40 hexadecimal digits.
func writeMany(b *testing.B, dir string, n int) {
	webp, err := os.ReadFile(filepath.Join(golden, "size.webp"))
	require.NoError(b, err)
	jpeg, err := os.ReadFile(filepath.Join(golden, "size.jpeg"))
	require.NoError(b, err)
	env, err := lmdb.NewEnv()
	require.NoError(b, err)
	defer env.Close()
	require.NoError(b, env.SetMapSize(8<<30))
	require.NoError(b, env.Open(dir, lmdb.NoSync|lmdb.WriteMap, 0o666))
	random := rand.New(rand.NewPCG(1, 2))
	for first := 0; first < n; first += 1000 {
		require.NoError(b, env.Update(func(txn *lmdb.Txn) error {
			root, err := txn.OpenRoot(0)
			for i := first; i < min(first+1000, n) && err == nil; i++ {
				remark := make([]byte, 32+2*random.IntN(2000))
				for r := range remark {
					remark[r] = byte(random.Uint32())
				}
				value := inWebP(webp, remark)
				if i%2 == 1 {
					value = inJPEG(jpeg, remark)
				}
				key := fmt.Sprintf("%x", sha1.Sum(value))
				err = txn.Put(root, []byte(key), value, 0)
			}
			return err
		}))
	}
}

// inWebP appends a chunk that decoders skip.
func inWebP(picture, remark []byte) []byte {
	chunk := binary.LittleEndian.AppendUint32([]byte("MARK"), uint32(len(remark)))
	value := append(append(bytes.Clone(picture), chunk...), remark...)
	binary.LittleEndian.PutUint32(value[4:], uint32(len(value)-8))
	return value
}

// inJPEG puts a comment after the first marker.
func inJPEG(picture, remark []byte) []byte {
	comment := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xfe"), uint16(len(remark)+2))
	return append(append(comment, remark...), picture[2:]...)
}

// watch looks at the program's own memory every 10 ms. The function that it returns stops it and returns the peak, in
// KiB.
func watch(b *testing.B) (peak func() int) {
	most := 0
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, anonymous(b))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	return func() int {
		close(stop)
		watching.Wait()
		return most
	}
}

// anonymous is RssAnon, in KiB.
func anonymous(b *testing.B) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Error(err)
	}
	_, after, found := bytes.Cut(status, []byte("RssAnon:"))
	kib := 0
	if _, err := fmt.Sscanf(string(after), "%d kB", &kib); !found || err != nil {
		b.Errorf("no RssAnon in %q: %v", status, err)
	}
	return kib
}

//go:build cgo

package lsun

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/PowerDNS/lmdb-go/lmdb"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/internal/progress"
)

const available = true

// A store is an LMDB, open for reading.
type store struct {
	env     *lmdb.Env
	size    int64    // of the file, in bytes
	root    lmdb.DBI // the only table LSUN's files have
	entries int
}

// openStore opens a data.mdb. It writes nothing, not even a lock.
func openStore(ctx context.Context, file string) (*store, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if err := checkPages(ctx, file, info.Size()); err != nil {
		return nil, err
	}
	env, err := lmdb.NewEnv()
	if err != nil {
		return nil, err
	}
	s := &store{env: env, size: info.Size()}
	if err := s.open(file); err != nil {
		env.Close()
		return nil, err
	}
	return s, nil
}

func (s *store) open(file string) error {
	// The file says how much to map; LSUN's say a terabyte.
	if err := s.env.SetMapSize(s.size); err != nil {
		return err
	}
	// Images are read in any order: reading ahead is useless.
	err := s.env.Open(file, lmdb.Readonly|lmdb.NoLock|lmdb.NoSubdir|lmdb.NoReadahead, 0)
	switch {
	case s.size == 0 || lmdb.IsErrno(err, lmdb.Invalid):
		return fmt.Errorf("%w: this file of %d bytes is not an LMDB: want a data.mdb or a zip with one", data.ErrFormat, s.size)
	case lmdb.IsErrno(err, lmdb.VersionMismatch):
		return fmt.Errorf("%w: this LMDB is of another version than LSUN's, 0.9: %w", data.ErrFormat, err)
	case err != nil:
		return err
	}
	if err := s.measure(); err != nil {
		return err
	}
	return s.env.View(func(txn *lmdb.Txn) error {
		s.root, err = txn.OpenRoot(0)
		return err
	})
}

// measure compares the number of entries that the LMDB announces with the size of its file.
func (s *store) measure() error {
	stat, err := s.env.Stat()
	if err != nil {
		return err
	}
	const least = 10 // bytes of an entry: its header and where it is
	if stat.Entries > uint64(s.size)/least || stat.Entries > math.MaxInt32 {
		return fmt.Errorf("this LMDB is %w: %d entries in %d bytes", data.ErrDamaged, stat.Entries, s.size)
	}
	if stat.Entries == 0 {
		return fmt.Errorf("%w in this LMDB: want one with pictures", data.ErrEmpty)
	}
	s.entries = int(stat.Entries)
	return nil
}

// keys reads all keys, in order, but for those whose value is small and does not begin as a picture does: "length" and
// its kind. Large values lie on pages of their own, which are not touched.
func (s *store) keys(ctx context.Context, output io.Writer) (keys, error) {
	bar := progress.Count(output, "reading keys", s.entries)
	defer bar.Done()
	k := keys{ends: make([]uint32, 0, s.entries)}
	err := s.env.View(func(txn *lmdb.Txn) error {
		txn.RawRead = true // in place, not copied
		cursor, err := txn.OpenCursor(s.root)
		if err != nil {
			return err
		}
		defer cursor.Close()
		for {
			if err := ctx.Err(); err != nil {
				return err
			}
			key, value, err := cursor.Get(nil, nil, lmdb.NextNoDup)
			if lmdb.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			if k.text == nil {
				k.text = make([]byte, 0, min(int64(s.entries)*int64(len(key)), s.size)) // LSUN's are all of one length
			}
			if len(k.ends)+k.passed == s.entries || uint64(len(k.text)+len(key)) > math.MaxUint32 {
				return fmt.Errorf("this LMDB is %w: it has more than the %d keys that it announces", data.ErrDamaged, s.entries)
			}
			if bar.Add(1); len(value) <= smallValue && formatOf(value) == nil {
				k.pass(key)
				continue
			}
			k.text = append(k.text, key...)
			k.ends = append(k.ends, uint32(len(k.text)))
		}
	})
	if found := len(k.ends) + k.passed; err == nil && found < s.entries {
		err = fmt.Errorf("this LMDB is %w: it announces %d keys and has %d", data.ErrDamaged, s.entries, found)
	}
	return k, err
}

// view calls read with a function that gets the value of a key. The value is the file's own memory: it may be read, not
// written, and only until read returns.
func (s *store) view(read func(get func(key []byte) ([]byte, error))) error {
	return s.env.View(func(txn *lmdb.Txn) error {
		txn.RawRead = true
		read(func(key []byte) ([]byte, error) { return txn.Get(s.root, key) })
		return nil
	})
}

func (s *store) close() error { return s.env.Close() }

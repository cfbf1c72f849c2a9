package lsun

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"os"

	"github.com/gans-in-go/gans/ganlib/data"
)

// The LMDB library maps a file into memory and believes what it reads: a page number, an offset or a size that is wrong
// sends it out of the map, which ends the program. So every page of the tree is checked first, in Go. What a page of
// pixels holds does not matter to the library, and these, all but a few of a file, are not read.
//
// The layout is that of LMDB 0.9's mdb.c on a 64-bit machine, in its byte order.
const (
	pageHeader = 16
	nodeHeader = 8
	metaSize   = 136 // of a page's header and what is read of a meta page
	leastPage  = 512
	mostPage   = 1 << 16
	mostDepth  = 32 // mdb.c's CURSOR_STACK
	noPage     = ^uint64(0)

	isBranch = 0x01
	isLeaf   = 0x02
	isMeta   = 0x08
	isBig    = 0x01 // a node whose value lies on pages of its own
)

// native is the byte order of the machine, in which the library reads.
var native = binary.NativeEndian

// tree is the table of an LMDB, as its newest meta page describes it.
type tree struct {
	file    io.ReaderAt
	page    uint64 // the size of one, in bytes
	last    uint64 // the number of the last one
	root    uint64
	depth   int
	visited uint64
}

// checkPages returns an error for a file of size bytes that the LMDB library could not read without leaving it.
func checkPages(ctx context.Context, path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	t, err := newestTree(f, size)
	if err != nil {
		return err
	}
	if t.root == noPage {
		return nil // an empty one
	}
	return t.check(ctx, t.root, 1)
}

// newestTree reads both meta pages and returns the table of the newer one.
func newestTree(f io.ReaderAt, size int64) (*tree, error) {
	notLMDB := fmt.Errorf("%w: this file of %d bytes is not an LMDB: want a data.mdb or a zip with one", data.ErrFormat, size)
	first := make([]byte, metaSize+pageHeader)
	if _, err := f.ReadAt(first, 0); err != nil && err != io.EOF {
		return nil, err
	}
	if size < int64(len(first)) || native.Uint32(first[metaAt:]) != metaMagic {
		return nil, notLMDB
	}
	page := uint64(native.Uint32(first[metaAt+24:]))
	if page < leastPage || page > mostPage || bits.OnesCount64(page) != 1 {
		return nil, fmt.Errorf("this LMDB is %w: pages of %d bytes", data.ErrDamaged, page)
	}
	if size < 2*int64(page) {
		return nil, fmt.Errorf("%w: this LMDB ends within its first two pages", data.ErrTruncated)
	}
	second := make([]byte, len(first))
	if _, err := f.ReadAt(second, int64(page)); err != nil && err != io.EOF {
		return nil, err
	}
	newest := first
	for _, meta := range [][]byte{first, second} {
		if native.Uint16(meta[10:])&isMeta == 0 || native.Uint32(meta[metaAt:]) != metaMagic {
			return nil, fmt.Errorf("this LMDB is %w: its first two pages are not both meta pages", data.ErrDamaged)
		}
		if version := native.Uint32(meta[metaAt+4:]); version != 1 {
			return nil, fmt.Errorf("%w: this LMDB is of version %d: want that of LSUN's, 1", data.ErrFormat, version)
		}
		if uint64(native.Uint32(meta[metaAt+24:])) != page {
			return nil, fmt.Errorf("this LMDB is %w: its meta pages differ in the size of a page", data.ErrDamaged)
		}
		if native.Uint64(meta[metaAt+128:]) > native.Uint64(newest[metaAt+128:]) {
			newest = meta
		}
	}
	table := newest[metaAt+72:] // after the table of free pages
	t := &tree{file: f, page: page, last: native.Uint64(newest[metaAt+120:]), root: native.Uint64(table[40:]), depth: int(native.Uint16(table[6:]))}
	if pages := uint64(size) / page; t.last >= pages {
		return nil, fmt.Errorf("%w: the last page of this LMDB is number %d, the file ends after %d pages of %d bytes", data.ErrTruncated, t.last, pages, page)
	}
	if flags := native.Uint16(table[4:]); flags != 0 {
		return nil, fmt.Errorf("%w: the table of this LMDB has flags %#x: want one value for each key, as text", data.ErrFormat, flags)
	}
	if t.root != noPage && (t.depth < 1 || t.depth > mostDepth) {
		return nil, fmt.Errorf("this LMDB is %w: a tree of depth %d", data.ErrDamaged, t.depth)
	}
	return t, nil
}

// check checks a page at a level of the tree, from 1 for the root, and all that hang on it.
func (t *tree) check(ctx context.Context, number uint64, level int) error {
	damaged := func(format string, args ...any) error {
		return fmt.Errorf("this LMDB is %w: page %d %s", data.ErrDamaged, number, fmt.Sprintf(format, args...))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.visited++; t.visited > t.last+1 {
		return damaged("is in a circle")
	}
	if number < 2 || number > t.last {
		return damaged("is not in the file, which has pages 2 to %d", t.last)
	}
	page := make([]byte, t.page)
	if _, err := t.file.ReadAt(page, int64(number*t.page)); err != nil {
		return err
	}
	kind, least := uint16(isBranch), 2
	if level == t.depth {
		kind, least = isLeaf, 1
	}
	lower, upper := int(native.Uint16(page[12:])), int(native.Uint16(page[14:]))
	n := (lower - pageHeader) / 2
	switch {
	case native.Uint64(page) != number:
		return damaged("calls itself %d", native.Uint64(page))
	case native.Uint16(page[10:]) != kind:
		return damaged("has flags %#x at level %d of %d", native.Uint16(page[10:]), level, t.depth)
	case lower < pageHeader || lower > upper || upper > len(page) || n < least:
		return damaged("has its space from %d to %d", lower, upper)
	}
	for i := range n {
		at := int(native.Uint16(page[pageHeader+2*i:]))
		if at < upper || at+nodeHeader > len(page) || at%2 != 0 {
			return damaged("has an entry at %d", at)
		}
		if kind == isLeaf {
			if !t.whole(page[at:]) {
				return damaged("has entry %d that leads out of it or out of the file", i)
			}
			continue
		}
		child, ok := child(page[at:])
		if !ok {
			return damaged("has a key at %d that leads out of it", at)
		}
		if err := t.check(ctx, child, level+1); err != nil {
			return err
		}
	}
	return nil
}

// child is the page that an entry of a branch leads to.
func child(node []byte) (page uint64, ok bool) {
	page = uint64(native.Uint16(node)) | uint64(native.Uint16(node[2:]))<<16 | uint64(native.Uint16(node[4:]))<<32
	return page, nodeHeader+int(native.Uint16(node[6:])) <= len(node)
}

// whole reports whether the key and the value of an entry of a leaf lie in the page, or the value in the file.
func (t *tree) whole(node []byte) bool {
	size := uint64(native.Uint16(node)) | uint64(native.Uint16(node[2:]))<<16
	flags, value := native.Uint16(node[4:]), nodeHeader+uint64(native.Uint16(node[6:]))
	switch {
	case value == nodeHeader || value > uint64(len(node)): // no key, or one that is too long
		return false
	case flags == 0:
		return value+size <= uint64(len(node))
	case flags != isBig || value+8 > uint64(len(node)):
		return false // a table within the table
	}
	first := native.Uint64(node[value:])
	pages := (pageHeader + size + t.page - 1) / t.page
	return first >= 2 && first <= t.last && pages <= t.last-first+1
}

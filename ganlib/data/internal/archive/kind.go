package archive

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

func isZip(start []byte) bool {
	return bytes.HasPrefix(start, []byte("PK\x03\x04")) ||
		bytes.HasPrefix(start, []byte("PK\x05\x06")) // no entries: it begins with its end
}

func isGzip(start []byte) bool { return bytes.HasPrefix(start, []byte{0x1f, 0x8b}) }

const (
	tarBlock     = 512 // bytes of a header
	tarSum       = 148 // where in it the checksum is, in octal
	tarSumLength = 8
)

// isTar recognises a tar by its first header's checksum: the sum of its bytes, with blanks in place of the checksum
// itself. The magic number came to the format later, and some files have none.
func isTar(start []byte) bool {
	if len(start) < tarBlock {
		return false
	}
	written := strings.Trim(string(start[tarSum:tarSum+tarSumLength]), " \x00")
	want, err := strconv.ParseUint(written, 8, 32)
	if err != nil {
		return false
	}
	sum := uint64(tarSumLength * ' ')
	for i, b := range start[:tarBlock] {
		if i < tarSum || i >= tarSum+tarSumLength {
			sum += uint64(b)
		}
	}
	return sum == want
}

// strangers are files that are often found in place of an archive.
var strangers = []struct{ start, what string }{
	{"<!doctype html", "a web page, such as a server sends in place of a file"},
	{"<html", "a web page, such as a server sends in place of a file"},
	{"version https://git-lfs", "a Git LFS pointer in place of the file"},
	{"BZh", "bzip2"},
	{"\xfd7zXZ\x00", "xz"},
	{"7z\xbc\xaf\x27\x1c", "7-Zip"},
	{"Rar!", "RAR"},
	{"\x28\xb5\x2f\xfd", "Zstandard"},
}

// describe says what a file that is no archive of ours is, by its first bytes.
func describe(start []byte) string {
	if len(start) == 0 {
		return "an empty file"
	}
	text := bytes.TrimLeft(start, " \t\r\n")
	for _, s := range strangers {
		if len(text) >= len(s.start) && strings.EqualFold(string(text[:len(s.start)]), s.start) {
			return s.what
		}
	}
	return fmt.Sprintf("a file that begins with %q", start[:min(len(start), 12)])
}

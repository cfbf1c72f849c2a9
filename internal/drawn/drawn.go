// Package drawn marks the pictures that this program draws, so that it can tell them from data: what lies about in a
// folder of photographs is not to be learned from.
package drawn

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
)

// header is how many bytes of a PNG come before the mark: the signature, and the chunk IHDR.
const header = 8 + 25

// mark is a chunk of text, as any program may write of itself (PNG 3rd edition, 11.3.3.2).
var mark = chunk("tEXt", "Software\x00gans-in-go")

// Length is how many bytes of a file [Is] needs.
var Length = header + len(mark)

// chunk is a chunk of a PNG.
func chunk(kind, content string) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	c = append(c, kind+content...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}

// Encode writes a picture as a PNG with the mark.
func Encode(w io.Writer, picture image.Image) error {
	var plain bytes.Buffer
	if err := png.Encode(&plain, picture); err != nil {
		return err
	}
	_, err := w.Write(bytes.Join([][]byte{plain.Next(header), mark, plain.Bytes()}, nil))
	return err
}

// Is reports whether a file that begins like this is a PNG with the mark.
func Is(start []byte) bool {
	return len(start) >= Length && bytes.HasPrefix(start, []byte("\x89PNG\r\n\x1a\n")) && bytes.Equal(start[header:Length], mark)
}

// Package tensorboard writes a run for TensorBoard: the values of its history as scalars, its pictures as images.
//
// The file is a sequence of records, each a protocol buffer of the type tensorflow.Event
// (tensorflow/core/util/event.proto) within the frame of a TFRecord
// (https://www.tensorflow.org/tutorials/load_data/tfrecord): its length, its bytes, and the masked CRC-32C of each. No
// library for Go writes it but TensorFlow's own, which wants TensorFlow; the six fields that are used here are put
// together by protobuf's encoder.
package tensorboard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/png"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/disk"
)

// Name of the file that Write makes. TensorBoard reads files with "tfevents" in their names.
const Name = "events.out.tfevents.0.gan"

// picturesTag is what the run's pictures are called.
const picturesTag = "samples"

// Fields of tensorflow.Event, Summary, Summary.Value and Summary.Image.
const (
	eventWallTime, eventStep, eventVersion, eventSummary = 1, 2, 3, 5
	summaryValue                                         = 1
	valueTag, valueNumber, valueImage                    = 1, 2, 4
	imageHeight, imageWidth, imageColors, imageEncoded   = 1, 2, 3, 4
)

// Write writes a run's event file into a folder, which it makes if there is none, and returns the file's path. What it
// wrote of the same run before is replaced. Events of a history, such as a roll-back, have no place in it.
//
// TensorBoard wants the time of each value. A run records the time it has trained: the times are counted back by that
// from the last change of its history.
func Write(dir string, r *run.Run) (path string, err error) {
	history, err := r.History()
	if err != nil {
		return "", err
	}
	pictures, err := r.Samples()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	path = filepath.Join(dir, Name)
	return path, disk.Write(path, func(w io.Writer) error {
		began := float64(r.Changed().UnixMilli()) / 1000
		if len(history) > 0 {
			began -= history[len(history)-1].Seconds
		}
		if err := frame(w, event(began, 0, protowire.AppendString(tagged(eventVersion), "brain.Event:2"))); err != nil {
			return err
		}
		return writeEvents(w, began, history, pictures)
	})
}

// writeEvents writes the scalars of each record, then the pictures.
func writeEvents(w io.Writer, began float64, history []run.Record, pictures []string) error {
	for _, r := range history {
		var summary []byte
		for _, name := range slices.Sorted(maps.Keys(r.Values)) {
			number := protowire.AppendFixed32(protowire.AppendTag(nil, valueNumber, protowire.Fixed32Type), math.Float32bits(float32(r.Values[name])))
			summary = append(summary, value(name, number)...)
		}
		if len(summary) == 0 {
			continue
		}
		if err := frame(w, event(began+r.Seconds, r.Step, message(eventSummary, summary))); err != nil {
			return err
		}
	}
	for _, path := range pictures {
		step, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
		if err != nil {
			return fmt.Errorf("%s: want a name that is the number of an iteration", path)
		}
		picture, err := image(path)
		if err != nil {
			return err
		}
		summary := message(eventSummary, value(picturesTag, message(valueImage, picture)))
		if err := frame(w, event(began+secondsAt(history, step), step, summary)); err != nil {
			return err
		}
	}
	return nil
}

// secondsAt is the time that a run had trained when a step was done, as far as its history knows.
func secondsAt(history []run.Record, step int) (seconds float64) {
	for _, r := range history {
		if r.Step <= step {
			seconds = r.Seconds
		}
	}
	return seconds
}

// event is a tensorflow.Event with one more field.
func event(wallTime float64, step int, field []byte) []byte {
	e := protowire.AppendFixed64(protowire.AppendTag(nil, eventWallTime, protowire.Fixed64Type), math.Float64bits(wallTime))
	if step != 0 { // what a protocol buffer leaves out
		e = protowire.AppendVarint(protowire.AppendTag(e, eventStep, protowire.VarintType), uint64(step))
	}
	return append(e, field...)
}

// value is a Summary.Value, in its place in a Summary, with a tag and one more field.
func value(tag string, field []byte) []byte {
	return message(summaryValue, append(protowire.AppendString(tagged(valueTag), tag), field...))
}

// image is a Summary.Image: a PNG as it is, and its size.
func image(path string) ([]byte, error) {
	encoded, err := disk.ReadFile(path)
	if err != nil {
		return nil, err
	}
	config, err := png.DecodeConfig(bytes.NewReader(encoded))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	const rgb = 3
	var made []byte
	for _, n := range []struct {
		field protowire.Number
		value int
	}{{imageHeight, config.Height}, {imageWidth, config.Width}, {imageColors, rgb}} {
		made = protowire.AppendVarint(protowire.AppendTag(made, n.field, protowire.VarintType), uint64(n.value))
	}
	return append(made, message(imageEncoded, encoded)...), nil
}

// message is a field of bytes.
func message(field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(tagged(field), content)
}

// tagged begins a field of bytes or text.
func tagged(field protowire.Number) []byte {
	return protowire.AppendTag(nil, field, protowire.BytesType)
}

// castagnoli is the polynomial of CRC-32C.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frame writes a TFRecord.
func frame(w io.Writer, content []byte) error {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(content)))
	framed := binary.LittleEndian.AppendUint32(length, masked(length))
	framed = append(framed, content...)
	framed = binary.LittleEndian.AppendUint32(framed, masked(content))
	_, err := w.Write(framed)
	return err
}

// masked is the CRC-32C of a TFRecord, which may hold CRCs itself: turned by 15 bits, and a constant added.
func masked(content []byte) uint32 {
	sum := crc32.Checksum(content, castagnoli)
	return (sum>>15 | sum<<17) + 0xa282ead8
}

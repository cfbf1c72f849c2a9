package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// schema is the version of the files that this package writes. config.json and manifest.json hold it as a key,
// history.jsonl as its first line. Files without it were written before there were versions, and are still read.
//
// A run keeps the version in its config.json for life, because it also says how its steps are computed. From version
// loopSchema on they are iterations of a loop, on backends that can. The loop's rounding need not be that of a call a
// step, so an older run goes on with calls. In version 3 manifests say whose a checkpoint is and why it is kept.
const schema, loopSchema = 3, 2

const schemaKey = "schema"

// readSchema returns the version in a file. It returns an error if that is not a number, or newer than this package.
func readSchema(path string, version json.RawMessage) (int, error) {
	n, err := strconv.Atoi(string(version)) // the largest int if the number is larger
	switch {
	case n > schema:
		return 0, &NewerError{Path: path, Schema: n, Known: schema}
	case err != nil:
		return 0, fmt.Errorf("%s: %w", path, invalid.Value(schemaKey, jsonText(version), "a whole number"))
	}
	return n, nil
}

// addSchema puts a version in front of the keys of a JSON object that was written with indents.
func addSchema(object []byte, version int) []byte {
	rest := object[1:] // after the brace
	head := fmt.Sprintf("{\n  %q: %d", schemaKey, version)
	if rest[0] == '\n' { // a key follows
		return slices.Concat([]byte(head), []byte(","), rest)
	}
	return slices.Concat([]byte(head), []byte("\n"), rest)
}

// cutSchema takes the version out of the text of a JSON object, and returns it, or 0 if there is none. It returns an
// error if there are two.
func cutSchema(path string, object []byte) (rest []byte, version int, err error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return nil, 0, err
	}
	from := decoder.InputOffset() // before the comma in front of a key
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, 0, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, 0, err
		}
		to := decoder.InputOffset()
		if key == schemaKey {
			if rest != nil {
				err := invalid.Value(schemaKey, jsonText(value), "this key only once")
				return nil, 0, fmt.Errorf("%s: %w", path, err)
			}
			if version, err = readSchema(path, value); err != nil {
				return nil, 0, err
			}
			before, after := object[:from], object[to:]
			if bytes.HasSuffix(before, []byte("{")) {
				after = bytes.TrimPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte(","))
			}
			rest = slices.Concat(before, after)
		}
		from = to
	}
	if rest == nil {
		rest = object
	}
	return rest, version, nil
}

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
const schema = 1

const schemaKey = "schema"

// checkSchema returns an error if the version in a file is not a number, or newer than this package.
func checkSchema(path string, version json.RawMessage) error {
	n, err := strconv.Atoi(string(version))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", path, invalid.Value(schemaKey, jsonText(version), "a whole number"))
	case n > schema:
		return &NewerError{Path: path, Schema: n, Known: schema}
	}
	return nil
}

// addSchema puts the version in front of the keys of a JSON object that was written with indents.
func addSchema(object []byte) []byte {
	rest := object[1:] // after the brace
	head := fmt.Sprintf("{\n  %q: %d", schemaKey, schema)
	if rest[0] == '\n' { // a key follows
		return slices.Concat([]byte(head), []byte(","), rest)
	}
	return slices.Concat([]byte(head), []byte("\n"), rest)
}

// cutSchema takes the version out of the text of a JSON object, after checking it.
func cutSchema(path string, object []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	from := decoder.InputOffset() // before the comma in front of a key
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		to := decoder.InputOffset()
		if key != schemaKey {
			from = to
			continue
		}
		before, after := object[:from], object[to:]
		if bytes.HasSuffix(before, []byte("{")) {
			after = bytes.TrimPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte(","))
		}
		return slices.Concat(before, after), checkSchema(path, value)
	}
	return object, nil
}

package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// checkObject returns an error that says in words, and by line, what keeps a text from being a JSON object with each of
// its keys once, at any depth. Of a key that came twice, one reader would take the first value and another the last.
func checkObject(text []byte) error {
	var fields map[string]json.RawMessage
	err := json.Unmarshal(text, &fields)
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return syntax(text, int(wrong.Offset))
	}
	if err != nil || fields == nil {
		return fmt.Errorf("%.20s… is not an object, which begins with {", bytes.TrimSpace(text))
	}
	return checkOnce(json.NewDecoder(bytes.NewReader(text)), text, "")
}

// syntax says where JSON goes wrong; offset is behind the byte that cannot stand there.
func syntax(text []byte, offset int) error {
	if offset >= len(text) && (len(text) == 0 || offset > len(text) || !strings.ContainsRune("}]", rune(text[len(text)-1]))) {
		return errors.New("it ends in the middle")
	}
	before := text[:max(0, offset-1)]
	line, column := 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n')
	found, _, _ := strings.Cut(string(text[len(before):min(len(text), len(before)+20)]), "\n")
	return fmt.Errorf("line %d, column %d: JSON cannot go on with %q", line, column, found)
}

// checkOnce returns an error for a key of the next value that comes twice. The text is valid JSON.
func checkOnce(decoder *json.Decoder, text []byte, above string) error {
	open, err := decoder.Token()
	if delim, ok := open.(json.Delim); err != nil || !ok {
		return err
	} else if delim == '[' {
		for i := 0; decoder.More(); i++ {
			if err := checkOnce(decoder, text, fmt.Sprintf("%s[%d]", above, i)); err != nil {
				return err
			}
		}
	} else {
		seen := make(map[string]bool)
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return err
			}
			key := strings.TrimPrefix(fmt.Sprintf("%s.%v", above, name), ".")
			if seen[key] && key != schemaKey { // which cutSchema refuses by its key
				return fmt.Errorf("line %d: %q is there twice", 1+bytes.Count(text[:decoder.InputOffset()], []byte("\n")), key)
			}
			seen[key] = true
			if err := checkOnce(decoder, text, key); err != nil {
				return err
			}
		}
	}
	_, err = decoder.Token()
	return err
}

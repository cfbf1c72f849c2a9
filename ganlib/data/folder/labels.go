package folder

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gans-in-go/gans/ganlib/data"
)

// A labelling is what a file says of the pictures in its folder and below.
type labelling struct {
	file    string // its name
	classes map[string]string
	numbers bool // the classes are numbers
	used    bool // some picture is in it
}

// labelFiles are the names of files with labels, and how each is read. A reader returns nil for a file that is about
// something else.
var labelFiles = map[string]func(content []byte) (*labelling, error){
	"dataset.json": styleGAN, "labels.csv": table, "metadata.csv": huggingFace, "metadata.jsonl": huggingFaceLines,
}

// mostLabels is how long a file of labels may be, in bytes. ImageNet's dataset.json has 40 MB.
const mostLabels = 1 << 28

// readLabels reads a file of labels; nil for any other file.
func readLabels(name string, r io.Reader) (*labelling, error) {
	read := labelFiles[path.Base(name)]
	if read == nil {
		return nil, nil
	}
	content, err := io.ReadAll(io.LimitReader(r, mostLabels+1))
	if err == nil && len(content) > mostLabels {
		err = fmt.Errorf("%w: more than %d bytes of labels", data.ErrTooLarge, mostLabels)
	}
	if err != nil {
		return nil, err
	}
	l, err := read(content)
	if l != nil {
		l.file = name
	}
	return l, err
}

// styleGAN reads the dataset.json of StyleGAN's dataset tool: {"labels": [["00000/img00000000.png", 6], ...]}, or null
// for no labels.
func styleGAN(content []byte) (*labelling, error) {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", data.ErrFormat, err)
	}
	labels, ok := file["labels"]
	if !ok {
		return nil, nil
	}
	var pairs [][2]json.RawMessage
	if err := json.Unmarshal(labels, &pairs); err != nil {
		return nil, fmt.Errorf("%w: labels that are not pairs of a file and its class: %w", data.ErrFormat, err)
	}
	l := &labelling{classes: make(map[string]string, len(pairs)), numbers: true, used: len(pairs) == 0}
	for _, pair := range pairs {
		var name string
		var class uint16
		if json.Unmarshal(pair[0], &name) != nil || json.Unmarshal(pair[1], &class) != nil {
			return nil, fmt.Errorf("%w: label [%s, %s]: want a file and the number of its class, 0 to 65535", data.ErrFormat, pair[0], pair[1])
		}
		if err := l.set(name, strconv.Itoa(int(class))); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// table reads a file and its label from each row of a CSV. With more columns than two, a header must name them. A row
// about no picture, such as the header, does not matter.
func table(content []byte) (*labelling, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	if first, _, _ := bytes.Cut(content, []byte("\n")); !bytes.ContainsRune(first, ',') {
		for _, comma := range ";\t" {
			if bytes.ContainsRune(first, comma) {
				r.Comma = comma
			}
		}
	}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", data.ErrFormat, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	file, label := column(rows[0], "file", "filename", "file_name", "image", "path", "id"), column(rows[0], "label", "class")
	if len(rows[0]) == 2 && (file < 0 || label < 0) {
		file, label = 0, 1
	}
	if file < 0 || label < 0 {
		return nil, fmt.Errorf("%w: columns %q: want two, the file and its label, or a header with \"file\" and \"label\"", data.ErrFormat, rows[0])
	}
	l := &labelling{classes: make(map[string]string, len(rows))}
	for i, row := range rows {
		if len(row) <= max(file, label) || row[label] == "" {
			return nil, fmt.Errorf("%w: row %d is %q: want a file and its label", data.ErrFormat, i+1, row)
		}
		if err := l.set(row[file], row[label]); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// huggingFace reads a metadata.csv as Hugging Face's imagefolder has it, whose header names at least file_name and label.
// One without labels is about something else, such as captions.
func huggingFace(content []byte) (*labelling, error) {
	header, _, _ := bytes.Cut(content, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(header, []byte("\ufeff"))))
	names, err := r.Read()
	if err != nil || column(names, "file_name") < 0 || column(names, "label", "class") < 0 {
		return nil, nil
	}
	return table(content)
}

// huggingFaceLines reads a metadata.jsonl, which has an object in each line: {"file_name": "0001.png", "label": "cat"}. One
// without labels is about something else.
func huggingFaceLines(content []byte) (*labelling, error) {
	l := &labelling{classes: make(map[string]string)}
	unlabelled := 0
	for i, line := range bytes.Split(content, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var row struct {
			File  string `json:"file_name"`
			Label any    `json:"label"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", data.ErrFormat, i+1, err)
		}
		switch label := row.Label.(type) {
		case nil:
			unlabelled++
			continue
		case string, float64:
			if err := l.set(row.File, fmt.Sprint(label)); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("%w: line %d: label %v: want a name or a number", data.ErrFormat, i+1, label)
		}
	}
	if len(l.classes) == 0 {
		return nil, nil
	}
	if unlabelled > 0 {
		return nil, fmt.Errorf("%w: %d lines have no label: want one in each, or in none", data.ErrFormat, unlabelled)
	}
	return l, nil
}

// column is the place of the first column that has one of some names, or -1.
func column(header []string, names ...string) int {
	return slices.IndexFunc(header, func(h string) bool { return slices.Contains(names, strings.ToLower(strings.TrimSpace(h))) })
}

// set labels a file, which must not have two labels.
func (l *labelling) set(name, class string) error {
	name = path.Clean(strings.ReplaceAll(strings.TrimSpace(name), `\`, "/"))
	if was, ok := l.classes[name]; ok && was != class {
		return fmt.Errorf("%w: %q has two labels, %q and %q", data.ErrFormat, name, was, class)
	}
	l.classes[name] = class
	return nil
}

// class is what the file says of a picture: by its path from the file's folder or by its last element, each with its
// extension or without.
func (l *labelling) class(name string) (class string, ok bool) {
	if folder := path.Dir(l.file); folder != "." {
		name = strings.TrimPrefix(name, folder+"/")
	}
	for _, called := range []string{name, path.Base(name)} {
		for _, key := range []string{called, strings.TrimSuffix(called, path.Ext(called))} {
			if class, ok = l.classes[key]; ok {
				l.used = true
				return class, true
			}
		}
	}
	return "", false
}

// over reports whether a picture lies in the file's folder or below it.
func (l *labelling) over(name string) bool {
	folder := path.Dir(l.file)
	return folder == "." || strings.HasPrefix(name, folder+"/")
}

// labelled labels pictures by the files of labels, or by their folders if no file is about them.
func labelled(files []*labelling, names []string) (labels []int, labelNames []string, err error) {
	classes, missing := make([]string, len(names)), make([]string, 0)
	numbers := true
	for i, name := range names {
		found := false
		for _, l := range files {
			if !l.over(name) {
				continue
			}
			class, ok := l.class(name)
			if ok && found && class != classes[i] {
				return nil, nil, fmt.Errorf("%w: %q has two labels, %q and %q", data.ErrFormat, name, classes[i], class)
			}
			if ok {
				classes[i], found, numbers = class, true, numbers && l.numbers
			}
		}
		if !found {
			missing = append(missing, name)
		}
	}
	used := slices.IndexFunc(files, func(l *labelling) bool { return l.used })
	switch {
	case used < 0:
		labels, labelNames = byFolder(names)
		return labels, labelNames, nil
	case len(missing) == len(names):
		return nil, nil, nil // by a file that says so
	case len(missing) > 0:
		return nil, nil, fmt.Errorf("%w: %d of %s have no label in %q, such as %q: label them, or take the file away",
			data.ErrFormat, len(missing), counted(len(names), "picture"), files[used].file, missing[0])
	}
	labels, labelNames = numbered(classes, numbers)
	return labels, labelNames, nil
}

// numbered numbers classes in the order of their names, which is that of text, as for folders. If they are the numbers
// themselves, they stay what they are, and have no names.
func numbered(classes []string, numbers bool) (labels []int, names []string) {
	for _, class := range classes {
		n, err := strconv.Atoi(class)
		if numbers = numbers && err == nil; numbers {
			labels = append(labels, n)
		}
	}
	if numbers {
		return labels, nil
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(classes)))
	number := make(map[string]int, len(distinct))
	for i, class := range distinct {
		number[class] = i
		names = append(names, inWords(class))
	}
	labels = nil
	for _, class := range classes {
		labels = append(labels, number[class])
	}
	return labels, names
}

// byFolder labels pictures by their folders, if there are several.
func byFolder(names []string) (labels []int, labelNames []string) {
	folders := make([]string, len(names))
	for i, name := range names {
		folders[i] = path.Dir(name)
	}
	labelNames = slices.Compact(slices.Sorted(slices.Values(folders)))
	if len(labelNames) < 2 {
		return nil, nil
	}
	common := commonFolder(labelNames)
	number := make(map[string]int, len(labelNames))
	for i, folder := range labelNames {
		number[folder] = i
		labelNames[i] = inWords(cmp.Or(strings.TrimPrefix(strings.TrimPrefix(folder, common), "/"), "."))
	}
	for _, folder := range folders {
		labels = append(labels, number[folder])
	}
	return labels, labelNames
}

// inWords is a name as it can be shown: what is not text or cannot be seen is written as in Go.
func inWords(name string) string {
	if quoted := strconv.Quote(name); quoted[1:len(quoted)-1] != name {
		return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	}
	return name
}

// commonFolder is the innermost folder that all folders lie in or are; "" for the outermost.
func commonFolder(folders []string) string {
	common := strings.Split(folders[0], "/")
	for _, folder := range folders[1:] {
		elements := strings.Split(folder, "/")
		n := 0
		for n < min(len(common), len(elements)) && common[n] == elements[n] {
			n++
		}
		common = common[:n]
	}
	return strings.Join(common, "/")
}

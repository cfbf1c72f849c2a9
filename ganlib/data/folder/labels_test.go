package folder

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
)

// shards are pictures as StyleGAN's dataset tool stores them: their folders are no classes.
func shards(t testing.TB, n int, more files) files {
	f := files{}
	for i := range n {
		f[fmt.Sprintf("%05d/img%08d.png", i/4, i)] = pngOf(t, flat(9, 9, grey(uint8(i))))
	}
	for name, content := range more {
		f[name] = content
	}
	return f
}

// labelsOf labels pictures read from a folder and from a zip, and counts the classes without reading a picture.
func labelsOf(t testing.TB, f files) *data.Images {
	t.Helper()
	set := read(t, f.folder(t), frame(4))
	zipped := read(t, f.zip(t), frame(4))
	require.Equal(t, set.Labels, zipped.Labels)
	require.Equal(t, set.LabelNames, zipped.LabelNames)
	classes, err := Classes(t.Context(), f.zip(t), Options{})
	require.NoError(t, err)
	require.Equal(t, set.Classes(), classes)
	return set
}

func TestStyleGANLabels(t *testing.T) {
	labels := func(pairs string) files { return files{"dataset.json": `{"labels": ` + pairs + `}`} }
	set := labelsOf(t, shards(t, 6, labels(`[["00000/img00000000.png", 0], ["00000/img00000001.png", 3], ["00000/img00000002.png", 0],
		["00000/img00000003.png", 3], ["00001/img00000004.png", 10], ["00001/img00000005.png", 0], ["gone.png", 99]]`)))
	require.Equal(t, []int{0, 3, 0, 3, 10, 0}, set.Labels)
	require.Nil(t, set.LabelNames)
	require.Equal(t, 11, set.Classes(), "the numbers stay what they are")

	for _, none := range []string{"null", "[]"} {
		set = labelsOf(t, shards(t, 6, labels(none)))
		require.Nil(t, set.Labels, "the shards are no classes")
	}
	set = labelsOf(t, shards(t, 6, files{"dataset.json": `{"images": 3}`}))
	require.Equal(t, []string{"00000", "00001"}, set.LabelNames, "a file about something else")
}

func TestTableOfLabels(t *testing.T) {
	want := []int{1, 0, 1, 2, 0}
	for name, table := range map[string]string{
		"plain":             "0.png,cat\n1.png,ape\n2.png,cat\nsub/3.png,dog\nsub/4.png,ape\n",
		"header":            "file,label\n0.png,cat\n1.png,ape\n2.png,cat\n3.png,dog\n4.png,ape\nnot here.png,newt\n",
		"without extension": "\ufeffid,breed\r\n0,cat\r\n1,ape\r\n2,cat\r\n3,dog\r\n4,ape\r\n",
		"three columns":     "n,Label,Image\n1,cat,0.png\n2,ape,1.png\n3,cat,2.png\n4,dog,3.png\n5,ape,4.png\n",
		"semicolons":        "0.png;cat\n1.png;ape\n2.png;cat\nsub\\3.png;dog\nsub\\4.png;ape\n",
	} {
		f := files{"set/labels.csv": table}
		for i := range 5 {
			f[fmt.Sprintf("set/%s%d.png", []string{"", "sub/"}[i/3], i)] = pngOf(t, flat(9, 9, grey(uint8(i))))
		}
		set := labelsOf(t, f)
		require.Equal(t, []string{"ape", "cat", "dog"}, set.LabelNames, name)
		require.Equal(t, want, set.Labels, name)
	}
	f := shards(t, 3, files{"labels.csv": "img00000000.png,10\nimg00000001.png,2\nimg00000002.png,10"})
	set := labelsOf(t, f)
	require.Equal(t, []string{"10", "2"}, set.LabelNames, "numbers are text, as folders are")
	require.Equal(t, []int{0, 1, 0}, set.Labels)
	folders := files{"10/a.png": pngOf(t, flat(9, 9, grey(1))), "2/b.png": pngOf(t, flat(9, 9, grey(2))), "10/c.png": pngOf(t, flat(9, 9, grey(3)))}
	require.Equal(t, set.LabelNames, labelsOf(t, folders).LabelNames, "one rule")

	f["labels.csv"] = "a.png,1\nb.png,2\n"
	require.Nil(t, labelsOf(t, f).Labels, "a table about no picture here")
}

// TestHuggingFaceLabels: the two files of labels that Hugging Face's imagefolder has. Those that are about something else,
// such as captions, label nothing.
func TestHuggingFaceLabels(t *testing.T) {
	lines := func(label string) string {
		return `{"file_name": "00000/img00000000.png", "label": ` + label + `, "n": [1]}` + "\n\n" +
			`{"file_name": "00000/img00000001.png", "label": "ape"}` + "\n" + `{"label": "cat", "file_name": "00000/img00000002.png"}` + "\r\n"
	}
	for name, content := range map[string]string{
		"metadata.csv":   "text,file_name,label\n\"a, b\",00000/img00000000.png,cat\n,00000/img00000001.png,ape\n,00000/img00000002.png,cat\n",
		"metadata.jsonl": lines(`"cat"`),
	} {
		set := labelsOf(t, shards(t, 3, files{name: content}))
		require.Equal(t, []string{"ape", "cat"}, set.LabelNames, name)
		require.Equal(t, []int{1, 0, 1}, set.Labels, name)
	}
	set := labelsOf(t, shards(t, 3, files{"metadata.jsonl": lines("7")}))
	require.Equal(t, []string{"7", "ape", "cat"}, set.LabelNames)
	for name, content := range map[string]string{
		"metadata.csv": "file_name,text\nx.png,\"an unfinished quotation\n", "metadata.jsonl": `{"file_name": "x.png", "text": "a cat"}`,
	} {
		set := labelsOf(t, shards(t, 6, files{name: content}))
		require.Equal(t, []string{"00000", "00001"}, set.LabelNames, name)
	}
}

// Labels that are not clear are refused; none is guessed.
func TestLabelsRefused(t *testing.T) {
	for file, contents := range map[string][]string{
		"dataset.json": {
			`{"labels": [["00000/img0000`, `{"labels": {"a.png": 1}}`, `{"labels": [["00000/img00000000.png", [0.5, 1]]]}`,
			`{"labels": [["00000/img00000000.png", -1]]}`, `{"labels": [["00000/img00000000.png", 1], ["00000/img00000000.png", 2]]}`,
			`{"labels": [["00000/img00000000.png", 1]]}`, // and the others?
		},
		"labels.csv": {
			"img00000000.png,cat\n", "img00000000.png,cat\nimg00000001.png\n", "img00000000.png,cat,dog\n", "\"img00000000.png,cat",
			"img00000000.png,cat\nimg00000000.png,dog\n", "img00000000.png,cat\nimg00000001.png,\n",
		},
		"metadata.csv": {"file_name,label\nimg00000000.png,cat\n", "file_name,label\nimg00000000.png\n"},
		"metadata.jsonl": {
			`{"file_name": `, `{"file_name": "img00000000.png", "label": [1]}`, `{"file_name": "img00000000.png", "label": "cat"}`,
			`{"file_name": "a.png", "label": "cat"}` + "\n" + `{"file_name": "b.png"}`,
		},
	} {
		for _, content := range contents {
			path := shards(t, 3, files{file: content}).folder(t)
			_, _, err := Read(t.Context(), path, frame(4))
			require.ErrorIs(t, err, data.ErrFormat, content)
			require.ErrorContains(t, err, file)
			_, err = Classes(t.Context(), path, Options{})
			require.ErrorIs(t, err, data.ErrFormat, content)
		}
	}
}

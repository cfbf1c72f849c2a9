package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// ownPictures writes n pictures into a folder.
func ownPictures(t *testing.T, dir string, n int) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o777))
	for i := range n {
		picture := image.NewGray(image.Rect(0, 0, 16, 16))
		picture.Set(i, i, color.Gray{Y: 255})
		var content bytes.Buffer
		require.NoError(t, png.Encode(&content, picture))
		write(t, filepath.Join(dir, fmt.Sprintf("%02d.png", i)), content.Bytes())
	}
}

// in runs a gan command in a folder.
func in(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := command(args...)
	cmd.Dir = dir
	return finish(t, cmd)
}

// small makes a preset small and quick.
func small(preset string, steps int, args ...string) []string {
	return append(args, "--preset", preset, "--size", "14", "--steps", fmt.Sprint(steps), "--set", "batch_size=8",
		"--set", "generator.dcgan.hidden=8", "--set", "discriminator.dcgan.hidden=8")
}

// TestDataHere: what is drawn into the folder that a run learns from does not become its data, and the run is called
// by the folder.
func TestDataHere(t *testing.T) {
	here := filepath.Join(t.TempDir(), "cats")
	ownPictures(t, here, 12)
	train := func(steps int) (out, errs string) {
		status, out, errs := in(t, here, small("mnist28-unconditional", steps, "train", "--data", ".")...)
		require.Zero(t, status, errs)
		return out, errs
	}
	home := filepath.Join("runs", "cats-mnist28-unconditional-go")
	out, errs := train(1)
	require.Contains(t, out, ", on "+here+"\non go, in "+home+"\n")
	require.Contains(t, errs, "cats: 12 pictures\n")
	for _, args := range [][]string{{"sample", home}, {"sample", home, "-o", "samples.png"}, {"sample", home, "-n", "5", "--folder", "generated"}} {
		status, _, errs := in(t, here, args...)
		require.Zero(t, status, errs)
	}
	out, errs = train(2)
	require.Contains(t, errs, `cats: 12 pictures; passed over 4 pictures in 1 run of this program, such as "`+filepath.ToSlash(home)+
		`" and 6 pictures that this program drew, such as "generated/000000.png"`+"\n", "plot, animation, sample and samples")
	require.Contains(t, out, "resuming "+home+" at step 1 of 2")
}

// TestDataThatChanged: a run goes on with the images that it learned from, however they are called and wherever they
// lie, and with no others.
func TestDataThatChanged(t *testing.T) {
	dir := t.TempDir()
	ownPictures(t, filepath.Join(dir, "own"), 12)
	steps := 0
	train := func(data string) (status int, out, errs string) {
		steps++
		return in(t, dir, small("mnist28-unconditional", steps, "train", "--data", data, "-d", "run")...)
	}
	for _, data := range []string{"own", "own/", "./own", filepath.Join(dir, "own")} {
		status, _, errs := train(data)
		require.Zero(t, status, errs)
	}
	require.NoError(t, os.Rename(filepath.Join(dir, "own"), filepath.Join(dir, "moved")))
	status, out, errs := train("moved")
	require.Zero(t, status, errs)
	require.Contains(t, out, "at step 4 of 5")

	ownPictures(t, filepath.Join(dir, "moved"), 14)
	require.NoError(t, os.Remove(filepath.Join(dir, "moved", "00.png")))
	require.NoError(t, os.Rename(filepath.Join(dir, "moved", "02.png"), filepath.Join(dir, "moved", "03.png")))
	status, _, errs = train("moved")
	require.Equal(t, 1, status)
	require.Contains(t, errs, "run is a run that learned from other data:\n  12 images, where there were 12\n  "+
		`2 added: ["12.png" "13.png"]`+"\n  "+`2 removed: ["00.png" "02.png"]`+"\n  "+`1 changed: ["03.png"]`+"\n"+
		"Put the data back as they were, or train in another directory (-d DIR)")

	ownPictures(t, filepath.Join(dir, "moved"), 12)
	for _, added := range []string{"12.png", "13.png"} {
		require.NoError(t, os.Remove(filepath.Join(dir, "moved", added)))
	}
	status, _, errs = train("moved")
	require.Zero(t, status, errs)
}

// TestChangedFile: a run of a file of many images knows them again too.
func TestChangedFile(t *testing.T) {
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "train-images-idx3-ubyte"), idxImages(imagesEach))
	train := func(steps int) (status int, errs string) {
		status, _, errs = in(t, dir, small("mnist28-unconditional", steps, "train", "--data", path, "-d", "run")...)
		return status, errs
	}
	status, errs := train(1)
	require.Zero(t, status, errs)
	changed := idxImages(imagesEach)
	changed[len(changed)-1]++
	write(t, path, changed)
	status, errs = train(2)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "a run that learned from other data")
	require.Contains(t, errs, `1 changed: ["images 0 to 19"]`)
}

// TestClassesOfData: a conditional preset follows the classes of the data, and the run knows their names.
func TestClassesOfData(t *testing.T) {
	dir := t.TempDir()
	for _, class := range []string{"ape", "cat", "dog"} {
		ownPictures(t, filepath.Join(dir, "pets", class), 4)
	}
	status, _, errs := in(t, dir, small("mnist28", 1, "train", "--data", "pets", "-d", "run")...)
	require.Zero(t, status, errs)
	_, out, _ := in(t, dir, "info", "run")
	require.Regexp(t, `classes +3: ape, cat, dog\n`, out)

	sample := func(name string, labels ...string) []byte {
		args := []string{"sample", "run", "-n", "4", "-o", name}
		for _, label := range labels {
			args = append(args, "--label", label)
		}
		status, _, errs := in(t, dir, args...)
		require.Zero(t, status, errs)
		content, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return content
	}
	byName, byNumber := sample("name.png", "cat"), sample("number.png", "1")
	require.Equal(t, byNumber, byName)
	require.NotEqual(t, byName, sample("dog.png", "dog"))
	status, _, errs = in(t, dir, "sample", "run", "--label", "cat,,dog")
	require.Equal(t, misused, status, errs)
	both := sample("both.png", "cat", "dog")
	require.Equal(t, both, sample("commas.png", "cat,dog"))
	for label, want := range map[string]string{"cats": `the number of a class, or one of ["ape" "cat" "dog"]`, "3": "0 to 2"} {
		status, _, errs := in(t, dir, "sample", "run", "--label", label)
		require.Equal(t, 1, status)
		require.Contains(t, errs, want)
	}
}

// TestUnreadableShare: how many pictures may be unreadable is a setting, which the refusal names.
func TestUnreadableShare(t *testing.T) {
	dir := t.TempDir()
	ownPictures(t, filepath.Join(dir, "own"), 10)
	write(t, filepath.Join(dir, "own", "phone.heic"), []byte("\x00\x00\x00\x18ftypheic"))
	train := func(more ...string) (status int, errs string) {
		args := append(small("mnist28-unconditional", 1, "train", "--data", "own", "-d", "run"), more...)
		status, _, errs = in(t, dir, args...)
		return status, errs
	}
	status, errs := train()
	require.Equal(t, 1, status)
	require.Contains(t, errs, `"phone.heic" (invalid data: HEIC is not read: convert it to PNG or JPEG)`)
	require.Contains(t, errs, "`--set data.max_failed=0.1`")
	require.NoDirExists(t, filepath.Join(dir, "run"))
	status, errs = train("--set", "data.max_failed=0.1")
	require.Zero(t, status, errs)
}

// TestDataThatMoved: commands that need the images of a run say how the run is told where they are, and that does it.
func TestDataThatMoved(t *testing.T) {
	dir := t.TempDir()
	ownPictures(t, filepath.Join(dir, "own"), 12)
	status, _, errs := in(t, dir, small("mnist28-unconditional", 1, "train", "--data", "own", "-d", "run")...)
	require.Zero(t, status, errs)
	require.NoError(t, os.Rename(filepath.Join(dir, "own"), filepath.Join(dir, "new")))
	for _, args := range [][]string{{"eval", "run", "-n", "10"}, {"probe", "run", "--steps", "1"}, {"train", "run", "--steps", "2"}} {
		status, out, errs := in(t, dir, args...)
		require.Equal(t, failed, status, "%q: %s", args, errs)
		require.Empty(t, out)
		require.Regexp(t, "no such file or directory: if the data have moved, `gan train \\S*run --data NEW` tells the run where they are\n", errs, "%q", args)
	}
	status, _, errs = in(t, dir, "train", "run", "--data", "new")
	require.Zero(t, status, errs)
	status, _, errs = in(t, dir, "probe", "run", "--steps", "1")
	require.Zero(t, status, errs)
}

// TestLabelsThatChanged: a run whose file of labels is gone is told that its data changed, not that its networks are wrong.
func TestLabelsThatChanged(t *testing.T) {
	dir := t.TempDir()
	ownPictures(t, filepath.Join(dir, "pets"), 12)
	labels := "file,label\n"
	for i := range 12 {
		labels += fmt.Sprintf("%02d.png,%s\n", i, []string{"cat", "dog"}[i%2])
	}
	path := write(t, filepath.Join(dir, "pets", "labels.csv"), []byte(labels))
	status, _, errs := in(t, dir, small("mnist28", 1, "train", "--data", "pets", "-d", "run")...)
	require.Zero(t, status, errs)
	require.NoError(t, os.Remove(path))
	for _, args := range [][]string{{"train", "run", "--steps", "2"}, small("mnist28", 2, "train", "--data", "pets", "-d", "run")} {
		status, out, errs := in(t, dir, args...)
		require.Equal(t, failed, status)
		require.Empty(t, out)
		require.Contains(t, errs, "run is a run that learned from other data:\n  12 images, where there were 12\n  classes [], where there were [\"cat\" \"dog\"]\n")
	}
}

package run

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/gif"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/figure"
	"github.com/gans-in-go/gans/ganlib/loop"
	"github.com/gans-in-go/gans/internal/gantest"
)

// A run that ended at step 15 and was extended, and one interrupted at step 13 and resumed, equal the run in one piece:
// every variable bit for bit, every record except for the clock, every picture.
func TestCutInTwoEqualsOnePiece(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		whole := toySpec(t.TempDir(), b, toyOf(30))
		wholeRun, _ := mustTrain(t, whole)
		want := stateOf(t, whole.Trainer.Store())

		t.Run("by steps", func(t *testing.T) {
			dir := t.TempDir()
			mustTrain(t, toySpec(dir, b, toyOf(15)))
			second := toySpec(dir, b, toyOf(30))
			r, messages := mustTrain(t, second)
			wantSameState(t, stateOf(t, second.Trainer.Store()), want)
			wantSamePictures(t, r, wholeRun)
			if !strings.Contains(messages, "at step 15 of 30") {
				t.Errorf("messages do not say from where it goes on:\n%s", messages)
			}
		})
		t.Run("by an interruption", func(t *testing.T) {
			dir := t.TempDir()
			interruptAt(t, toySpec(dir, b, toyOf(30)), 13)
			second := toySpec(dir, b, toyOf(30))
			r, _ := mustTrain(t, second)
			wantSameState(t, stateOf(t, second.Trainer.Store()), want)
			wantSamePictures(t, r, wholeRun)
			wantSameHistory(t, r, wholeRun)
		})
	})
}

// interruptAt trains until the context is cancelled while the given step is made, or, on a backend with loops, while a
// call that contains it is.
func interruptAt(t *testing.T, spec Spec, step int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	batches := spec.Batches
	spec.Batches = func(s int) (train.Batch, error) {
		if s == step-1 {
			cancel()
		}
		return batches(s)
	}
	_, err := Train(ctx, spec)
	if !errors.Is(err, ErrInterrupted) {
		t.Fatalf("an interrupted run returned %v, want ErrInterrupted", err)
	}
	if exists(filepath.Join(spec.Dir, unfinished)) {
		t.Errorf("%s is left", unfinished)
	}
	list, err := checkpoints(spec.Dir)
	if err != nil || len(list) == 0 || list[len(list)-1].Step < step || !loop.Supported(spec.Trainer.Backend()) && list[len(list)-1].Step > step {
		t.Fatalf("after an interruption in step %d the checkpoints are %v, %v", step, list, err)
	}
}

// TestCancelledBefore: a context that is cancelled already makes no directory, and one that is while a run is prepared
// makes no step and no checkpoint.
func TestCancelledBefore(t *testing.T) {
	b := gantest.Open(t, "go")
	ctx, cancel := context.WithCancel(t.Context())
	spec := toySpec(filepath.Join(t.TempDir(), "run"), b, toyOf(10))
	spec.Output = writer(func(text []byte) (int, error) {
		cancel() // at the first message
		return len(text), nil
	})
	spec.Batches = func(int) (train.Batch, error) { t.Error("a step was made"); return train.Batch{}, nil }
	_, err := Train(ctx, spec)
	require.ErrorIs(t, err, ErrInterrupted)
	require.ErrorContains(t, err, "before step 1 of 10")
	list, err := checkpoints(spec.Dir)
	require.NoError(t, err)
	require.Empty(t, list)
	mustTrain(t, toySpec(spec.Dir, b, toyOf(10)))

	spec.Dir = filepath.Join(t.TempDir(), "run")
	_, err = Train(ctx, spec)
	require.ErrorIs(t, err, ErrInterrupted)
	require.NoDirExists(t, spec.Dir)
}

type writer func([]byte) (int, error)

func (w writer) Write(text []byte) (int, error) { return w(text) }

func wantSamePictures(t *testing.T, got, want *Run) {
	t.Helper()
	contents := func(r *Run) map[string]string {
		paths, err := r.Samples()
		if err != nil {
			t.Fatal(err)
		}
		files := make(map[string]string)
		for _, path := range append(paths, r.Animation()) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(path)] = string(text)
		}
		return files
	}
	g, w := contents(got), contents(want)
	if names := slices.Sorted(maps.Keys(w)); !slices.Equal(slices.Sorted(maps.Keys(g)), names) {
		t.Errorf("pictures %v, want %v", slices.Sorted(maps.Keys(g)), names)
	}
	for name := range w {
		if g[name] != w[name] {
			t.Errorf("%s differs", name)
		}
	}
}

func wantSameHistory(t *testing.T, got, want *Run) {
	t.Helper()
	g, gotErr := got.History()
	w, wantErr := want.History()
	if gotErr != nil || wantErr != nil {
		t.Fatal(gotErr, wantErr)
	}
	same := slices.EqualFunc(g, w, func(a, b Record) bool { return a.Step == b.Step && maps.Equal(a.Values, b.Values) })
	if !same {
		t.Errorf("history %v\nwant %v", g, w)
	}
	if !slices.IsSortedFunc(g, func(a, b Record) int { return int(math.Copysign(1, a.Seconds-b.Seconds)) }) {
		t.Errorf("seconds go back: %v", g)
	}
}

// What a run leaves, read back through Open.
func TestDirectory(t *testing.T) {
	spec := toySpec(filepath.Join(t.TempDir(), "runs", "toy"), gantest.Open(t, "go"), toyOf(22))
	var watched []int
	spec.Watch = append(spec.Watch, func(r Record) error { watched = append(watched, r.Step); return nil })
	_, messages := mustTrain(t, spec)
	r, err := Open(spec.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var c toyConfig
	if err := r.Config(&c); err != nil || c != toyOf(22) {
		t.Errorf("config is %v, %v", c, err)
	}
	records, err := r.History()
	if err != nil || len(records) != 11 || records[10].Step != 22 {
		t.Fatalf("history is %v, %v; want 11 records up to step 22", records, err)
	}
	if names := slices.Sorted(maps.Keys(records[10].Values)); !slices.Equal(names, []string{"loss", "mae"}) {
		t.Errorf("records hold %q, want loss and mae, without the means over steps", names)
	}
	if len(watched) != 11 || watched[10] != 22 {
		t.Errorf("the watcher saw %v", watched)
	}
	list, err := r.Checkpoints()
	var steps []int
	for _, c := range list {
		steps = append(steps, c.Step)
	}
	if !slices.Equal(steps, []int{15, 20, 22}) {
		t.Errorf("checkpoints of steps %v, %v; want the newest three, 15 20 22", steps, err)
	}
	if paths, err := r.Samples(); len(paths) != 5 || filepath.Base(paths[4]) != "000022.png" {
		t.Errorf("samples are %v, %v", paths, err)
	}
	wantFrames(t, r.Animation(), 5)
	if exists(filepath.Join(spec.Dir, unfinished)) {
		t.Errorf("%s is left", unfinished)
	}
	if !strings.Contains(messages, "22/22  loss ") {
		t.Errorf("no line of progress in:\n%s", messages)
	}
	store := model.NewStore()
	if step, err := r.Restore(store, nil); step != 22 || err != nil {
		t.Errorf("restored step %d, %v", step, err)
	}
	wantSameState(t, stateOf(t, store), stateOf(t, spec.Trainer.Store()))
}

func wantFrames(t *testing.T, path string, want int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	animation, err := gif.DecodeAll(file)
	if err != nil || len(animation.Image) != want {
		t.Fatalf("%s: %v, want %d frames", path, err, want)
	}
}

// An empty store gets the variables of the saved store: in the same order, with the same ones trainable.
func TestRestoreKeepsOrderAndTrainable(t *testing.T) {
	spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(5))
	r, _ := mustTrain(t, spec)
	want, err := savable(spec.Trainer.Store())
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if _, err := r.Restore(store, nil); err != nil {
		t.Fatal(err)
	}
	got, err := savable(store)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("restored %v, %v\nwant %v", got, err, want)
	}
	if store.Loader() != nil {
		t.Error("GoMLX's loader is left in the store")
	}
}

func TestFinishedRunSaysSo(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	first := toySpec(dir, b, toyOf(10))
	mustTrain(t, first)
	before := tree(t, dir)
	again := toySpec(dir, b, toyOf(10))
	again.Batches = func(step int) (train.Batch, error) {
		t.Errorf("a finished run asked for the data of step %d", step)
		return (gantest.Toy{}).Batch(step)
	}
	_, messages := mustTrain(t, again)
	require.Contains(t, messages, "is finished: 10 steps. To go on, ask for more steps\n")
	if after := tree(t, dir); !maps.Equal(after, before) {
		t.Errorf("a finished run was changed: %v, want %v", after, before)
	}
	wantSameState(t, stateOf(t, again.Trainer.Store()), stateOf(t, first.Trainer.Store()))

	bound := toySpec(dir, b, toyOf(10))
	bound.Free = nil
	_, messages = mustTrain(t, bound)
	require.Contains(t, messages, "is finished: 10 steps\n", "another number of steps would be refused")
}

// tree returns the content of every file below dir.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Each refusal leaves every byte of the directory as it was.
func TestRefusals(t *testing.T) {
	b := gantest.Open(t, "go")
	trained := func(t *testing.T, dir string) { mustTrain(t, toySpec(dir, b, toyOf(10))) }
	for name, test := range map[string]struct {
		setUp func(t *testing.T, dir string)
		now   toyConfig
		want  error
	}{
		"another configuration": {trained, toyConfig{Steps: 20, Seed: 2, Net: gantest.Toy{Hidden: 9, Noise: 0.1}}, ErrOtherConfig},
		"fewer steps than done": {trained, toyOf(7), ErrPastEnd},
		"not a run": {
			func(t *testing.T, dir string) { write(t, filepath.Join(dir, "thesis.txt"), "years of work") }, toyOf(10), ErrNotARun,
		},
		"a run without its config.json": {
			func(t *testing.T, dir string) {
				trained(t, dir)
				require.NoError(t, os.Remove(filepath.Join(dir, configFile)))
			}, toyOf(10), ErrNotARun,
		},
		"a config.json of something else": {
			func(t *testing.T, dir string) { write(t, filepath.Join(dir, configFile), "[1, 2]") }, toyOf(10), ErrNotARun,
		},
		"lost checkpoints": {
			func(t *testing.T, dir string) {
				trained(t, dir)
				require.NoError(t, os.RemoveAll(filepath.Join(dir, checkpointDir)))
			}, toyOf(20), ErrLost,
		},
		"lost checkpoints, their directory empty": {
			func(t *testing.T, dir string) {
				trained(t, dir)
				require.NoError(t, os.RemoveAll(filepath.Join(dir, checkpointDir)))
				require.NoError(t, os.Mkdir(filepath.Join(dir, checkpointDir), 0o777))
			}, toyOf(20), ErrLost,
		},
		"lost checkpoints of an older version": {
			func(t *testing.T, dir string) {
				trained(t, dir)
				require.NoError(t, os.RemoveAll(filepath.Join(dir, checkpointDir)))
				require.NoError(t, os.Remove(filepath.Join(dir, identityFile)))
			}, toyOf(20), ErrLost,
		},
		"a checkpoint of another run": {
			func(t *testing.T, dir string) {
				trained(t, dir)
				other := toySpec(t.TempDir(), b, toyOf(15))
				mustTrain(t, other)
				require.NoError(t, os.CopyFS(filepath.Join(dir, checkpointName(15)), os.DirFS(filepath.Join(other.Dir, checkpointName(15)))))
			}, toyOf(20), ErrOtherRun,
		},
		"only damaged checkpoints": {
			func(t *testing.T, dir string) {
				trained(t, dir)
				for _, step := range []int{5, 10} {
					damageFile(t, dir, step, ".bin", func(b []byte) []byte { return b[:len(b)/2] })
				}
			}, toyOf(20), ErrDamaged,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			test.setUp(t, dir)
			before := tree(t, dir)
			_, err := Train(t.Context(), toySpec(dir, b, test.now))
			require.ErrorIs(t, err, test.want)
			if other, ok := errors.AsType[*OtherConfigError](err); ok {
				require.Equal(t, OtherConfigError{dir, []string{"net.hidden: was 8, now 9", "seed: was 1, now 2"}}, *other)
			}
			require.True(t, maps.Equal(before, tree(t, dir)), "the directory was changed")
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "text")
	_, err := Train(t.Context(), toySpec(file, b, toyOf(10)))
	require.ErrorIs(t, err, ErrNotARun)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// damageFile changes the file of a checkpoint whose name ends as given.
func damageFile(t *testing.T, dir string, step int, ending string, change func([]byte) []byte) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, checkpointName(step), "*"+ending))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no file *%s in the checkpoint of step %d: %v", ending, step, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, string(change(text)))
	}
}

// Whatever is wrong with the newest checkpoint, the run resumes from the one before, says so, keeps the damaged one
// under another name and ends with the same weights.
func TestDamagedCheckpoint(t *testing.T) {
	b := gantest.Open(t, "go")
	whole := toySpec(t.TempDir(), b, toyOf(20))
	wholeRun, _ := mustTrain(t, whole)
	want := stateOf(t, whole.Trainer.Store())
	half := func(b []byte) []byte { return b[:len(b)/2] }
	flip := func(b []byte) []byte { c := bytes.Clone(b); c[len(c)*2/3] ^= 4; return c }
	for name, damage := range map[string]func(t *testing.T, dir string){
		"weights truncated":    func(t *testing.T, dir string) { damageFile(t, dir, 10, ".bin", half) },
		"weights bit flipped":  func(t *testing.T, dir string) { damageFile(t, dir, 10, ".bin", flip) },
		"list bit flipped":     func(t *testing.T, dir string) { damageFile(t, dir, 10, variablesFile, flip) },
		"manifest truncated":   func(t *testing.T, dir string) { damageFile(t, dir, 10, manifestFile, half) },
		"manifest bit flipped": func(t *testing.T, dir string) { damageFile(t, dir, 10, manifestFile, flip) },
		"manifest empty": func(t *testing.T, dir string) {
			damageFile(t, dir, 10, manifestFile, func([]byte) []byte { return []byte("{}") })
		},
		"weights missing": func(t *testing.T, dir string) {
			paths, _ := filepath.Glob(filepath.Join(dir, checkpointName(10), "*.bin"))
			if err := os.Remove(paths[0]); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mustTrain(t, toySpec(dir, b, toyOf(10)))
			damage(t, dir)

			r, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			var warning bytes.Buffer
			if step, err := r.Restore(model.NewStore(), &warning); step != 5 || err != nil || !strings.Contains(warning.String(), "000010 is damaged") {
				t.Errorf("reading: step %d, %v, warning %q; want step 5 and a warning", step, err, warning.String())
			}

			second := toySpec(dir, b, toyOf(20))
			r, messages := mustTrain(t, second)
			if !strings.Contains(messages, "000010 is damaged") || !strings.Contains(messages, "resuming from step 5") {
				t.Errorf("no warning that names the damaged checkpoint:\n%s", messages)
			}
			if !exists(filepath.Join(dir, checkpointName(10)+damagedSuffix)) {
				t.Error("the damaged checkpoint is gone")
			}
			wantSameState(t, stateOf(t, second.Trainer.Store()), want)
			wantSameHistory(t, r, wholeRun)
			wantSamePictures(t, r, wholeRun)
		})
	}
}

// A kill leaves records after the last checkpoint and half a line: both are cut.
func TestHalfWrittenHistory(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	mustTrain(t, toySpec(dir, b, toyOf(10)))
	file, err := os.OpenFile(filepath.Join(dir, historyFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"step":12,"seconds":1,"loss":9,"mae":9}` + "\n" + `{"step":14,"sec`); err != nil {
		t.Fatal(err)
	}
	file.Close()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if records, err := r.History(); err != nil || len(records) != 6 {
		t.Errorf("reading before resuming: %v, %v; want 5 records and the whole one after", records, err)
	}
	r, _ = mustTrain(t, toySpec(dir, b, toyOf(20)))
	whole, _ := mustTrain(t, toySpec(t.TempDir(), b, toyOf(20)))
	wantSameHistory(t, r, whole)
	write(t, filepath.Join(dir, historyFile), "{\"step\":2}\n")
	_, err = r.History()
	require.ErrorContains(t, err, "line 1", "a complete line that is not a record is named")
	write(t, filepath.Join(dir, historyFile), `{"step":2,"seconds":1,"loss":"low"}`+"\n")
	_, err = r.History()
	gantest.RequireInvalid(t, err, "loss")
}

// Pictures of steps that a resumed run has not reached are deleted.
func TestLaterSamplesGo(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	mustTrain(t, toySpec(dir, b, toyOf(10)))
	if err := os.RemoveAll(filepath.Join(dir, checkpointName(10))); err != nil {
		t.Fatal(err)
	}
	r, _ := mustTrain(t, toySpec(dir, b, toyOf(7)))
	paths, err := r.Samples()
	if err != nil || len(paths) != 2 || filepath.Base(paths[1]) != "000007.png" {
		t.Errorf("samples %v, %v; want steps 5 and 7", paths, err)
	}
	wantFrames(t, r.Animation(), 2)
}

// A picture that a kill kept from its place, after the checkpoint of its step, is drawn when the run goes on.
func TestRedraws(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	mustTrain(t, toySpec(dir, b, toyOf(10)))
	require.NoError(t, os.Remove(filepath.Join(dir, sampleName(10))))
	r, _ := mustTrain(t, toySpec(dir, b, toyOf(20)))
	whole, _ := mustTrain(t, toySpec(t.TempDir(), b, toyOf(20)))
	wantSamePictures(t, r, whole)
	wantFrames(t, r.Animation(), 4)
}

// A run that ended before its first checkpoint begins again, and says so. It may be another one now: what was wrong may
// have been the configuration.
func TestBeginsAgainWithoutCheckpoint(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	failing := toySpec(dir, b, toyConfig{Steps: 10, Seed: 2, Net: gantest.Toy{Hidden: 8}})
	broken := errors.New("no picture")
	failing.Sample = func() (image.Image, error) { return nil, broken }
	_, err := Train(t.Context(), failing)
	require.ErrorIs(t, err, broken)
	r, messages := mustTrain(t, toySpec(dir, b, toyOf(10)))
	require.Contains(t, messages, dir+" ended before its first checkpoint: it begins again\n")
	whole, _ := mustTrain(t, toySpec(t.TempDir(), b, toyOf(10)))
	wantSameHistory(t, r, whole)
	wantSamePictures(t, r, whole)
}

// TestSpoiledPictures: pictures that cannot be read, or are of another size, are left out of the animation, with a
// warning; the run goes on.
func TestSpoiledPictures(t *testing.T) {
	dir, b := t.TempDir(), gantest.Open(t, "go")
	plotted := func(steps int) Spec {
		spec := toySpec(dir, b, toyOf(steps))
		spec.Plot = func(_ []Record, sample image.Image) (image.Image, error) { return sample, nil }
		return spec
	}
	mustTrain(t, plotted(15))
	write(t, filepath.Join(dir, sampleName(5)), "\x89PNG\r\n\x1a\nhalf")
	require.NoError(t, figure.WritePNG(filepath.Join(dir, sampleName(10)), image.NewGray(image.Rect(0, 0, 3, 3))))
	r, messages := mustTrain(t, plotted(25))
	require.Contains(t, messages, "warning: "+filepath.Join(dir, sampleName(5))+": ")
	require.Contains(t, messages, "warning: "+filepath.Join(dir, sampleName(10))+" is a picture of (3,3), want (16,4); the animation is made without it\n")
	wantFrames(t, r.Animation(), 3)

	write(t, filepath.Join(dir, sampleName(25)), "")
	picture, err := newestPicture(dir)
	require.NoError(t, err)
	require.NotNil(t, picture)
	for _, step := range []int{5, 10, 15, 20, 25} {
		write(t, filepath.Join(dir, sampleName(step)), "")
	}
	picture, err = newestPicture(dir)
	require.NoError(t, err)
	require.Nil(t, picture)
	require.NoError(t, os.Remove(r.Animation()))
	_, messages = mustTrain(t, plotted(25))
	require.Equal(t, 5, strings.Count(messages, "warning: "), messages)
}

// A loss that is not finite stops the run and never reaches a checkpoint; nor do weights that a step spoiled while its
// loss was still finite.
func TestDivergence(t *testing.T) {
	nan := float32(math.NaN())
	for name, test := range map[string]struct {
		spoil func(*Spec)
		want  string
	}{
		"loss": {func(s *Spec) {
			s.Batches = func(step int) (train.Batch, error) {
				batch, err := (gantest.Toy{}).Batch(step)
				if step == 9 {
					batch.Labels[0] = tensors.FromFlatDataAndDimensions([]float32{0, nan, 0, 0}, 4, 1)
				}
				return batch, err
			}
		}, "loss is NaN"},
		"weights": {func(s *Spec) {
			s.Watch = append(s.Watch, func(r Record) error {
				if r.Step < 10 {
					return nil
				}
				return s.Trainer.Store().GetVariable("/out/dense/biases").SetValue(tensors.FromFlatDataAndDimensions([]float32{nan}, 1))
			})
		}, "variable /out/dense/biases holds NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(20))
			test.spoil(&spec)
			_, err := Train(t.Context(), spec)
			require.ErrorIs(t, err, ErrDiverged)
			for _, want := range []string{"step 10 of ", test.want, "the checkpoint of step 5 is good"} {
				require.ErrorContains(t, err, want)
			}
			if whole, damaged, err := newestWhole(spec.Dir); whole.Step != 5 || len(damaged) > 0 || err != nil {
				t.Errorf("newest checkpoint is of step %d, want 5", whole.Step)
			}
		})
	}
}

// A watcher's error ends the run properly.
func TestWatcherStops(t *testing.T) {
	spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(20))
	enough := errors.New("seen enough")
	spec.Watch = append(spec.Watch, func(r Record) error {
		if r.Step == 8 {
			return enough
		}
		return nil
	})
	_, err := Train(t.Context(), spec)
	if !errors.Is(err, enough) || !strings.Contains(err.Error(), "step 8 of 20") {
		t.Errorf("Train returned %v", err)
	}
	if whole, _, err := newestWhole(spec.Dir); whole.Step != 8 || err != nil {
		t.Errorf("newest checkpoint is of step %d, %v; want 8", whole.Step, err)
	}
}

// A missing or wrong field is refused by name, the first of several, before a directory is made.
func TestSpecIsChecked(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, c := range []struct {
		field string
		spoil func(*Spec)
	}{
		{"Dir", func(s *Spec) { s.Dir = "" }},
		{"Config", func(s *Spec) { s.Config = nil }},
		{"Config", func(s *Spec) { s.Config, s.Trainer, s.Batches, s.Steps = nil, nil, nil, 0 }},
		{"Trainer", func(s *Spec) { s.Trainer = nil }},
		{"Batches", func(s *Spec) { s.Batches = nil }},
		{"Steps", func(s *Spec) { s.Steps, s.RecordEvery, s.SampleEvery, s.SaveEvery = 0, 0, 0, 0 }},
		{"SaveEvery", func(s *Spec) { s.SaveEvery = -1 }},
		{"Rollbacks", func(s *Spec) { s.Rollbacks = -1 }},
		{"Watch", func(s *Spec) { s.Watch = []func(Record) error{func(Record) error { return nil }, nil} }},
		{"MeasureEvery", func(s *Spec) { s.MeasureEvery = 3 }},
		{"MeasureEvery", func(s *Spec) { s.MeasureEvery = -2 }},
		{"SaveEvery", func(s *Spec) { s.MeasureEvery, s.Best.Value = 4, "score" }},
		{"KeepEvery", func(s *Spec) { s.KeepEvery = -5 }},
		{"KeepEvery", func(s *Spec) { s.KeepEvery = 7 }},
		{"Config", func(s *Spec) { s.Config = 7 }},
		{"Config", func(s *Spec) { s.Config = func() {} }},
		{"Config.schema", func(s *Spec) { s.Config = map[string]any{"schema": 3} }},
	} {
		dir := filepath.Join(t.TempDir(), "toy")
		spec := toySpec(dir, b, toyOf(10))
		c.spoil(&spec)
		_, err := Train(t.Context(), spec)
		gantest.RequireInvalid(t, err, "Spec."+c.field)
		require.NoDirExists(t, dir)
	}
}

// A measured value with the name of a metric or of a record's own key is refused when it is measured.
func TestReservedNames(t *testing.T) {
	for _, name := range []string{"seconds", "step", "loss", "mae"} {
		spec := measured(toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(10)))
		spec.Best = Best{}
		spec.Measure = func() (map[string]float64, error) { return map[string]float64{name: 42}, nil }
		_, err := Train(t.Context(), spec)
		gantest.RequireInvalid(t, err, "Spec.Measure")
		require.ErrorContains(t, err, name)
		records, err := (&Run{Dir: spec.Dir}).History()
		require.NoError(t, err)
		require.Empty(t, records)
	}
}

// A function that draws nothing and returns no error is named.
func TestNoPicture(t *testing.T) {
	for key, spoil := range map[string]func(*Spec){
		"Spec.Sample": func(s *Spec) { s.Sample = func() (image.Image, error) { return nil, nil } },
		"Spec.Plot": func(s *Spec) {
			s.Plot = func([]Record, image.Image) (image.Image, error) { return (*image.Gray)(nil), nil }
		},
	} {
		spec := toySpec(t.TempDir(), gantest.Open(t, "go"), toyOf(10))
		spoil(&spec)
		_, err := Train(t.Context(), spec)
		gantest.RequireInvalid(t, err, key)
	}
}

func TestChanges(t *testing.T) {
	for _, test := range []struct {
		was, now string
		free     []string
		want     string
	}{
		{`{"a":1,"b":{"c":[1, 2],"d":"x"}}`, `{"b":{"d":"x","c":[1,2]},"a":1}`, nil, ""},
		{`{"a":1,"b":{"c":[1,2]}}`, `{"a":1.5,"b":{"c":[1]}}`, nil, "a: was 1, now 1.5; b.c: was [1,2], now [1]"},
		{`{"a":1}`, `{"b":{"c":null}}`, nil, "a: was 1, now absent; b.c: was absent, now null"},
		{`{"a":{"b":1,"c":2}}`, `{"a":{"b":2,"c":3}}`, []string{"a.b"}, "a.c: was 2, now 3"},
		{`{"a":{"b":1},"ab":1}`, `{"a":{"b":2},"ab":2}`, []string{"a"}, "ab: was 1, now 2"},
		{`{"a":1e-08,"b":2.0,"c":{"d":[1e-8]}}`, `{"a":1e-8,"b":2,"c":{"d":[0.00000001]}}`, nil, ""},
		{`{"seed":9007199254740993}`, `{"seed":9007199254740992}`, nil, "seed: was 9007199254740993, now 9007199254740992"},
		{`{"a":{}}`, `{"a":{"b":1}}`, nil, "a.b: was absent, now 1; a: was {}, now absent"},
	} {
		got, err := changes([]byte(test.was), []byte(test.now), test.free)
		if err != nil || strings.Join(got, "; ") != test.want {
			t.Errorf("changes(%s, %s, %q) = %q, %v; want %q", test.was, test.now, test.free, got, err, test.want)
		}
	}
}

//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/backend"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/catalog"
	"github.com/gans-in-go/gans/ganlib/invalid"
	"github.com/gans-in-go/gans/ganlib/run"
	"github.com/gans-in-go/gans/internal/disk"
)

// Kinds of refusals, by the type of the error: of a command line, the parser's and the commands' own; of a name; of a key.
const (
	usage      = "usage"
	misuseOf   = "misuse"
	unknown    = "unknown name"
	unknownKey = "unknown key"
)

// key is the kind of a refused setting, which is named by its key.
type key string

// refusal is a command line that is refused, the kind of its error, and a part of what is said. A kind is one of those
// above, a key, or the error to find in the chain.
type refusal struct {
	args string
	kind any
	says string
}

// refuse performs a command line in this process and returns how it ended.
func refuse(t *testing.T, args []string) (status int, out, errs string, err error) {
	t.Helper()
	var outs, said bytes.Buffer
	before, beforeErr, in := stdout, stderr, os.Stdin
	empty, openErr := os.Open(os.DevNull)
	require.NoError(t, openErr)
	stdout, stderr, os.Stdin = &output{to: &outs}, &output{to: &said}, empty
	defer func() {
		stdout, stderr, os.Stdin = before, beforeErr, in
		empty.Close()
	}()
	err = perform(args)
	if err != nil {
		status = reported(err)
	}
	return status, outs.String(), said.String(), err
}

// mistaken makes the files that refusals are about, in the working directory.
func mistaken(t *testing.T) {
	t.Helper()
	must(t, "train", "ring8", "--steps", "1", "-d", "a-run")
	config, err := os.ReadFile(filepath.Join("a-run", "config.json"))
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join("a-sweep", "seed-1"), 0o777))
	for name, content := range map[string]string{
		"notes.txt":                       "no images here\n",
		"bad.json":                        "{",
		"list.json":                       "[1, 2]",
		"key.json":                        strings.Replace(string(config), `"k"`, `"kk"`, 1),
		"type.json":                       strings.Replace(string(config), `"batch_size": `, `"batch_size": "many", "was": `, 1),
		"new.json":                        `{"schema": 99}`,
		"cut.zip":                         "PK\x03\x04 and no more",
		"batch.pkl":                       "\x80\x02}q\x01.",
		"cut-images-idx3-ubyte":           "\x00\x00\x08\x03\x00\x00\x00\x09",
		"few-images-idx3-ubyte":           "\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x0212345678",
		"a-sweep/sweep.json":              "{}",
		"braces/table1.json":              "{}",
		"bad-run/config.json":             "{",
		"empty/.keep":                     "",
		"damaged/checkpoints/1/notes.txt": "",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(content), 0o666))
	}
	require.NoError(t, os.Remove("empty/.keep"))
	require.NoError(t, syscall.Mkfifo("pipe", 0o666))
	require.NoError(t, syscall.Mkfifo("pipe.png", 0o666))
}

// tree lists what is below the working directory, with sizes.
func tree(t *testing.T) (list []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		size := info.Size()
		if entry.IsDir() {
			size = 0
		}
		list = append(list, fmt.Sprint(path, " ", size))
		return nil
	}))
	return list
}

// The fewest refusals, and the most of one command or of one key.
const fewestRefusals, mostOfOne = 150, 10

// command is the command of a refusal, with the one below it.
func (r refusal) command() string {
	words := strings.Fields(r.args)
	if words[0] == "data" && len(words) > 1 {
		return words[0] + " " + words[1]
	}
	return words[0]
}

// about is what a refusal is counted under: the key that it names, or else the last of its flags, or else the command.
func (r refusal) about() string {
	if k, ok := r.kind.(key); ok {
		return r.command() + " " + string(k)
	}
	words := strings.Fields(r.args)
	for i := len(words) - 1; i > 0; i-- {
		if flag, _, _ := strings.Cut(words[i], "="); strings.HasPrefix(flag, "-") {
			return r.command() + " " + flag
		}
	}
	return r.command()
}

// TestRefusalsAreDistinct counts them: no command says the same twice, and of one command, flag or key there are few.
func TestRefusalsAreDistinct(t *testing.T) {
	seen, of := map[string]bool{}, map[string]int{}
	for _, r := range refusals {
		of[r.about()]++
		cause := r.command() + ": " + r.says
		require.False(t, seen[cause], "%s: %s", r.args, r.says)
		seen[cause] = true
	}
	for about, n := range of {
		require.LessOrEqual(t, n, mostOfOne, about)
	}
	require.GreaterOrEqual(t, len(refusals), fewestRefusals)
}

// TestRefusals: each command line is refused for a cause of its own, with an error of its kind and its exit status. It
// leaves nothing behind, and prints nothing on the standard output.
func TestRefusals(t *testing.T) {
	needSignals(t)
	t.Chdir(t.TempDir())
	t.Setenv(backend.Env, "go")
	t.Setenv(catalog.Env, "no-data")
	mistaken(t)
	before := tree(t)
	here, err := os.Getwd()
	require.NoError(t, err)
	for _, r := range refusals {
		t.Run(r.args, func(t *testing.T) {
			status, out, errs, err := refuse(t, strings.Fields(r.args))
			r.require(t, err, status)
			require.Contains(t, strings.ReplaceAll(errs, here+string(filepath.Separator), ""), r.says)
			require.LessOrEqual(t, strings.Count(errs, "\n"), 2)
			require.NotContains(t, errs, "goroutine ")
			require.NotContains(t, errs, ".go:")
			require.Empty(t, out)
			require.Equal(t, before, tree(t))
		})
	}
}

// require holds an error to its kind, and the exit status to the error.
func (r refusal) require(t *testing.T, err error, status int) {
	t.Helper()
	require.Error(t, err)
	want := failed
	switch kind := r.kind.(type) {
	case key:
		var at *invalid.Error
		require.ErrorAs(t, err, &at)
		require.Equal(t, string(kind), at.Key)
	case error:
		require.ErrorIs(t, err, kind)
	default:
		into := map[any]any{usage: new(*kong.ParseError), misuseOf: new(misuse), unknown: new(*catalog.UnknownError), unknownKey: new(*run.UnknownKeyError)}
		require.ErrorAs(t, err, into[kind])
		if kind == usage || kind == misuseOf {
			want = misused
		}
	}
	require.Equal(t, want, status)
}

// refusals are the command lines, by command and by key.
var refusals = []refusal{
	{`nosuch`, usage, `unexpected argument nosuch`},
	{`trian`, usage, `unexpected argument trian, did you mean "train"?`},
	{`--nosuch`, usage, `unknown flag --nosuch`},
	{`--version=maybe`, usage, `--version: bool value must be true, 1, yes, false, 0 or no b`},
	{`-x`, usage, `unknown flag -x, did you mean "-h"?`},
	{`train`, usage, "train: expected a preset or --data, such as `gan train mnist"},
	{`train minst`, key("preset"), `preset is "minst": want "mnist", perhaps, or another of ["ci`},
	{`train fashion`, misuseOf, "fashion is data, not a preset: `gan train --data fashion` tr"},
	{`train normal --preset nosuch`, key("preset"), `preset is "nosuch": want one of ["cifar10-conv" "cifar10-fc"`},
	{`train mnist --data emoji --preset cifar32`, usage, `train: mnist, --data emoji and --preset cifar32: want one pr`},
	{`train notes.txt`, key("preset"), `preset is "notes.txt": want one of ["cifar10-conv" "cifar10-`},
	{`train empty`, misuseOf, "empty is not a run: it has no config.json; `gan train --data"},
	{`train missing.json`, fs.ErrNotExist, `open missing.json: no such file or directory`},
	{`train bad.json`, run.ErrNotConfig, `bad.json is not a configuration: want a JSON object, such as`},
	{`train list.json`, run.ErrNotConfig, `list.json is not a configuration: want a JSON object, such a`},
	{`train key.json`, unknownKey, `key.json: "kk" is not a key of the configuration: `},
	{`train type.json`, key("batch_size"), `type.json: batch_size is "many": want a whole number`},
	{`train new.json`, run.ErrNewer, `new.json was written by a newer version: it has schema 99, a`},
	{`train -`, run.ErrNotConfig, `- is not a configuration: want a JSON object, such as a run'`},
	{`train a-sweep`, misuseOf, "a-sweep is not a run: it has no config.json; `gan train --da"},
	{`train --data missing`, unknown, `data: data set or file "missing" is unknown: want one of cel`},
	{`train --data empty`, data.ErrEmpty, `data: empty: no images: want PNG, JPEG, WebP, GIF, BMP, TIFF or PNM`},
	{`train --data notes.txt`, data.ErrFormat, `data: notes.txt: invalid data: this is a file that begins wi`},
	{`train --data cut.zip`, data.ErrDamaged, `data: cut.zip: zip is damaged or cut short: zip: not a valid`},
	{`train --data batch.pkl`, data.ErrFormat, `data: batch.pkl: invalid data: a pickle, which only Python r`},
	{`train --data pipe`, data.ErrUnsafe, `data: pipe: unsafe: not a file but a named pipe: want a folder, a .zip, a .tar or a .tar.gz`},
	{`train --data cifar10`, catalog.ErrNotFetched, "data: data set \"cifar10\" is not here: `gan data fetch cifar1"},
	{`train --data celeba`, catalog.ErrNotFetched, `data: data set "celeba" is not here, and you have to get it `},
	{`train --data cut-images-idx3-ubyte`, data.ErrTruncated, `data: cut-images-idx3-ubyte: truncated: the file ends within`},
	{`train --data few-images-idx3-ubyte`, key("batch_size"), `batch_size is 128: want at most 2: an iteration takes k·m di`},
	{`train figure1 --steps x`, usage, `--steps: expected a valid 64 bit int but got "x"`},
	{`train figure1 --steps 0`, key("steps"), `steps is 0: want at least 1`},
	{`train figure1 --steps=-3`, key("steps"), `steps is -3: want at least 1`},
	{`train figure1 --save-every 0`, key("save_every"), `save_every is 0: want at least 1`},
	{`train figure1 --save-every many`, usage, `--save-every: expected a valid 64 bit int but got "many"`},
	{`train figure1 --keep-every 7`, key("keep_every"), `keep_every is 7: want a multiple of save_every, 500, or 0`},
	{`train figure1 --keep-every=-1`, key("keep_every"), `keep_every is -1: want a multiple of save_every, 500, or 0`},
	{`train figure1 --seed one`, usage, `--seed: expected a valid 64 bit int but got "one"`},
	{`train figure1 --devices 3`, key("devices"), `devices is 3: want a divisor of batch_size, 512: each device`},
	{`train figure1 --devices=-2`, key("devices"), `devices is -2: want a divisor of batch_size, 512: each devic`},
	{`train figure1 --devices 2`, key("devices"), `devices is 2: want 1 on this backend, or one that divides th`},
	{`train figure1 --backend tpu`, key("backend"), `backend is "tpu": want go, xla:cpu or xla:cuda`},
	{`train figure1 --pretrained missing`, usage, `--pretrained: stat missing: no such file or directory`},
	{`train figure1 --pretrained empty`, run.ErrNotARun, `generator: pretrained: empty is not a run: it has no config.`},
	{`train figure1 --size 32`, misuseOf, `--size and --channels are for DCGANs only: take a preset suc`},
	{`train cifar32 --size 33`, key("size"), `size is 33: want 3, 4, 5, 6 or 7 doubled a few times, such a`},
	{`train cifar32 --size=-1`, key("size"), `size is -1: want 3, 4, 5, 6 or 7 doubled a few times, such a`},
	{`train mnist --crop 20`, key("data.crop"), `data.crop is 20: want none: the images of mnist have one siz`},
	{`train figure1 --flip`, key("data.flip"), `data.flip is true: want none: normal is a distribution, not `},
	{`train figure1 --with-replacement`, key("data.replacement"), `data.replacement is true: want none: normal is a distributio`},
	{`train figure1 --on-device`, key("data.on_device"), `data.on_device is true: want none: normal is a distribution,`},
	{`train ring8 --augment`, key("augment"), `augment is true: want none, for examples of shape [2] are no `},
	{`train figure1 --flip=perhaps`, usage, `--flip: bool value must be true, 1, yes, false, 0 or no but `},
	{`train figure1 --set k`, misuseOf, `--set k: want KEY=VALUE, such as k=2`},
	{`train figure1 --set =3`, misuseOf, `--set =3: want KEY=VALUE, such as k=2`},
	{`train figure1 --set nosuch=3`, unknownKey, `--set: "nosuch" is not a key of the configuration`},
	{`train figure1 --set data.nosuch=3`, unknownKey, `--set: "data.nosuch" is not a key of the configura`},
	{`train figure1 --set generator.nosuch=1`, unknownKey, `--set: "generator.nosuch" is not a key of the conf`},
	{`train figure1 --set k=0`, key("k"), `k is 0: want at least 1`},
	{`train figure1 --set k=-1`, key("k"), `k is -1: want at least 1`},
	{`train figure1 --set k=1.5`, key("k"), `--set: k is 1.5: want a whole number`},
	{`train figure1 --set k=word`, key("k"), `--set: k is "word": want a whole number`},
	{`train figure1 --set k=null`, key("k"), `--set: k is null: want a whole number`},
	{`train figure1 --set k=[1]`, key("k"), `--set: k is [1]: want a whole number`},
	{`train figure1 --set batch_size=0`, key("batch_size"), `batch_size is 0: want at least 1`},
	{`train figure1 --set batch_size=-4`, key("batch_size"), `batch_size is -4: want at least 1`},
	{`train figure1 --set batch_size=2.5`, key("batch_size"), `--set: batch_size is 2.5: want a whole number`},
	{`train figure1 --set batch_size=big`, key("batch_size"), `--set: batch_size is "big": want a whole number`},
	{`train figure1 --set record_every=0`, key("record_every"), `record_every is 0: want at least 1`},
	{`train figure1 --set record_every=-1`, key("record_every"), `record_every is -1: want at least 1`},
	{`train figure1 --set record_every=often`, key("record_every"), `--set: record_every is "often": want a whole number`},
	{`train figure1 --set sample_every=0`, key("sample_every"), `sample_every is 0: want at least 1`},
	{`train figure1 --set sample_every={}`, key("sample_every"), `--set: sample_every is {}: want a whole number`},
	{`train figure1 --set save_every=-2`, key("save_every"), `save_every is -2: want at least 1`},
	{`train figure1 --set measure_every=-1`, key("measure_every"), `measure_every is -1: want at least 1, or 0 for never`},
	{`train figure1 --set measure_every=x`, key("measure_every"), `--set: measure_every is "x": want a whole number`},
	{`train figure1 --set best=beauty`, key("best"), `best is "beauty": want one of ["recall" "coverage" "precisio`},
	{`train ring8 --set best=modes --set measure_every=0`, key("measure_every"), `measure_every is 0: want an interval such as 1000: without a`},
	{`train figure1 --set best=modes`, key("best"), `best is "modes": want another of ["recall" "coverage" "preci`},
	{`train figure1 --set best=3`, key("best"), `--set: best is 3: want a string`},
	{`train ring8 --set best=coverage --set save_every=7`, key("save_every"), `save_every is 7: want a multiple of measure_every, 100: a ch`},
	{`train mnist --set batch_size=1e12`, key("batch_size"), `batch_size is 1000000000000: want`},
	{`train mnist --set k=1e9`, key("k"), `k is 1000000000: want`},
	{`train ring8 --set generator.mlp.hidden=[1000000000,1000000000]`, key("generator"), `EiB of weights and what is kept of them: want less: training takes`},
	{`sweep figure1 --seeds 1000000000000`, key("seeds"), `seeds is 1000000000000: want 1 to 10000`},
	{`train figure1 --set seed=1.5`, key("seed"), `--set: seed is 1.5: want a whole number`},
	{`train figure1 --set seed=x`, key("seed"), `--set: seed is "x": want a whole number`},
	{`train figure1 --set name=3`, key("name"), `--set: name is 3: want a string`},
	{`train figure1 --set data.set=3`, key("data.set"), `--set: data.set is 3: want a string`},
	{`train figure1 --set data.std=0`, key("data.std"), `data.std is 0: want a positive number`},
	{`train figure1 --set data.std=-1`, key("data.std"), `data.std is -1: want a positive number`},
	{`train figure1 --set data.std=wide`, key("data.std"), `--set: data.std is "wide": want a number`},
	{`train figure1 --set data.mean=left`, key("data.mean"), `--set: data.mean is "left": want a number`},
	{`train ring8 --set data.mean=1`, key("data.mean"), `data.mean is 1: want none: only the set "normal" has one`},
	{`train mnist --set data.std=2`, key("data.std"), `data.std is 2: want none: only the set "normal" has one`},
	{`train figure1 --set data.first=10`, key("data.first"), `data.first is 10: want none: normal is a distribution, not a`},
	{`train figure1 --set data.part=test`, key("data.part"), `data.part is "test": want none: normal is a distribution, no`},
	{`train mnist --set data.part=extra`, key("data.part"), `data: data set "mnist": part "extra" is unknown: want one of`},
	{`train mnist --set data.first=-1`, key("data.first"), `data: first is -1: want 1 to 60000, the number of images`},
	{`train mnist --set data.first=100000`, key("data.first"), `data: first is 100000: want 1 to 60000, the number of images`},
	{`train mnist --set data.size=-1`, key("data.size"), `data.size is -1: want the side of an image, or 0 to leave th`},
	{`train mnist --set data.path=x`, key("data.path"), `data.path is "x": want none beside the set "mnist"`},
	{`train figure1 --set data.size=3`, key("data.size"), `data.size is 3: want none: normal is a distribution, not a s`},
	{`train figure1 --set data.crop=3`, key("data.crop"), `data.crop is 3: want none: normal is a distribution, not a s`},
	{`train figure1 --set data.flip=1`, key("data.flip"), `--set: data.flip is 1: want true or false`},
	{`train figure1 --set objective.name=nosuch`, key("objective.name"), `objective.name is "nosuch": want one of ["blend" "minimax" "`},
	{`train figure1 --set objective=3`, key("objective"), `--set: objective is 3: want an object with keys from ["minim`},
	{`train figure1 --set generator_rule.adam.learning_rate=-1`, key("generator_rule.adam.learning_rate"), `generator_rule.adam.learning_rate is -1: want a positive num`},
	{`train figure1 --set generator_rule.adam.learning_rate=fast`, key("generator_rule.adam.learning_rate"), `--set: generator_rule.adam.learning_rate is "fast": want a n`},
	{`train figure1 --set generator_rule.adam.learning_rate=0`, key("generator_rule.adam.learning_rate"), `generator_rule.adam.learning_rate is 0: want a positive numb`},
	{`train figure1 --set generator_rule.adam.beta1=1`, key("generator_rule.adam.beta1"), `generator_rule.adam.beta1 is 1: want at least 0 and less tha`},
	{`train figure1 --set generator_rule.adam.beta1=-1`, key("generator_rule.adam.beta1"), `generator_rule.adam.beta1 is -1: want at least 0 and less th`},
	{`train figure1 --set generator_rule.adam.beta2=1`, key("generator_rule.adam.beta2"), `generator_rule.adam.beta2 is 1: want at least 0 and less tha`},
	{`train figure1 --set generator_rule.adam.epsilon=-1`, key("generator_rule.adam.epsilon"), `generator_rule.adam.epsilon is -1: want a positive number`},
	{`train figure1 --set discriminator_rule.adam.learning_rate=-1`, key("discriminator_rule.adam.learning_rate"), `discriminator_rule.adam.learning_rate is -1: want a positive`},
	{`train figure1 --set discriminator_rule.adam.beta1=2`, key("discriminator_rule.adam.beta1"), `discriminator_rule.adam.beta1 is 2: want at least 0 and less`},
	{`train figure1 --set discriminator_rule.adam.beta2=7`, key("discriminator_rule.adam.beta2"), `discriminator_rule.adam.beta2 is 7: want at least 0 and less`},
	{`train figure1 --set generator_rule={}`, key("generator_rule"), `generator_rule is "momentum: false, adam: false": want one o`},
	{`train figure1 --set discriminator_rule={}`, key("discriminator_rule"), `discriminator_rule is "momentum: false, adam: false": want o`},
	{`train figure1 --set generator={}`, key("generator"), `generator is "networks []": want one of "mlp", "maxout", "de`},
	{`train figure1 --set discriminator={}`, key("discriminator"), `discriminator is "networks []": want one of "mlp", "maxout",`},
	{`train figure1 --set generator.mlp.hidden=[0]`, key("generator.mlp.hidden[0]"), `generator.mlp.hidden[0] is 0: want at least 1`},
	{`train figure1 --set generator.mlp.hidden=wide`, key("generator.mlp.hidden"), `--set: generator.mlp.hidden is "wide": want a list, each ele`},
	{`train figure1 --set discriminator.mlp.hidden=[-1]`, key("discriminator.mlp.hidden[0]"), `discriminator.mlp.hidden[0] is -1: want at least 1`},
	{`train figure1 --set generator.mlp.noise=0`, unknownKey, `--set: "generator.mlp.noise" is not a key of the c`},
	{`train figure1 --set generator.mlp.output=[0]`, key("generator.mlp.output"), `generator.mlp.output is [0]: want positive sizes`},
	{`train figure1 --set penalty.kind=nosuch`, key("penalty.kind"), `penalty.kind is "nosuch": want "wgan-gp" or "r1"`},
	{`train cifar32 --set penalty.kind=gradient`, key("penalty.kind"), `penalty.kind is "gradient": want none, or a discriminator wi`},
	{`train cifar32 --set generator.dcgan.size=30`, key("generator.dcgan.size"), `generator.dcgan.size is 30: want base·2ⁿ, such as 16 or 32 f`},
	{`train cifar32 --set generator.dcgan.channels=0`, key("generator.dcgan.channels"), `generator.dcgan.channels is 0: want 1 for grey images or 3 f`},
	{`train cifar32 --set generator.dcgan.filters=[]`, key("generator.dcgan.filters"), `generator.dcgan.filters is []: want 3 of them for size 32 fr`},
	{`train cifar32 --set generator.dcgan.filters=[0,1,2]`, key("generator.dcgan.filters[0]"), `generator.dcgan.filters[0] is 0: want 1 to 1048576 channels`},
	{`train cifar32 --set discriminator.dcgan.classes=3`, key("discriminator.dcgan.classes"), `discriminator.dcgan.classes is 3: want 0, as the generator h`},
	{`train cifar32 --set generator.dcgan.classes=-1`, key("generator.dcgan.classes"), `generator.dcgan.classes is -1: want at least 2, or 0 for no `},
	{`train cifar32 --set generator.dcgan.batch_norm=nosuch`, key("generator.dcgan.batch_norm"), `generator.dcgan.batch_norm is "nosuch": want one of ["affine`},
	{`train cifar32 --set batch_size=1`, key("batch_size"), `batch_size is 1: want at least 2, for batch norm takes its s`},
	{`train figure1 --set on_failure.rollbacks=-1`, unknownKey, `--set: "on_failure.rollbacks" is not a key of the `},
	{`train figure1 --set on_failure.nosuch=1`, unknownKey, `--set: "on_failure.nosuch" is not a key of the con`},
	{`sweep`, usage, "sweep: expected a preset or --data, such as `gan train mnist"},
	{`sweep minst`, key("preset"), `preset is "minst": want "mnist", perhaps, or another of ["ci`},
	{`sweep figure1 --seeds x`, usage, `--seeds: expected a valid 64 bit int but got "x"`},
	{`sweep figure1 --parallel x`, usage, `--parallel: expected a valid 64 bit int but got "x"`},
	{`sweep figure1 --set k=0`, key("k"), `k is 0: want at least 1`},
	{`sweep missing.json`, fs.ErrNotExist, `open missing.json: no such file or directory`},
	{`sweep -`, run.ErrNotConfig, `- is not a configuration: want a JSON object, such as a run'`},
	{`sample`, usage, `expected "<run>"`},
	{`sample missing`, misuseOf, `missing: no such directory, and no model: want a run's directory`},
	{`sample notes.txt`, run.ErrNotARun, `notes.txt is not a run: it is not a directory`},
	{`sample empty`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`sample a-run -n 0`, usage, `sample: -n is 0: want at least 1`},
	{`sample a-run -n 1000000000000`, key("samples"), `-n: samples is 1000000000000: want at most`},
	{`sample a-run --label=`, usage, `sample: --label "": want the name or the number of a class`},
	{`sample a-run -n x`, usage, `--n: expected a valid 64 bit int but got "x"`},
	{`sample a-run -o out.jpg`, usage, `sample: --out out.jpg: want a name that ends in .png`},
	{`sample a-run -o out.png --folder out`, usage, `sample: --folder out and --out out.png: want one of the two`},
	{`sample a-run --step x`, misuseOf, `--step x: want the number of an iteration, or best`},
	{`sample a-run --step 77`, run.ErrNoCheckpoint, `a-run has no checkpoint of step 77: want one of [1]`},
	{`sample a-run --step best`, misuseOf, `--step best: this run keeps no best checkpoint; train with -`},
	{`sample a-run --label 1`, key("label"), `label is "1": want none, in a game without labels`},
	{`sample a-run --label x`, key("label"), `label is "x": want none, in a game without labels`},
	{`sample a-run --backend tpu`, key("backend"), `gan: backend is "tpu": want go, xla:cpu or xla:cuda`},
	{`sample a-run --seed=-1`, usage, `--seed: expected a valid 64 bit uint but got "-1"`},
	{`sample a-run -o missing/x.png`, fs.ErrNotExist, `open missing/x.png: no such file or directory`},
	{`walk`, usage, `expected "<run>"`},
	{`walk missing`, misuseOf, `missing: no such directory, and no model: want a run's directory`},
	{`walk a-run`, key("run"), `run is "a-run": want a generator of images, [height, width, channels]: this one's examples have shape [2]`},
	{`walk a-run --points 1`, usage, `walk: --points 1: want at least 2`},
	{`walk a-run --steps 0`, usage, `walk: --steps 0: want at least 1`},
	{`walk a-run -o walk.jpg`, usage, `walk: --out walk.jpg: want a name that ends in .png, .gif or .html`},
	{`walk a-run --step x`, misuseOf, `--step x: want the number of an iteration, or best`},
	{`arith a-run`, usage, `arith: --a is missing: want the numbers of samples such as --a 3,17,25`},
	{`arith a-run --a 1 --b 2`, usage, `arith: --c is missing`},
	{`arith a-run --a 1 --b 2 --c 100`, usage, `arith: --c: no sample 100: want 0 to 99, or more samples by -n`},
	{`arith a-run --a x`, usage, `--a: expected a valid 64 bit int but got "x"`},
	{`arith a-run --sheet --a 1`, usage, `arith: --sheet: want no --a, --b or --c beside it`},
	{`arith a-run --sheet -n 0`, usage, `arith: -n is 0: want at least 1`},
	{`arith a-run --sheet -o sheet.gif`, usage, `arith: --out sheet.gif: want a name that ends in .png for a sheet`},
	{`arith a-run --sheet`, key("run"), `run is "a-run": want a generator of images`},
	{`arith empty --sheet`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`invert a-run`, usage, "invert: expected pictures, such as `gan invert runs/mnist-xla-cpu seven.png`, or --data"},
	{`invert a-run missing.png`, usage, `[<picture> ...]: stat missing.png: no such file or directory`},
	{`invert a-run notes.txt`, key("run"), `run is "a-run": want a generator of images`},
	{`invert a-run --data 1 --steps 0`, usage, `invert: --steps 0: want at least 1`},
	{`invert a-run --data 1 --restarts=-1`, usage, `invert: --restarts -1: want at least 1`},
	{`invert a-run --data x`, usage, `--data: expected a valid 64 bit int but got "x"`},
	{`sample digits --step 3`, misuseOf, `--step 3: want none with a model in the box`},
	{`sample digits --label 10`, key("label"), `label is 10: want 0 to 9`},
	{`sample digits --walk --grid`, usage, `sample: want one of --walk, --grid and --z`},
	{`sample digits --z notes.txt`, data.ErrFormat, `--z: rows in notes.txt: invalid data: not an array of NumPy's`},
	{`sample digits --z missing.npy`, usage, `--z: stat missing.npy: no such file or directory`},
	{`sample digits --truncate .5 --z notes.txt`, usage, `sample: --truncate 0.5 and --z notes.txt: want one of the two`},
	{`sample digits --truncate=-1`, usage, `sample: --truncate -1: want a positive number`},
	{`sample digits --truncate 2`, misuseOf, `--truncate 2: want 0.01 to 1, with uniform noise`},
	{`sample digits --gif walk.gif`, usage, `sample: --gif walk.gif: want --walk too`},
	{`sample digits --walk --gif walk.png`, usage, `sample: --gif walk.png: want a name that ends in .gif`},
	{`sample digits --save-z z.txt`, usage, `sample: --save-z z.txt: want a name that ends in .npy`},
	{`sample figure1 --grid`, misuseOf, `are for generators of images: this one's samples have shape [1]`},
	{`models extra`, usage, `unexpected argument extra`},
	{`eval`, usage, "eval: expected a run, such as `gan eval runs/mnist-xla-cpu`,"},
	{`eval missing`, misuseOf, `missing: no such directory, and no model: want a run's directory`},
	{`eval empty`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`eval a-run -n 0`, usage, `eval: -n is 0: want at least 1`},
	{`eval a-run --extractor vgg`, usage, `--extractor must be one of "auto","pixels","random","mnist",`},
	{`eval a-run --extractor inception`, usage, `eval: --extractor inception, --weights "": inception wants t`},
	{`eval a-run --weights empty`, usage, `eval: --extractor auto, --weights "empty": inception wants t`},
	{`eval a-run --features notes.txt`, usage, `eval: --features "notes.txt", --reference "": want both`},
	{`eval --features pipe --reference pipe`, disk.ErrNotRegular, `pipe is not a regular file, but a FIFO`},
	{`eval --features notes.txt --reference notes.txt`, data.ErrFormat, `features in notes.txt: invalid data: not an array of NumPy's`},
	{`eval a-run -o pipe`, disk.ErrNotRegular, `--out: pipe is not a regular file, but a FIFO: want the name of a file`},
	{`sample a-run -o pipe.png`, syscall.ENXIO, `open pipe.png: no such device`},
	{`eval a-run -o missing/e.json`, fs.ErrNotExist, `--out: open missing/e.json: no such file or directory`},
	{`eval a-run --step 77`, run.ErrNoCheckpoint, `a-run has no checkpoint of step 77: want one of [1]`},
	{`eval a-run --backend tpu`, key("backend"), `gan: backend is "tpu": want go, xla:cpu or xla:cuda`},
	{`export a-run`, usage, `export: want at least one of --onnx, --safetensors, --weights and --tensorboard`},
	{`export a-run --onnx model.pb`, usage, `export: --onnx model.pb: want a name that ends in .onnx`},
	{`export a-run --onnx m.onnx --layout chwn`, usage, `--layout must be one of "nhwc","nchw" but got "chwn"`},
	{`export a-run --onnx m.onnx --layout nchw`, key("layout"), `layout is "nchw": want nhwc, for examples of shape [2] are no images`},
	{`export a-run --safetensors w.bin`, usage, `export: --safetensors w.bin: want a name that ends in .safetensors`},
	{`export a-run --weights w.npy`, usage, `export: --weights w.npy: want a name that ends in .npz`},
	{`export a-run --weights missing/w.npz`, fs.ErrNotExist, `open missing/w.npz: no such file or directory`},
	{`export a-run --weights w.npz --step 77`, run.ErrNoCheckpoint, `a-run has no checkpoint of step 77: want one of [1]`},
	{`export empty --tensorboard logs`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`watch`, usage, `expected "<run>"`},
	{`watch notes.txt`, run.ErrNotARun, `notes.txt is not a run: it is not a directory`},
	{`watch a-run --port x`, usage, `--port: expected a valid 64 bit int but got "x"`},
	{`playground --port=-1`, usage, `--port -1: want 1 to 65535, or 0 for any free one`},
	{`playground #game=AAAA`, usage, `a link that is not whole: `},
	{`playground http://127.0.0.1/`, usage, `link is "http://127.0.0.1/": want a link of the playground, with #game= or #lesson= in it`},
	{`playground --lesson nosuch`, usage, `lesson is "nosuch": want one of ["figure-1" `},
	{`playground lesson=a --lesson b`, usage, `lesson=a and --lesson b: want one of the two`},
	{`train --from nosuch`, misuseOf, `--from: link is "nosuch": want a link of the playground`},
	{`train --from #lesson=nosuch`, misuseOf, `--from: lesson is "nosuch": want one of ["figure-1" `},
	{`train --from nosuch figure1`, usage, `--from and figure1: want one of the two`},
	{`sweep --from nosuch --data emoji`, usage, `--from and emoji: want one of the two`},
	{`diagnose`, usage, `expected "<run>"`},
	{`diagnose missing`, usage, `<run>: stat missing: no such file or directory`},
	{`diagnose empty`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`diagnose notes.txt`, usage, `<run>: "notes.txt" exists but is not a directory`},
	{`probe`, usage, `expected "<run>"`},
	{`probe missing`, misuseOf, `missing: no such directory, and no model: want a run's directory`},
	{`probe empty`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`probe a-run --steps 0`, key("steps"), `steps is 0: want at least 1, such as 500`},
	{`probe a-run --steps x`, usage, `--steps: expected a valid 64 bit int but got "x"`},
	{`probe a-run --step 77`, run.ErrNoCheckpoint, `a-run has no checkpoint of step 77: want one of [1]`},
	{`probe a-run --backend tpu`, key("backend"), `gan: backend is "tpu": want go, xla:cpu or xla:cuda`},
	{`features --guided`, usage, `expected "<run>"`},
	{`features a-run`, usage, `expected --data, such as --data mnist, --protocol or --guided`},
	{`features a-run --data mnist`, key("discriminator"), `discriminator is "mlp": want dcgan, whose convolutions are looked at`},
	{`features empty --guided`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`features a-run --protocol nosuch`, usage, `--protocol must be one of "","cifar10","svhn" but got "nosuch"`},
	{`features a-run --guided --protocol svhn`, usage, `--guided and --protocol svhn: want one of the two`},
	{`features a-run --data mnist --protocol svhn`, usage, `--protocol svhn and --data mnist: want one of the two`},
	{`features a-run --protocol svhn --limit 5`, usage, `--limit 5 and --protocol svhn: want none`},
	{`features a-run --data mnist --limit=-1`, usage, `--limit is -1: want at least 1`},
	{`features a-run --guided --out f.json`, usage, `--out f.json: want a name that ends in .png`},
	{`features a-run --data mnist --out f.png`, usage, `--out f.png: want a name that ends in .json`},
	{`table1`, usage, `expected "<run> ..."`},
	{`table1 missing`, usage, `<run> ...: stat missing: no such file or directory`},
	{`table1 a-run`, key("data"), `a-run: data is "ring8": want a set that has a test part`},
	{`table1 empty`, run.ErrNotARun, `empty: empty is not a run: it has no config.json`},
	{`table1 braces`, data.ErrFormat, `braces: braces/table1.json: invalid data: no row of Table 1,`},
	{`table1 a-run --seed x`, usage, `--seed: expected a valid 64 bit uint but got "x"`},
	{`table1 a-run -o missing/t.png`, fs.ErrNotExist, `--out: open missing/t.png: no such file`},
	{`data`, usage, `expected one of "list", "fetch", "verify", "info"`},
	{`data nosuch`, usage, `unexpected argument nosuch`},
	{`data list extra`, usage, `unexpected argument extra`},
	{`data fetch`, usage, `expected "<name> ..."`},
	{`data fetch nosuch`, key("set"), `data set "nosuch" is unknown: want one of celeba, cifar10, c`},
	{`data fetch kmnist --part extra`, key("part"), `data set "kmnist": part "extra" is unknown: want one of trai`},
	{`data verify nosuch`, key("set"), `data set "nosuch" is unknown: want one of celeba, cifar10, c`},
	{`data verify cifar10`, fs.ErrNotExist, "data set \"cifar10\" is not here: `gan data fetch cifar10` fet"},
	{`data duplicates`, usage, `expected "<data>"`},
	{`data duplicates emoji --bits 99`, usage, `--bits is 99: want 0 to 32`},
	{`data duplicates emoji --out pairs.gif`, usage, `--out `},
	{`data duplicates ring8`, misuseOf, `ring8: want images, for points have no duplicates`},
	{`data duplicates nosuch`, unknown, `data set or file "nosuch" is unknown`},
	{`data info`, usage, `expected "<name>"`},
	{`data info nosuch`, key("set"), `data set "nosuch" is unknown: want one of celeba, cifar10, c`},
	{`info`, usage, `expected "<run>"`},
	{`info missing`, misuseOf, `missing: no such directory, and no model: want a run's directory`},
	{`info empty`, run.ErrNotARun, `empty is not a run: it has no config.json`},
	{`info notes.txt`, run.ErrNotARun, `notes.txt is not a run: it is not a directory`},
	{`info a-run --csv=maybe`, usage, `--csv: bool value must be true, 1, yes, false, 0 or no`},
	{`info bad-run`, run.ErrNotARun, `bad-run is not a run: its config.json is not a configuration`},
	{`doctor extra`, usage, `unexpected argument extra`},
	{`doctor --nosuch`, usage, `unknown flag --nosuch`},
	{`plugin extra`, usage, `unexpected argument extra`},
	{`plugin --sha256`, usage, `--sha256: expected string value but got "EOL" (<EOL>)`},
	{`version extra`, usage, `unexpected argument extra`},
	{`completion`, usage, `expected "<shell>"`},
	{`completion tcsh`, usage, `<shell> must be one of "bash","zsh","fish" but got "tcsh"`},
	{`completion bash zsh`, usage, `unexpected argument zsh`},
	{`sweep figure1 --seeds 0`, usage, `--seeds 0: want at least 1`},
	{`sweep figure1 --seeds=-2`, usage, `--seeds -2: want at least 1`},
	{`sweep figure1 --parallel 0`, usage, `--parallel 0: want at least 1`},
	{`train figure1 --set data.set=nosuch`, unknown, `"nosuch" is unknown`},
	{`watch a-run --port=-1`, usage, `--port -1: want`},
	{`watch a-run --port 70000`, usage, `--port 70000: want`},
}

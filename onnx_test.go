package gans

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/onnx"
	"github.com/gans-in-go/gans/internal/gantest"
)

// checked is what ganlib/onnx/check.py says of a model.
type checked struct {
	Inputs                     map[string][]any
	Output                     []any
	Metadata                   map[string]string
	Shape                      []int
	Largest, Difference, First float64
}

// runONNX runs models under Python's onnxruntime, or skips the test where that is not there.
func runONNX(t *testing.T, models ...string) map[string]checked {
	t.Helper()
	out, err := exec.Command("python3", append([]string{"-B", "ganlib/onnx/check.py"}, models...)...).Output()
	require.NoError(t, err)
	found := map[string]checked{}
	require.NoError(t, json.Unmarshal(out, &found))
	return found
}

// needONNX skips a test where onnxruntime is not there. Where setup has installed it, that is a failure.
func needONNX(t *testing.T) {
	t.Helper()
	err := exec.Command("python3", "-c", "import onnxruntime").Run()
	if err == nil && onnx.Library() != "" {
		return
	}
	if os.Getenv("GAN_REQUIRE_ONNX") != "" {
		t.Fatalf("onnxruntime is expected: library %q, Python's %v", onnx.Library(), err)
	}
	t.Skip("no onnxruntime; `make setup` installs it where PyPI has it")
}

// deconvMLP is the first part of a "deconvolutional" generator.
func deconvMLP(cfg Config) *ganlib.MLP {
	if cfg.Generator.Deconv == nil {
		return nil
	}
	return &cfg.Generator.Deconv.MLP
}

// shaken is a preset's game with weights that no part of G leaves as they begin: those of batch norm among them. Wide
// layers are cut, but for the long tests.
func shaken(t *testing.T, preset, engine string) *GAN {
	t.Helper()
	cfg, err := Preset(preset)
	require.NoError(t, err)
	cfg.Backend = engine
	cfg.Generator.BiasFromData = false
	for _, mlp := range []*ganlib.MLP{cfg.Generator.MLP, deconvMLP(cfg)} {
		if mlp == nil {
			continue
		}
		mlp.OutputSparse = 0 // which draws for minutes
		for i := range mlp.Layers {
			if !gantest.Long() {
				mlp.Layers[i].Units = min(mlp.Layers[i].Units, 300)
			}
		}
		for i := range mlp.Hidden {
			if !gantest.Long() {
				mlp.Hidden[i] = min(mlp.Hidden[i], 1200) // MNIST's; those for CIFAR-10 have 8000
			}
		}
	}
	gan, err := cfg.build(nil)
	require.NoError(t, err)
	_, err = gan.Sample(1, 1)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	for v := range gan.Store.Scope("/" + ganlib.GeneratorScope).IterVariables() {
		if v.DType() != dtypes.Float32 {
			continue
		}
		flat := tensors.MustCopyFlatData[float32](v.MustValue())
		for i := range flat {
			flat[i] = flat[i]*(1+.1*random.Float32()) + .02*(random.Float32()-.5)
		}
		require.NoError(t, v.SetValue(tensors.FromFlatDataAndDimensions(flat, v.Shape().Dimensions...)))
	}
	return gan
}

// writeModel writes a game's generator, and beside it what it should make of five rows of noise.
func writeModel(t *testing.T, gan *GAN, o onnx.Options) (path string) {
	t.Helper()
	const rows = 5
	dir := t.TempDir()
	place := func(name string, values []float32) {
		raw, err := binary.Append(nil, binary.LittleEndian, values)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".f32"), raw, 0o666))
	}
	z, labels := gan.NoiseFor(rows, 7), gan.LabelsFor(rows)
	x, err := gan.Generate(z, labels...)
	require.NoError(t, err)
	y := make([]float32, rows*gan.Classes())
	for i, label := range labels {
		y[i*gan.Classes()+label] = 1
	}
	if o.Layout == onnx.ChannelsFirst {
		x = channelsFirst(x, gan.Shape)
	}
	place("z", z)
	place("y", y)
	place("x", x)
	var model bytes.Buffer
	require.NoError(t, onnx.Write(&model, gan.Players, o))
	path = filepath.Join(dir, "model.onnx")
	require.NoError(t, os.WriteFile(path, model.Bytes(), 0o666))
	return path
}

// channelsFirst moves the channels of images [n, height, width, channels] to the front.
func channelsFirst(x []float32, shape []int) []float32 {
	pixels, channels := shape[0]*shape[1], shape[2]
	moved := make([]float32, len(x))
	for i, v := range x {
		image, pixel, channel := i/(pixels*channels), i/channels%pixels, i%channels
		moved[(image*channels+channel)*pixels+pixel] = v
	}
	return moved
}

// TestONNX: the generator of every preset makes the same of the same noise under onnxruntime, for five rows and for one,
// in both layouts. The model says what it is and holds each weight once.
func TestONNX(t *testing.T) {
	needONNX(t)
	for _, engine := range []string{"go", "xla:cpu"} {
		for i, preset := range Presets() {
			if engine != "go" && !gantest.Long() {
				continue // the Go engine is compared with XLA elsewhere
			}
			t.Run(engine+"/"+preset, func(t *testing.T) {
				gantest.Open(t, engine)
				gan := shaken(t, preset, engine)
				o := onnx.Options{Layout: onnx.ChannelsLast, Metadata: map[string]string{"name": preset}}
				shape := gan.Shape
				if len(shape) == 3 && i%2 == 0 {
					o.Layout, shape = onnx.ChannelsFirst, []int{shape[2], shape[0], shape[1]}
				}
				model := writeModel(t, gan, o)
				found := runONNX(t, model)[model]
				t.Logf("largest difference %.2g of %.2g", found.Difference, found.Largest)
				require.Less(t, max(found.Difference, found.First), 1e-5*max(1, found.Largest))
				requireDescribed(t, gan, found, o, shape)
				requireSize(t, gan, model)
			})
		}
	}
}

// requireDescribed holds what a model says of itself to its game.
func requireDescribed(t *testing.T, gan *GAN, found checked, o onnx.Options, shape []int) {
	t.Helper()
	rows := func(dims ...int) []any {
		free := []any{"n"}
		for _, n := range dims {
			free = append(free, float64(n)) // as JSON has it
		}
		return free
	}
	inputs := map[string][]any{"z": rows(gan.Config.Noise.Dim)}
	if gan.Classes() > 0 {
		inputs["y"] = rows(gan.Classes())
	}
	require.Equal(t, inputs, found.Inputs)
	require.Equal(t, rows(shape...), found.Output)
	require.Equal(t, append([]int{5}, shape...), found.Shape)
	about := map[string]string{"name": o.Metadata["name"]}
	if len(shape) == 3 {
		about["layout"] = string(o.Layout)
	}
	require.Equal(t, about, found.Metadata)
}

// requireSize allows a model little more than its weights.
func requireSize(t *testing.T, gan *GAN, model string) {
	t.Helper()
	numbers := 0
	for v := range gan.Store.Scope("/" + ganlib.GeneratorScope).IterVariables() {
		numbers += v.Shape().Size()
	}
	info, err := os.Stat(model)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(4*numbers+50_000))
}

// TestONNXOfAverages: where a game keeps an average of G's weights, the model is that of the average.
func TestONNXOfAverages(t *testing.T) {
	needONNX(t)
	cfg := Ring8().WithSteps(3)
	cfg.Backend, cfg.AverageG, cfg.MeasureEvery, cfg.Best = "go", .5, 0, ""
	gan, err := Train(t.Context(), cfg, Options{Dir: filepath.Join(t.TempDir(), "run")})
	require.NoError(t, err)
	model := writeModel(t, gan, onnx.Options{Layout: onnx.ChannelsLast})
	require.Less(t, runONNX(t, model)[model].Difference, 1e-5)
	gan.Store.DeleteVariablesInScope("/" + ganlib.AverageScope)
	x, err := gan.Generate(gan.NoiseFor(5, 7))
	require.NoError(t, err)
	raw, err := binary.Append(nil, binary.LittleEndian, x)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(model), "x.f32"), raw, 0o666))
	require.Greater(t, runONNX(t, model)[model].Difference, 1e-3, "the weights themselves make something else")
}

// TestONNXRefuses: a layout that does not fit, and a library that is none.
func TestONNXRefuses(t *testing.T) {
	gan := shaken(t, "ring8", "go")
	gantest.RequireInvalid(t, onnx.Write(io.Discard, gan.Players, onnx.Options{Layout: "chwn"}), "layout")
	gantest.RequireInvalid(t, onnx.Write(io.Discard, gan.Players, onnx.Options{Layout: onnx.ChannelsFirst}), "layout")
}

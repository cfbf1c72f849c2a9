package dcganlib_test

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
)

// Figure 1 of the paper, by arithmetic.
func ExampleNetworks_GeneratorStages() {
	for _, stage := range dcganlib.LSUN64().GeneratorStages() {
		fmt.Println(stage.Name, stage.Shape)
	}
	// Output:
	// projection [4 4 1024]
	// up_0 [8 8 512]
	// up_1 [16 16 256]
	// up_2 [32 32 128]
	// up_3 [64 64 3]
}

// A size and a number of channels are the paper's networks at that size.
func ExampleNetworks() {
	for _, size := range []int{32, 128, 50} {
		n := dcganlib.Networks{Size: size, Channels: 1}
		if err := n.Validate(); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(n.DiscriminatorStages())
	}
	// Output:
	// [{down_0 [16 16 128]} {down_1 [8 8 256]} {down_2 [4 4 512]} {output [1]}]
	// [{down_0 [64 64 128]} {down_1 [32 32 256]} {down_2 [16 16 512]} {down_3 [8 8 1024]} {down_4 [4 4 2048]} {output [1]}]
	// size is 50: want base·2ⁿ, such as 32 or 64 for base 4
}

// The shapes of the layers as they are built, beside those predicted. No number is computed for it.
func ExampleNetworks_DiscriminatorLayers() {
	engine, err := backend.Open("go")
	if err != nil {
		panic(err)
	}
	networks := dcganlib.Torch64().Networks
	x := Parameter(NewGraph(engine, "shapes"), "x", shapes.Make(dtypes.Float32, 2, 64, 64, 3))
	layers := networks.DiscriminatorLayers(model.NewStore().RootScope(), x, nil)
	for i, stage := range networks.DiscriminatorStages() {
		fmt.Println(stage.Name, stage.Shape, layers[i].Shape().Dimensions)
	}
	// Output:
	// down_0 [32 32 64] [2 32 32 64]
	// down_1 [16 16 128] [2 16 16 128]
	// down_2 [8 8 256] [2 8 8 256]
	// down_3 [4 4 512] [2 4 4 512]
	// output [1] [2 1]
}

// One iteration of a small DCGAN on black pictures, on GoMLX's own trainer. Package gans does this with
// real ones, in a directory that survives kills.
func ExampleConfig_Algorithm1() {
	cfg := dcganlib.LSUN64()
	cfg.Networks = dcganlib.Networks{Size: 8, Channels: 1, Filters: []int{4}}
	cfg.BatchSize = 16
	algorithm, err := cfg.Algorithm1()
	if err != nil {
		panic(err)
	}
	engine, err := backend.Open("go")
	if err != nil {
		panic(err)
	}
	trainer, err := algorithm.Trainer(engine, model.NewStore())
	if err != nil {
		panic(err)
	}
	x := tensors.FromShape(shapes.Make(dtypes.Float32, 16, 8, 8, 1))
	metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}})
	if err != nil {
		panic(err)
	}
	fmt.Printf("an untrained D cannot tell: its loss is 2·log 2 = %.1f\n", tensors.ToScalar[float32](metrics[0]))
	// Output: an untrained D cannot tell: its loss is 2·log 2 = 1.4
}

// The first half of MathWorks' generator, layer by layer.
func ExampleConfig_Layers() {
	generator, _ := dcganlib.Flowers64().Layers()
	for _, l := range generator[:6] {
		fmt.Printf("%s %v %q\n", l.Name, l.Shape, l.Note)
	}
	// Output:
	// z [100] "gaussian"
	// projectAndReshape [4 4 512] ""
	// transposedConv [8 8 256] "5×5, stride 1, uncropped"
	// batchnorm [8 8 256] ""
	// relu [8 8 256] ""
	// transposedConv [16 16 128] "5×5, stride 2"
}

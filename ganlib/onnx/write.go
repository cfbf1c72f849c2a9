//go:build cgo

package onnx

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	onnxbackend "github.com/gomlx/compute-onnx"
	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"google.golang.org/protobuf/proto"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/backend"
)

// Write writes the generator of trained players as an ONNX model. The players' own engine takes no part in it.
func Write(w io.Writer, p *ganlib.Players, o Options) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := o.validate(p.Shape); err != nil {
		return err
	}
	engine, err := openEngine()
	if err != nil {
		return err
	}
	defer engine.Finalize()
	// The exporter writes a graph of a fixed number of rows. Two such graphs show where the number enters.
	two, err := compile(engine, p, o, 2)
	if err != nil {
		return err
	}
	three, err := compile(engine, p, o, 3)
	if err != nil {
		return err
	}
	if err := freeRows(two.Graph, three.Graph); err != nil {
		return err
	}
	if err := embed(two.Graph, p.Store); err != nil {
		return err
	}
	finish(two, o, p.Shape)
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(two)
	if err != nil {
		return err
	}
	_, err = w.Write(bytes)
	return err
}

// compile is the model for a number of rows, whose inputs are z, y if there are labels, and the weights by their paths.
func compile(engine compute.Backend, p *ganlib.Players, o Options, rows int) (*protos.ModelProto, error) {
	game := p.Algorithm1
	exec, err := model.NewExec(backend.Simplified(engine), p.Store, func(root *model.Scope, inputs []*Node) *Node {
		var y *Node
		if len(inputs) == 2 {
			y = inputs[1]
		}
		x := game.GenerateAverage(root, inputs[0], y)
		if o.Layout == ChannelsFirst {
			x = TransposeAllAxes(x, 0, 3, 1, 2)
		}
		return x
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	inputs := []shapes.Shape{shapes.Make(dtypes.Float32, rows, game.Prior.Dim)}
	names := []string{"z"}
	if game.Classes > 0 {
		inputs, names = append(inputs, shapes.Make(dtypes.Float32, rows, game.Classes)), append(names, "y")
	}
	g, err := exec.Compile(inputs...)
	if err != nil {
		return nil, err
	}
	made := proto.CloneOf(backend.Bare(g.Executable()).(*onnxbackend.Executable).ModelProto())
	to := map[string]string{made.Graph.Output[0].Name: "x"}
	for i, input := range made.Graph.Input {
		if to[input.Name] = strings.TrimPrefix(input.Name, model.ScopeSeparator); i < len(names) {
			to[input.Name] = names[i]
		}
	}
	rename(made.Graph, to)
	return made, nil
}

// rename gives inputs, outputs and what goes between nodes other names.
func rename(g *protos.GraphProto, names map[string]string) {
	of := func(list []string) {
		for i, name := range list {
			if to, ok := names[name]; ok {
				list[i] = to
			}
		}
	}
	for _, value := range slices.Concat(g.Input, g.Output) {
		if to, ok := names[value.Name]; ok {
			value.Name = to
		}
	}
	for _, node := range g.Node {
		of(node.Input)
		of(node.Output)
	}
}

// embed makes the weights, which are inputs, part of the model. A variable that G does not read is left out.
func embed(g *protos.GraphProto, store *model.Store) error {
	read := map[string]bool{}
	for _, node := range g.Node {
		for _, name := range node.Input {
			read[name] = true
		}
	}
	var inputs []*protos.ValueInfoProto
	for _, input := range g.Input {
		v := store.GetVariable(model.ScopeSeparator + input.Name)
		switch {
		case v == nil:
			inputs = append(inputs, input)
		case read[input.Name]:
			value, err := v.Value()
			if err != nil {
				return err
			}
			weight, err := floats(input.Name, value)
			if err != nil {
				return err
			}
			g.Initializer = append(g.Initializer, weight)
		}
	}
	g.Input = inputs
	return nil
}

// floats is a weight of the model.
func floats(name string, value *tensors.Tensor) (*protos.TensorProto, error) {
	flat, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	raw := make([]byte, 0, 4*len(flat))
	for _, v := range flat {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	made := &protos.TensorProto{Name: name, DataType: int32(protos.TensorProto_FLOAT), RawData: raw}
	for _, n := range value.Shape().Dimensions {
		made.Dims = append(made.Dims, int64(n))
	}
	return made, nil
}

// finish says in the model what it is.
func finish(m *protos.ModelProto, o Options, shape []int) {
	m.ProducerName = "github.com/gans-in-go/gans"
	m.OpsetImport = slices.DeleteFunc(m.OpsetImport, func(set *protos.OperatorSetIdProto) bool {
		return !slices.ContainsFunc(m.Graph.Node, func(n *protos.NodeProto) bool { return n.Domain == set.Domain })
	})
	for _, weight := range m.Graph.Initializer {
		weight.DocString = ""
	}
	about := maps.Clone(o.Metadata)
	if len(shape) == 3 {
		if about == nil {
			about = map[string]string{}
		}
		about["layout"] = string(o.Layout)
	}
	for _, key := range slices.Sorted(maps.Keys(about)) {
		m.MetadataProps = append(m.MetadataProps, &protos.StringStringEntryProto{Key: key, Value: about[key]})
	}
}

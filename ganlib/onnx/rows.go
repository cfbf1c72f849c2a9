//go:build cgo

package onnx

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/gomlx/compute-onnx/support/protos"
	"google.golang.org/protobuf/proto"
)

// rowsName is the name of the free dimension.
const rowsName = "n"

// freeRows makes the number of rows of a graph free. It has been written for two rows and for three: the two graphs
// differ in the sizes of inputs and outputs and in lists of whole numbers, each of which grows by a constant a row. Such
// a list becomes base + n·slope; the new shape of a Reshape gets by with a −1. Any other difference is an error.
func freeRows(two, three *protos.GraphProto) error {
	for i, value := range slices.Concat(two.Input, two.Output) {
		freeDims(value, slices.Concat(three.Input, three.Output)[i])
	}
	lists := map[string]*protos.TensorProto{}
	for _, list := range three.Initializer {
		lists[list.Name] = list
	}
	var kept []*protos.TensorProto
	var nodes []*protos.NodeProto
	for _, list := range two.Initializer {
		other := lists[list.Name]
		if other == nil || list.DataType != other.DataType || !slices.Equal(list.Dims, other.Dims) {
			return fmt.Errorf("the graph for two rows is another than that for three, at %s", list.Name)
		}
		switch a, b := int64s(list), int64s(other); {
		case proto.Equal(list, other):
			kept = append(kept, list)
		case a == nil:
			return fmt.Errorf("the number of rows enters %s, which is no list of sizes", list.Name)
		case oneDiffers(a, b) && onlyReshapes(two, list.Name):
			for i := range a {
				if a[i] != b[i] {
					a[i] = -1
				}
			}
			kept = append(kept, ints(list.Name, a))
		default:
			made, constants := grown(list.Name, a, b)
			nodes, kept = append(nodes, made...), append(kept, constants...)
		}
	}
	if len(nodes) > 0 {
		nodes = append([]*protos.NodeProto{{
			OpType: "Shape", Input: []string{"z"}, Output: []string{rowsName},
			Attribute: []*protos.AttributeProto{{Name: "end", Type: protos.AttributeProto_INT, I: 1}},
		}}, nodes...)
	}
	same := slices.EqualFunc(two.Node, three.Node, func(a, b *protos.NodeProto) bool { return proto.Equal(a, b) })
	if !same {
		return fmt.Errorf("the graph for two rows has other nodes than that for three")
	}
	two.Node, two.Initializer = append(nodes, two.Node...), kept
	return nil
}

// freeDims names the sizes of an input or output that are another for another number of rows.
func freeDims(value, other *protos.ValueInfoProto) {
	dims, others := value.Type.GetTensorType().Shape.Dim, other.Type.GetTensorType().Shape.Dim
	for i, dim := range dims {
		if dim.GetDimValue() != others[i].GetDimValue() {
			dim.Value = &protos.TensorShapeProto_Dimension_DimParam{DimParam: rowsName}
		}
	}
}

// oneDiffers reports whether two lists differ in one number.
func oneDiffers(a, b []int64) bool {
	different := 0
	for i := range a {
		if a[i] != b[i] {
			different++
		}
	}
	return different == 1 && !slices.Contains(a, -1)
}

// onlyReshapes reports whether a list is nothing but the new shape of Reshape nodes.
func onlyReshapes(g *protos.GraphProto, list string) bool {
	return !slices.ContainsFunc(g.Node, func(n *protos.NodeProto) bool {
		return slices.Contains(n.Input, list) && n.OpType != "Reshape"
	})
}

// grown computes the list of a name, a for two rows and b for three, for the number of rows there is.
func grown(name string, a, b []int64) ([]*protos.NodeProto, []*protos.TensorProto) {
	base, slope := make([]int64, len(a)), make([]int64, len(a))
	for i := range a {
		slope[i] = b[i] - a[i]
		base[i] = a[i] - 2*slope[i]
	}
	part := func(suffix string) string { return name + "/" + suffix }
	nodes := []*protos.NodeProto{
		{OpType: "Mul", Input: []string{rowsName, part("slope")}, Output: []string{part("grown")}},
		{OpType: "Add", Input: []string{part("grown"), part("base")}, Output: []string{name}},
	}
	return nodes, []*protos.TensorProto{ints(part("base"), base), ints(part("slope"), slope)}
}

// int64s are the numbers of a list of whole numbers, nil if it is none.
func int64s(t *protos.TensorProto) []int64 {
	if t.DataType != int32(protos.TensorProto_INT64) || len(t.Dims) != 1 || len(t.RawData) != 8*int(t.Dims[0]) {
		return nil
	}
	values := make([]int64, t.Dims[0])
	for i := range values {
		values[i] = int64(binary.LittleEndian.Uint64(t.RawData[8*i:]))
	}
	return values
}

// ints is a list of whole numbers.
func ints(name string, values []int64) *protos.TensorProto {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return &protos.TensorProto{Name: name, DataType: int32(protos.TensorProto_INT64), Dims: []int64{int64(len(values))}, RawData: raw}
}

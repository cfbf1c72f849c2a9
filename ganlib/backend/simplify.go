package backend

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// Simplified is an engine, given simpler graphs. GoMLX's Go backend runs every node as it stands: an Identity, which
// gradients are full of, copies its operand, and a Where whose condition is the constant false computes the side that is
// thrown away. Such nodes are left out while a graph is built. What remains computes the same bits.
//
// XLA simplifies by itself.
func Simplified(b compute.Backend) compute.Backend { return &simplifier{b} }

// Bare is a program of a [Simplified] engine as the engine itself made it. Any other is returned as it is.
func Bare(e compute.Executable) compute.Executable {
	if own, ok := e.(*executable); ok {
		return own.Executable
	}
	return e
}

// simplifier is the engine that Simplified returns.
type simplifier struct{ compute.Backend }

// Builder implements compute.Backend.
func (s *simplifier) Builder(name string) compute.Builder {
	b := &builder{Builder: s.Backend.Builder(name), backend: s, never: map[compute.Value]bool{}}
	b.main = &function{Function: b.Builder.Main(), builder: b}
	return b
}

// BufferFromFlatData implements compute.DataInterface.
func (s *simplifier) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	made, err := s.Backend.BufferFromFlatData(device, flat, shape)
	if err != nil {
		return nil, err
	}
	return &buffer{made, s}, nil
}

// NewSharedBuffer implements compute.DataInterface.
func (s *simplifier) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	made, flat, err := s.Backend.NewSharedBuffer(device, shape)
	if err != nil {
		return nil, nil, err
	}
	return &buffer{made, s}, flat, nil
}

// buffer belongs to the simplifier, so that tensors may pass from one call to the next.
type buffer struct {
	compute.Buffer
	backend *simplifier
}

// Backend implements compute.Buffer.
func (b *buffer) Backend() compute.Backend { return b.backend }

// executable takes and returns buffers of the simplifier.
type executable struct {
	compute.Executable
	backend *simplifier
}

// Execute implements compute.Executable.
func (e *executable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	bare := make([]compute.Buffer, len(inputs))
	for i, in := range inputs {
		bare[i] = in
		if own, ok := in.(*buffer); ok {
			bare[i] = own.Buffer
		}
	}
	outputs, err := e.Executable.Execute(bare, donate, device)
	owned := make([]buffer, len(outputs))
	for i, out := range outputs {
		owned[i] = buffer{out, e.backend}
		outputs[i] = &owned[i]
	}
	return outputs, err
}

// builder builds a simplified graph.
type builder struct {
	compute.Builder
	backend *simplifier
	main    *function
	never   map[compute.Value]bool // booleans that are false everywhere
}

// Main implements compute.Builder.
func (b *builder) Main() compute.Function { return b.main }

// NewFunction implements compute.Builder.
func (b *builder) NewFunction(name string) (compute.Function, error) {
	f, err := b.Builder.NewFunction(name)
	return b.function(f), err
}

// Compile implements compute.Builder.
func (b *builder) Compile() (compute.Executable, error) {
	e, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return &executable{e, b.backend}, nil
}

func (b *builder) function(f compute.Function) compute.Function {
	if f == nil {
		return nil
	}
	return &function{Function: f, builder: b}
}

// function leaves out nodes that do nothing.
type function struct {
	compute.Function
	builder *builder
}

// Builder implements compute.Function.
func (f *function) Builder() compute.Builder { return f.builder }

// Parent implements compute.Function.
func (f *function) Parent() compute.Function { return f.builder.function(f.Function.Parent()) }

// Closure implements compute.Function.
func (f *function) Closure() (compute.Function, error) {
	inner, err := f.Function.Closure()
	return f.builder.function(inner), err
}

// Identity is its operand.
func (f *function) Identity(x compute.Value) (compute.Value, error) { return x, nil }

// Constant notes which booleans are false everywhere.
func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	v, err := f.Function.Constant(flat, dims...)
	if bools, ok := flat.([]bool); ok && err == nil && !slices.Contains(bools, true) {
		f.builder.never[v] = true
	}
	return v, err
}

// BroadcastInDim is its operand where that has the shape already. A single number is broadcast as a scalar, which the
// backend's Where takes much faster.
func (f *function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	from, err := f.Function.Shape(x)
	switch {
	case err != nil:
		return nil, err
	case from.Equal(shape):
		return x, nil
	case from.Rank() > 0 && from.Size() == 1:
		scalar, err := f.Reshape(x)
		if err != nil {
			return nil, err
		}
		return f.BroadcastInDim(scalar, shape, nil)
	}
	v, err := f.Function.BroadcastInDim(x, shape, axes)
	return f.asFalse(x, v), err
}

// Reshape is its operand where that has the shape already.
func (f *function) Reshape(x compute.Value, dims ...int) (compute.Value, error) {
	from, err := f.Function.Shape(x)
	if err != nil || slices.Equal(from.Dimensions, dims) {
		return x, err
	}
	v, err := f.Function.Reshape(x, dims...)
	return f.asFalse(x, v), err
}

// asFalse notes that v is false everywhere if x is, and returns v.
func (f *function) asFalse(x, v compute.Value) compute.Value {
	if f.builder.never[x] {
		f.builder.never[v] = true
	}
	return v
}

// Where is onFalse where the condition is the constant false.
func (f *function) Where(condition, onTrue, onFalse compute.Value) (compute.Value, error) {
	v, err := f.Function.Where(condition, onTrue, onFalse)
	if err != nil || !f.builder.never[condition] {
		return v, err
	}
	whole, err := f.Function.Shape(v)
	if err != nil {
		return nil, err
	}
	if part, err := f.Function.Shape(onFalse); err != nil || part.Equal(whole) {
		return onFalse, err
	}
	return v, nil
}

// DotGeneral of x [m, 1] and y [n, 1] is that of x and yᵀ, whose kernel is three times as fast. Each number is one
// product either way.
func (f *function) DotGeneral(x compute.Value, xSum, xBatch []int, y compute.Value, ySum, yBatch []int,
	config compute.DotGeneralConfig) (compute.Value, error) {
	shape, err := f.Function.Shape(y)
	if err != nil {
		return nil, err
	}
	if shape.Rank() == 2 && shape.Dimensions[1] == 1 && slices.Equal(xSum, []int{1}) && slices.Equal(ySum, []int{1}) {
		if y, err = f.Reshape(y, 1, shape.Dimensions[0]); err != nil {
			return nil, err
		}
		ySum = []int{0}
	}
	return f.Function.DotGeneral(x, xSum, xBatch, y, ySum, yBatch, config)
}

// Return gives outputs that have become the same node a node each, as the backend expects.
func (f *function) Return(outputs []compute.Value, shardings []*compute.ShardingSpec) error {
	outputs = slices.Clone(outputs)
	for i, v := range outputs {
		if !slices.Contains(outputs[:i], v) {
			continue
		}
		own, err := f.Function.Identity(v)
		if err != nil {
			return err
		}
		outputs[i] = own
	}
	return f.Function.Return(outputs, shardings)
}

// Call implements compute.Function.
func (f *function) Call(called compute.Function, inputs ...compute.Value) ([]compute.Value, error) {
	return f.Function.Call(bare(called), inputs...)
}

// Sort implements compute.Function.
func (f *function) Sort(comparator compute.Function, axis int, stable bool, inputs ...compute.Value) ([]compute.Value, error) {
	return f.Function.Sort(bare(comparator), axis, stable, inputs...)
}

// While implements compute.Function.
func (f *function) While(condition, body compute.Function, state ...compute.Value) ([]compute.Value, error) {
	return f.Function.While(bare(condition), bare(body), state...)
}

// If implements compute.Function.
func (f *function) If(condition compute.Value, onTrue, onFalse compute.Function) ([]compute.Value, error) {
	return f.Function.If(condition, bare(onTrue), bare(onFalse))
}

// bare is the backend's own function.
func bare(f compute.Function) compute.Function {
	if own, ok := f.(*function); ok {
		return own.Function
	}
	return f
}

package loop

import (
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// CheckDevices refuses a number of devices that a backend does not have, or cannot divide an iteration among, as an
// [invalid.Error] of the key "devices". 0 and 1 mean one device.
func CheckDevices(b compute.Backend, n int) error {
	switch has := b.NumDevices(); {
	case n < 0:
		return invalid.Value("devices", n, "at least 1")
	case n > 1 && !Supported(b):
		return invalid.Value("devices", n, "1 on this backend, or one that divides the work, such as xla:cpu or xla:cuda")
	case n > max(1, has):
		return invalid.Value("devices", n, "at most %d, which is how many the backend has here", has)
	}
	return nil
}

// Divide has n devices of the backend compute each iteration together: every device holds all variables and computes its
// part of each minibatch, and what is summed over a minibatch they sum over all of them. So metrics and variables are
// those of one device, but for rounding. It returns an error of [CheckDevices], or of the key "devices" if n does not
// divide a minibatch. Call it before the first Run.
//
// XLA finds by itself what follows from a minibatch, and divides that. What an iteration draws at random needs [Spread].
func (l *Loop) Divide(n int) error {
	if err := CheckDevices(l.backend, n); err != nil || n <= 1 {
		return err
	}
	block, err := l.blocks.Load(0, 1)
	if err != nil {
		return err
	}
	t, err := newTeam(n, l.blocks.Shared(), block)
	if err != nil {
		return err
	}
	for _, v := range l.used {
		// GoMLX would find this by itself, but not for the state of the random numbers, which does not know its store.
		if spec := v.ShardingSpec(); spec != nil && spec.Mesh == t.all.Mesh {
			continue
		}
		if err := v.SetShardingSpec(t.all); err != nil {
			return err
		}
	}
	l.team, l.blocks = t, parts{l.blocks, t.zeros}
	l.exec.AutoSharding(t.all.Mesh).WithInputShardingSpecs(t.inputs...).WithOutputShardingSpecs(t.all)
	return nil
}

// team is how several devices share the inputs of a loop.
type team struct {
	all    *distributed.ShardingSpec   // the whole on every device
	inputs []*distributed.ShardingSpec // of the loop's inputs
	zeros  *tensors.Tensor             // float32 [devices], one for each
	shared []*dtensor.Tensor           // what all minibatches share, once it is on the devices
}

// devicesAxis names the only axis of a mesh.
const devicesAxis = "devices"

// meshes are the meshes by their number of devices. GoMLX compares them by identity: a variable that one loop has left
// on some devices is known to the next loop on as many.
var meshes sync.Map

func mesh(n int) (*distributed.DeviceMesh, error) {
	if m, ok := meshes.Load(n); ok {
		return m.(*distributed.DeviceMesh), nil
	}
	m, err := distributed.NewDeviceMesh([]int{n}, []string{devicesAxis})
	if err != nil {
		return nil, err
	}
	kept, _ := meshes.LoadOrStore(n, m)
	return kept.(*distributed.DeviceMesh), nil
}

// newTeam divides blocks like the given one, of which the first tensors are shared by all minibatches.
func newTeam(n, shared int, block []*tensors.Tensor) (*team, error) {
	mesh, err := mesh(n)
	if err != nil {
		return nil, err
	}
	whole, each := distributed.ReplicatedAxis, distributed.AxisSpec{devicesAxis}
	t := &team{
		all:    distributed.NewReplicatedShardingSpec(mesh),
		zeros:  tensors.FromValue(make([]float32, n)),
		shared: make([]*dtensor.Tensor, shared),
	}
	t.inputs = append(t.inputs, t.all) // the number of iterations
	for i, input := range block {
		spec := t.all
		if dims := input.Shape().Dimensions; i >= shared && len(dims) > 1 { // [Most, m, ...]
			if m := dims[1]; m%n != 0 {
				return nil, invalid.Value("devices", n, "a divisor of the minibatch, %d examples: each device takes as many", m)
			}
			spec = &distributed.ShardingSpec{Mesh: mesh, Axes: []distributed.AxisSpec{whole, each}}
		}
		t.inputs = append(t.inputs, spec)
	}
	t.inputs = append(t.inputs, &distributed.ShardingSpec{Mesh: mesh, Axes: []distributed.AxisSpec{each}})
	return t, nil
}

// divide gives each device its part of the inputs. free releases those that the next call has others of.
func (t *team) divide(inputs []*tensors.Tensor) (divided []any, free func(), err error) {
	var passing []*dtensor.Tensor
	free = func() {
		for _, d := range passing {
			_ = d.Finalize() // memory that nothing uses any more
		}
	}
	for i, input := range inputs {
		shared := i > 0 && i <= len(t.shared)
		if shared && t.shared[i-1] != nil {
			divided = append(divided, t.shared[i-1])
			continue
		}
		d, err := dtensor.ShardTensor(t.inputs[i], input)
		if err != nil {
			free()
			return nil, nil, err
		}
		if shared {
			t.shared[i-1] = d
		} else {
			passing = append(passing, d)
		}
		divided = append(divided, d)
	}
	return divided, free, nil
}

// finalize frees what all minibatches share.
func (t *team) finalize() {
	for _, d := range t.shared {
		if d != nil {
			_ = d.Finalize() // memory that nothing uses any more
		}
	}
}

// parts are blocks with one more tensor, the zeros of a team.
type parts struct {
	Blocks
	zeros *tensors.Tensor
}

func (p parts) Load(step, n int) ([]*tensors.Tensor, error) {
	block, err := p.Blocks.Load(step, n)
	return append(slices.Clone(block), p.zeros), err
}

func (p parts) Batch(block []*Node, i *Node) []*Node {
	last := len(block) - 1
	i.Graph().AttachState(zerosKey{}, block[last])
	return p.Blocks.Batch(block[:last], i)
}

type zerosKey struct{}

// Spread is x [m, ...], of which each device computes its own part in a loop that is divided among devices (see
// [Loop.Divide]); elsewhere it is x, without a change to the graph. It is for what an iteration draws: the state of the
// random numbers is the same on all devices, so that without it all of them would compute all that follows from the
// draw. m must be a multiple of the number of devices.
//
// GoMLX has no operation to say so. Adding zeros that lie one on each device says it: a sum lies where its terms do.
func Spread(x *Node) *Node {
	zeros, ok := x.Graph().State(zerosKey{}).(*Node)
	if !ok {
		return x
	}
	n, dims := zeros.Shape().Dimensions[0], x.Shape().Dimensions
	if dims[0]%n != 0 {
		Panicf("loop.Spread: x is %s, on %d devices: want a multiple of them", x.Shape(), n)
	}
	each := Reshape(x, slices.Concat([]int{n, dims[0] / n}, dims[1:])...)
	one := slices.Repeat([]int{1}, each.Rank())
	one[0] = n
	return Reshape(Add(each, Reshape(ConvertDType(zeros, x.DType()), one...)), dims...)
}

package dcganlib

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gans-in-go/gans/ganlib/invalid"
)

// Networks is the architecture of both players. A zero field means the paper's value, so that Size and Channels are
// enough for the paper's networks at that size. The presets fill every field.
type Networks struct {
	// Size and Channels are the shape of an image, [Size, Size, Channels], with 1 channel for grey and 3 for
	// colour. Size is Base·2ⁿ for n Filters. The paper: 64 and 3.
	Size     int `json:"size"`
	Channels int `json:"channels"`
	// Base is the side of the image that z is projected to, and of the last image of D's convolutions. The
	// paper: 4; its released code for MNIST's 28: 7.
	Base int `json:"base"`
	// Filters are the channels of D's convolutions, from the image inwards. G has the same in reverse,
	// beginning with the projection. The paper: 128, doubled at each halving of the image.
	Filters []int `json:"filters"`
	// Kernel is the side of every kernel. The paper, Figure 1: 5.
	Kernel int `json:"kernel"`
	// Padding is "pytorch" for (Kernel−1)/2 zeros before an image and Kernel/2 after, as in the released
	// code for 5, or "tensorflow" for "same" as TensorFlow and MATLAB mean it. Both halve the image exactly.
	// They differ in which pixels a kernel sees.
	Padding string `json:"padding"`
	// Projection is how G begins:
	//   - "unit": the projected z is batch-normalised unit by unit, then rectified (the released code);
	//   - "channel": normalised channel by channel instead, over the positions too (what a transposed
	//     convolution of a 1×1 z comes to, PyTorch's example);
	//   - "plain": neither. The first transposed convolution then has stride 1 and crops nothing, so that it
	//     grows Base to Base+Kernel−1 (MathWorks' example). That must be 2·Base.
	Projection string `json:"projection"`
	// Hidden is the width of a fully connected layer before G's projection and after D's convolutions, or 0
	// for none. In the paper only the MNIST network has one: 1024.
	Hidden int `json:"hidden,omitempty"`
	// Classes is the number of classes of a conditional game. The one-hot label joins the input of every
	// layer of both players, as extra channels of an image. 0 means no labels.
	Classes int `json:"classes,omitempty"`
	// Output is the end of G: "tanh" for data in [−1, 1] (section 4 of the paper), or "sigmoid" for data in
	// [0, 1] (its MNIST network).
	Output string `json:"output"`
	// Init is the distribution of the first weights: "normal" is N(0, .02), and N(1, .02) for γ of batch
	// norm (the paper for the weights, the released code for γ); "glorot" is Glorot's uniform
	// U(−√(6/(in+out)), √(6/(in+out))) with γ = 1 (MATLAB's default). Biases and β begin at 0.
	Init string `json:"init"`
	// Bias gives every convolution and dense layer a bias. The released code has none anywhere: batch norm
	// would subtract it again.
	Bias bool `json:"bias,omitempty"`
	// BatchNorm is "affine" for batch norm with γ and β, "plain" for batch norm without ("produced better
	// results" on MNIST, section 8.1), or "none", which the paper warns of and which needs Bias. It follows
	// every layer except the last of both players and the first of D.
	BatchNorm string `json:"batch_norm"`
	// BatchNormGroups divides each minibatch into that many equal parts, each normalised by itself, as devices that
	// do not compare notes would: see Groups of [layer.BatchNorm]. 0 or 1: the minibatch as a whole.
	BatchNormGroups int `json:"batch_norm_groups,omitempty"`
	// Epsilon is added to batch norm's variance. The released code: 1e-8.
	Epsilon float64 `json:"epsilon"`
	// InputDropout is the fraction of D's input that is dropped in training; what is kept is scaled up by
	// 1/(1 − fraction). The paper: 0. MathWorks: .5.
	InputDropout float64 `json:"input_dropout,omitempty"`
	// MinibatchStd gives D's last layer one more feature: how much the images of the batch differ, see
	// [layer.MinibatchStd]. It is not in the paper.
	MinibatchStd bool `json:"minibatch_std,omitempty"`
	// BFloat16 computes in bfloat16 between the input and the output of each player. Weights, and the
	// statistics of batch norm, stay float32.
	BFloat16 bool `json:"bfloat16,omitempty"`
}

// Values of the fields that are names. The paper's come first.
const (
	paddingTorch, paddingTF                            = "pytorch", "tensorflow"
	projectionUnit, projectionChannel, projectionPlain = "unit", "channel", "plain"
	outputTanh, outputSigmoid                          = "tanh", "sigmoid"
	initNormal, initGlorot                             = "normal", "glorot"
	batchNormAffine, batchNormPlain, batchNormNone     = "affine", "plain", "none"
)

// Constants of the paper that all copies share.
const (
	slope  = .2  // LeakyReLU's, in every hidden layer of D
	std    = .02 // standard deviation of the first weights
	stride = 2
)

// orPaper fills what is zero with the paper's values.
func (n Networks) orPaper() Networks {
	n.Base = cmp.Or(n.Base, 4)
	n.Kernel = cmp.Or(n.Kernel, 5)
	n.Padding = cmp.Or(n.Padding, paddingTorch)
	n.Projection = cmp.Or(n.Projection, projectionUnit)
	n.Output = cmp.Or(n.Output, outputTanh)
	n.Init = cmp.Or(n.Init, initNormal)
	n.BatchNorm = cmp.Or(n.BatchNorm, batchNormAffine)
	n.Epsilon = cmp.Or(n.Epsilon, 1e-8)
	if n.Filters == nil && n.Base > 0 {
		for side, width := n.Size, 128; side > n.Base; side, width = side/2, 2*width {
			n.Filters = append(n.Filters, width)
		}
	}
	return n
}

// At returns the networks for images of another size and number of channels; 0 leaves either unchanged. The deepest
// stages stay. A smaller image has fewer stages around them; each further stage around the outermost has half its
// channels, but at least 16. The base is the image halved until it is at most 7. It is an error if no base from 3 to 7
// makes that size.
func (n Networks) At(size, channels int) (Networks, error) {
	n = n.orPaper()
	n.Channels = cmp.Or(channels, n.Channels)
	if size == 0 || size == n.Size {
		return n, n.Validate()
	}
	base, stages := size, 0
	for base%2 == 0 && base > 7 {
		base, stages = base/2, stages+1
	}
	if base < 3 || base > 7 || stages == 0 {
		return n, invalid.Value("size", size, "3, 4, 5, 6 or 7 doubled a few times, such as 28, 32, 48, 64, 80 or 96")
	}
	filters := slices.Clone(n.Filters)
	for len(filters) < stages {
		filters = slices.Insert(filters, 0, max(16, filters[0]/2))
	}
	n.Size, n.Base, n.Filters = size, base, filters[len(filters)-stages:]
	return n, n.Validate()
}

// Validate refuses networks that cannot be built.
func (n Networks) Validate() error {
	n = n.orPaper()
	if err := n.checkNames(); err != nil {
		return err
	}
	if err := n.checkNumbers(); err != nil {
		return err
	}
	if n.Projection == projectionPlain && n.Kernel != n.Base+1 {
		return invalid.Value("kernel", n.Kernel, `%d with projection "plain", so that base %d grows to twice its size`, n.Base+1, n.Base)
	}
	return n.checkSize()
}

// HasBatchNorm reports whether the players have batch norm.
func (n Networks) HasBatchNorm() bool { return n.orPaper().BatchNorm != batchNormNone }

// mostChannels keeps the sizes of kernels within an integer. No memory holds the kernel between two such layers.
const mostChannels = 1 << 20

// ValidateFor is Validate for training on minibatches of a size: batch norm needs at least two examples in each group.
func (n Networks) ValidateFor(batchSize int) error {
	if err := n.Validate(); err != nil {
		return err
	}
	groups := max(1, n.BatchNormGroups)
	switch {
	case !n.HasBatchNorm():
		return nil
	case batchSize == 1:
		return invalid.Value("batch_size", batchSize, `at least 2, for batch norm takes its statistics over the batch, or batch_norm "none"`)
	case batchSize%groups != 0 || batchSize/groups < 2:
		return invalid.Value("batch_size", batchSize, "a multiple of batch_norm_groups, %d, with at least 2 examples in each", groups)
	}
	return nil
}

func (n Networks) checkNames() error {
	for _, name := range []struct {
		key, value string
		known      []string
	}{
		{"padding", n.Padding, []string{paddingTorch, paddingTF}},
		{"projection", n.Projection, []string{projectionUnit, projectionChannel, projectionPlain}},
		{"output", n.Output, []string{outputTanh, outputSigmoid}},
		{"init", n.Init, []string{initNormal, initGlorot}},
		{"batch_norm", n.BatchNorm, []string{batchNormAffine, batchNormPlain, batchNormNone}},
	} {
		if !slices.Contains(name.known, name.value) {
			return invalid.Value(name.key, name.value, "one of %q", name.known)
		}
	}
	return nil
}

func (n Networks) checkNumbers() error {
	switch {
	case n.Channels < 1:
		return invalid.Value("channels", n.Channels, "1 for grey images or 3 for colour")
	case n.Size < 1:
		return invalid.Value("size", n.Size, "the side of the images, such as 64")
	case n.Base < 1:
		return invalid.Value("base", n.Base, "at least 1, such as the paper's 4")
	case n.Kernel < stride:
		return invalid.Value("kernel", n.Kernel, "at least %d, for a smaller one skips pixels at stride %d", stride, stride)
	case n.Hidden < 0:
		return invalid.Value("hidden", n.Hidden, "at least 1, or 0 for no hidden layer")
	case n.Classes < 0 || n.Classes == 1:
		return invalid.Value("classes", n.Classes, "at least 2, or 0 for no labels")
	case n.BatchNormGroups < 0 || n.BatchNormGroups > 1 && n.BatchNorm == batchNormNone:
		return invalid.Value("batch_norm_groups", n.BatchNormGroups, `at least 1, or 0 with batch_norm "none"`)
	case !(n.Epsilon > 0 && n.Epsilon < 1):
		return invalid.Value("epsilon", n.Epsilon, "a small positive number, such as 1e-8")
	case !(n.InputDropout >= 0 && n.InputDropout < 1):
		return invalid.Value("input_dropout", n.InputDropout, "at least 0 and less than 1")
	}
	for i, width := range n.Filters {
		if width < 1 || width > mostChannels {
			return invalid.Value(fmt.Sprintf("filters[%d]", i), width, "1 to %d channels", mostChannels)
		}
	}
	return nil
}

// checkSize refuses images that the filters do not halve to the base.
func (n Networks) checkSize() error {
	side, halvings := n.Size, 0
	for side > n.Base && side%2 == 0 {
		side, halvings = side/2, halvings+1
	}
	switch {
	case side == n.Base && halvings == 0:
		return invalid.Value("size", n.Size, "at least %d, twice the base", 2*n.Base)
	case side == n.Base && halvings == len(n.Filters):
		return nil
	case side == n.Base:
		return invalid.Value("filters", n.Filters, "%d of them for size %d from base %d, or size %d",
			halvings, n.Size, n.Base, n.Base<<len(n.Filters))
	}
	low := 2 * n.Base
	for 2*low <= n.Size {
		low *= 2
	}
	return invalid.Value("size", n.Size, "base·2ⁿ, such as %d or %d for base %d%s", low, 2*low, n.Base, n.otherBase())
}

// otherBase suggests a usual base that would fit the size.
func (n Networks) otherBase() string {
	base := n.Size
	for base%2 == 0 && base > 7 {
		base /= 2
	}
	if base > 7 || base < 3 || base == n.Base || base == n.Size {
		return ""
	}
	return fmt.Sprintf("; with base %d it would fit", base)
}

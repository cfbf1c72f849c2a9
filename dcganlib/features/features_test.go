package features

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/dcganlib"
	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/gantest"
)

// Extractors go wherever those of package feature do.
var _ feature.Extractor = (*Extractor)(nil)

// TestDim: the arithmetic of the paper's sections 5.1 and 5.2.
func TestDim(t *testing.T) {
	require.Equal(t, 28_672, Dim(128, 128, 256, 256, 512, 512))
	for want, n := range map[int]dcganlib.Networks{
		7_168:  {Size: 32, Channels: 3, Filters: []int{64, 128, 256}},
		30_720: dcganlib.LSUN64().Networks,
		3_072:  dcganlib.MNIST28().Networks,
	} {
		require.Equal(t, want, Dim(Discriminator{Networks: n}.convolutions()...))
	}
}

// TestMaxPool: the cells are PyTorch's, for sides that 4 divides, that it does not, and smaller ones.
func TestMaxPool(t *testing.T) {
	g := gantest.OpenGolden(t, "../../tests/golden", "adaptive-pool")
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		exec := MustNewExec(b, func(x *Node) *Node { return maxPool(x, Cells) })
		defer exec.Finalize()
		for _, side := range []int{2, 3, 4, 5, 7, 8, 14, 16} {
			x := g.Tensor(t, fmt.Sprintf("%d/x", side), dtypes.Float64)
			g.Check(t, fmt.Sprintf("%d/y", side), exec.MustCall(x)[0], 0)
		}
	})
	g.CheckAllSeen(t)
}

// small are networks for images of 8 x 8, in [0, 1].
func small(classes int) dcganlib.Networks {
	return dcganlib.Networks{Size: 8, Channels: 1, Base: 2, Filters: []int{4, 6}, Output: "sigmoid", Classes: classes}
}

// noise draws labelled images of 8 x 8: those of class 1 are bright on the left, those of class 0 on the right.
func noise(n int, seed uint64) *data.Images {
	rng := rand.New(rand.NewPCG(seed, 0))
	images := &data.Images{Name: "noise", N: n, Height: 8, Width: 8, Channels: 1}
	for i := range n {
		images.Labels = append(images.Labels, i%2)
		for p := range 64 {
			v := rng.IntN(150)
			if (p%8 < 4) == (i%2 == 1) {
				v += 100
			}
			images.Pixels = append(images.Pixels, uint8(v))
		}
	}
	return images
}

// untrained is a small discriminator.
func untrained(t *testing.T, b compute.Backend, classes int) Discriminator {
	t.Helper()
	d, err := Discriminator{Networks: small(classes), Backend: b}.Untrained(1)
	require.NoError(t, err)
	return d
}

// TestExtract: the features are the pooled outputs of D's convolutions, in batch norm's training mode but for rounding and
// for how far its averages had come; neighbours in a batch do not matter; and D's own weights stay.
func TestExtract(t *testing.T) {
	images := noise(260, 1) // more than one batch
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		d := untrained(t, b, 0)
		e, err := d.Extractor(t.Context(), images)
		require.NoError(t, err)
		x, dim, err := e.Extract(t.Context(), images)
		require.NoError(t, err)
		require.Equal(t, 16*(4+6), dim)
		require.Len(t, x, 260*dim)
		require.Equal(t, "discriminator [4 6], settled on noise", e.Name())

		one, err := images.Choose([]int{255})
		require.NoError(t, err)
		alone, _, err := e.Extract(t.Context(), one)
		require.NoError(t, err)
		require.InDeltaSlice(t, x[255*dim:256*dim], alone, 1e-5)

		again, _, err := e.Extract(t.Context(), images)
		require.NoError(t, err)
		require.Equal(t, x, again, "extracting settles nothing")
		require.Zero(t, variablesBelow(d.Store), "the weights that were given are not touched")

		pixels := make([]float32, 64)
		require.NoError(t, images.Fill(pixels, []int{255}, data.Unit))
		exec := model.MustNewExec(b, e.d.Store, func(root *model.Scope, x *Node) *Node {
			n := small(0)
			outputs := n.DiscriminatorLayers(root.At(ganlib.DiscriminatorScope), x, nil)
			return Concatenate([]*Node{Reshape(outputs[0], 1, -1), Reshape(maxPool(outputs[1], 4), 1, -1)}, 1)
		})
		defer exec.Finalize()
		direct := tensors.MustCopyFlatData[float32](exec.MustCall(tensors.FromFlatDataAndDimensions(pixels, 1, 8, 8, 1))[0])
		require.InDeltaSlice(t, direct, alone, 1e-5, "4 x 4 is pooled to itself")
	})
}

func variablesBelow(store *model.Store) (n int) {
	for v := range store.IterVariables() {
		if v.Path() != "/"+model.RNGStateVariableName {
			n++
		}
	}
	return n
}

// TestSettled: batch norm's averages have arrived at the statistics of the images: one more pass over all of them, in
// training, hardly moves them.
func TestSettled(t *testing.T) {
	images := noise(512, 2)
	for i, v := range images.Pixels {
		images.Pixels[i] = 200 + v/5
	}
	d := untrained(t, gantest.Open(t, "go"), 0)
	settled, err := d.settled(t.Context(), images)
	require.NoError(t, err)
	mean := tensors.MustCopyFlatData[float32](settled.Store.GetVariable("/discriminator/down_1/mean").MustValue())
	exec := model.MustNewExec(d.Backend, settled.Store, func(root *model.Scope, x *Node) []*Node {
		root.Store().SetTraining(x.Graph(), true)
		settled.layers(root, x)
		return []*Node{root.Store().GetVariable("/discriminator/down_1/mean").NodeValue(x.Graph())}
	})
	defer exec.Finalize()
	x, all := make([]float32, len(images.Pixels)), make([]int, images.N)
	for i := range all {
		all[i] = i
	}
	require.NoError(t, images.Fill(x, all, data.Unit))
	after := tensors.MustCopyFlatData[float32](exec.MustCall(tensors.FromFlatDataAndDimensions(x, images.N, 8, 8, 1))[0])
	for i := range mean {
		require.InDelta(t, mean[i], after[i], .01*max(.01, float64(max(mean[i], -mean[i]))))
		require.NotZero(t, mean[i])
	}
}

// TestConditional: a conditional D is told no class: its features are those of the same D whose weights for labels are
// anything else.
func TestConditional(t *testing.T) {
	images := noise(64, 3)
	d := untrained(t, gantest.Open(t, "go"), 3)
	settled, err := d.settled(t.Context(), images)
	require.NoError(t, err)
	before, err := settled.Extractor(t.Context(), images)
	require.NoError(t, err)
	x, dim, err := before.Extract(t.Context(), images)
	require.NoError(t, err)
	require.Equal(t, 160, dim)

	kernel := settled.Store.GetVariable("/discriminator/down_0/weights") // [5, 5, 1+3, 4]: the last three are the labels'
	w := tensors.MustCopyFlatData[float32](kernel.MustValue())
	for i := range w {
		if i/4%4 > 0 {
			w[i] = 100
		}
	}
	require.NoError(t, kernel.SetValue(tensors.FromFlatDataAndDimensions(w, 5, 5, 4, 4)))
	after, err := settled.Extractor(t.Context(), images)
	require.NoError(t, err)
	y, _, err := after.Extract(t.Context(), images)
	require.NoError(t, err)
	require.InDeltaSlice(t, x, y, 1e-3)
}

// TestGuided: the panels name the images on which a feature is largest, and something of it reaches the pixels. The rule
// itself is held by layer.TestGuided.
func TestGuided(t *testing.T) {
	gantest.Backends(t, func(t *testing.T, b compute.Backend) {
		images := noise(50, 4)
		d := untrained(t, b, 0)
		panels, err := d.Guided(t.Context(), images, 6, 3)
		require.NoError(t, err)
		require.Len(t, panels, 6)
		settled, err := d.settled(t.Context(), images)
		require.NoError(t, err)
		peaks, err := settled.largest(t.Context(), images)
		require.NoError(t, err)
		for f, p := range panels {
			require.Equal(t, f, p.Feature)
			require.Len(t, p.Images, 3)
			for i, image := range p.Images {
				require.InDelta(t, peaks[image*6+f], p.Activations[i], 1e-5)
			}
			for image := range images.N { // none is larger than the first
				require.LessOrEqual(t, peaks[image*6+f], peaks[p.Images[0]*6+f])
			}
			require.Len(t, p.Gradients, 3)
			require.Len(t, p.Gradients[0], 64)
			some := false
			for _, v := range p.Gradients[0] {
				some = some || v != 0
			}
			require.True(t, some)
		}
	})
}

// TestJudge: an easy task is solved by any features, and labels that mean nothing by none.
func TestJudge(t *testing.T) {
	train, test := noise(200, 5), noise(100, 6)
	e, err := untrained(t, gantest.Open(t, "go"), 0).Extractor(t.Context(), train)
	require.NoError(t, err)
	score, err := Judge(t.Context(), e, train, test, Judging{Seed: 1})
	require.NoError(t, err)
	require.Equal(t, 160, score.Dim)
	require.Len(t, score.Trials, 4)
	require.Greater(t, score.Accuracy, .95)

	shuffled := *test
	shuffled.Labels = make([]int, test.N)
	for i := range shuffled.Labels {
		shuffled.Labels[i] = i / 2 % 2
	}
	score, err = Judge(t.Context(), feature.Pixels(), train, &shuffled, Judging{Cs: []float64{.01}})
	require.NoError(t, err)
	require.InDelta(t, .5, score.Accuracy, .15)
	require.InDelta(t, .05, score.StdErr, .005) // √(½·½/100)
}

// TestFewLabels: the protocol in small.
func TestFewLabels(t *testing.T) {
	svhn := SVHN()
	require.Equal(t, []any{100, 10_000, 10, 100}, []any{svhn.PerClass, svhn.Validation, svhn.ChooseDraws, svhn.TestDraws})
	train, test := noise(120, 7), noise(60, 8)
	f := FewLabels{PerClass: 5, Validation: 40, Cs: []float64{1e-6, .1}, ChooseDraws: 3, TestDraws: 4, Seed: 1}
	score, err := f.Judge(t.Context(), feature.Pixels(), train, test)
	require.NoError(t, err)
	require.Equal(t, 10, score.Labels)
	require.Len(t, score.Trials, 2)
	require.Less(t, score.Error, .2)
	again, err := f.Judge(t.Context(), feature.Pixels(), train, test)
	require.NoError(t, err)
	require.Equal(t, score, again)

	drawn := drawLabelled(train.Labels, 5, rand.New(rand.NewPCG(1, 1)))
	counts := map[int]int{}
	seen := map[int]bool{}
	for _, i := range drawn {
		counts[train.Labels[i]]++
		require.False(t, seen[i])
		seen[i] = true
	}
	require.Equal(t, map[int]int{0: 5, 1: 5}, counts)

	f.PerClass = 41
	_, err = f.Judge(t.Context(), feature.Pixels(), train, test)
	gantest.RequireInvalid(t, err, "per_class")
	f.Validation = 120
	_, err = f.Judge(t.Context(), feature.Pixels(), train, test)
	gantest.RequireInvalid(t, err, "validation")
}

func TestRefused(t *testing.T) {
	ctx, images := t.Context(), noise(10, 9)
	d := untrained(t, gantest.Open(t, "go"), 0)
	big, err := images.Resize(16)
	require.NoError(t, err)
	_, err = d.Extractor(ctx, big)
	require.ErrorIs(t, err, data.ErrUnfit)
	one, err := images.Subset(0, 1)
	require.NoError(t, err)
	_, err = d.Extractor(ctx, one)
	gantest.RequireInvalid(t, err, "images")
	e, err := d.Extractor(ctx, images)
	require.NoError(t, err)
	_, _, err = e.Extract(ctx, big)
	require.ErrorIs(t, err, data.ErrUnfit)
	ended, stop := context.WithCancel(ctx)
	stop()
	_, _, err = e.Extract(ended, images)
	require.ErrorIs(t, err, context.Canceled)
	_, err = d.Guided(ctx, images, 7, 1)
	gantest.RequireInvalid(t, err, "features")
	_, err = d.Guided(ctx, images, 1, 11)
	gantest.RequireInvalid(t, err, "n")
	plain := *images
	plain.Labels = nil
	_, err = Judge(ctx, e, &plain, images, Judging{})
	gantest.RequireInvalid(t, err, "train")
	_, err = Judge(ctx, e, images, &plain, Judging{})
	gantest.RequireInvalid(t, err, "test")
	_, err = Discriminator{Networks: small(0)}.Extractor(ctx, images)
	gantest.RequireInvalid(t, err, "backend")
	_, err = Discriminator{Networks: small(0), Backend: d.Backend}.Extractor(ctx, images)
	gantest.RequireInvalid(t, err, "store")
}

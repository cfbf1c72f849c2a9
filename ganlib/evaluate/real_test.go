package evaluate

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/data/mnist"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/gantest"
)

// numbered are n images of one pixel, each with its number as label, from first on.
func numbered(name string, first, n int) *data.Images {
	set := &data.Images{Name: name, N: n, Height: 1, Width: 1, Channels: 1}
	for i := range n {
		set.Labels = append(set.Labels, first+i)
		set.Pixels = append(set.Pixels, uint8((first+i)%256))
	}
	return set
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// TestRealWithATestPart: the reference is the test part, and all of train is searched for copies.
func TestRealWithATestPart(t *testing.T) {
	train, test := numbered("train", 0, 2500), numbered("test", 5000, 30)
	s, err := Real(t.Context(), train, test, 50, 3)
	require.NoError(t, err)
	require.Equal(t, "test", s.Reference.Name)
	require.ElementsMatch(t, test.Labels, s.Reference.Labels)
	require.Equal(t, 50, s.Real.N)
	require.ElementsMatch(t, train.Labels, s.Train.Labels)
	require.NoError(t, s.Train.Validate(), "drawn a thousand at a time")
	for i, label := range s.Train.Labels {
		require.Equal(t, uint8(label%256), s.Train.Pixels[i], "each image with its own label")
	}
	require.Equal(t, s.Train.Labels[:50], s.Real.Labels, "by the same seed")

	again, err := Real(t.Context(), train, test, 50, 3)
	require.NoError(t, err)
	require.Equal(t, s, again)
	other, err := Real(t.Context(), train, test, 50, 4)
	require.NoError(t, err)
	require.NotEqual(t, s.Real.Labels, other.Real.Labels)

	many, err := Real(t.Context(), train, test, 2501, 3)
	require.NoError(t, err)
	require.Nil(t, many.Real, "there are fewer training images")
}

// TestRealOfMNIST: a reference has at most 10,000 images.
func TestRealOfMNIST(t *testing.T) {
	train, err := mnist.Train()
	require.NoError(t, err)
	test, err := mnist.Test()
	require.NoError(t, err)
	s, err := Real(t.Context(), train, test, 50, 3)
	require.NoError(t, err)
	require.Equal(t, 10_000, s.Reference.N)
	require.Equal(t, 60_000, s.Train.N)
	halved, err := Real(t.Context(), train, nil, 50, 3)
	require.NoError(t, err)
	require.Equal(t, 10_000, halved.Reference.N)
	require.Equal(t, train.Name+", training images", halved.Reference.Name)
}

// TestRealWithoutATestPart: one half is the reference, and other real images come from the rest.
func TestRealWithoutATestPart(t *testing.T) {
	set := numbered("numbered", 0, 9)
	s, err := Real(t.Context(), set, nil, 4, 1)
	require.NoError(t, err)
	require.Equal(t, 5, s.Reference.N)
	require.Equal(t, "numbered, training images", s.Reference.Name)
	require.Equal(t, upTo(9), slices.Sorted(slices.Values(append(s.Reference.Labels, s.Real.Labels...))))
	require.Nil(t, s.Train)
	s, err = Real(t.Context(), set, nil, 5, 1)
	require.NoError(t, err)
	require.Nil(t, s.Real, "the rest is fewer")
}

// failing is a source that calls a function before images are chosen.
type failing struct {
	*data.Images
	before func() error
}

func (f failing) Choose(indices []int) (*data.Images, error) {
	if err := f.before(); err != nil {
		return nil, err
	}
	return f.Images.Choose(indices)
}

func TestRealFails(t *testing.T) {
	set, test := numbered("train", 0, 2500), numbered("test", 0, 9)
	_, err := Real(t.Context(), set, test, 0, 1)
	gantest.RequireInvalid(t, err, "samples")

	broken := errors.New("cannot read")
	bad := failing{set, func() error { return broken }}
	_, err = Real(t.Context(), bad, test, 4, 1)
	require.ErrorIs(t, err, broken)
	_, err = Real(t.Context(), bad, nil, 4, 1)
	require.ErrorIs(t, err, broken)

	for name, held := range map[string]data.Source{"with a test part": test, "without": nil} {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		slow := failing{set, func() error { calls++; cancel(); return nil }}
		_, err = Real(ctx, slow, held, 1100, 1)
		require.ErrorIs(t, err, context.Canceled, name)
		require.Equal(t, 1, calls, name)
	}
}

// TestClassifierFor: the right classifier for the sets that have one, of the right shape, and nil for others.
func TestClassifierFor(t *testing.T) {
	b := gantest.Open(t, "go")
	for _, c := range []struct {
		set     string
		shape   []int
		name    string // "" for none
		classes int
	}{
		{"mnist", []int{28, 28, 1}, "MNIST classifier 1", 10},
		{"mnist", []int{14, 14, 1}, "", 0},
		{"stacked-mnist", []int{28, 28, 3}, "MNIST classifier 1, a channel each", 1000},
		{"stacked-mnist", []int{28, 28, 1}, "", 0},
		{"fashion", []int{28, 28, 1}, "Fashion-MNIST classifier 1", 10},
		{"fashion-mnist", []int{28, 28, 1}, "Fashion-MNIST classifier 1", 10},
		{"fashion-mnist", []int{28, 28, 3}, "", 0},
		{"cifar10", []int{28, 28, 3}, "", 0},
		{"", nil, "", 0},
	} {
		classifier, err := ClassifierFor(b, c.set, c.shape)
		require.NoError(t, err)
		if c.name == "" {
			require.True(t, classifier == nil, "%s %v", c.set, c.shape)
			continue
		}
		require.Equal(t, c.name, classifier.Name())
		require.Equal(t, c.classes, classifier.Classes())
	}
}

// TestStacked: the classifier of Stacked MNIST reads three digits.
func TestStacked(t *testing.T) {
	digits, err := mnist.Test()
	require.NoError(t, err)
	source, err := data.NewStacked(digits, 40, 1)
	require.NoError(t, err)
	images, err := data.All(t.Context(), source)
	require.NoError(t, err)
	classifier, err := ClassifierFor(gantest.Open(t, "go"), "stacked-mnist", []int{28, 28, 3})
	require.NoError(t, err)
	labels, err := classifier.Classify(t.Context(), images)
	require.NoError(t, err)
	right := 0
	for i, label := range labels {
		if label == images.Labels[i] {
			right++
		}
	}
	require.GreaterOrEqual(t, right, 37)
}

// TestFeaturesFor: a classifier's own features, otherwise random convolutions.
func TestFeaturesFor(t *testing.T) {
	b := gantest.Open(t, "go")
	digits, err := feature.Digits(b)
	require.NoError(t, err)
	for _, c := range []struct {
		classifier Classifier
		want       string
	}{{digits, digits.Name()}, {stacked{digits}, "random convolutions, seed 1"}, {nil, "random convolutions, seed 1"}} {
		e, err := FeaturesFor(b, c.classifier)
		require.NoError(t, err)
		require.Equal(t, c.want, e.Name())
	}
}

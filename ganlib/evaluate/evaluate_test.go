package evaluate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/stretchr/testify/require"

	"github.com/gans-in-go/gans/ganlib"
	"github.com/gans-in-go/gans/ganlib/data"
	"github.com/gans-in-go/gans/ganlib/measure"
	"github.com/gans-in-go/gans/ganlib/measure/feature"
	"github.com/gans-in-go/gans/internal/gantest"
)

// patches are n grey images of 4 x 4: noise and a bright corner, one of four by the label.
func patches(name string, n int, seed uint64, label func(i int) int) *data.Images {
	rng := rand.New(rand.NewPCG(seed, 0))
	set := &data.Images{Name: name, N: n, Height: 4, Width: 4, Channels: 1, Pixels: make([]uint8, n*16)}
	for i := range n {
		corner := label(i)
		for p := range 16 {
			v := 40 + 20*rng.NormFloat64()
			if p/8*2+p%4/2 == corner {
				v += 150
			}
			set.At(i)[p] = uint8(min(max(v, 0), 255))
		}
	}
	return set
}

func inTurn(i int) int { return i % 4 }

// corners is a classifier of patches: the brightest corner.
type corners struct{}

func (corners) Name() string { return "corners" }
func (corners) Classes() int { return 4 }

func (corners) Probabilities(ctx context.Context, images *data.Images) ([]float32, error) {
	p := make([]float32, 4*images.N)
	for i := range images.N {
		var sums [4]float64
		for at, v := range images.At(i) {
			sums[at/8*2+at%4/2] += float64(v) / 40
		}
		var total float64
		for c := range sums {
			sums[c] = math.Exp(sums[c] - 20)
			total += sums[c]
		}
		for c := range sums {
			p[4*i+c] = float32(sums[c] / total)
		}
	}
	return p, nil
}

func (c corners) Classify(ctx context.Context, images *data.Images) ([]int, error) {
	p, _ := c.Probabilities(ctx, images)
	labels := make([]int, images.N)
	for i := range labels {
		for class := range 4 {
			if p[4*i+class] > p[4*i+labels[i]] {
				labels[i] = class
			}
		}
	}
	return labels, nil
}

// sets are samples that are as good as the data.
func sets() Sets {
	return Sets{
		Samples:   patches("samples", 400, 1, inTurn),
		Reference: patches("held out", 1500, 2, inTurn),
		Real:      patches("real", 400, 3, inTurn),
		Train:     patches("train", 1000, 4, inTurn),
	}
}

func images(t *testing.T, s Sets) *Report {
	t.Helper()
	report, err := Images(t.Context(), s, Options{Of: "patches", Seed: 7, Classifier: corners{}})
	require.NoError(t, err)
	requireWhole(t, report)
	return report
}

// requireWhole: every score has a finite number or a reason, and the context for a reader.
func requireWhole(t *testing.T, report *Report) {
	t.Helper()
	require.NotEmpty(t, report.Scores)
	for _, s := range report.Scores {
		require.Positive(t, s.N, s.Measure)
		require.NotEmpty(t, s.Extractor, s.Measure)
		if s.Estimate == nil {
			require.NotEmpty(t, s.Note, s.Measure)
			continue
		}
		for _, v := range []float64{s.Estimate.Value, s.Estimate.StdErr} {
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s is %v", s.Measure, v)
		}
	}
	var table bytes.Buffer
	require.NoError(t, report.Table(&table))
	numbers, _, _ := strings.Cut(table.String(), "not measured")
	require.NotContains(t, numbers, "NaN")
	_, err := json.Marshal(report)
	require.NoError(t, err)
}

func value(t *testing.T, r *Report, name string) float64 {
	t.Helper()
	s := r.Score(name)
	require.NotNil(t, s, name)
	require.NotNil(t, s.Estimate, "%s: %s", name, s.Note)
	return s.Estimate.Value
}

// TestImages: the numbers are those of package measure, each with the context for a reader.
func TestImages(t *testing.T) {
	s := sets()
	report := images(t, s)
	x, dim, err := feature.Pixels().Extract(t.Context(), s.Samples)
	require.NoError(t, err)
	y, _, err := feature.Pixels().Extract(t.Context(), s.Reference)
	require.NoError(t, err)
	fid, err := measure.FID(x, y, dim)
	require.NoError(t, err)
	require.Equal(t, Score{
		Measure: "FID", Better: "lower", Estimate: &fid, Real: report.Score("FID").Real,
		N: 400, M: 1500, Reference: "held out", Extractor: "pixels", Seed: 7,
	}, *report.Score("FID"))
	prdc, err := measure.Manifold(y, x, dim, 5)
	require.NoError(t, err)
	require.Equal(t, prdc.Precision.Value, value(t, report, "precision"))
	require.Equal(t, prdc.Recall.Value, value(t, report, "recall"))
	sigma, _, err := measure.ParzenSigma(x, y[:1000*dim], dim)
	require.NoError(t, err)
	parzen, err := measure.Parzen(x, y[1000*dim:], dim, sigma)
	require.NoError(t, err)
	require.Equal(t, parzen[0].Value, value(t, report, "Parzen log-likelihood"))
	require.Equal(t, "corners", report.Score("Inception score").Extractor)
	require.InDelta(t, 4, value(t, report, "Inception score"), .3)
	require.Equal(t, 4., value(t, report, "classes found"))
	require.Less(t, value(t, report, "copies, in pixels"), .04)
	require.Equal(t, 400, report.Nearest.N)
	require.Equal(t, s.Samples.Pixels, report.Drawn.Pixels)

	// Samples and real images are drawn alike, so their scores are alike.
	for _, name := range []string{"precision", "recall", "coverage"} {
		require.InDelta(t, report.Score(name).Real.Value, value(t, report, name), .12, name)
	}
}

// TestUnit: the Parzen window sees the samples before rounding, the other metrics do not.
func TestUnit(t *testing.T) {
	s := sets()
	rounded := images(t, s)
	s.Unit = make([]float32, len(s.Samples.Pixels))
	for i, v := range s.Samples.Pixels {
		s.Unit[i] = (float32(v) + .3) / 255
	}
	report := images(t, s)
	require.NotEqual(t, value(t, rounded, "Parzen log-likelihood"), value(t, report, "Parzen log-likelihood"))
	require.Equal(t, value(t, rounded, "FID"), value(t, report, "FID"))
}

// TestFailures: which scores reveal which bad generator.
func TestFailures(t *testing.T) {
	s := sets()
	good := images(t, s)
	s.Samples = patches("samples", 400, 1, func(i int) int { return i % 3 }) // one class missing
	missing := images(t, s)
	require.Equal(t, 3., value(t, missing, "classes found"))
	require.Contains(t, missing.Score("classes found").Note, "missing: [3]")
	require.Greater(t, value(t, missing, "KL of the classes"), .2)
	require.Less(t, value(t, missing, "recall"), value(t, good, "recall")-.1)

	copycat, err := s.Train.Subset(0, 400)
	require.NoError(t, err)
	s.Samples = copycat
	copied := images(t, s)
	require.Equal(t, 1., value(t, copied, "copies, in pixels"))
	require.Zero(t, value(t, copied, "median percentile, in pixels"))
}

// TestDegenerate: no NaN among the scores, whatever the samples.
func TestDegenerate(t *testing.T) {
	for name, change := range map[string]func(s *Sets){
		"constant": func(s *Sets) {
			for i := range s.Samples.Pixels {
				s.Samples.Pixels[i] = 9
			}
		},
		"constant reference": func(s *Sets) { clear(s.Reference.Pixels) },
		"fewer than dimensions": func(s *Sets) {
			s.Samples, s.Real = patches("samples", 12, 1, inTurn), nil
			s.Reference = patches("held out", 9, 2, inTurn)
		},
		"one": func(s *Sets) { s.Samples, s.Real = patches("samples", 1, 1, inTurn), nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := sets()
			change(&s)
			images(t, s)
		})
	}
	s := sets()
	s.Train, s.Real = nil, nil
	report, err := Images(t.Context(), s, Options{})
	require.NoError(t, err)
	requireWhole(t, report)
	for _, name := range []string{"copies, in pixels", "Inception score", "classes found"} {
		require.Nil(t, report.Score(name).Estimate, name)
	}
}

func TestImagesRefuses(t *testing.T) {
	refused := func(change func(s *Sets), o Options) error {
		s := sets()
		change(&s)
		_, err := Images(t.Context(), s, o)
		return err
	}
	for key, change := range map[string]func(s *Sets){
		"Sets.Samples":   func(s *Sets) { s.Samples = nil },
		"Sets.Reference": func(s *Sets) { s.Reference = nil },
		"Sets.Real.N":    func(s *Sets) { s.Real, _ = s.Real.Subset(0, 10) },
		"len(Sets.Unit)": func(s *Sets) { s.Unit = make([]float32, 3) },
	} {
		gantest.RequireInvalid(t, refused(change, Options{}), key)
	}
	require.ErrorIs(t, refused(func(s *Sets) {
		s.Reference = &data.Images{Name: "wide", N: 1, Height: 4, Width: 5, Channels: 1, Pixels: make([]uint8, 20)}
	}, Options{}), data.ErrUnfit)
	require.ErrorIs(t, refused(func(s *Sets) { s.Samples.Height = 0 }, Options{}), data.ErrFormat)
	gantest.RequireInvalid(t, refused(func(*Sets) {}, Options{Extractor: wide{}}), "extractor")
	require.ErrorIs(t, refused(func(*Sets) {}, Options{Classifier: blind{}}), errBlind)
}

// wide is an extractor with too many features.
type wide struct{}

func (wide) Name() string { return "wide" }

func (wide) Extract(ctx context.Context, images *data.Images) ([]float32, int, error) {
	return make([]float32, images.N*(mostFeatures+1)), mostFeatures + 1, nil
}

// blind is a classifier that fails.
type blind struct{ corners }

var errBlind = errors.New("cannot see")

func (blind) Probabilities(context.Context, *data.Images) ([]float32, error) { return nil, errBlind }

// interrupting is a classifier without probabilities that cancels a context at its first call.
type interrupting struct {
	corners corners
	cancel  context.CancelFunc
	calls   *int
}

func (interrupting) Name() string { return "interrupting" }
func (interrupting) Classes() int { return 4 }

func (c interrupting) Classify(ctx context.Context, images *data.Images) ([]int, error) {
	*c.calls++
	c.cancel()
	return c.corners.Classify(ctx, images)
}

// TestCancelled: before the start, and in the middle, after which nothing more is begun.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, err := Images(ctx, sets(), Options{Classifier: interrupting{cancel: cancel, calls: &calls}})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, calls, "of three sets")

	ring := data.Ring(8, 1, .05)
	x := ring.Batch(1, 0, 100)
	calls = 0
	_, err = Images(ctx, sets(), Options{Classifier: interrupting{cancel: cancel, calls: &calls}})
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, calls)
	_, err = Points(ctx, x, ring, Options{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = Features(ctx, x, x, 2, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestPoints: modes on a mixture, a divergence on the line, and samples that are not finite.
func TestPoints(t *testing.T) {
	ring := data.Ring(8, 1, .05)
	x := ring.Batch(1, 5, 1000)
	for i := range 500 { // the first half all from one mode
		x[2*i], x[2*i+1] = 1, 0
	}
	report, err := Points(t.Context(), x, ring, Options{Seed: 3})
	require.NoError(t, err)
	requireWhole(t, report)
	require.Equal(t, 8., value(t, report, "modes found, of 8"))
	require.Greater(t, value(t, report, "KL of the modes"), .3)
	require.InDelta(t, .9889, report.Score("high-quality share").Real.Value, .01)

	normal := data.Normal1D{Mean: 1, Std: .5}
	report, err = Points(t.Context(), normal.Batch(1, 5, 1000), normal, Options{})
	require.NoError(t, err)
	requireWhole(t, report)
	jsd := report.Score("histogram JSD")
	require.InDelta(t, jsd.Real.Value, jsd.Estimate.Value, 6*jsd.Estimate.StdErr)

	report, err = Points(t.Context(), normal.Batch(1, 5, 5), normal, Options{})
	require.NoError(t, err)
	require.Equal(t, "samples is 5: want at least 10", report.Score("histogram JSD").Note)

	x[7] = float32(math.NaN())
	report, err = Points(t.Context(), x, ring, Options{})
	require.NoError(t, err)
	requireWhole(t, report)
	require.Nil(t, report.Score("FID").Estimate)
	require.Contains(t, report.Score("FID").Note, "row 3 has NaN")

	_, err = Points(t.Context(), x[:3], ring, Options{})
	gantest.RequireInvalid(t, err, "samples")
}

// spied is a distribution that keeps what was drawn from it.
type spied struct {
	data.Normal1D
	drawn *[][]float32
}

func (s spied) Batch(seed uint64, step, n int) []float32 {
	*s.drawn = append(*s.drawn, s.Normal1D.Batch(seed, step, n))
	return (*s.drawn)[len(*s.drawn)-1]
}

// TestReferenceIsIndependent: what is drawn from the data has nothing to do with the noise of the same seed.
func TestReferenceIsIndependent(t *testing.T) {
	const n, seed = 500, 7
	z := tensors.MustCopyFlatData[float32](ganlib.Prior{Noise: ganlib.Gaussian, Dim: 1}.Draw(n, seed))
	var drawn [][]float32
	_, err := Points(t.Context(), z, spied{data.Normal1D{Std: 1}, &drawn}, Options{Seed: seed})
	require.NoError(t, err)
	require.Len(t, drawn, 2)
	require.Less(t, math.Abs(correlation(drawn[0], drawn[1])), 5/math.Sqrt(n))
	for _, x := range drawn {
		require.Less(t, math.Abs(correlation(z, x)), 5/math.Sqrt(n))
	}
}

// correlation is that of two lists of numbers with mean 0 and variance 1.
func correlation(x, y []float32) float64 {
	sum := 0.
	for i := range x {
		sum += float64(x[i]) * float64(y[i])
	}
	return sum / float64(len(x))
}

func TestFeatures(t *testing.T) {
	ring := data.Ring(8, 1, .05)
	report, err := Features(t.Context(), ring.Batch(1, 0, 300), ring.Batch(1, 1, 500), 2, Options{Of: "a file"})
	require.NoError(t, err)
	requireWhole(t, report)
	require.Equal(t, "computed elsewhere", report.Score("KID").Extractor)
	require.Equal(t, 500, report.Score("KID").M)
	_, err = Features(t.Context(), make([]float32, 3), make([]float32, 4), 2, Options{})
	gantest.RequireInvalid(t, err, "samples")
	_, err = Features(t.Context(), make([]float32, 4), nil, 2, Options{})
	gantest.RequireInvalid(t, err, "reference")
	_, err = Features(t.Context(), make([]float32, 4), make([]float32, 4), 0, Options{})
	gantest.RequireInvalid(t, err, "samples")

	path := filepath.Join(t.TempDir(), "eval.json")
	require.NoError(t, report.WriteFile(path))
	var read Report
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, *report, read)
	var at *fs.PathError
	require.ErrorAs(t, report.WriteFile(filepath.Join(path, "no", "eval.json")), &at)
}

// TestStatistics: from a mean and a covariance comes the FID of the rows that they are of, and nothing else.
func TestStatistics(t *testing.T) {
	ring := data.Ring(8, 1, .05)
	samples, rows := ring.Batch(1, 0, 300), ring.Batch(1, 1, 500)
	of, err := measure.FitGaussian(rows, 2)
	require.NoError(t, err)
	whole, err := Features(t.Context(), samples, rows, 2, Options{})
	require.NoError(t, err)
	report, err := Statistics(t.Context(), samples, of, Options{})
	require.NoError(t, err)
	require.InDelta(t, whole.Score("FID").Estimate.Value, report.Score("FID").Estimate.Value, 1e-9)
	require.Len(t, report.Scores, len(whole.Scores))
	for _, s := range report.Scores {
		require.Equal(t, s.Measure == "FID", s.Estimate != nil, s.Measure)
	}
	require.Contains(t, report.Score("FID∞").Note, "only statistics")
	_, err = Statistics(t.Context(), samples[:3], of, Options{})
	gantest.RequireInvalid(t, err, "samples")
}

// TestDoubts: rows that look like something else than features are doubted, and rows that do not are not.
func TestDoubts(t *testing.T) {
	ring := data.Ring(8, 1, .05)
	features, few := ring.Batch(1, 0, 40), ring.Batch(1, 0, 9) // the second as 3 rows of 6
	probabilities := make([]float32, 40*2)
	for i := range 40 {
		p := float32(i) / 40
		probabilities[2*i], probabilities[2*i+1] = p, 1-p
	}
	for _, test := range []struct {
		x    []float32
		dim  int
		says string
	}{{features, 2, ""}, {probabilities, 2, "probabilities of classes"}, {few, 6, "3 rows of 6 numbers"}} {
		report, err := Features(t.Context(), test.x, test.x, test.dim, Options{})
		require.NoError(t, err)
		if test.says == "" {
			require.Empty(t, report.Doubts)
			continue
		}
		require.Len(t, report.Doubts, 2, "of the samples and of the reference")
		var table bytes.Buffer
		require.NoError(t, report.Table(&table))
		require.Contains(t, table.String(), "doubt: the samples")
		require.Contains(t, table.String(), test.says)
	}
}

// TestTable: one line for each number, and the notes below.
func TestTable(t *testing.T) {
	r := Report{Of: "a run", Scores: []Score{
		{Measure: "FID", Better: "lower", Estimate: &measure.Estimate{Value: 2.01, StdErr: .05}, Real: &measure.Estimate{Value: .1, StdErr: .02}, N: 10, M: 20, Reference: "digits", Extractor: "pixels", Seed: 3},
		{Measure: "classes", Estimate: &measure.Estimate{Value: 9}, Note: "missing: [3]", N: 10},
		{Measure: "Parzen", Note: "too large"},
	}}
	var table bytes.Buffer
	require.NoError(t, r.Table(&table))
	lines := strings.Split(table.String(), "\n")
	require.Equal(t, "a run", lines[0])
	require.Equal(t, []string{"FID", "2.01", "±", "0.05", "0.1", "±", "0.02", "lower", "10", "pixels", "20", "of", "digits"}, strings.Fields(lines[3]))
	require.Equal(t, []string{"classes", "9", "10"}, strings.Fields(lines[4]))
	require.Contains(t, table.String(), "classes: missing: [3]\nParzen: not measured: too large\n")
	require.Contains(t, table.String(), "Seed 3")
}

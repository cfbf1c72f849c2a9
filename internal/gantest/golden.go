package gantest

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"
)

// Golden is a file of numbers that another library made; tests/golden tells of it. It remembers which of them were
// looked at, so that none is forgotten.
type Golden struct {
	arrays map[string]*tensors.Tensor // float64
	about  []byte
	seen   map[string]bool
}

// OpenGolden reads the .npz file of that name below dir, which is tests/golden as seen from the test.
func OpenGolden(t *testing.T, dir, name string) *Golden {
	t.Helper()
	path := filepath.Join(dir, name+".npz")
	arrays, err := numpy.FromNpzFile(path)
	if err != nil {
		t.Fatal(err)
	}
	about := arrays["about"]
	if about == nil {
		t.Fatalf("%s does not say what it is about", path)
	}
	delete(arrays, "about")
	return &Golden{arrays: arrays, about: tensors.MustCopyFlatData[uint8](about), seen: map[string]bool{}}
}

// About decodes what the file says of itself, in JSON.
func (g *Golden) About(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(g.about, v); err != nil {
		t.Fatalf("what the golden file says of itself: %v", err)
	}
}

// Has reports whether there is an array of that name.
func (g *Golden) Has(key string) bool { return g.arrays[key] != nil }

// Dims are the dimensions of an array.
func (g *Golden) Dims(t *testing.T, key string) []int {
	t.Helper()
	dims, _ := g.array(t, key)
	return dims
}

// Keys lists the arrays' names, in order.
func (g *Golden) Keys() []string {
	keys := make([]string, 0, len(g.arrays))
	for key := range g.arrays {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Tensor returns a fresh copy of an array, as float64 or float32.
func (g *Golden) Tensor(t *testing.T, key string, dtype dtypes.DType) *tensors.Tensor {
	t.Helper()
	dims, values := g.array(t, key)
	if dtype == dtypes.Float64 {
		return tensors.FromFlatDataAndDimensions(values, dims...)
	}
	return tensors.FromFlatDataAndDimensions(convert[float32](values), dims...)
}

// Check compares with an array: no number may be further away than tolerance, as a fraction of the array's largest
// magnitude.
func (g *Golden) Check(t *testing.T, key string, got *tensors.Tensor, tolerance float64) {
	t.Helper()
	dims, want := g.array(t, key)
	if !slices.Equal(dims, got.Shape().Dimensions) {
		t.Errorf("%s has shape %v, the golden file's %v", key, got.Shape().Dimensions, dims)
		return
	}
	largest, worst, at := 0.0, 0.0, -1
	numbers := float64s(got)
	for i, v := range want {
		largest = max(largest, math.Abs(v))
		if diff := math.Abs(numbers[i] - v); diff > worst || math.IsNaN(diff) {
			worst, at = diff, i
		}
	}
	if !(worst <= tolerance*largest) {
		t.Errorf("%s[%d] = %g, the golden file says %g: %.1e of the largest, %g",
			key, at, numbers[at], want[at], worst/largest, largest)
	}
}

// CheckAllSeen fails if an array was never looked at, in a test that has not failed already.
func (g *Golden) CheckAllSeen(t *testing.T) {
	t.Helper()
	if t.Failed() {
		return
	}
	for _, key := range g.Keys() {
		if !g.seen[key] {
			t.Errorf("nothing was compared with %s", key)
		}
	}
}

func (g *Golden) array(t *testing.T, key string) (dims []int, values []float64) {
	t.Helper()
	array := g.arrays[key]
	if array == nil {
		t.Fatalf("the golden file has no %s", key)
	}
	g.seen[key] = true
	return array.Shape().Dimensions, tensors.MustCopyFlatData[float64](array)
}

// float64s copies the numbers of a float64 or float32 tensor.
func float64s(t *tensors.Tensor) []float64 {
	if t.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](t)
	}
	return convert[float64](tensors.MustCopyFlatData[float32](t))
}

func convert[To, From int32 | float32 | float64](values []From) []To {
	converted := make([]To, len(values))
	for i, v := range values {
		converted[i] = To(v)
	}
	return converted
}

package measure

import (
	"fmt"
	"math"
	"runtime"
	"sync"
)

// MeanPairwiseDistance is the mean Euclidean distance over all pairs of
// different rows of x, [n, dim]. It costs n²/2 distances: a thousand rows are
// enough. For images in [0, 1] of MNIST's size the data score about 10, and a
// generator that draws one picture over and over scores near 0.
//
// It is NaN if a value of x is, and an error if x is not at least two whole rows.
func MeanPairwiseDistance(x []float32, dim int) (float64, error) {
	n, err := rows("x", x, dim)
	if err != nil {
		return 0, err
	}
	if n < 2 {
		return 0, fmt.Errorf("a mean over pairs needs at least 2 rows: x has %d", n)
	}
	// One sum a row, added up in order: the same number on any count of cores.
	sums := make([]float64, n)
	parallel(n, func(i int) {
		for j := range i {
			sums[i] += math.Sqrt(squared(x[i*dim:(i+1)*dim], x[j*dim:(j+1)*dim], math.Inf(1)))
		}
	})
	var total float64
	for _, s := range sums {
		total += s
	}
	return total / (float64(n) * float64(n-1) / 2), nil
}

// Nearest finds for each row of samples, [n, dim], the row of train,
// [m, dim], at the least Euclidean distance: its index, the first of equals,
// and the distance. It is an error if either is not at least one whole row, or
// if a sample has no finite distance to any row of train.
func Nearest(samples, train []float32, dim int) (indices []int, distances []float64, err error) {
	n, err := rows("samples", samples, dim)
	if err != nil {
		return nil, nil, err
	}
	if _, err := rows("train", train, dim); err != nil {
		return nil, nil, err
	}
	indices, distances = make([]int, n), make([]float64, n)
	parallel(n, func(i int) {
		indices[i], distances[i] = nearest(samples[i*dim:(i+1)*dim], train)
	})
	for i, index := range indices {
		if index < 0 {
			return nil, nil, fmt.Errorf("sample %d is at no finite distance from any training row: are its values finite?", i)
		}
	}
	return indices, distances, nil
}

// nearest returns the row of train nearest to sample, or -1 if none is at a
// finite distance.
func nearest(sample, train []float32) (index int, distance float64) {
	dim := len(sample)
	index, best := -1, math.Inf(1)
	for j := 0; j*dim < len(train); j++ {
		if d := squared(sample, train[j*dim:(j+1)*dim], best); d < best {
			index, best = j, d
		}
	}
	return index, math.Sqrt(best)
}

// squared is the squared Euclidean distance of a and b, or some number of at
// least limit as soon as it is clear that the distance is no less: most rows
// of a training set are ruled out by their first few values.
func squared(a, b []float32, limit float64) float64 {
	const block = 64
	var total float64
	for len(a) > block && total < limit {
		total += squaredBlock(a[:block], b[:block])
		a, b = a[block:], b[block:]
	}
	if total >= limit {
		return total
	}
	return total + squaredBlock(a, b)
}

// squaredBlock adds in float32, over few enough values to stay exact to seven
// digits, in four sums that do not wait for each other.
func squaredBlock(a, b []float32) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		d0, d1, d2, d3 := a[i]-b[i], a[i+1]-b[i+1], a[i+2]-b[i+2], a[i+3]-b[i+3]
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for ; i < len(a); i++ {
		d := a[i] - b[i]
		s0 += d * d
	}
	return float64(s0) + float64(s1) + float64(s2) + float64(s3)
}

// rows is the number of rows of x, [rows, dim], or an error if they are not whole.
func rows(name string, x []float32, dim int) (int, error) {
	if dim < 1 {
		return 0, fmt.Errorf("rows of %d values: want at least 1", dim)
	}
	if len(x) == 0 || len(x)%dim != 0 {
		return 0, fmt.Errorf("%s has %d values: want a positive multiple of the row's %d", name, len(x), dim)
	}
	return len(x) / dim, nil
}

// parallel calls do for 0 to n-1, on all cores.
func parallel(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wait.Wait()
}

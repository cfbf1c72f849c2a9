package layer

import (
	"strings"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// form is one way to compute the three functions of a convolution, with the signatures of gather, scatter and
// correlate. They need not be differentiable.
type form struct {
	name                       string
	gather, scatter, correlate func(a, b *Node, g geometry) *Node
}

var (
	direct      = form{"direct", gatherDirect, scatterDirect, correlateDirect}
	matmul      = form{"matmul", gatherMatmul, scatterMatmul, correlateMatmul}
	phase       = phases("phase", direct)
	phaseMatmul = phases("phase matmul", matmul)
	subPixel    = form{"sub-pixel", gatherSubPixel, scatterSubPixel, correlateSubPixel}
	forms       = []form{direct, matmul, phase, phaseMatmul, subPixel}
)

// choice is the fastest form of each function.
type choice struct{ gather, scatter, correlate form }

// table lists the fastest forms by engine and by the size of the layer; sizeOf gives the column. BenchmarkForms
// measures them. The last measurement, on two cores with AVX-512, in GFLOP/s of useful work, where a product of large
// matrices reaches 205; gather/scatter/correlate on XLA's CPU:
//
//	               512→1024@8    256→512@16    128→256@32    11→64@28      1→74@28
//	direct          40/ – /125   163/ – /177   208/ – /168   148/ 59/121   84/ 49/ 72
//	matmul         157/187/141   132/152/120    95/105/ 90    36/ 59/ 30   63/ 72/ 46
//	phase          123/100/101   185/178/136   180/200/139    92/ 89/ 93   25/ 22/ 24
//	phase matmul   142/146/120   136/140/131   110/118/ 93    43/106/ 37   28/ 57/ 51
//	sub-pixel       32/ 33/ 90   109/119/114   138/144/118   112/106/ 93   56/ 36/ 32
//
// (A direct transposed convolution at those sizes takes seconds.) On an Intel processor with AVX-512 and AMX, in the body
// of a loop, the same reaches 252 for large matrices, and
//
//	               512→1024@8    256→512@16    128→256@32    11→64@28      1→74@28
//	direct          75/ – /152   105/ – /147   208/ – / 96   162/ 61/ 28    83/ 22/ 18
//	matmul         148/140/154   117/107/148   118/ 68/ 94    58/ 24/ 37    34/  7/ 39
//	phase          106/ 83/ 72   165/161/ 52   173/214/ 40   132/ 96/ 30    41/  7/ 12
//	phase matmul   151/169/133   127/153/152   110/135/ 92    80/ 74/ 37    30/ 12/ 21
//	sub-pixel       48/ 34/ 59    80/ 83/ 49   118/169/ 34   108/ 92/ 29    45/ 24/ 12
//
// A row made from these figures was no faster for MNIST28 as a whole: in turns with the row there is, an iteration took
// 1.07 times as long, and .98 to 1.11 times with single entries changed. So there is one row for all processors.
//
// The row for GPUs is not measured: cuDNN should choose best. ONNX is written, not run: its convolution knows no zeros
// between the pixels of an image, so it takes the form that needs none.
var table = map[string][5]choice{
	//     4×4 or less               in ≤ 4                         in ≤ 16                       in < 256                       wider
	"cpu":  {{matmul, matmul, matmul}, {direct, matmul, phaseMatmul}, {direct, subPixel, direct}, {direct, phase, direct}, {phase, phase, direct}},
	"go":   {{matmul, matmul, matmul}, {matmul, matmul, matmul}, {matmul, phaseMatmul, matmul}, {matmul, phaseMatmul, matmul}, {matmul, phaseMatmul, matmul}},
	"onnx": {{direct, phase, direct}, {direct, phase, direct}, {direct, phase, direct}, {direct, phase, direct}, {direct, phase, direct}},
	"gpu":  {{direct, direct, direct}, {direct, direct, direct}, {direct, direct, direct}, {direct, direct, direct}, {direct, direct, direct}},
}

// fastest is the table's choice for a geometry whose image has the given number of channels.
func fastest(backend compute.Backend, g geometry, in int) choice {
	return table[engine(backend)][sizeOf(g, in)]
}

// sizeOf is the table's column for the pixels of the result and the channels of the image.
func sizeOf(g geometry, in int) int {
	switch {
	case g[0].m*g[1].m <= 16:
		return 0
	case in <= 4:
		return 1
	case in <= 16:
		return 2
	case in < 256:
		return 3
	}
	return 4
}

// goEngine is the name of GoMLX's pure-Go engine, which nothing else identifies. A test of package backend checks it.
const goEngine = "Go Backend"

// onnxEngine is the name of GoMLX's engine that writes ONNX.
const onnxEngine = "onnxruntime"

// engine is the table's row: "go", "onnx", or the device of XLA, "cpu" or "gpu".
func engine(backend compute.Backend) string {
	switch backend.Name() {
	case goEngine:
		return "go"
	case onnxEngine:
		return "onnx"
	}
	if strings.Contains(strings.ToLower(backend.DeviceDescription(0)), "cpu") {
		return "cpu"
	}
	return "gpu"
}

package exercise

var answers07 = map[string]answer{
	"07-1": {want: 4, hint: "Pooling makes ⌊(n − window)/step⌋ + 1 of n pixels then. The first two sides are 33 and 15."},
	"07-2": {want: 37_393_601, hint: "Count (inputs + 1) · units · pieces for both maxout layers, and (1600 + 1) for the last one."},
	"07-3": {want: 20, hint: "Solve 3·(n − 1) + 5 = 62."},
}

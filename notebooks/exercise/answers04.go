package exercise

var answers04 = map[string]answer{
	"04-1": {want: 7, hint: "Each of the k steps of D takes one of each. G's step takes fresh noise, and no examples."},
	"04-2": {want: 1, hint: "Build an `Algorithm1` with K: 3 and Simultaneous: true, and read what Validate says: there is no inner loop."},
	"04-3": {want: -.425, tolerance: .0005, hint: "The velocity is −.1, then −.15, then −.175. The weight is the sum of what came so far."},
}

package exercise

var answers01 = map[string]answer{
	"01-1": {want: -1.833, tolerance: .01, hint: "V = log D(x) + log(1 − D(G(z))). Put .8 in for both."},
	"01-2": {want: .5, tolerance: .01, hint: "The sum is −log .9 − log(1 − p) − log p, where p is D(G(z)). Try a few p, on either side of the middle."},
	"01-3": {want: 5_120_000, hint: "Each step of D takes a minibatch of its own: iterations × steps × minibatch."},
}

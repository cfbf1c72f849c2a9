package exercise

var answers12 = map[string]answer{
	"12-1": {want: 1, tolerance: .001, hint: "Put each weight beside its right neighbour: they differ by one, always. What is the correlation of points on a line?"},
	"12-2": {want: 15360, tolerance: 0, hint: "Each filter gives 4 · 4 numbers."},
	"12-3": {want: .6, tolerance: .001, hint: "One pair agrees with probability 1/10."},
}

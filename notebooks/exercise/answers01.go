package exercise

var answers01 = map[string]answer{
	"01-1": {want: -1.386, tolerance: .01, hint: "Both terms are log ½. Add them."},
}

package exercise

var answers06 = map[string]answer{
	"06-1": {want: 99, hint: "The slopes have the lengths D and 1 − D. Divide the second by the first."},
	"06-2": {want: 1_231_441, hint: "Count (inputs + 1) · units · pieces for both maxout layers, and (240 + 1) for the last one."},
	"06-3": {want: 19.8, tolerance: .2, hint: "Two such pixels differ by 1 half of the time. How many of 784 do?"},
}

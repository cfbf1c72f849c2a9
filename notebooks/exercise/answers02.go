package exercise

var answers02 = map[string]answer{
	"02-1": {want: 738_961, hint: "A maxout layer has n·u weights and u biases for each of its pieces. The last layer has no pieces."},
	"02-2": {want: 11.55, tolerance: .1, hint: "The squared length is close to 400 times the variance of a coordinate, and that is a²/3."},
	"02-3": {want: .0833, tolerance: .004, hint: "Draw many, and count those whose magnitude is above √3."},
}

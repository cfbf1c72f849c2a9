package exercise

var answers11 = map[string]answer{
	"11-1": {want: .243, tolerance: .001, hint: "The bound is (V + log 4) / 2."},
	"11-2": {want: .75, tolerance: .001, hint: "It is the mean of how right D is about real points, .8, and about made ones, 1 − .3."},
	"11-3": {want: .0101, tolerance: .0002, hint: "The slope of log(1 − σ(l)) is −σ(l), that of log σ(l) is 1 − σ(l)."},
}

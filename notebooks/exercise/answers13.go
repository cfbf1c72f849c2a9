package exercise

var answers13 = map[string]answer{
	"13-1": {want: .10536, tolerance: .001, hint: "Nine digits share what ten had: each has 1/9. KL is the sum of q log(q / p), over those nine."},
	"13-2": {want: 5, tolerance: .01, hint: "Each sample's KL is log(1 / share of its digit). Its digit has a fifth."},
	"13-3": {want: 10, tolerance: .01, hint: "The means' part is 3². The variances' part is 1 + 4 − 2√(1·4)."},
	"13-4": {want: 317, tolerance: 1, hint: "Solve n(n − 1) / (2 · 10,000) = 5 for n."},
}

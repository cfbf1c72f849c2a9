package exercise

var answers03 = map[string]answer{
	"03-1": {want: 0., tolerance: .001, hint: "D* is 1 wherever there are data, and 0 wherever G is: it is right and certain. Or: JSD is log 2, as large as can be."},
	"03-2": {want: .357, tolerance: .001, hint: "D*(A) is the data's share of A over the sum of both shares of A."},
	"03-3": {want: -.2539, tolerance: .001, hint: "Both terms are log σ(2), for 1 − σ(−2) = σ(2)."},
}

package exercise

var answers14 = map[string]answer{
	"14-1": {want: .5, tolerance: .001, hint: "D* is (1 − p) r, and r is 1 where an image is certainly real."},
	"14-2": {want: .1, tolerance: .001, hint: "Put both losses side by side: which number stands before log(1 − D)?"},
	"14-3": {want: -1.517, tolerance: .001, hint: "D says .325 of everything. V is log D(x) + log(1 − D(G(z)))."},
}

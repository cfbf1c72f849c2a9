package exercise

var answers10 = map[string]answer{
	"10-1": {want: 4.08, tolerance: .1, hint: "A mean of two independent numbers has half the variance of one: 1/6 for each of 100."},
	"10-2": {want: 81, hint: "Nine points have eight ways between them. Count the first point too."},
	"10-3": {want: 1.15, tolerance: .05, hint: "ψ shrinks the cube: U(−.2, .2) has a fifth of the length."},
}
